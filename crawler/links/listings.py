"""Listings: HTML pages that link to articles."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from archive.models import FoundLink
from archive.text import clean_line
from crawler.links import answers
from crawler.links.dates import date_in_url, find_date
from crawler.sources.source import Source

_CARD = "ancestor-or-self::*[self::li or self::dd or self::dl or self::tr or self::article][1]"
_LONGEST_TITLE = 120
_MOST_ANCHORS = 10_000
_MOST_TEXTS = 200
"""Of the texts in a card or link, as many are read, 500 characters of each: cards are nested."""


def listing(body: bytes, base_url: str, source: Source, fetched_at: datetime) -> list[FoundLink]:
    """The articles of `source` that a page links to, in its order. Raises DiscoveryError."""
    tree = answers.parse(answers.text(body, base_url))
    if tree is None:
        return []
    base = answers.base(tree, base_url)
    found: dict[str, FoundLink] = {}
    cards: dict[Any, str] = {}
    for anchor in islice(tree.iter("a"), _MOST_ANCHORS):
        url = answers.absolute(base, anchor.get("href", ""), source)
        if not url or not source.matches(url):
            continue
        key = source.article_id(url) or url
        if len(found) == answers.MOST_LINKS and key not in found:
            break
        known = found.get(key) or FoundLink(url)
        title = _title(anchor)
        card = next(iter(anchor.xpath(_CARD)), anchor)
        if card not in cards:
            cards[card] = _text(card)
        found[key] = replace(
            known,
            title=max(known.title, title, key=len),
            published_at=known.published_at or _date(cards[card], title, url, fetched_at),
        )
    return list(found.values())


def _title(anchor: Any) -> str:
    headings = anchor.xpath(".//h1|.//h2|.//h3|.//h4|.//h5") or [anchor]
    texts = [_text(each) for each in headings]
    texts.append(clean_line(anchor.get("title", "")))
    # Anything longer is a whole card: title, summary and date in one link.
    return max((text for text in texts if len(text) <= _LONGEST_TITLE), key=len, default="")


def _text(element: Any) -> str:
    return clean_line("".join(text[:500] for text in islice(element.itertext(), _MOST_TEXTS)))


def _date(card: str, title: str, url: str, fetched_at: datetime) -> datetime | None:
    told = date_in_url(url, fetched_at)
    # The title may name a day too; a date far from the address's is one of the summary.
    seen = find_date(card.replace(title, " ") if title else card, fetched_at)
    if seen and told and abs(seen.instant - told.instant) > timedelta(days=2):
        seen = None
    when = seen or told
    return when.instant if when else None
