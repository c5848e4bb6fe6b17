"""Asking an entry point, and what it shows: bytes in, links out. No network, clock or database."""

import json
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from archive.models import FoundLink
from crawler.links.apis import api, fragment
from crawler.links.feeds import feed
from crawler.links.listings import listing
from crawler.links.sitemaps import sitemap
from crawler.links.states import state
from crawler.sources.source import Entry, Source


def request(entry: Entry, page: int = 1) -> dict[str, Any]:
    """How to ask for page n of an entry point: url, method, headers and body."""
    if entry.method == "GET":
        return {"url": entry.address(page), "headers": dict(entry.headers)}
    params = entry.parameters(page)
    if entry.body == "json":
        kind, body = "json", json.dumps(params, ensure_ascii=False)
    else:
        kind, body = "x-www-form-urlencoded", urlencode(params)
    headers = {"Content-Type": f"application/{kind}", **entry.headers}
    return {"url": entry.path(page), "method": "POST", "headers": headers, "body": body.encode()}


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
