"""Sitemaps, news sitemaps and their indexes."""

from datetime import UTC, datetime
from heapq import nlargest

from archive.models import FoundLink
from crawler.links import answers
from crawler.links.dates import date_in_url, parse_date
from crawler.links.elements import Dialect, Element

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_SITEMAP = Dialect(
    "not_a_sitemap",
    roots="urlset sitemapindex",
    entries="url|sitemap",
    fields="loc|lastmod|publication_date|title",
    most=50_000,  # https://www.sitemaps.org/protocol.html
)


def sitemap(body: bytes, base_url: str, fetched_at: datetime) -> tuple[list[FoundLink], list[str]]:
    """The pages of a sitemap (the newest, if there are many), in its order, and the sitemaps of
    an index, the newest first.

    Raises DiscoveryError.
    """
    pages: list[tuple[datetime, Element]] = []
    nested: list[tuple[datetime, str]] = []
    for element in _SITEMAP.read(body, base_url):
        when = (
            parse_date(element.text("publication_date"), fetched_at)
            or date_in_url(element.text("loc"), fetched_at)
            or parse_date(element.text("lastmod"), fetched_at)
        )
        if element.name == "sitemap":
            nested.append((when.instant if when else fetched_at, element.text("loc")))
        else:
            pages.append((when.instant if when else _LONG_AGO, element))
    if len(pages) > answers.MOST_LINKS:
        # Sitemaps often begin with what is oldest.
        edge = nlargest(answers.MOST_LINKS, (when for when, _ in pages))[-1]
        pages = [page for page in pages if page[0] >= edge][: answers.MOST_LINKS]
    nested.sort(key=lambda each: each[0], reverse=True)
    addresses = (answers.absolute(base_url, loc) for _, loc in nested[: answers.MOST_LINKS])
    others = dict.fromkeys(url for url in addresses if url not in ("", base_url))
    return answers.distinct(_link(base_url, *page) for page in pages), list(others)


def _link(base_url: str, when: datetime, element: Element) -> FoundLink:
    changed = element.text("lastmod")
    return FoundLink(
        answers.absolute(base_url, element.text("loc")),
        answers.plain(element.text("title")),
        None if when is _LONG_AGO else when,
        answers.digest(changed) if changed else "",
    )
