"""RSS, Atom and RDF feeds, damaged ones too."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO
from itertools import islice

import feedparser

from archive.models import FoundLink
from crawler import answers
from crawler.dates import parse_date

_ENTRY_TAG = re.compile(rb"<(?:item|entry)[\s>]")
_ZULU = re.compile(r"(?:GMT|UTC?|Z|[+-]00:?00)\s*$")
_FIELDS = ("link", "id", "title", "summary", "published", "updated", "created")
_FULL_TEXT = 1000
"""A description longer than this, in characters of HTML, is the article itself."""


def feed(body: bytes, base_url: str, fetched_at: datetime) -> list[FoundLink]:
    """The links of a feed, in its order. Raises DiscoveryError."""
    source = answers.xml(body, base_url, ("rss", "feed", "rdf", "channel"), "not_a_feed")
    # Measured: 60,000 entries take ten seconds, so they are cut before they are parsed.
    if beyond := next(islice(_ENTRY_TAG.finditer(source), answers.MOST_LINKS, None), None):
        source = source[: beyond.start()]
    parsed = feedparser.parse(
        BytesIO(source),
        response_headers={"content-type": "application/xml; charset=utf-8"},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    links = []
    zulu = True
    for entry in parsed.entries:
        # feedparser's own `get` answers one date for another.
        told = {name: str(dict.get(entry, name) or "") for name in _FIELDS}
        content = next((each["value"] for each in entry.get("content", ()) if each["value"]), "")
        stated = told["published"] or told["updated"] or told["created"]
        when = parse_date(stated, fetched_at)
        zulu = zulu and (not stated or _ZULU.search(stated) is not None)
        links.append(
            FoundLink(
                answers.absolute(base_url, told["link"] or told["id"]),
                answers.plain(told["title"]),
                when.instant if when else None,
                answers.digest(told["updated"] or (content or told["summary"]) + told["title"]),
                content or (told["summary"] if len(told["summary"]) > _FULL_TEXT else ""),
            )
        )
    return answers.distinct(_unshifted(links, fetched_at) if zulu else links)


def _unshifted(links: list[FoundLink], fetched_at: datetime) -> list[FoundLink]:
    """Undo what feeds do that write Beijing's clock and call it GMT: news from the future."""
    newest = max((link.published_at for link in links if link.published_at), default=fetched_at)
    if not timedelta(minutes=10) < newest - fetched_at <= timedelta(hours=8, minutes=10):
        return links
    return [
        replace(link, published_at=link.published_at and link.published_at - timedelta(hours=8))
        for link in links
    ]
