from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg import Connection

from archive import sources
from archive.sources import Pace, Shown, Validators

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
FEED = "https://xinghe.example/rss"
SEEN = Validators('"v1"', "Wed, 04 Mar 2026 04:00:00 GMT")
TWENTY = Shown(20, 18, NOON - HOUR, SEEN)


def known(conn: Connection) -> list[tuple[Any, ...]]:
    return conn.execute("select id, name, enabled from news.sources order by id").fetchall()


def test_the_archive_knows_the_registry_and_imports(conn: Connection) -> None:
    sources.sync(conn, [("xinghe", "星河科技报", "https://xinghe.example", True)], NOON)
    assert known(conn) == [("imported", "导入", False), ("xinghe", "星河科技报", True)]


def test_a_source_that_left_the_registry_stays_but_is_disabled(desk: Any) -> None:
    desk.article("a")
    sources.sync(desk.conn, [("zhidian", "智点日报", "https://zhidian.example", True)], NOON + HOUR)
    assert known(desk.conn)[1:] == [("xinghe", "星河科技报", False), ("zhidian", "智点日报", True)]


def test_nothing_is_written_when_nothing_changed(conn: Connection, desk: Any) -> None:
    same = [("xinghe", "星河科技报", "https://xinghe.example", True)]
    sources.sync(conn, same, NOON + HOUR)
    assert desk.one("select synced_at from archive.source where id = 'xinghe'") == NOON


def validators(conn: Connection) -> Validators:
    return sources.entry_points(conn)["xinghe", FEED].validators


def test_what_an_entry_point_said_is_remembered(conn: Connection, desk: Any) -> None:
    assert sources.entry_points(conn) == {}
    sources.polled(conn, "xinghe", FEED, NOON, TWENTY, pace=Pace(90, 1.5))
    (point,) = sources.entry_points(conn).values()
    assert (point.polled_at, point.matched, point.pace) == (NOON, 18, Pace(90, 1.5))
    assert point.validators == SEEN


def test_the_pace_stays_when_a_look_does_not_say_it(conn: Connection, desk: Any) -> None:
    sources.polled(conn, "xinghe", FEED, NOON, TWENTY)
    assert sources.entry_points(conn)["xinghe", FEED].pace is None
    sources.polled(conn, "xinghe", FEED, NOON, TWENTY, pace=Pace(90, 1.5))
    sources.polled(conn, "xinghe", FEED, NOON + HOUR)
    assert sources.entry_points(conn)["xinghe", FEED].pace == Pace(90, 1.5)
    shown = desk.one("select next_at from news.entry_points")
    assert shown == NOON + HOUR * 2.5


def test_a_trap_is_shown_until_it_is_none(conn: Connection, desk: Any) -> None:
    trapped = replace(TWENTY, trap="18 links such as https://xinghe.example/a/a/a/a/a")
    for shown in (trapped, TWENTY):
        sources.polled(conn, "xinghe", FEED, NOON, shown)
        assert desk.one("select trap from news.entry_points") == shown.trap


def test_what_a_source_spent_in_a_day_is_counted(conn: Connection, desk: Any) -> None:
    assert sources.spent(conn, NOON - HOUR) == {}
    desk.article("a")
    (seen,) = conn.execute("select min(first_seen) from archive.link").fetchone()
    assert sources.spent(conn, seen) == {"xinghe": (1, 1)}
    assert sources.spent(conn, seen + HOUR) == {}


def test_an_unchanged_or_failing_entry_point_keeps_what_it_said(
    conn: Connection, desk: Any
) -> None:
    sources.polled(conn, "xinghe", FEED, NOON, TWENTY)
    sources.polled(conn, "xinghe", FEED, NOON + HOUR)
    assert desk.one("select found from archive.entry_point") == 20
    sources.polled(conn, "xinghe", FEED, NOON + 2 * HOUR, error="HTTP 502")
    assert validators(conn) == SEEN
    trouble = "select trouble from news.sources where id = 'xinghe'"
    assert desk.one(trouble) == f"{FEED}: HTTP 502"
    sources.polled(conn, "xinghe", FEED, NOON + 3 * HOUR, Shown(0, 0, None, SEEN))
    assert desk.one(trouble) is None
    assert desk.one("select found from archive.entry_point") == 0


def test_looks_that_fail_in_a_row_are_counted(conn: Connection, desk: Any) -> None:
    for hours in range(3):
        sources.polled(conn, "xinghe", FEED, NOON + hours * HOUR, error="HTTP 502")
    assert desk.one("select failures from archive.entry_point") == 3
    sources.polled(conn, "xinghe", FEED, NOON + 4 * HOUR)
    assert desk.one("select failures from archive.entry_point") == 0
