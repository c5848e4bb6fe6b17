"""Asking an entry point, and what it shows: bytes in, links out. No network, clock or database."""

import json
from datetime import datetime
from urllib.parse import urlencode

from archive.models import FoundLink
from crawler.answers import DiscoveryError
from crawler.apis import api
from crawler.feeds import feed
from crawler.listings import listing
from crawler.registry import Entry, Source
from crawler.sitemaps import sitemap

__all__ = ["DiscoveryError", "api", "discover", "feed", "listing", "request_body", "sitemap"]


def request_body(entry: Entry, url: str) -> tuple[bytes, str]:
    """The body to send to an entry point, and the address to send it to."""
    if entry.method == "GET":
        query = urlencode(entry.params)
        return b"", f"{url}{'&' if '?' in url else '?'}{query}" if query else url
    if entry.body == "json":
        return json.dumps(entry.params, ensure_ascii=False).encode(), url
    return urlencode(entry.params).encode(), url


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
        case "api":
            return api(body, entry, fetched_at), []
        case "listing":
            return listing(body, url, source, fetched_at), []
