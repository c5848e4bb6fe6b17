"""Old raw pages lose their bytes and old runs go; articles stay."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from archive import feed_texts, pages, retention, runs
from archive.models import Page

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(days=31)
DAYS = {"pages_days": 30, "runs_days": 30}


def bodies(desk: Any) -> int:
    return int(desk.one("select count(body) from archive.page"))


def test_old_pages_lose_their_bytes_and_keep_their_article(desk: Any) -> None:
    desk.article("old", "旧文章。", at=NOON)
    desk.article("new", "新文章。", at=LATER)
    assert retention.prunable(desk.conn, LATER, **DAYS)["pages"] == 1
    assert retention.prune(desk.conn, LATER, **DAYS)["pages"] == 1
    assert bodies(desk) == 1
    assert desk.one("select count(*) from news.articles") == 2
    assert retention.prune(desk.conn, LATER, **DAYS)["pages"] == 0


def test_a_page_that_waits_to_be_read_is_never_old(desk: Any) -> None:
    desk.page(desk.link("a", at=NOON), at=NOON)
    retention.prune(desk.conn, LATER, **DAYS)
    assert bodies(desk) == 1


def test_further_pages_go_with_their_first(desk: Any) -> None:
    for name, at in (("old", NOON), ("new", LATER)):
        link = desk.link(name, at=at)
        second = Page(link, "https://xinghe.example/2", b"two", at)
        pages.add(desk.conn, Page(link, "https://xinghe.example/1", b"one", at, rest=(second,)))
    desk.conn.execute("update archive.page set read_at = %s", (LATER,))
    assert retention.prune(desk.conn, LATER, **DAYS)["pages"] == 1
    assert desk.one("select array_agg(body is null order by page) from archive.continuation") == [
        True,
        False,
    ]


def test_old_feed_texts_go(desk: Any) -> None:
    for name, at in (("old", NOON), ("new", LATER)):
        link = desk.link(name, at=at)
        feed_texts.keep(desk.conn, Page(link, f"https://xinghe.example/{name}", b"<p>", at))
    retention.prune(desk.conn, LATER, **DAYS)
    assert desk.one("select string_agg(url, ' ') from archive.feed_text").endswith("/new")


def test_old_runs_go(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for instant in (NOON, LATER):
        monkeypatch.setenv("JIANBAO_NOW", instant.isoformat())
        with runs.logged(desk.conn, "crawl"):
            pass
    assert retention.prune(desk.conn, LATER, **DAYS)["runs"] == 1
    assert desk.one("select count(*) from news.runs") == 1


def test_dead_claims_go(desk: Any) -> None:
    desk.conn.execute(
        "insert into archive.claim values ('source:a', 'x', clock_timestamp() - interval '1 s'),"
        " ('source:b', 'x', clock_timestamp() + interval '1 h')"
    )
    retention.prune(desk.conn, LATER, **DAYS)
    assert desk.one("select string_agg(name, ' ') from archive.claim") == "source:b"
