"""The feed's text waits beside its link, and stands in for a page that is closed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from psycopg import Connection

from archive import feed_texts, links, pages
from archive.models import Outcome, Page

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(hours=2)
NOTE = "read from the feed: the page is http_error, HTTP 403"


@pytest.fixture
def told(conn: Connection, desk: Any) -> int:
    """A link whose feed carries its text."""
    link: int = desk.link("a", stamp="one")
    feed_texts.keep(conn, text(link))
    return link


def text(link: int, body: bytes = b"<p>from the feed") -> Page:
    return Page(link, "https://xinghe.example/a", body, NOON, content_type="text/html")


def refuse(conn: Connection, link: int, retry_at: datetime | None = None) -> None:
    links.settle(conn, link, Outcome.HTTP_ERROR, "HTTP 403", NOON, retry_at)


def test_it_becomes_the_page_of_its_link(conn: Connection, told: int) -> None:
    refuse(conn, told)
    assert feed_texts.stand_in(conn, told, NOTE)
    _, page, link, _ = pages.claim_unread(conn)
    assert link.id == told
    assert page == Page(
        told, "https://xinghe.example/a", b"<p>from the feed", NOON, 200, "text/html", NOTE, True
    )
    # It has moved.
    assert not feed_texts.stand_in(conn, told, NOTE)


@pytest.mark.parametrize("retry_at", [None, LATER])
def test_not_while_the_page_may_still_be_had(
    conn: Connection, desk: Any, told: int, retry_at: datetime | None
) -> None:
    if retry_at:
        refuse(conn, told, retry_at)
    assert not feed_texts.stand_in(conn, told, NOTE)
    assert desk.one("select count(*) from archive.feed_text") == 1


def test_the_newest_text_counts(conn: Connection, told: int) -> None:
    feed_texts.keep(conn, text(told, b"newer"))
    refuse(conn, told)
    feed_texts.stand_in(conn, told, NOTE)
    assert pages.claim_unread(conn)[1].body == b"newer"


def test_the_same_text_is_not_read_twice(conn: Connection, desk: Any, told: int) -> None:
    refuse(conn, told)
    assert feed_texts.stand_in(conn, told, NOTE)
    for body, stands in ((b"<p>from the feed", False), (b"<p>changed", True)):
        feed_texts.keep(conn, text(told, body))
        assert feed_texts.stand_in(conn, told, NOTE) == stands
    assert desk.one("select count(*) from archive.page") == 2


def test_it_is_kept_small_and_forgotten(conn: Connection, desk: Any) -> None:
    one, other = desk.link("a"), desk.link("b")
    for link in (one, other):
        feed_texts.keep(conn, text(link, b"<p>again and again" * 1000))
    assert desk.one("select max(length(body)) from archive.feed_text") < 200
    feed_texts.forget(conn, one)
    assert desk.one("select array_agg(link) from archive.feed_text") == [other]
