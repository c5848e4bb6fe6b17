from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from archive import articles
from archive.models import Article
from archive.sameness import stored

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(hours=3)
WHOLE = Article(
    title="量潮发布新模型",
    text="量潮发布了新模型。\n它更小。",
    authors=("陆一鸣", "何晓"),
    editor="周宁",
    origin="智点财经",
    published_at=NOON - timedelta(hours=1),
    date_precision="minute",
    section="人工智能",
    keywords=("量潮", "模型"),
)


@pytest.fixture
def put(conn: Connection, desk: Any) -> Any:
    """Stores articles of one link, each from a page of its own."""
    link = desk.link("a")

    def store(
        text: str = "正文。", title: str = "标题", now: datetime = LATER, **fields: Any
    ) -> str:
        page = desk.page(link, f"{title}{text}{fields}".encode())
        return articles.put(conn, link, page, Article(title, text, **fields), now)

    return store


def test_an_article_comes_back_whole(conn: Connection, desk: Any) -> None:
    link = desk.link("a")
    assert articles.put(conn, link, desk.page(link), WHOLE, LATER) == "new"
    (stored,) = articles.of_link(conn, "key-a")
    assert stored.article == WHOLE
    assert (stored.url, stored.source) == ("https://xinghe.example/a", "xinghe")
    assert (stored.source_name, stored.first_seen) == ("星河科技报", NOON)


def test_the_same_article_again_changes_nothing(conn: Connection, put: Any) -> None:
    assert [put(), put()] == ["new", "same"]
    assert len(articles.of_link(conn, "key-a")) == 1


@pytest.mark.parametrize("change", [{"text": "更正后的正文。"}, {"title": "更正后的标题"}])
def test_a_changed_article_is_revised_and_its_old_version_kept(
    conn: Connection, put: Any, desk: Any, change: dict[str, str]
) -> None:
    put()
    first_page = desk.one("select page from archive.article")
    assert put(**change) == "revised"
    (stored,) = articles.of_link(conn, "key-a")
    new = {"title": "标题", "text": "正文。"} | change
    assert {"title": stored.article.title, "text": stored.article.text} == new
    kept = conn.execute("select number, title, text, replaced_at from news.revisions").fetchall()
    assert kept == [(1, "标题", "正文。", LATER)]
    assert desk.one("select page from archive.revision") == first_page
    assert desk.one("select revisions from news.articles") == 1


def test_bytes_go_when_a_later_page_says_the_same(conn: Connection, put: Any) -> None:
    for editor, text in (("周宁", "一"), ("秦月", "一"), ("秦月", "二"), ("何晓", "二")):
        put(text, editor=editor)
    # The second is what the first version was read from last, the fourth is the present one.
    kept = (
        "select number, body is not null from (select row_number() over (order by id), body"
        " from archive.page) p (number, body)"
    )
    assert conn.execute(kept).fetchall() == [(1, False), (2, True), (3, False), (4, True)]


def test_bytes_stay_while_another_article_of_their_page_stands_on_them(
    conn: Connection, desk: Any
) -> None:
    link = desk.link("a")
    both = desk.page(link, b"both")
    for part in (1, 2):
        articles.put(conn, link, both, Article("标题", "正文。", part), NOON)
    articles.put(conn, link, desk.page(link, b"one"), Article("标题", "正文。"), LATER)
    assert desk.one("select body is not null from archive.page where id = %s", both)


def test_every_version_is_kept_in_order(conn: Connection, put: Any) -> None:
    assert [put(text) for text in ("一", "二", "一")] == ["new", "revised", "revised"]
    assert conn.execute("select number, text from news.revisions order by 1").fetchall() == [
        (1, "一"),
        (2, "二"),
    ]


def test_a_change_of_what_surrounds_the_text_is_no_revision(conn: Connection, put: Any) -> None:
    put(editor="周宁")
    assert put(editor="秦月", authors=("何晓",)) == "same"
    (stored,) = articles.of_link(conn, "key-a")
    assert (stored.article.editor, stored.article.authors) == ("秦月", ("何晓",))


def test_a_page_can_hold_two_articles(conn: Connection, put: Any) -> None:
    assert [put("上篇。"), put("下篇。", part=2), put("下篇。", part=2)] == ["new", "new", "same"]
    stored = [one.article for one in articles.of_link(conn, "key-a")]
    assert [(article.part, article.text) for article in stored] == [(1, "上篇。"), (2, "下篇。")]


def test_a_part_counts_from_one(put: Any) -> None:
    with pytest.raises(psycopg.errors.CheckViolation):
        put(part=0)


def test_equal_texts_are_stored_once(conn: Connection, desk: Any) -> None:
    desk.article("a", "同一段正文。")
    desk.article("b", "同一段正文。", source="zhidian")
    desk.article("c", "另一段正文。")
    assert desk.one("select count(*) from archive.text") == 2
    assert desk.one("select count(*) from archive.article") == 3


def test_articles_wait_for_a_summary_of_their_present_text(
    conn: Connection, desk: Any, put: Any
) -> None:
    assert articles.claim_unsummarized(conn) == []
    put()
    (waiting,) = articles.claim_unsummarized(conn)
    assert waiting.article.text == "正文。"
    desk.summary(waiting.id)
    assert articles.claim_unsummarized(conn) == []
    put("更正后的正文。")
    assert articles.claim_unsummarized(conn)[0].article.text == "更正后的正文。"
    assert desk.one("select pending from news.backlog where stage = 'summarize'") == 1


def test_a_copy_waits_for_no_summary_until_it_is_the_original(conn: Connection, desk: Any) -> None:
    one, other = desk.article("a"), desk.article("b", source="zhidian", at=LATER)
    desk.copies(one, other)
    pending = "select pending from news.backlog where stage = 'summarize'"
    assert (articles.claim_unsummarized(conn)[0].id, desk.one(pending)) == (one, 1)
    desk.summary(one)
    assert (articles.claim_unsummarized(conn), desk.one(pending)) == ([], 0)
    desk.article("a", origin="智点财经")
    stored.decide_original(conn, one)
    assert (articles.claim_unsummarized(conn)[0].id, desk.one(pending)) == (other, 1)


def test_two_summarizers_never_claim_the_same_article(
    conn: Connection, desk: Any, database_url: str
) -> None:
    both = {desk.article("a"), desk.article("b")}
    with psycopg.connect(database_url) as other, conn.transaction():
        assert {articles.claim_unsummarized(one)[0].id for one in (conn, other)} == both
        with psycopg.connect(database_url) as third:
            assert articles.claim_unsummarized(third, 9) == []


def test_those_before_a_number_are_not_looked_at_for_a_summary(conn: Connection, desk: Any) -> None:
    done = [desk.article(str(n), f"第{n}段正文。") for n in range(60)]
    for each in done:
        desk.summary(each)
    waits = desk.article("waits", "最后一段正文。")
    looked = (
        "select seq_tup_read + idx_tup_fetch + idx_scan from pg_stat_xact_all_tables"
        " where schemaname = 'archive' and relname = 'summary'"
    )
    costs = []
    for after in (0, done[-1]):
        with conn.transaction():
            conn.execute("set local enable_seqscan = off")  # As in a large archive.
            before = desk.one(looked)
            assert [each.id for each in articles.claim_unsummarized(conn, 9, after)] == [waits]
            costs.append(desk.one(looked) - before)
    assert costs[0] >= 60
    assert costs[1] < 10
    assert articles.claim_unsummarized(conn, 9, waits) == []
