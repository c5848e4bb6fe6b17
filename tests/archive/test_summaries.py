import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg import Connection, sql

from archive import articles, links, summaries
from archive.models import Article, Event, FoundLink

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
CORPUS_FIELDS = ["标题", "链接", "总结", "关键词", "AI技术", "行业", "重大事件摘要"]


def test_a_record_has_exactly_the_fields_of_the_corpus(conn: Connection, desk: Any) -> None:
    article = desk.article("a", title="量潮发布新模型")
    events = (Event("发布", "量潮发布了新模型。", 0, 9), Event("融资", "量潮融资三亿元。", 9, 17))
    desk.summary(article, technologies=("大模型", "智能体"), industries=(), events=events)
    record = summaries.record(conn, article)
    assert list(record) == CORPUS_FIELDS
    assert record == {
        "标题": "量潮发布新模型",
        "链接": "https://xinghe.example/a",
        "总结": "量潮发布了新模型。",
        "关键词": "量潮, 新模型",
        "AI技术": "大模型, 智能体",
        "行业": "",
        "重大事件摘要": "1. 量潮发布了新模型。\n2. 量潮融资三亿元。",
    }


def test_ten_events_keep_their_order(conn: Connection, desk: Any) -> None:
    article = desk.article("a")
    desk.summary(article, events=tuple(Event("发布", f"第{n}件", 0, 3) for n in range(1, 12)))
    lines = summaries.record(conn, article)["重大事件摘要"].splitlines()
    assert lines == [f"{n}. 第{n}件" for n in range(1, 12)]


def test_an_article_without_a_summary_has_no_record(conn: Connection, desk: Any) -> None:
    assert summaries.record(conn, desk.article("a")) is None
    assert desk.one("select summary from news.articles") is None


def test_an_imported_document_without_an_address_has_no_link(conn: Connection, desk: Any) -> None:
    link = links.discover(conn, "imported", "urn:sha256:1", FoundLink("urn:sha256:1"), NOON)
    articles.put(conn, link, desk.page(link), Article("标题", "正文。"), NOON)
    article = desk.one("select id from archive.article")
    desk.summary(article)
    assert summaries.record(conn, article)["链接"] == ""


def test_a_newer_summary_replaces_the_older(conn: Connection, desk: Any) -> None:
    article = desk.article("a")
    desk.summary(article)
    desk.article("a", "更正后的正文。")
    desk.summary(
        article,
        text="更好的总结。",
        spans=((0, 2),),
        keywords=("另",),
        technologies=("芯片",),
        industries=("金融",),
        topic="资本",
        events=(Event("融资", "量潮", 0, 2),),
        method="lead",
        reason="too short",
        tag_spans={"芯片": ((0, 2),)},
        companies=("星阶",),
        model="青禾",
        prompt="1",
        read=700,
        wrote=80,
        again=True,
    )
    row = conn.execute("select * from archive.summary").fetchone()
    assert row[1] == hashlib.sha256("更正后的正文。".encode()).digest()
    told = {"kind": "融资", "text": "量潮", "start": 0, "end": 2}
    events = [told | {"date": "", "keys": []}]
    assert row[2:9] == ("更好的总结。", [[0, 2]], ["另"], ["芯片"], ["金融"], "资本", events)
    assert row[9:12] == ("lead", "too short", NOON)
    assert desk.one("select tag_spans from archive.summary") == {"芯片": [[0, 2]]}
    assert desk.one("select companies from archive.summary") == ["星阶"]
    asked = conn.execute(
        "select model, prompt, tokens_read, tokens_written, again from archive.summary"
    )
    assert asked.fetchone() == ("青禾", "1", 700, 80, True)


def test_spans_and_events_are_kept_as_offsets(conn: Connection, desk: Any) -> None:
    event = Event("发布", "量潮", 0, 2, "3月2日", ("量潮|发布|03-02",))
    desk.summary(desk.article("a"), spans=((0, 4), (5, 9)), events=(event,))
    spans, events = conn.execute("select spans, events from archive.summary").fetchone()
    assert spans == [[0, 4], [5, 9]]
    told = {"kind": "发布", "text": "量潮", "start": 0, "end": 2}
    assert events == [told | {"date": "3月2日", "keys": ["量潮|发布|03-02"]}]
    assert desk.one("select stated from news.events") == "3月2日"
    assert desk.one("select event_keys from archive.summary") == ["量潮|发布|03-02"]


@pytest.mark.parametrize("name", CORPUS_FIELDS)
def test_corpus_fields_are_typed_as_they_are(conn: Connection, name: str) -> None:
    query = sql.SQL("select {} from news.record").format(sql.SQL(name))
    (column,) = conn.execute(query).description
    assert column.name == name.lower()


def test_every_column_can_be_typed_unquoted(conn: Connection) -> None:
    columns = conn.execute(
        "select table_name, column_name from information_schema.columns"
        " where table_schema = 'news' order by table_name, ordinal_position"
    ).fetchall()
    assert {"articles", "record", "ledger", "editions"} <= {view for view, _ in columns}
    for view, name in columns:
        query = sql.SQL("select {} from news.{}").format(sql.SQL(name), sql.SQL(view))
        (column,) = conn.execute(query).description
        assert column.name == name


def test_a_tag_shows_the_words_around_its_first_mention(conn: Connection, desk: Any) -> None:
    text = "云汐" * 20 + "量子计算" + "星阶" * 20
    article = desk.article("a", text)
    spans = {"量子计算": ((40, 44),), "星阶": ((44, 46),), "软件": ()}
    desk.summary(
        article,
        technologies=("量子计算",),
        industries=("软件",),
        companies=("星阶",),
        tag_spans=spans,
    )
    passages = dict(conn.execute("select tag, passage from news.tags where kind <> 'keyword'"))
    assert passages == {
        "量子计算": "云汐" * 10 + "量子计算" + "星阶" * 10,
        "星阶": "云汐" * 8 + "量子计算" + "星阶" * 11,
        "软件": "标题 a",
        "模型": "",
    }


@pytest.mark.parametrize(
    ("chosen", "marked"),
    [
        ({}, {"a", "b"}),
        ({"since": NOON + timedelta(days=1)}, {"b"}),
        ({"method": "lead"}, {"b"}),
        ({"method": "lead", "model": "青禾"}, set()),
        ({"model": "青禾"}, {"a"}),
    ],
)
def test_summaries_are_marked_and_hold_until_they_are_made_again(
    conn: Connection, desk: Any, chosen: dict[str, Any], marked: set[str]
) -> None:
    desk.summary(desk.article("a"), method="written", model="青禾")
    desk.summary(desk.article("b", at=NOON + timedelta(days=1)), method="lead")
    copies = [desk.article(name, "同一段正文。", source=name) for name in ("xinghe", "zhidian")]
    desk.summary(copies[1], method="extractive")
    desk.copies(*copies)
    assert summaries.mark(conn, **chosen) == len(marked)
    claimed = articles.claim_again(conn, 9)
    assert {one.url.rpartition("/")[2] for one in claimed} == marked
    assert desk.one("select pending from news.backlog where stage = 'redo'") == len(marked)
    assert desk.one("select count(summary) from news.articles") == 2
    for one in claimed:
        desk.summary(one.id)
    assert articles.claim_again(conn, 9) == []


def test_two_workers_never_make_a_summary_again_together(
    conn: Connection, desk: Any, database_url: str
) -> None:
    for name in "ab":
        desk.summary(desk.article(name))
    summaries.mark(conn)
    with psycopg.connect(database_url) as other, conn.transaction():
        (mine,), (theirs,) = (articles.claim_again(one) for one in (conn, other))
        assert mine.id < theirs.id
        with psycopg.connect(database_url) as third:
            assert articles.claim_again(third, 9) == []


def test_what_another_worker_made_again_while_we_looked_is_not_made_once_more(
    conn: Connection, desk: Any, database_url: str
) -> None:
    article = desk.article("a")
    desk.summary(article)
    summaries.mark(conn)

    class Slow:
        """Looks for what is marked, and locks it only after the other worker has made it."""

        def execute(self, query: str, values: tuple[int]) -> Iterator[Any]:
            with other.cursor("found") as found:
                found.execute(query, values)
                desk.summary(article)
                return iter(found.fetchall())

    with psycopg.connect(database_url) as other:
        assert articles.claim_again(Slow(), 9) == []


def test_an_older_text_of_the_article_lends_it_no_summary(conn: Connection, desk: Any) -> None:
    article, copy = desk.article("a", "同一段正文。"), desk.article("b", source="zhidian")
    desk.summary(article, method="written", model="青禾", prompt="1")
    desk.copies(article, copy)
    assert summaries.shared(conn, article, "青禾", "1") is not None
    desk.article("a", "改了的正文。")
    assert summaries.shared(conn, article, "青禾", "1") is None
    assert summaries.shared(conn, copy, "青禾", "1") is not None


def test_what_models_use_adds_up_over_workers_and_models(conn: Connection, desk: Any) -> None:
    day = NOON.date()
    for model in ("青禾", "青禾", "红豆"):
        summaries.note_usage(conn, day, model, 2, 700, 80)
    summaries.note_usage(conn, day + timedelta(days=1), "青禾", 1, 9, 9)
    assert summaries.used(conn, day) == 3 * 780
    assert summaries.used(conn, day - timedelta(days=1)) == 0
    rows = conn.execute("select * from news.model_usage where day = %s order by model", (day,))
    assert rows.fetchall() == [(day, "红豆", 2, 700, 80), (day, "青禾", 4, 1400, 160)]


def test_a_models_text_is_shared_with_other_publications_of_the_article(
    conn: Connection, desk: Any
) -> None:
    one, other, edited, alien = (
        desk.article("a", "同一段正文。"),
        desk.article("b", "同一段正文。", source="zhidian"),
        desk.article("c", "同一段正文，改了一点。", source="zhidian"),
        desk.article("d", "另一段正文。", source="zhidian"),
    )
    event = Event("发布", "量潮发布。", 0, 5)
    desk.summary(one, text="写的。", method="written", model="青禾", prompt="1", events=(event,))
    desk.copies(one, edited)
    told = ("写的。", ["量潮", "新模型"], ["大模型"], ["软件"], ["量潮发布。"])
    assert summaries.shared(conn, other, "青禾", "1") == told
    assert summaries.shared(conn, edited, "青禾", "1") == told
    assert summaries.shared(conn, alien, "青禾", "1") is None
    assert summaries.shared(conn, other, "红豆", "1") is None
    assert summaries.shared(conn, other, "青禾", "2") is None
    conn.execute("update archive.summary set again = true")
    assert summaries.shared(conn, other, "青禾", "1") is None
