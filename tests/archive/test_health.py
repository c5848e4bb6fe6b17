"""A source is judged against what is usual for it, once something is."""

from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest

from archive import links, sources
from archive.models import Outcome
from archive.sources import Shown, Validators

FEED = "https://xinghe.example/rss"


def health(desk: Any, now: datetime) -> tuple[str, Any]:
    state, usual = desk.conn.execute(
        "select state, expected_per_day from news.source_health(%s) where id = 'xinghe'", (now,)
    ).fetchone()
    return state, usual


def polled(
    desk: Any, now: datetime, *, found: int = 20, matched: int = 18, age_hours: int = 1
) -> None:
    newest = now - timedelta(hours=age_hours)
    sources.polled(
        desk.conn, "xinghe", FEED, now, Shown(found, matched, newest, Validators("", ""))
    )


def days(desk: Any, start: datetime, count: int, per_day: int) -> datetime:
    """Store `per_day` articles on each of `count` days; the end of the last day."""
    for day in range(count):
        for number in range(per_day):
            at = start + timedelta(days=day, minutes=number)
            link = desk.link(f"{day}-{number}", at=at)
            links.settle(desk.conn, link, Outcome.STORED, "", at)
    return start + timedelta(days=count - 1, hours=6)


@pytest.fixture
def monday() -> datetime:
    return datetime.fromisoformat("2026-03-02T10:00:00+08:00")


def test_a_source_nobody_looked_at_was_never_polled(desk: Any, monday: datetime) -> None:
    assert health(desk, monday) == ("never polled", None)


def test_the_first_days_are_learning_not_an_alarm(desk: Any, monday: datetime) -> None:
    now = days(desk, monday, 3, 4)
    polled(desk, now)
    assert health(desk, now) == ("learning", None)
    quiet = now + timedelta(days=2)
    polled(desk, quiet)
    assert health(desk, quiet) == ("learning", None)


def test_after_seven_days_the_median_is_usual(desk: Any, monday: datetime) -> None:
    now = days(desk, monday, 9, 4)
    polled(desk, now)
    assert health(desk, now) == ("ok", 4)


def test_less_than_half_of_usual_is_low(desk: Any, monday: datetime) -> None:
    now = days(desk, monday, 9, 4) + timedelta(days=1, hours=12)
    polled(desk, now)
    assert health(desk, now)[0] == "low"


def test_an_old_newest_entry_is_silence_from_the_first_day(desk: Any, monday: datetime) -> None:
    polled(desk, monday, age_hours=49)
    assert health(desk, monday)[0] == "silent"


def test_links_of_which_none_matches_are_another_layout(desk: Any, monday: datetime) -> None:
    polled(desk, monday, matched=0)
    assert health(desk, monday)[0] == "layout"


def test_three_failures_in_a_row_are_failing_and_one_success_mends_it(
    desk: Any, monday: datetime
) -> None:
    for minutes in range(3):
        assert health(desk, monday)[0] != "failing"
        at = monday + timedelta(minutes=minutes)
        sources.polled(desk.conn, "xinghe", FEED, at, error="HTTP 502")
    assert health(desk, monday)[0] == "failing"
    polled(desk, monday)
    assert health(desk, monday)[0] == "learning"


def test_readers_may_ask(desk: Any, monday: datetime, postgres: Any, clone: str) -> None:
    with psycopg.connect(postgres.dsn(clone, "reader")) as reader:
        assert reader.execute("select count(*) from source_health(%s)", (monday,)).fetchone() == (
            2,
        )
