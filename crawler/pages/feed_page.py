"""A page made of a feed entry: for sources read from their feed, and for pages that are closed."""

import re
from html import escape, unescape

from archive.clock import BEIJING
from archive.models import FoundLink, Outcome
from archive.text import clean

_TAG = re.compile(r"<[^>]*>")
_CUT = re.compile(
    r"(?:…|\.\.\.|(?:阅读|查看|展开|余下)(?:全文|更多|详情)|全文阅读|continue reading|read more)"
    r"\W{0,8}$",
    re.IGNORECASE,
)
_FULL = 200
"""A teaser is shorter than this, in characters of text."""
_MOST_BYTES = 500_000
_CLOSED = {
    Outcome.BLOCKED_BY_ROBOTS,
    Outcome.CHALLENGE_PAGE,
    Outcome.HTTP_ERROR,
    Outcome.PAYWALLED,
    Outcome.RATE_LIMITED,
    Outcome.TIMEOUT,
    Outcome.TOO_SHORT,
    Outcome.UNREACHABLE,
}
_GONE = {"HTTP 404", "HTTP 410"}
"""What the publisher took back is not read from elsewhere."""


def render(link: FoundLink) -> bytes:
    """The entry as an HTML page in UTF-8, so that it is read as every other page is."""
    stated = link.published_at.astimezone(BEIJING).isoformat() if link.published_at else ""
    title = escape(link.title)
    return (
        f'<!doctype html><html lang="zh"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta property="article:published_time" content="{stated}"></head>'
        f"<body><article><h1>{title}</h1>{link.content}</article></body></html>"
    ).encode("utf-8", "replace")


def is_full(link: FoundLink) -> bool:
    """Whether the entry carries the article itself, not a teaser, and not too much to keep."""
    text = clean(unescape(_TAG.sub("", link.content)))
    small = len(link.content.encode("utf-8", "replace")) <= _MOST_BYTES
    return small and len(text) >= _FULL and not _CUT.search(text[-60:])


def note(outcome: Outcome, reason: str) -> str:
    """What to say where the feed's text stands in for a page with this outcome; empty: it may not.

    The page must be closed to us while the article still stands.
    """
    if outcome not in _CLOSED or reason in _GONE:
        return ""
    return f"read from the feed: the page is {outcome}, {reason}"
