"""What every entry point's answer is read with: bounded text, absolute links, plain titles."""

import contextlib
import hashlib
import re
import zlib
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
_CHUNK = 10_000

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
    """What a gzip file holds, up to a damage in it and hardly more than MOST_BYTES."""
    unpacker = zlib.decompressobj(wbits=31)
    unpacked = b""
    with contextlib.suppress(zlib.error):
        for start in range(0, len(body), _CHUNK):
            unpacked += unpacker.decompress(body[start : start + _CHUNK], MOST_BYTES + 1)
            if len(unpacked) > MOST_BYTES:
                break
    return unpacked


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
