"""What every entry point's answer is read with: bounded text, absolute links, plain titles."""

import hashlib
import re
from collections.abc import Iterable
from html import unescape
from urllib.parse import urljoin

from archive.models import FoundLink
from archive.text import clean_line
from crawler import urls
from crawler.decode import decode
from crawler.registry import Source

MOST_BYTES = 5_000_000
MOST_LINKS = 500

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufeff]")
_PROLOG = re.compile(r"<\?xml[^>]*\?>|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>", re.DOTALL | re.IGNORECASE)
_FIRST_TAG = re.compile(r"(?>\s+|<\?.*?\?>|<!--.*?-->)*+<(?:\w+:)?(\w+)", re.DOTALL)
_HEAD = 10_000
_TAG = re.compile(r"<[^>]*>")


class DiscoveryError(Exception):
    """An entry point's answer cannot be read.

    `kind` is not_a_feed, not_a_sitemap, not_json, not_a_list or too_large.
    """

    def __init__(self, kind: str, url: str, problem: str) -> None:
        super().__init__(f"{url} {problem}")
        self.kind = kind
        self.url = url
        self.problem = problem


def text(body: bytes, url: str) -> str:
    """The answer decoded, if it is not too large."""
    if len(body) > MOST_BYTES:
        raise DiscoveryError("too_large", url, f"answers more than {MOST_BYTES:,} bytes")
    return decode(body)


def xml(body: bytes, url: str, roots: tuple[str, ...], kind: str) -> bytes:
    """XML in UTF-8 without control characters, prolog, or entities of its own."""
    source = _NOT_XML.sub("", text(body, url))
    source = (_PROLOG.sub("", source[:_HEAD]) + source[_HEAD:]).lstrip()
    first = _FIRST_TAG.match(source)
    if not first or first[1].lower() not in roots:
        seen = f"<{first[1]}>" if first else repr(source[:40])
        raise DiscoveryError(kind, url, f"is {kind.replace('_', ' ')}: it begins with {seen}")
    return source.encode("utf-8", "replace")


def absolute(base: str, href: str, source: Source | None = None) -> str:
    """The canonical address that `href` means on the page `base`; empty if it is none."""
    if not href or href.startswith("#"):
        return ""
    try:
        return urls.canonical(urljoin(base, href), source)
    except ValueError:
        return ""


def plain(markup: str) -> str:
    """A title without the markup that some feeds and search interfaces put into it."""
    return clean_line(unescape(_TAG.sub("", markup[:5000])))


def digest(stated: str) -> str:
    """A short stamp that changes when the text does."""
    return hashlib.sha1(stated.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


def distinct(links: Iterable[FoundLink]) -> list[FoundLink]:
    """The first link to every address, in their order."""
    first: dict[str, FoundLink] = {}
    for link in links:
        if link.url:
            first.setdefault(link.url, link)
    return list(first.values())
