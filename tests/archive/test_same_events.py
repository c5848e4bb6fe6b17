from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg import Connection

from archive.models import Event

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
RULES, DAY = "《智慧农业数据管理办法》|07-13", "星阶科技|发布|03-02"


def same(conn: Connection, article: int) -> list[tuple[Any, ...]]:
    query = "select number, other, other_event, shared from news.same_events(%s)"
    return conn.execute(query, (article,)).fetchall()


def told(desk: Any, name: str, *events: tuple[str, tuple[str, ...]], at: datetime = NOON) -> int:
    article = desk.article(name, f"{name}的正文。", at=at)
    kept = tuple(Event("政策", text, 0, 2, "", keys) for text, keys in events)
    desk.summary(article, events=kept)
    return article


def test_one_event_told_by_two_articles_is_found_from_both(conn: Connection, desk: Any) -> None:
    one = told(desk, "甲", ("印发。", ()), ("七部门发布办法。", (RULES,)))
    two = told(desk, "乙", ("办法公布，八月施行。", (RULES, "《智慧农业数据管理办法》|08-15")))
    told(desk, "丙", ("另一天的事。", ("《智慧农业数据管理办法》|09-01",)))
    assert same(conn, one) == [(2, two, "办法公布，八月施行。", RULES)]
    assert same(conn, two) == [(1, one, "七部门发布办法。", RULES)]


def test_a_copy_is_no_other_article(conn: Connection, desk: Any) -> None:
    one, copy = told(desk, "甲", ("发布。", (DAY,))), desk.article("copy", "甲的正文。")
    other = told(desk, "乙", ("推出。", (DAY,)))
    desk.copies(one, copy)
    assert same(conn, one) == same(conn, copy) == [(1, other, "推出。", DAY)]
    assert same(conn, other) == [(1, one, "发布。", DAY)]


def test_the_same_day_of_another_year_is_another_event(conn: Connection, desk: Any) -> None:
    one = told(desk, "甲", ("发布。", (DAY,)))
    told(desk, "乙", ("又发布。", (DAY,)), at=NOON - timedelta(days=365))
    assert same(conn, one) == []
