"""What the archive keeps of a change: what it was, by whom, and whether the page is still there."""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from archive import articles, links, pages
from archive.models import Article, Outcome, Page
from archive.sameness import revisions

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
TEXT = "量潮当季营收12.6亿元。首批客户是医院。"
KEPT = "select number, flags, account, reread from news.revisions order by id, number"


def change(desk: Any, name: str, text: str = TEXT, title: str = "标题", hours: int = 1) -> None:
    """Publish it, or publish it again."""
    now = NOON + hours * HOUR
    desk.link(name)
    link = desk.one("select id from archive.link where key = %s", f"key-{name}")
    page = desk.page(link, f"{title}{text}".encode(), now)
    articles.put(desk.conn, link, page, Article(title, text), now)
    links.settle(desk.conn, link, Outcome.STORED, "", now)


@pytest.mark.parametrize(
    ("later", "kept"),
    [
        ({"text": TEXT.replace("12.6", "21.6")},
         [(1, ["number"], "数字由12.6亿元改为21.6亿元；正文改1句", False)]),
        ({"title": "更好的标题"}, [(1, ["title"], "标题改动", False)]),
        ({"text": TEXT.replace("是", "为")}, [(1, ["text"], "正文改1句", False)]),
        ({"text": TEXT.replace("。", "。\n").strip()}, []),
        ({"text": TEXT.replace("12.6", "１２．６ ")}, []),
        ({"title": "标　题"}, []),
    ],
)  # fmt: skip
def test_a_change_is_kept_with_its_flags_and_blanks_are_none(
    conn: Connection, desk: Any, later: dict[str, str], kept: list[tuple[Any, ...]]
) -> None:
    change(desk, "a")
    change(desk, "a", **later)
    assert conn.execute(KEPT).fetchall() == kept
    assert desk.one("select revisions from news.articles") == len(kept)
    # What is shown is what is there now.
    assert desk.one("select text from news.articles") == later.get("text", TEXT)


def test_where_it_changed_is_kept_place_by_place(desk: Any) -> None:
    change(desk, "a")
    change(desk, "a", TEXT.replace("12.6", "21.6"))
    assert desk.one("select changes from news.revisions") == [
        {
            "at": 1,
            "before": "量潮当季营收12.6亿元。",
            "after": "量潮当季营收21.6亿元。",
            "spans": [[6, 10, 6, 10]],
            "numbers": [["12.6亿元", "21.6亿元"]],
            "names": [],
        }
    ]


def test_people_of_the_page_are_names(desk: Any) -> None:
    for name in ("何汝嘉", "何汝佳"):
        desk.article("a", f"{name}在会上说，很好。", authors=(name,))
    assert desk.one("select account from news.revisions") == "名称由何汝嘉改为何汝佳；正文改1句"


def test_a_better_reading_is_told_but_never_flagged(conn: Connection, desk: Any) -> None:
    change(desk, "a")
    link, page = conn.execute("select link, page from archive.article").fetchone()
    articles.put(conn, link, page, Article("标题", TEXT.replace("12.6", "21.6")), NOON)
    account = "数字由12.6亿元改为21.6亿元；正文改1句"
    assert conn.execute(KEPT).fetchall() == [(1, [], account, True)]


def test_what_an_older_program_kept_is_compared_once(conn: Connection, desk: Any) -> None:
    for hours, text in enumerate((TEXT, TEXT.replace("12.6", "21.6"), "量潮没有营收。")):
        change(desk, "a", text, f"标题{hours // 2}", hours=hours)
    change(desk, "b")
    change(desk, "b", title="更好的标题")
    asked = "select number, flags, account, changes from archive.revision order by article, number"
    kept = conn.execute(asked).fetchall()
    assert len(kept) == 3
    conn.execute("update archive.revision set flags = '{}', account = '', changes = null")
    assert revisions.compare_pending(conn) == 3
    assert conn.execute(asked).fetchall() == kept
    assert revisions.compare_pending(conn) == 0


@pytest.fixture
def link(desk: Any) -> int:
    """A stored article's link."""
    change(desk, "a", hours=0)
    found: int = desk.one("select id from archive.link")
    return found


GONE = (
    "select number, account, replaced_at, returned_at from news.revisions"
    " where 'vanished' = any (flags)"
)


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        (Outcome.HTTP_ERROR, "HTTP 404"),
        (Outcome.HTTP_ERROR, "HTTP 410"),
        (Outcome.GONE, "the page says 文章不存在"),
    ],
)
def test_a_page_that_is_gone_is_noted_once_and_its_article_stays(
    conn: Connection, desk: Any, link: int, outcome: Outcome, reason: str
) -> None:
    for hours in (1, 2):
        links.settle(conn, link, outcome, reason, NOON + hours * HOUR)
    account = f"原页面消失（{reason}）"
    assert conn.execute(GONE).fetchall() == [(1, account, NOON + HOUR, None)]
    assert desk.one("select vanished_at from news.articles") == NOON + HOUR
    assert desk.one("select (text, revisions)::text from news.articles") == f"({TEXT},0)"
    assert links.outcome(conn, "key-a") == ("stored", "")


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        (Outcome.HTTP_ERROR, "HTTP 500"),
        (Outcome.HTTP_ERROR, "HTTP 403"),
        (Outcome.CHALLENGE_PAGE, "its title says 安全验证"),
        (Outcome.TIMEOUT, "no complete answer in time"),
        (Outcome.PAYWALLED, "剩余 80% 未读"),
        (Outcome.BLOCKED_BY_ROBOTS, "robots.txt forbids it"),
    ],
)
def test_a_page_that_is_only_closed_has_not_vanished(
    conn: Connection, desk: Any, link: int, outcome: Outcome, reason: str
) -> None:
    links.settle(conn, link, outcome, reason, NOON + HOUR)
    assert desk.one("select count(*) from news.revisions") == 0


def test_of_several_that_find_it_gone_one_notes_it(
    desk: Any, link: int, database_url: str, at_once: Any
) -> None:
    def find(number: int) -> None:
        with psycopg.connect(database_url, autocommit=True) as conn:
            links.settle(conn, link, Outcome.HTTP_ERROR, "HTTP 404", NOON + number * HOUR)

    at_once(8, find)
    assert desk.one("select count(*) from news.revisions") == 1


def test_a_link_that_was_never_stored_cannot_vanish(conn: Connection, desk: Any) -> None:
    links.settle(conn, desk.link("b"), Outcome.HTTP_ERROR, "HTTP 404", NOON)
    assert desk.one("select count(*) from news.revisions") == 0


def test_a_page_can_come_back_changed_and_vanish_again(
    conn: Connection, desk: Any, link: int
) -> None:
    links.settle(conn, link, Outcome.GONE, "其标题为 404", NOON + HOUR)
    change(desk, "a", TEXT.replace("12.6", "21.6"), hours=2)
    assert desk.one("select vanished_at from news.articles") is None
    links.settle(conn, link, Outcome.HTTP_ERROR, "HTTP 404", NOON + 3 * HOUR)
    times = [(row[0], *row[2:]) for row in conn.execute(GONE + " order by number")]
    assert times == [(1, NOON + HOUR, NOON + 2 * HOUR), (3, NOON + 3 * HOUR, None)]
    assert desk.one("select revisions from news.articles") == 1
    assert desk.one("select flags from news.revisions where number = 2") == ["number"]


def test_a_page_that_says_it_is_gone_is_not_back_when_it_says_so_again(
    conn: Connection, desk: Any, link: int
) -> None:
    pages.add(conn, Page(link, "https://xinghe.example/a", b"<h1>404</h1>", NOON + HOUR))
    links.settle(conn, link, Outcome.GONE, "其标题为 404", NOON + HOUR)
    revisions.come_back(conn, link, NOON + 2 * HOUR)
    assert conn.execute(GONE).fetchall()[0][3] is None


def grouped(desk: Any, original: int, *copies: int) -> None:
    desk.conn.execute(
        "insert into archive.copy_group (id, original, told_at) values (%s, %s, %s)",
        (original, original, NOON),
    )
    for article in (original, *copies):
        desk.conn.execute(
            "insert into archive.copy (article, copy_group, text_hash, method, placed_at)"
            " select id, %s, text_hash, 1, first_seen from archive.article where id = %s",
            (original, article),
        )


def test_copies_that_did_not_follow_are_told(conn: Connection, desk: Any) -> None:
    later = TEXT.replace("12.6", "21.6")
    said = {
        "same": (TEXT, "old"),
        "traditional": ("量潮當季營收 １２．６億元。首批客戶是醫院。", "old"),
        "other words": ("量潮单季收入12.6亿元。首批客户是医院。", "old"),
        "followed": (later + "更正：曾误写为12.6亿元。", "new"),
        "cut": ("首批客户是医院。", "neither"),
    }
    change(desk, "a")
    copies = {desk.article(name, text, "zhidian"): says for name, (text, says) in said.items()}
    desk.article("stranger", TEXT, "zhidian")
    grouped(desk, desk.one("select min(id) from archive.article"), *copies)
    assert desk.one("select count(*) from news.corrections") == 0
    change(desk, "a", later.replace("是医院", "为医院"))
    rows = conn.execute("select copy_id, says, account from news.corrections").fetchall()
    assert {copy: says for copy, says, _ in rows} == copies
    assert {account for *_, account in rows} == {"数字由12.6亿元改为21.6亿元；正文改2句"}


def test_other_words_ask_nothing_of_copies(conn: Connection, desk: Any) -> None:
    change(desk, "a")
    copy = desk.article("b", TEXT, "zhidian")
    grouped(desk, desk.one("select min(id) from archive.article"), copy)
    change(desk, "a", TEXT.replace("是", "为"))
    # Nor does our better reading.
    link, page = conn.execute("select link, page from archive.article order by id").fetchone()
    articles.put(conn, link, page, Article("标题", TEXT.replace("12.6", "21.6")), NOON)
    assert desk.one("select count(*) from news.corrections") == 0
