"""Per source and day in Beijing: expected, found, stored, refused and why."""

from datetime import date, datetime, timedelta
from typing import Any

from archive import links, sources
from archive.clock import BEIJING
from archive.models import Outcome

FIRST = datetime(2026, 3, 2, 0, 30, tzinfo=BEIJING)
DAYS = (
    "select day, expected, found, stored, refused, pending, reasons from news.source_days"
    " where source = %s order by day"
)


def give(desk: Any, day: int, *outcomes: Outcome | None, source: str = "xinghe") -> None:
    for outcome in outcomes:
        at = FIRST + timedelta(days=day)
        number = desk.one("select count(*) from archive.link")
        link = desk.link(str(number), source, at)
        if outcome:
            links.settle(desk.conn, link, outcome, "" if outcome == "stored" else "why", at)


def rows(desk: Any, source: str = "xinghe") -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = desk.conn.execute(DAYS, (source,)).fetchall()
    return found


def test_each_link_counts_on_the_day_it_was_first_seen(desk: Any) -> None:
    give(desk, 0, Outcome.STORED, Outcome.GONE, Outcome.TOO_SHORT, Outcome.TOO_SHORT, None)
    give(desk, 2, Outcome.STORED)
    assert rows(desk) == [
        (date(2026, 3, 2), None, 5, 1, 3, 1, {"gone": 1, "too_short": 2}),
        (date(2026, 3, 3), None, 0, 0, 0, 0, {}),
        (date(2026, 3, 4), None, 1, 1, 0, 0, {}),
    ]


def test_expected_is_the_median_of_up_to_fourteen_days_before(desk: Any) -> None:
    for day, number in enumerate([1, 4, 0, 4, 4, 0, 4, 9, *[6] * 14, 0]):
        give(desk, day, *[Outcome.STORED] * number)
    give(desk, 22, Outcome.GONE)
    expected = [row[1] for row in rows(desk)]
    assert expected[:7] == [None] * 7
    assert expected[7] == expected[8] == 4
    assert expected[22] == 6


def test_a_day_without_a_link_is_there_once_anything_was_looked_at(desk: Any) -> None:
    give(desk, 0, Outcome.STORED)
    give(desk, 0, Outcome.STORED, source="zhidian")
    sources.polled(desk.conn, "zhidian", "https://zhidian.example/rss", FIRST + timedelta(days=2))
    assert [row[2] for row in rows(desk)] == [1, 0, 0]
    desk.conn.execute("update archive.source set enabled = false where id = 'xinghe'")
    assert [row[2] for row in rows(desk)] == [1]
    assert [row[2] for row in rows(desk, "zhidian")] == [1, 0, 0]


def test_the_days_add_up_to_the_ledger(desk: Any) -> None:
    for day, outcome in enumerate([*Outcome, None]):
        give(desk, day // 3, outcome, source=("xinghe", "zhidian")[day % 2])
    sums = "select sum(found), sum(stored + refused + pending) from news.source_days"
    assert desk.conn.execute(sums).fetchone() == (len(Outcome) + 1,) * 2
