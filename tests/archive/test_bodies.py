"""Equal bytes are kept once, and pruned only when no page has them, whoever crawls meanwhile."""

import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from archive import feed_texts, links, migrations, pages, retention
from archive.models import Page

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(days=31)
DAYS = {"pages_days": 30, "runs_days": 30}


@pytest.fixture
def other(database_url: str) -> Iterator[Connection]:
    """A second worker."""
    with psycopg.connect(database_url, autocommit=True) as conn:
        yield conn


def page(link: int, body: bytes = b"<p>same", at: datetime = NOON) -> Page:
    return Page(link, "https://xinghe.example/page", body, at)


def lacking(conn: Connection) -> list[tuple[int, ...]]:
    """Pages whose bytes are gone although they are not pruned."""
    return conn.execute(
        "select id from archive.page where body is not null"
        " and not exists (select from archive.body b where b.sha256 = page.body)"
    ).fetchall()


def unused(desk: Any) -> None:
    """Bytes of <p>same that no page has."""
    desk.page(desk.link("gone"), b"<p>same")
    desk.conn.execute("update archive.page set body = null, read_at = now()")


def test_equal_bytes_are_kept_once(desk: Any) -> None:
    for name in "ab":
        pages.add(desk.conn, page(desk.link(name)))
    link = desk.link("c")
    pages.add(desk.conn, Page(link, "https://c.example", b"<p>", NOON, rest=(page(link),)))
    desk.link("d")
    feed_texts.keep(desk.conn, page(desk.link("e")))
    desk.conn.execute("update archive.link set pending = false, outcome = 'gone', reason = 'x'")
    feed_texts.stand_in(desk.conn, desk.one("select max(id) from archive.link"), "closed")
    assert desk.one("select count(*) from archive.page") == 4
    assert desk.one("select count(*) from archive.body") == 2
    assert desk.one("select bool_and(sha256 = sha256(bytes)) from archive.body")


def test_bytes_go_with_their_last_page(desk: Any) -> None:
    for name, at in (("old", NOON), ("new", LATER)):
        pages.add(desk.conn, page(desk.link(name), at=at))
    pages.add(desk.conn, page(desk.link("other"), b"<p>other"))
    desk.conn.execute("update archive.page set read_at = %s", (LATER,))
    told = retention.prunable(desk.conn, LATER, **DAYS)
    size = desk.one("select octet_length(bytes) from archive.body b where exists (select"
                    " from archive.page where body = b.sha256 having count(*) = 1)")  # fmt: skip
    assert told == {"pages": 2, "oldest": "2026-03-04", "bodies": 1, "bytes": size,
                    "feed_texts": 0, "runs": 0, "marks": 0}  # fmt: skip
    counts = retention.prune(desk.conn, LATER, **DAYS)
    assert counts == {"pages": 2, "bodies": 1, "feed_texts": 0, "runs": 0, "marks": 0}
    assert retention.prunable(desk.conn, LATER, **DAYS)["oldest"] is None
    assert lacking(desk.conn) == []


def test_pruning_goes_in_batches(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "_BATCH", 2)
    for number in range(5):
        pages.add(desk.conn, page(desk.link(str(number)), b"%d" % number))
    desk.conn.execute("update archive.page set read_at = %s", (LATER,))
    counts = retention.prune(desk.conn, LATER, **DAYS)
    assert (counts["pages"], counts["bodies"]) == (5, 5)


def test_bytes_that_a_crawl_is_about_to_use_stay(desk: Any, other: Connection) -> None:
    unused(desk)
    with other.transaction():
        pages.add(other, page(desk.link("new")))
        assert retention.prune(desk.conn, LATER, **DAYS)["bodies"] == 0
    assert pages.claim_unread(desk.conn)[1].body == b"<p>same"
    assert desk.one("select count(*) from archive.body") == 1


def test_a_crawl_that_comes_while_bytes_are_dropped_keeps_them_anew(
    desk: Any, other: Connection
) -> None:
    unused(desk)
    link = desk.link("new")
    crawl = threading.Thread(target=pages.add, args=(other, page(link)))
    with desk.conn.transaction():
        desk.conn.execute("select from archive.body for update")
        crawl.start()
        crawl.join(0.3)
        assert crawl.is_alive()
        desk.conn.execute("delete from archive.body")
    crawl.join(10)
    assert pages.claim_unread(desk.conn)[1].body == b"<p>same"


def test_bytes_that_got_a_page_since_they_were_looked_for_stay(
    desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages.add(desk.conn, page(desk.link("new")))
    monkeypatch.setattr(retention, "_FIND_UNUSED", "select sha256 from archive.body")
    assert retention.prune(desk.conn, NOON, **DAYS)["bodies"] == 0
    assert lacking(desk.conn) == []


def test_crawls_and_prunes_at_once_lose_nothing(
    desk: Any, database_url: str, at_once: Callable[..., list[int]]
) -> None:
    known = [desk.link(str(number)) for number in range(120)]
    done = threading.Barrier(4)

    def work(index: int) -> int:
        with psycopg.connect(database_url, autocommit=True) as conn:
            if index == 3:
                pruned = 0
                while done.n_waiting < 3 or not pruned:
                    pruned += retention.prune(conn, LATER, **DAYS)["bodies"]
                done.wait()
                return pruned
            for number, link in enumerate(known[index::3]):
                pages.add(conn, page(link, b"%d" % (number % 2)))
                conn.execute(
                    "update archive.page set read_at = now(), body = null where link = %s", (link,)
                )
                pages.add(conn, page(link, b"%d again" % (number % 2), LATER))
            done.wait()
            return 0

    assert at_once(4, work)[3] > 0
    assert desk.one("select count(body) from archive.page") == len(known)
    assert lacking(desk.conn) == []


def test_an_off_topic_page_without_bytes_is_not_read_again(desk: Any) -> None:
    link = desk.link("a")
    desk.page(link)
    desk.conn.execute("update archive.page set read_at = now(), body = null")
    desk.conn.execute("update archive.link set outcome = 'off_topic', reason = 'x'")
    links.bring(desk.conn, "key-a")
    assert desk.one("select count(*) from archive.page where read_at is null") == 0


def test_pages_of_an_older_archive_come_along(empty_database: str, tmp_path: Path) -> None:
    older = tmp_path / "sql" / "migrations"
    older.mkdir(parents=True)
    (tmp_path / "sql" / "grants.sql").write_text("select")
    for path in sorted((migrations.SQL / "migrations").glob("*.sql")):
        if path.name < "0011":
            shutil.copy(path, older)
    with psycopg.connect(empty_database, autocommit=True) as conn:
        migrations.migrate(conn, tmp_path / "sql")
        conn.execute("insert into archive.source values ('a', 'a', 'a', true, now())")
        conn.execute(
            "insert into archive.link (source, key, url, first_seen) values ('a', 'k', 'u', now())"
        )
        packed = [pages._COMPRESSOR.compress(body) for body in (b"one", b"two", b"one")]
        conn.cursor().executemany(
            "insert into archive.page (link, url, fetched_at, status, body, sha256)"
            " values (1, 'u', now(), 200, %s, '')",
            [(body,) for body in (*packed, None)],
        )
        conn.execute(
            "insert into archive.continuation values (1, 2, 'u', now(), 200, '', %s)", (packed[1],)
        )
        migrations.migrate(conn)
        first = pages.claim_unread(conn)[1]
        assert (first.body, first.rest[0].body) == (b"one", b"two")
        found = conn.execute("select count(*), count(body), count(distinct body) from archive.page")
        assert found.fetchone() == (4, 3, 2)
        assert conn.execute("select count(*) from archive.body").fetchone() == (2,)
