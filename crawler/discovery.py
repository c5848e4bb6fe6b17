"""Asking an entry point, and what it shows: bytes in, links out. No network, clock or database."""

import json
from datetime import datetime
from urllib.parse import urlencode

from archive.models import FoundLink
from crawler.answers import DiscoveryError
from crawler.apis import api, fragment
from crawler.feeds import feed
from crawler.listings import listing
from crawler.registry import Entry, Source
from crawler.sitemaps import sitemap
from crawler.states import state

__all__ = [
    "DiscoveryError",
    "api",
    "discover",
    "feed",
    "listing",
    "request_body",
    "sitemap",
    "state",
]


def request_body(entry: Entry, page: int = 1) -> tuple[bytes, str]:
    """The body to send for page n of an entry point, and the address to send it to."""
    if entry.method == "GET":
        return b"", entry.address(page)
    params = entry.parameters(page)
    if entry.body == "json":
        return json.dumps(params, ensure_ascii=False).encode(), entry.path(page)
    return urlencode(params).encode(), entry.path(page)


def discover(
    body: bytes, url: str, source: Source, entry: Entry, fetched_at: datetime
) -> tuple[list[FoundLink], list[str]]:
    """The links that an entry point shows, in its order, and the sitemaps that it names.

    Raises DiscoveryError.
    """
    match entry.kind:
        case "feed":
            return feed(body, url, fetched_at), []
        case "sitemap":
            return sitemap(body, url, fetched_at)
        case "listing":
            page = fragment(body, entry) if entry.items else body
            return listing(page, url, source, fetched_at), []
        case "api" | "wordpress":
            return api(body, entry, fetched_at), []
        case "state":
            return state(body, url, entry, fetched_at), []
