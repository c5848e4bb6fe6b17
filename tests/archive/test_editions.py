from datetime import date, time, timedelta
from typing import Any

import pytest
from psycopg import Connection

from archive import clock, editions
from archive.edition_models import Edition, Part
from archive.sameness.stored import place_pending
from archive.sameness.telling import tell_pending

DAY = date(2026, 3, 5)
WINDOW = clock.window(DAY, time(7))
SECOND = timedelta(seconds=1)
PART = Part("story", "<p>量潮</p>", "量潮\n", "量潮发布", "模型", "模型", (1, 2), ("大模型",))
EDITION = Edition(DAY, "简报：量潮发布新模型", "<p>量潮</p>", "量潮\n", {"stories": 1}, (PART,))


def test_an_edition_is_frozen_once(conn: Connection) -> None:
    assert editions.get(conn, DAY) is None
    assert editions.freeze(conn, WINDOW, EDITION, WINDOW.end)
    other = Edition(DAY, "别的", "", "", {})
    assert not editions.freeze(conn, WINDOW, other, WINDOW.end + SECOND)
    assert editions.get(conn, DAY) == EDITION
    assert conn.execute("select position, title from news.edition_parts").fetchall() == [
        (1, "量潮发布")
    ]
    covered = conn.execute("select day, window_start, window_end, composed_at from news.editions")
    assert covered.fetchall() == [(DAY, WINDOW.start, WINDOW.end, WINDOW.end)]


def test_an_edition_waits_for_every_stage(conn: Connection, desk: Any) -> None:
    left = [editions.unready(conn, WINDOW)]
    link = desk.link("a", at=WINDOW.start)
    left.append(editions.unready(conn, WINDOW))
    page = desk.page(link)
    left.append(editions.unready(conn, WINDOW))
    conn.execute("update archive.page set read_at = %s where id = %s", (WINDOW.start, page))
    left.append(editions.unready(conn, WINDOW))
    assert left == [0, 1, 1, 0]


@pytest.mark.parametrize(("minutes", "left"), [(29, 1), (30, 0)])
def test_an_edition_does_not_wait_for_what_is_tried_again_only_later(
    conn: Connection, desk: Any, minutes: int, left: int
) -> None:
    link = desk.link("a", at=WINDOW.start)
    again = WINDOW.end + timedelta(minutes=minutes)
    conn.execute("update archive.link set retry_at = %s where id = %s", (again, link))
    assert editions.unready(conn, WINDOW) == left


def test_an_edition_waits_for_summaries_in_its_window_only(conn: Connection, desk: Any) -> None:
    desk.article("before", "湖区机房改用风冷。", at=WINDOW.start - SECOND)
    desk.article("after", "无人配送车上了路。", at=WINDOW.end)
    assert editions.unready(conn, WINDOW) == 0
    article = desk.article("a", at=WINDOW.end - SECOND)
    desk.summary(desk.article("b", "青年公寓开始招租。", at=WINDOW.start))
    place_pending(conn, WINDOW.end)
    assert editions.unready(conn, WINDOW) == 2
    tell_pending(conn)
    assert editions.unready(conn, WINDOW) == 1
    desk.summary(article)
    assert editions.unready(conn, WINDOW) == 0
    desk.article("a", "更正后的正文。", at=WINDOW.end)
    assert editions.unready(conn, WINDOW) == 1
    desk.summary(article)
    assert editions.unready(conn, WINDOW) == 1, "it may be a copy"


def test_the_days_without_an_edition_are_missed(conn: Connection) -> None:
    week = timedelta(days=7)
    assert editions.missed(conn, DAY, week) == []
    for back in (12, 9, 3):
        day = DAY - timedelta(days=back)
        editions.freeze(conn, clock.window(day, time(7)), Edition(day, "", "", ""), WINDOW.end)
    assert editions.missed(conn, DAY, week) == [DAY - timedelta(days=n) for n in (2, 1)]
    assert editions.missed(conn, DAY - timedelta(days=3), week) == [
        DAY - timedelta(days=n) for n in (8, 7, 6, 5, 4)
    ]
