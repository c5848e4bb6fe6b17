"""A source is flagged by the first crawl that shows its trouble, and never for a quiet weekend."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import psycopg
import pytest

from archive import links, sources
from archive.clock import BEIJING
from archive.models import Outcome
from archive.sources import Shown, Validators

FEED = "https://xinghe.example/rss"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONDAY = datetime(2026, 3, 2, 10, tzinfo=BEIJING)

HEALTH = "select state, expected_per_day, why from news.source_health(%s) where id = 'xinghe'"


def health(desk: Any, now: datetime) -> tuple[str, Any, str]:
    found: tuple[str, Any, str] = desk.conn.execute(HEALTH, (now,)).fetchone()
    return found


def state(desk: Any, now: datetime) -> str:
    return health(desk, now)[0]


def polled(
    desk: Any,
    now: datetime,
    *,
    found: int = 20,
    matched: int | None = None,
    newest: datetime | None = None,
    url: str = FEED,
) -> None:
    shown = Shown(found, found if matched is None else matched, newest, Validators("", ""))
    sources.polled(desk.conn, "xinghe", url, now, shown)


def crawl(
    desk: Any,
    now: datetime,
    *outcomes: Outcome | None,
    newest: datetime | None = None,
    published: datetime | None = None,
) -> None:
    """One crawl: an outcome for each new link, None while its page waits to be read."""
    for outcome in outcomes:
        number = desk.one("select count(*) from archive.link")
        link = desk.link(str(number), at=now, published_at=published or now)
        if outcome:
            links.settle(desk.conn, link, outcome, "" if outcome == "stored" else "why", now)
    polled(desk, now, newest=newest or now)


def days(desk: Any, count: int, per_day: Callable[[date], int], start: datetime = MONDAY) -> None:
    """A crawl at the same hour of `count` days, with so many articles stored on each."""
    newest = start
    for number in range(count):
        at = start + number * DAY
        given = per_day(at.date())
        newest = at if given else newest
        crawl(desk, at, *[Outcome.STORED] * given, newest=newest)


def always(number: int) -> Callable[[date], int]:
    return lambda day: number


def on_weekdays(number: int, weekend: int = 0) -> Callable[[date], int]:
    return lambda day: weekend if day.isoweekday() >= 6 else number


def test_a_source_nobody_looked_at_was_never_polled(desk: Any) -> None:
    assert health(desk, MONDAY) == ("never polled", None, "")


def test_the_first_days_are_learning_not_an_alarm(desk: Any) -> None:
    days(desk, 3, always(4))
    now = MONDAY + 3 * DAY
    crawl(desk, now)
    assert health(desk, now) == ("learning", None, "")


def test_after_seven_days_the_median_is_usual(desk: Any) -> None:
    days(desk, 9, always(4))
    assert health(desk, MONDAY + 7 * DAY) == ("learning", None, "")
    assert health(desk, MONDAY + 8 * DAY) == ("ok", 4, "")


@pytest.mark.parametrize(("given", "expected"), [(1, "low"), (2, "ok"), (9, "ok")])
def test_less_than_half_of_usual_is_low_after_one_crawl(
    desk: Any, given: int, expected: str
) -> None:
    days(desk, 10, always(4))
    now = MONDAY + 10 * DAY
    crawl(desk, now, *[Outcome.STORED] * given)
    assert health(desk, now)[:2] == (expected, 4)


def test_what_waits_to_be_read_is_not_missing(desk: Any) -> None:
    days(desk, 10, always(4))
    now = MONDAY + 10 * DAY
    crawl(desk, now, None, None, None)
    assert state(desk, now) == "ok"


@pytest.mark.parametrize("weekend", [0, 1, 3])
def test_a_quiet_weekend_is_no_alarm_at_any_hour(desk: Any, weekend: int) -> None:
    days(desk, 21, on_weekdays(8, weekend))
    for hour in range(0, 24 * 5, 3):
        now = MONDAY + 18 * DAY + hour * HOUR  # from Friday to Wednesday
        if now <= MONDAY + 21 * DAY:
            assert state(desk, now) == "ok", now


@pytest.mark.parametrize(("weekend", "expected"), [(0, "ok"), (1, "silent")])
def test_two_days_are_long_only_for_who_publishes_at_weekends(
    desk: Any, weekend: int, expected: str
) -> None:
    for day in range(14):
        at = MONDAY + day * DAY
        for hour in (0, 3, 6):
            crawl(desk, at + hour * HOUR, *[Outcome.STORED] * on_weekdays(2, weekend)(at.date()))
    friday = MONDAY + 11 * DAY + 6 * HOUR
    polled(desk, friday + 51 * HOUR, newest=friday)
    assert state(desk, friday + 51 * HOUR) == expected


def test_the_first_weekend_is_no_alarm_either(desk: Any) -> None:
    days(desk, 5, always(8), MONDAY)
    for hour in range(0, 72, 6):
        assert state(desk, MONDAY + 4 * DAY + hour * HOUR) == "learning"


def test_a_working_day_like_a_weekend_is_low(desk: Any) -> None:
    days(desk, 21, on_weekdays(8, 1))
    monday = MONDAY + 21 * DAY
    crawl(desk, monday, Outcome.STORED)
    assert state(desk, monday) == "low"


def test_a_feed_that_stands_still_is_silent_at_the_first_look(desk: Any) -> None:
    wednesday = MONDAY + 2 * DAY
    crawl(desk, wednesday, Outcome.STORED, published=wednesday - 49 * HOUR,
          newest=wednesday - 49 * HOUR)  # fmt: skip
    found, _, why = health(desk, wednesday)
    assert (found, why) == ("silent", "nothing new for 49 hours; 48 are usual at most")
    polled(desk, wednesday, newest=wednesday - 47 * HOUR)
    assert state(desk, wednesday) == "learning"


def test_a_feed_whose_newest_entry_is_years_old_is_silent(desk: Any) -> None:
    polled(desk, MONDAY, newest=MONDAY - 8 * 365 * DAY)
    assert state(desk, MONDAY) == "silent"


def test_a_source_that_stops_is_silent_without_dates_of_its_own(desk: Any) -> None:
    days(desk, 14, always(1))
    now = MONDAY + 16 * DAY + 4 * HOUR
    polled(desk, now)
    assert state(desk, now) == "silent"


def test_a_weekly_source_may_be_quiet_for_two_weeks(desk: Any) -> None:
    for week in range(8):
        crawl(desk, MONDAY + 7 * week * DAY, Outcome.STORED, Outcome.STORED)
    last = MONDAY + 49 * DAY
    for quiet in (3, 9, 13):
        assert state(desk, last + quiet * DAY) == "ok"
    assert state(desk, last + 15 * DAY) == "silent"


def test_a_weekly_feed_is_known_as_such_at_the_first_look(desk: Any) -> None:
    for week in range(1, 6):
        crawl(desk, MONDAY, Outcome.STORED, published=MONDAY - 7 * week * DAY)
    polled(desk, MONDAY, newest=MONDAY - 7 * DAY)
    assert state(desk, MONDAY) == "learning"


def test_a_date_in_the_future_does_not_hide_silence(desk: Any) -> None:
    days(desk, 10, always(2))
    now = MONDAY + 13 * DAY - 4 * HOUR + 7 * DAY
    polled(desk, now, newest=now + 400 * DAY)
    assert state(desk, now) == "silent"


def test_links_of_which_none_matches_are_another_layout(desk: Any) -> None:
    polled(desk, MONDAY, matched=0)
    assert health(desk, MONDAY)[::2] == ("layout", "no link matches its article pattern")


def test_a_list_without_an_article_is_another_layout(desk: Any) -> None:
    polled(desk, MONDAY, found=0)
    assert health(desk, MONDAY)[::2] == (
        "layout",
        "its entry points answer, but show no article",
    )


def test_a_sitemap_of_news_may_be_empty(desk: Any) -> None:
    polled(desk, MONDAY, found=0, url="https://xinghe.example/news-sitemap.xml")
    assert state(desk, MONDAY) == "learning"


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Outcome.TOO_SHORT, "layout"),
        (Outcome.EXTRACTION_FAILED, "layout"),
        (Outcome.CHALLENGE_PAGE, "blocked"),
        (Outcome.HTTP_ERROR, "blocked"),
        (Outcome.OFF_TOPIC, "ok"),
        (Outcome.PAYWALLED, "ok"),
        (Outcome.GONE, "ok"),
    ],
)
def test_pages_that_give_no_article_are_flagged_after_one_crawl(
    desk: Any, outcome: Outcome, expected: str
) -> None:
    days(desk, 9, always(3))
    now = MONDAY + 9 * DAY
    crawl(desk, now, outcome, outcome, outcome, Outcome.STORED, Outcome.STORED)
    found, _, why = health(desk, now)
    assert found == expected
    if expected != "ok":
        assert why == f"2 of its last 5 pages gave an article; most others: {outcome}"


def test_a_small_crawl_is_judged_together_with_the_pages_before_it(desk: Any) -> None:
    days(desk, 9, always(3))
    now = MONDAY + 9 * DAY
    crawl(desk, now, *[Outcome.TOO_SHORT] * 3)
    assert health(desk, now)[::2] == (
        "layout",
        "2 of its last 5 pages gave an article; most others: too_short",
    )


def test_a_few_short_pages_are_no_other_layout(desk: Any) -> None:
    days(desk, 9, always(3))
    now = MONDAY + 9 * DAY
    crawl(desk, now, Outcome.TOO_SHORT, Outcome.TOO_SHORT)
    assert state(desk, now) != "layout"


def test_no_answer_is_failing_at_once_and_one_success_mends_it(desk: Any) -> None:
    sources.polled(desk.conn, "xinghe", FEED, MONDAY, error="HTTP 502")
    assert health(desk, MONDAY)[::2] == ("failing", "no entry point answered: HTTP 502")
    sources.polled(desk.conn, "xinghe", FEED, MONDAY + HOUR, error="HTTP 502")
    why = "no entry point answered 2 times in a row: HTTP 502"
    assert health(desk, MONDAY + HOUR)[::2] == ("failing", why)
    crawl(desk, MONDAY + 2 * HOUR, Outcome.STORED)
    assert health(desk, MONDAY + 2 * HOUR)[::2] == ("learning", "")


def test_one_entry_point_of_two_is_enough_but_its_trouble_is_told(desk: Any) -> None:
    sources.polled(desk.conn, "xinghe", f"{FEED}2", MONDAY, error="HTTP 502")
    crawl(desk, MONDAY, Outcome.STORED)
    assert health(desk, MONDAY)[::2] == ("learning", "HTTP 502")


def test_a_second_page_of_an_earlier_crawl_hides_no_failure(desk: Any) -> None:
    polled(desk, MONDAY, url=f"{FEED}?page=2", newest=MONDAY)
    later = MONDAY + 2 * HOUR
    sources.polled(desk.conn, "xinghe", FEED, later, error="HTTP 502")
    assert state(desk, later) == "failing"


def test_readers_may_ask(desk: Any, postgres: Any, clone: str) -> None:
    with psycopg.connect(postgres.dsn(clone, "reader")) as reader:
        asked = reader.execute("select count(*) from source_health(%s)", (MONDAY,))
        assert asked.fetchone() == (2,)


@pytest.mark.parametrize("outcome", [Outcome.GONE, Outcome.PAYWALLED])
def test_members_only_or_gone_is_no_trouble_until_all_pages_are(
    desk: Any, outcome: Outcome
) -> None:
    crawl(desk, MONDAY, Outcome.STORED, *[outcome] * 4)
    assert state(desk, MONDAY) == "learning"
    crawl(desk, MONDAY + HOUR, outcome)
    assert health(desk, MONDAY + HOUR)[::2] == (
        "blocked",
        f"none of its last 5 pages gave an article: {outcome}",
    )


def test_addresses_without_end_are_a_trap(desk: Any) -> None:
    crawl(desk, MONDAY, Outcome.STORED)
    trap = Shown(20, 20, MONDAY, Validators("", ""), "3 links such as https://xinghe.example/?p=9")
    sources.polled(desk.conn, "xinghe", FEED, MONDAY, trap)
    assert health(desk, MONDAY)[::2] == ("trap", trap.trap)
