"""Full texts from feeds: kept beside their link, in case its page turns out to be closed."""

import hashlib

import zstandard
from psycopg import Connection
from psycopg.rows import TupleRow

from archive.models import Page


def keep(conn: Connection[TupleRow], page: Page) -> None:
    """Keep a page made of a feed entry, instead of an earlier one of the same link."""
    conn.execute(
        "insert into archive.feed_text (link, url, fetched_at, body, sha256)"
        " values (%s, %s, %s, %s, %s) on conflict (link) do update set url = excluded.url,"
        " fetched_at = excluded.fetched_at, body = excluded.body, sha256 = excluded.sha256",
        (
            page.link_id,
            page.url,
            page.fetched_at,
            zstandard.compress(page.body),
            hashlib.sha256(page.body).digest(),
        ),
    )


def stand_in(conn: Connection[TupleRow], link: int, note: str) -> bool:
    """Make the feed's text the page of a settled link, to be read; False if there is none, the
    link will be tried again, or its feed says what it said before. A challenge is a closed door,
    and the text of a feed that is open is worth more than another try."""
    return (
        conn.execute(
            "with moved as (delete from archive.feed_text f using archive.link l"
            " where f.link = %s and l.id = f.link and not l.pending"
            " and (l.retry_at is null or l.outcome = 'challenge_page')"
            " returning f.*),"
            " calm as (update archive.link set retry_at = null"
            " where id in (select link from moved))"
            " insert into archive.page (link, url, fetched_at, status, content_type, body, sha256,"
            " note, from_feed) select link, url, fetched_at, 200, 'text/html', archive.keep(body),"
            " sha256, %s, true from moved m where sha256 is distinct from (select p.sha256"
            " from archive.page p where p.link = m.link and p.from_feed"
            " order by p.id desc limit 1)",
            (link, note),
        ).rowcount
        > 0
    )


def forget(conn: Connection[TupleRow], link: int) -> None:
    """Drop the feed's text of a link whose page could be read."""
    conn.execute("delete from archive.feed_text where link = %s", (link,))
