from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from archive import database, names
from archive.embedded import Server
from archive.models import Event
from archive.settings import Settings

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)

Ask = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def ask(postgres: Server, clone: str) -> Any:
    """What the reader is answered."""
    with psycopg.connect(postgres.address(clone, "reader"), autocommit=True) as conn:
        yield lambda query, *values: conn.execute(query, values).fetchall()


def test_a_trend_counts_hits_in_each_step_and_their_share(desk: Any, ask: Ask) -> None:
    for number in range(3):
        desk.article(f"new-{number}", f"第{number}款光子芯片发布。", at=NOON)
    desk.article("other", "无人配送车上路。", at=NOON)
    desk.article("old", "光子芯片立项。", at=NOON - 3 * DAY)
    trend = "select * from trend('光子芯片', since => '3 days', as_of => %s)"
    assert ask(trend, NOON) == [
        (date(2026, 3, 1), 1, 100),
        (date(2026, 3, 2), 0, None),
        (date(2026, 3, 3), 0, None),
        (date(2026, 3, 4), 3, 75),
    ]


def test_a_trend_can_be_of_a_tag_and_its_days_are_beijings(desk: Any, ask: Ask) -> None:
    late = datetime(2026, 3, 3, 16, 30, tzinfo=UTC)
    desk.summary(desk.article("late", at=late), technologies=("芯片",))
    desk.summary(desk.article("other", at=late), technologies=("大模型",))
    trend = "select starts, articles from trend(tag => '芯片', since => '1 day', as_of => %s)"
    assert ask(trend, NOON) == [(date(2026, 3, 3), 0), (date(2026, 3, 4), 1)]


def test_what_rises_has_more_articles_than_before(desk: Any, ask: Ask) -> None:
    for number in range(4):
        steady = desk.article(f"steady-{number}", at=NOON - number * 7 * DAY)
        desk.summary(steady, keywords=("常谈",), technologies=(), industries=())
    for number in range(3):
        fresh = desk.article(f"fresh-{number}", at=NOON - number * DAY)
        desk.summary(fresh, keywords=("新词",), technologies=("芯片",), industries=())
    rising = "select tag, kind, articles, expected from rising(as_of => %s)"
    assert ask(rising, NOON) == [("新词", "keyword", 3, 0), ("芯片", "technology", 3, 0)]
    of_kind = "select tag from rising(kind => 'technology', as_of => %s)"
    assert ask(of_kind, NOON) == [("芯片",)]


def test_a_timeline_is_the_same_by_any_name(conn: Connection, desk: Any, ask: Ask) -> None:
    names.sync(conn)
    conn.execute("insert into archive.name values ('量潮', 'QuantTide', 'company')")
    event = Event("融资", "QuantTide完成融资。", 0, 14)
    desk.summary(desk.article("chinese", "量潮发布新品。", at=NOON - DAY), events=())
    # The reprint was seen first, but names its origin.
    reprint = desk.article("copy", "QuantTide完成融资了。", "zhidian", NOON, origin="星河科技报")
    latin = desk.article("latin", "QuantTide完成融资。", at=NOON)
    desk.summary(latin, events=(event,))
    desk.copies(reprint, latin)
    timeline = "select kind, what, copies from timeline(%s, as_of => %s)"
    told = [("融资", "QuantTide完成融资。", 2), (None, "标题 chinese", 1)]
    assert ask(timeline, "quanttide", NOON) == told
    assert ask(timeline, "量潮", NOON) == told
    assert ask(timeline, "从未听说", NOON) == []
    names.sync(conn)
    assert ask(timeline, "量潮", NOON) == told


def test_a_company_is_no_other_name_of_its_industry_or_technology(
    conn: Connection, desk: Any, ask: Ask
) -> None:
    names.sync(conn)
    known = "select name, kind from names where alias = %s order by 1"
    assert ask(known, "百度") == [("百度", "company")]
    assert ask(known, "阿里云") == [("阿里云", "company")]
    assert ask(known, "文心一言") == [("文心一言", "product")]
    assert ask(known, "LLM") == [("大语言模型", "technology")]
    assert ask(known, "互联网业") == [("互联网业", "industry")]


def test_who_reprints_whom_is_stated_or_seen(desk: Any, ask: Ask) -> None:
    own = desk.article("own", "星河自己的稿子。", at=NOON - DAY)
    desk.copies(own, desk.article("seen", "星河的稿子。", source="zhidian", at=NOON))
    desk.article("stated", "另一篇。", source="zhidian", origin="东岸日报", at=NOON)
    desk.article("self", "又一篇。", source="zhidian", origin="智点财经", at=NOON)
    # Of two publications of one text both are of its origin, whichever of them names it.
    wire = desk.article("wire", "电讯稿。", origin="东岸日报", at=NOON)
    desk.copies(wire, desk.article("silent", "电讯稿", source="zhidian", at=NOON))
    assert ask("select * from reprints(as_of => %s)", NOON) == [
        ("东岸日报", "智点财经", 2, 1),
        ("东岸日报", "星河科技报", 1, 1),
        ("星河科技报", "智点财经", 1, 0),
    ]


def test_the_clock_stands_in_a_demo_only(new_home: Path, ask: Ask) -> None:
    ((now, live),) = ask("select now(), clock()")
    assert now == live
    demo = Settings(jianbao_home=new_home, jianbao_kind="demo")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JIANBAO_NOW", NOON.isoformat())
        database.migrate(demo)
    with psycopg.connect(database.reader_url(demo)) as reader:
        assert reader.execute("select news.clock()").fetchone() == (NOON,)
