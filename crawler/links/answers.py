"""What pages that link are read with: bounded text, a tree, absolute links, plain titles."""

import hashlib
import re
import zlib
from collections.abc import Iterable
from dataclasses import replace
from html import unescape
from typing import Any
from urllib.parse import urljoin

from lxml import etree
from lxml import html as lxml_html

from archive.models import FoundLink
from archive.text import clean_line
from crawler.articles.decode import decode
from crawler.sources import urls
from crawler.sources.source import Source

MOST_BYTES = 5_000_000
MOST_LINKS = 500

_TAG = re.compile(r"<[^<>]*>")


class DiscoveryError(Exception):
    """An entry point's answer cannot be read.

    `kind` is not_a_feed, not_a_sitemap, not_json, not_a_list, no_state or too_large.
    """

    def __init__(self, kind: str, url: str, problem: str) -> None:
        super().__init__(f"{url} {problem}")
        self.kind = kind
        self.url = url
        self.problem = problem


def text(body: bytes, url: str) -> str:
    """The answer decoded, if it is not too large; unpacked, if it is a file packed by gzip."""
    if body.startswith(b"\x1f\x8b"):
        body = _unpacked(body)
    if len(body) > MOST_BYTES:
        raise DiscoveryError("too_large", url, f"answers more than {MOST_BYTES:,} bytes")
    return decode(body)


def _unpacked(body: bytes) -> bytes:
    """What a gzip file holds, no more than a byte beyond MOST_BYTES; itself if it is damaged."""
    try:
        return zlib.decompressobj(wbits=31).decompress(body, MOST_BYTES + 1)
    except zlib.error:
        return body


def parse(text: str) -> Any | None:
    """The tree of a decoded page; None if there is nothing, or nothing but comments."""
    try:
        return lxml_html.document_fromstring(
            text.encode("utf-8", "replace"), parser=lxml_html.HTMLParser(encoding="utf-8")
        )
    except etree.ParserError:
        return None


def base(tree: Any, url: str) -> str:
    """The address that the links of a page from `url` are relative to."""
    stated = next(iter(tree.xpath("//base/@href")), "")
    return absolute(url, stated) or url


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


def articles(links: Iterable[FoundLink], source: Source) -> list[FoundLink]:
    """Those that are articles of a source, with their canonical addresses, in their order."""
    found = (replace(link, url=absolute("", link.url, source)) for link in links)
    return [link for link in found if link.url and source.matches(link.url)]
