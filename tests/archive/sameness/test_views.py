"""What users see of copies: their group, where the text is from, and what their original says."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from psycopg import Connection

from archive.models import Event
from archive.sameness import stored

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def told(desk: Any) -> tuple[int, int]:
    """A reprint that was seen first, and its original, which has a summary."""
    reprint = desk.article("a", "量潮发布了新模型，转。", "zhidian", NOON, origin="星河科技报")
    original = desk.article("b", at=NOON + HOUR, published_at=NOON - HOUR, date_precision="minute")
    event = Event("发布", "量潮发布了新模型。", 0, 9)
    desk.summary(original, technologies=("大模型",), events=(event,))
    desk.copies(reprint, original)
    return reprint, original


def test_copies_share_a_group_and_name_their_original(
    conn: Connection, desk: Any, told: tuple[int, int]
) -> None:
    reprint, original = told
    alone = desk.article("c")
    rows = conn.execute(
        "select id, first_id, original_id, publications, source_name from news.copies order by id"
    ).fetchall()
    assert rows == [
        (reprint, reprint, original, 2, "智点财经"),
        (original, reprint, original, 2, "星河科技报"),
        (alone, alone, alone, 1, "星河科技报"),
    ]


def test_where_a_text_is_from(conn: Connection, told: tuple[int, int]) -> None:
    assert conn.execute("select * from news.lineage").fetchall() == [
        (told[0], told[1], "标题 b", "https://xinghe.example/b", NOON - HOUR, "星河科技报", True,
         NOON - HOUR, "星河科技报", 2, ["智点财经"])
    ]  # fmt: skip


def test_an_origin_that_was_never_seen_is_named(conn: Connection, desk: Any) -> None:
    article = desk.article("a", origin="东岸日报", published_at=NOON - HOUR)
    desk.copies(article)
    ((origin, seen, first_by, by),) = conn.execute(
        "select origin, origin_seen, first_by, reprinted_by from news.lineage"
    ).fetchall()
    assert (origin, seen, first_by, by) == ("东岸日报", False, "星河科技报", ["星河科技报"])


def test_the_original_follows_what_its_members_say(conn: Connection, desk: Any) -> None:
    one, other = desk.article("a"), desk.article("b", source="zhidian", at=NOON + HOUR)
    group = desk.copies(one, other)
    assert not stored.decide_original(conn, group)
    original = "select original, origin, told_at from archive.copy_group"
    assert conn.execute(original).fetchone() == (one, "星河科技报", NOON)
    desk.article("a", origin="智点财经")
    assert stored.decide_original(conn, group)
    assert conn.execute(original).fetchone() == (other, "智点财经", NOON + HOUR)
    conn.execute("delete from archive.copy where article = %s", (other,))
    assert stored.decide_original(conn, group)
    assert conn.execute(original).fetchone() == (one, "智点财经", NOON)
    conn.execute("delete from archive.copy")
    assert not stored.decide_original(conn, group)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("select summary, technologies, topic from news.articles where id = %s",
         ("量潮发布了新模型。", ["大模型"], "模型")),
        ("select summary, technologies, title from news.summaries where id = %s",
         ("量潮发布了新模型。", ["大模型"], "标题 a")),
        ("select 总结, 标题, 链接 from news.record where 编号 = %s",
         ("量潮发布了新模型。", "标题 a", "https://zhidian.example/a")),
        ("select tag, title from news.tags where kind = 'technology' and id = %s",
         ("大模型", "标题 a")),
        ("select event, source_name from news.events where id = %s",
         ("量潮发布了新模型。", "智点财经")),
    ],
)  # fmt: skip
def test_a_copy_says_what_its_original_says(
    conn: Connection, desk: Any, told: tuple[int, int], query: str, says: tuple[Any, ...]
) -> None:
    # Its own summary is from before it was known as a copy.
    desk.summary(told[0], text="旧的总结。", technologies=("机器人",), topic="别的")
    assert conn.execute(query, (told[0],)).fetchall() == [says]
    assert conn.execute(query, (told[1],)).fetchone() is not None


def test_pieces_inside_a_round_up(conn: Connection, desk: Any) -> None:
    whole, piece = desk.article("a"), desk.article("b")
    conn.execute("insert into archive.containment values (%s, %s, .9, 1)", (whole, piece))
    (found,) = conn.execute("select * from news.pieces").fetchall()
    assert found[:6] == (whole, "标题 a", "https://xinghe.example/a",
                         piece, "标题 b", "https://xinghe.example/b")  # fmt: skip
