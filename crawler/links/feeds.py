"""RSS, Atom and RDF feeds, damaged ones too."""

import re
from dataclasses import replace
from datetime import datetime, timedelta

from archive.models import FoundLink
from crawler.links import answers
from crawler.links.dates import parse_date
from crawler.links.elements import Dialect, Element

_FEED = Dialect(
    "not_a_feed",
    roots="rss feed rdf channel",
    entries="item|entry",
    fields="title|link|guid|id|description|summary|content|encoded|pubdate|published|issued|date"
    "|created|updated|modified|source",
    most=answers.MOST_LINKS,
)
_ZULU = re.compile(r"(?:GMT|UTC?|Z|[+-]00:?00)\s*$")
_FULL_TEXT = 1000
"""A description longer than this, in characters of HTML, is the article itself."""


def feed(body: bytes, base_url: str, fetched_at: datetime) -> list[FoundLink]:
    """The links of a feed, in its order. Raises DiscoveryError."""
    links = []
    zulu = True
    for entry in _FEED.read(body, base_url):
        title = entry.text("title")
        summary = entry.text("description", "summary")
        content = entry.text("encoded", "content")
        updated = entry.text("updated", "modified")
        stated = entry.text("pubdate", "published", "issued", "date", "created") or updated
        when = parse_date(stated, fetched_at)
        zulu = zulu and (not stated or _ZULU.search(stated) is not None)
        links.append(
            FoundLink(
                answers.absolute(base_url, _address(entry)),
                answers.plain(title),
                when.instant if when else None,
                answers.digest(updated or (content or summary) + title),
                content or (summary if len(summary) > _FULL_TEXT else ""),
            )
        )
    return answers.distinct(_unshifted(links, fetched_at) if zulu else links)


def _address(entry: Element) -> str:
    for link in entry.fields.get("link", ()):
        if link.attribute("rel") in ("", "alternate") and (
            address := link.text or link.attribute("href")
        ):
            return address
    guid = entry.text("guid", "id")
    return guid if guid.startswith(("http://", "https://")) else ""


def _unshifted(links: list[FoundLink], fetched_at: datetime) -> list[FoundLink]:
    """Undo what feeds do that write Beijing's clock and call it GMT: news from the future."""
    newest = max((link.published_at for link in links if link.published_at), default=fetched_at)
    if not timedelta(minutes=10) < newest - fetched_at <= timedelta(hours=8, minutes=10):
        return links
    return [
        replace(link, published_at=link.published_at and link.published_at - timedelta(hours=8))
        for link in links
    ]
