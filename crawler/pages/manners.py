"""Good manners as rules: when to look again, when to leave a host alone, what looks like a trap."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from archive.hosts import Host
from archive.sources import Pace
from crawler.links.dates import date_in_url

FAILURES = 5
"""So many failures in a row, and a host is left alone."""
LONGEST_REST = timedelta(hours=6)
"""Also the rest after a challenge or a refusal, which are never answered (SOURCES.md §11)."""
MOST_RETRY_AFTER = timedelta(hours=1)
MOST_CRAWL_DELAY = 120.0
"""Seconds; the longest that a known publisher asks for (people.com.cn)."""
LOOKS = 1 / 4
"""The part of a source's pages in one crawl that may be second looks at stored ones, if its new
links leave so many."""
_FIRST_REST = timedelta(minutes=15)
_QUICKEST, _SLOWEST = 1 / 4, 8
_DAY = 24 * 60.0
_HALF_LIFE_HOURS = 72.0
_MOST_SEGMENTS = 20
_REPEATS = 4
_AHEAD = timedelta(days=2)


def failed(
    host: Host,
    now: datetime,
    reason: str,
    *,
    asked: timedelta | None = None,
    refused: bool = False,
    closed: bool = False,
) -> Host:
    """The host after one more failure.

    It rests for as long as it `asked`; after FAILURES in a row, or when the one request that tried
    it after a rest failed, four times longer each time; after a refusal for LONGEST_REST. One that
    is `closed`, because its robots.txt cannot be had, rests at once.
    """
    host = replace(host, failures=host.failures + 1, reason=reason)
    if closed or host.rests or host.failures >= FAILURES:
        rest = LONGEST_REST if refused else min(_FIRST_REST * 4**host.rests, LONGEST_REST)
        # More than these make no difference.
        host = replace(host, rests=min(host.rests + 1, 9), until=now + max(rest, asked or rest))
    elif asked is not None:
        host = replace(host, until=now + asked)
    return host


def retry_after(stated: str, now: datetime) -> timedelta | None:
    """What a Retry-After header asks for, seconds or a date; None if it asks for nothing."""
    stated = stated.strip()
    try:
        if stated.isdecimal():
            wait = timedelta(seconds=min(int(stated[:9]), _DAY * 60))
        else:
            wait = parsedate_to_datetime(stated).astimezone(now.tzinfo) - now
    except (ValueError, OverflowError):
        return None
    return min(max(wait, timedelta()), MOST_RETRY_AFTER)


def pace(last: Pace, configured: float, hours: float | None, shown: int, new: int) -> Pace:
    """How often to look at an entry point, after a look that showed `shown` articles.

    `new` of them were new; the look before was `hours` ago, None if there was none. A quiet entry
    point is looked at ever more seldom, a busy one as `configured` (minutes) or sooner: at the
    pace of its busiest hours of late, no more than half of what it shows may change between two
    looks. Bounds: a quarter of `configured`, and eight times, but no more than a day.
    """
    if hours is None:
        return Pace(configured, 0.0)
    per_hour = max(
        new / max(hours, configured / 60 * _QUICKEST),
        last.per_hour * 0.5 ** (hours / _HALF_LIFE_HOURS),
    )
    minutes = configured if new else last.minutes * 1.5
    if per_hour:
        minutes = min(minutes, 60 * shown / 2 / per_hour)
    most = max(configured, min(configured * _SLOWEST, _DAY))
    return Pace(min(max(minutes, configured * _QUICKEST), most), per_hour)


def trap(url: str, now: datetime) -> str:
    """Why an address looks like one of endlessly many; empty if it does not."""
    segments = [each for each in urlsplit(url).path.split("/") if each]
    if len(segments) > _MOST_SEGMENTS:
        return f"has a path of more than {_MOST_SEGMENTS} parts"
    if segments and max(Counter(segments).values()) >= _REPEATS:
        return "repeats a part of its path again and again"
    if (day := date_in_url(url)) and day.instant > now + _AHEAD:
        return "is of a day to come"
    return ""
