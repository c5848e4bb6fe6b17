from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from archive import articles, pages
from archive.models import Article, Page

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
def other(database_url: str) -> Iterator[Connection]:
    """A second worker."""
    with psycopg.connect(database_url, autocommit=True) as conn:
        yield conn


@pytest.mark.parametrize(
    "body", [b"", bytes(range(256)), "国产大模型".encode("gbk"), b"a" * pages.MAX_BYTES]
)
def test_a_page_comes_back_byte_for_byte(conn: Connection, desk: Any, body: bytes) -> None:
    link = desk.link("a", title="标题")
    page = Page(link, "https://xinghe.example/moved", body, NOON, 203, "text/html; charset=gbk")
    assert pages.add(conn, page)
    id, claimed, its_link, attempts = pages.claim_unread(conn)
    assert claimed == page
    assert (its_link.id, its_link.key, its_link.title) == (link, "key-a", "标题")
    assert (id, attempts) == (desk.one("select id from archive.page"), 1)


def test_a_page_is_kept_small(conn: Connection, desk: Any) -> None:
    desk.page(desk.link("a"), b"<p>the same again and again</p>" * 1000)
    assert desk.one("select length(bytes) from archive.body") < 200


def test_unchanged_bytes_are_not_kept_twice(conn: Connection, desk: Any) -> None:
    link = desk.link("a")
    bodies = [b"one", b"one", b"two", b"one"]
    added = [pages.add(conn, Page(link, "https://xinghe.example/a", b, NOON)) for b in bodies]
    assert added == [True, False, True, True]
    assert desk.one("select count(*) from archive.page") == 3


def test_the_pages_of_one_article_stay_together(conn: Connection, desk: Any) -> None:
    link = desk.link("a")
    rest = tuple(
        Page(
            link, f"https://xinghe.example/a_{n}", f"第{n}页".encode("gbk"), NOON, 200, "text/html"
        )
        for n in range(2, 12)
    )
    page = Page(link, "https://xinghe.example/a", b"one", NOON, note="11 of 12 pages: HTTP 404")
    page = replace(page, rest=rest)
    assert pages.add(conn, page)
    assert pages.claim_unread(conn)[1] == page
    assert desk.one("select count(*) from archive.page") == 1


def test_a_changed_further_page_is_a_change(conn: Connection, desk: Any) -> None:
    link = desk.link("a")
    first = Page(link, "https://xinghe.example/a", b"one", NOON)
    second = Page(link, "https://xinghe.example/a_2", b"two", NOON)
    serials = [(), (second,), (second,), (replace(second, body=b"three"),), ()]
    added = [pages.add(conn, replace(first, rest=rest)) for rest in serials]
    assert added == [True, True, False, True, True]


def test_what_stands_is_known_with_its_length(conn: Connection, desk: Any) -> None:
    link = desk.link("a")
    page = desk.page(link, b"one")
    assert pages.standing(conn, link, 0) is None
    articles.put(conn, link, page, Article("标题", "十个字的正文在这里。"), NOON)
    articles.put(conn, link, page, Article("标题", "另有五字。", 2), NOON)
    assert pages.standing(conn, link, 0) == (False, 15)
    assert pages.standing(conn, link, page) is None
    conn.execute("update archive.page set from_feed = true")
    assert pages.standing(conn, link, 0) == (True, 15)


def test_equal_pages_of_two_links_are_both_kept(conn: Connection, desk: Any) -> None:
    assert desk.page(desk.link("a"), b"same") != desk.page(desk.link("b"), b"same")


@pytest.mark.parametrize("body", [b"one", b"two"])
def test_a_fetched_link_waits_no_more(conn: Connection, desk: Any, body: bytes) -> None:
    link = desk.link("a", stamp="one")
    desk.page(link, b"one")
    desk.link("a", stamp="two")
    assert desk.one("select pending from archive.link")
    desk.page(link, body)
    assert not desk.one("select pending from archive.link")


def test_a_page_is_read_once(conn: Connection, desk: Any) -> None:
    page = desk.page(desk.link("a"))
    pages.read(conn, page, NOON)
    assert pages.claim_unread(conn) is None


def test_a_page_that_failed_comes_after_the_others(conn: Connection, desk: Any) -> None:
    first, second = desk.page(desk.link("a")), desk.page(desk.link("b"))
    tries = [pages.claim_unread(conn) for _ in range(4)]
    assert [(id, attempt) for id, _, _, attempt in tries] == [
        (first, 1), (second, 1), (first, 2), (second, 2),
    ]  # fmt: skip


def test_a_try_counts_even_if_its_worker_dies(
    conn: Connection, other: Connection, desk: Any
) -> None:
    page = desk.page(desk.link("a"))
    assert pages.claim_unread(other)[3] == 1
    with other.transaction(force_rollback=True):
        assert pages.hold(other, page, 1)
    other.close()
    assert pages.claim_unread(conn)[3] == 2


def test_a_page_that_was_read_begins_anew(conn: Connection, desk: Any) -> None:
    page = desk.page(desk.link("a"))
    pages.claim_unread(conn)
    pages.read(conn, page, NOON)
    conn.execute("update archive.page set read_at = null")
    assert pages.claim_unread(conn)[3] == 1


def test_two_workers_never_hold_the_same_page(
    conn: Connection, other: Connection, desk: Any
) -> None:
    page = desk.page(desk.link("a"))
    early, late = pages.claim_unread(conn)[3], pages.claim_unread(other)[3]
    with conn.transaction(), other.transaction():
        assert not pages.hold(conn, page, early)
        assert pages.hold(other, page, late)
        assert not pages.hold(conn, page, late)
        with psycopg.connect(conn.info.dsn, password=conn.info.password) as third:
            assert pages.claim_unread(third) is None
    pages.read(conn, page, NOON)
    with conn.transaction():
        assert not pages.hold(conn, page, late)


def test_two_workers_claim_two_pages(conn: Connection, other: Connection, desk: Any) -> None:
    both = {desk.page(desk.link("a")), desk.page(desk.link("b"))}
    with conn.transaction(), other.transaction():
        claimed = set()
        for worker in (conn, other):
            id, _, _, attempt = pages.claim_unread(worker)
            assert pages.hold(worker, id, attempt)
            claimed.add(id)
    assert claimed == both


def test_the_next_page_costs_no_more_when_many_wait(conn: Connection, desk: Any) -> None:
    for n in range(150):
        desk.page(desk.link(str(n)), str(n).encode())
    conn.execute("analyze")
    read = (
        "select seq_tup_read + idx_tup_fetch from pg_stat_xact_all_tables"
        " where schemaname = 'archive' and relname = %s"
    )
    with conn.transaction():
        conn.execute("set local enable_seqscan = off")  # As in a large archive.
        before = [desk.one(read, table) for table in ("page", "link", "body")]
        assert pages.claim_unread(conn)[1].body == b"0"
        after = [desk.one(read, table) for table in ("page", "link", "body")]
    assert max(b - a for a, b in zip(before, after, strict=True)) < 10
