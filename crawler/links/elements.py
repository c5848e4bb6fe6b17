"""XML as publishers send it: entries and their fields, whatever the damage.

Feeds and sitemaps are flat, so two scans find everything, in linear time: stray and unclosed tags,
undeclared prefixes and unknown entities do not matter, and no entity is ever declared or fetched.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from html.entities import html5

from crawler.links import answers

_PROLOG = r"[^<]+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>"
_FIRST_TAG = re.compile(rf"(?>{_PROLOG})*+<(?:[\w-]+:)?([\w-]+)", re.DOTALL | re.IGNORECASE)
_CDATA = re.compile(r"<!\[CDATA\[(.*?)(?:\]\]>|\Z)", re.DOTALL)
_COMMENT = r"<!--.*?(?:-->|\Z)"
_ATTRIBUTE = re.compile(r"""([\w:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_REFERENCE = re.compile(
    r"&(?!lt;|gt;|quot;|amp;)(?:#(\d{1,7});?|#[xX]([0-9a-fA-F]{1,6});?|(\w{1,31};))"
)
_MOST_FIELDS = 100
"""Also of those in comments, and end tags: an entry of a feed has about thirty."""
_OF_MEDIA = ("media", "image", "video", "itunes")
"""Prefixes of elements that tell of pictures and recordings, not of the entry."""


@dataclass(frozen=True, slots=True)
class Field:
    """An element of an entry: what stands in its tag, and what it encloses."""

    tag: str
    content: str

    def attribute(self, name: str) -> str:
        """The value of an attribute; empty if it has none of this name."""
        for known, double, single in _ATTRIBUTE.findall(self.tag):
            if known.lower() == name:
                return unescape(double or single).strip()
        return ""

    @property
    def text(self) -> str:
        """What it says: without CDATA marks and references; HTML stays HTML."""
        if self.attribute("type") == "xhtml":
            return self.content.strip()
        return unescape(_CDATA.sub(lambda found: escape(found[1]), self.content)).strip()


@dataclass(frozen=True, slots=True)
class Element:
    """An entry of a feed or sitemap. Names are without prefix, in lower case."""

    name: str
    fields: dict[str, list[Field]]

    def text(self, *names: str) -> str:
        """The first of these fields that says something."""
        for name in names:
            for field in self.fields.get(name, ()):
                if text := field.text:
                    return text
        return ""


class Dialect:
    """What feeds, or sitemaps, are made of; `most` entries of a document are read."""

    def __init__(self, error: str, roots: str, entries: str, fields: str, most: int) -> None:
        self._error = error
        self._roots = roots.split()
        self._most = most
        # A comment that is never closed must not hide the entries behind it.
        self._entry = _tags(entries)
        self._field = _tags(fields, _COMMENT)

    def read(self, body: bytes, url: str) -> Iterator[Element]:
        """The entries of a document, in its order. Raises DiscoveryError."""
        source = answers.text(body, url)
        first = _FIRST_TAG.match(source)
        if not first or first[1].lower() not in self._roots:
            seen = f"<{first[1]}>" if first else repr(source[:40])
            problem = f"is {self._error.replace('_', ' ')}: it begins with {seen}"
            raise answers.DiscoveryError(self._error, url, problem)
        return self._elements(source)

    def _elements(self, source: str) -> Iterator[Element]:
        name, start, count = "", 0, 0
        for tag in self._entry.finditer(source):
            if not tag["name"]:
                continue
            if name:
                yield Element(name, self._fields(source[start : tag.start()]))
                count += 1
                if count == self._most:
                    return
            name, start = ("" if tag["end"] else tag["name"].lower()), tag.end()
        if name:
            # The rest of a document that was cut off: what stands behind its last tag is a part.
            yield Element(name, self._fields(source[start : source.rfind(">") + 1]))

    def _fields(self, entry: str) -> dict[str, list[Field]]:
        fields: dict[str, list[Field]] = {}
        position = 0
        for _ in range(_MOST_FIELDS):
            if not (tag := self._field.search(entry, position)):
                break
            position = tag.end()
            if not tag["name"] or tag["end"] or (tag["prefix"] or "").lower() in _OF_MEDIA:
                continue
            content = ""
            if not tag["attributes"].endswith("/"):
                end = _end(entry, tag["written"], position)
                if end < 0:
                    end = entry.find("<", position)
                content = entry[position : end if end >= 0 else None]
                position += len(content)
            fields.setdefault(tag["name"].lower(), []).append(Field(tag["attributes"], content))
        return fields


def unescape(text: str) -> str:
    """Text without references; an ampersand that begins none stays, unlike in html.unescape,
    for which `&copy=1` in an address is a sign of copyright."""
    if "&" not in text:
        return text
    text = _REFERENCE.sub(_referred, text).replace("&lt;", "<").replace("&gt;", ">")
    return text.replace("&quot;", '"').replace("&amp;", "&")


def _referred(found: re.Match[str]) -> str:
    decimal, hexadecimal, name = found.groups()
    if name:
        return html5.get(name, found[0])
    code = int(decimal) if decimal else int(hexadecimal, 16)
    known = code in (9, 10) or 32 <= code < 0xD800 or 0xE000 <= code < 0x110000
    return chr(code) if known else ""


def _tags(names: str, *skipped: str) -> re.Pattern[str]:
    passed = "|".join((r"<!\[CDATA\[.*?(?:\]\]>|\Z)", *skipped))
    return re.compile(
        rf"{passed}|<(?P<end>/?)(?P<written>(?:(?P<prefix>[\w-]+):)?(?P<name>{names}))"
        r"(?=[\s/>])(?P<attributes>[^<>]*)>",
        re.DOTALL | re.IGNORECASE,
    )


def _end(entry: str, written: str, start: int) -> int:
    """Where the end tag of a field begins; none is looked for in its CDATA."""
    if entry.startswith("<![CDATA[", start):
        start = max(entry.find("]]>", start), start)
    return entry.find(f"</{written}", start)
