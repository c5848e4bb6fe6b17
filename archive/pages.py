"""Pages as fetched: the bytes that cannot be had twice."""

import hashlib
from datetime import datetime

import zstandard
from psycopg import Connection
from psycopg.rows import TupleRow

from archive.models import Link, Page

MAX_BYTES = 8 * 1024 * 1024
"""The largest page that is kept, in bytes after decompression."""
MAX_ATTEMPTS = 3
"""How often a page that cannot be read is tried before it is quarantined."""


def add(conn: Connection[TupleRow], page: Page) -> bool:
    """Keep a page, to be read; False if its bytes are those of the link's latest page.

    The link is no longer pending in either case: it is the page's turn now.
    """
    digest = hashlib.sha256(page.body).digest()
    with conn.transaction():
        conn.execute("select from archive.link where id = %s for update", (page.link_id,))
        conn.execute(
            "update archive.link set pending = false, attempts = attempts + 1, retry_at = null"
            " where id = %s",
            (page.link_id,),
        )
        row = conn.execute(
            "select sha256 from archive.page where link = %s order by id desc limit 1",
            (page.link_id,),
        ).fetchone()
        if row and bytes(row[0]) == digest:
            return False
        conn.execute(
            "insert into archive.page (link, url, fetched_at, status, content_type, body, sha256)"
            " values (%s, %s, %s, %s, %s, %s, %s)",
            (
                page.link_id,
                page.url,
                page.fetched_at,
                page.status,
                page.content_type,
                zstandard.compress(page.body),
                digest,
            ),
        )
    return True


def claim_unread(conn: Connection[TupleRow]) -> tuple[int, Page, Link, int] | None:
    """The next unread page, locked for the caller's transaction; None when there is none.

    Returns (page id, page, link, attempts so far). Pages that other workers hold are passed.
    """
    row = conn.execute(
        "select p.id, p.attempts, p.link, p.url, p.body, p.fetched_at, p.status, p.content_type,"
        " l.id, l.source, l.url, l.key, l.title, l.published_at"
        " from archive.page p join archive.link l on l.id = p.link"
        " where p.read_at is null order by p.attempts, p.id limit 1 for update of p skip locked"
    ).fetchone()
    if row is None:
        return None
    body = zstandard.decompress(bytes(row[4]), max_output_size=MAX_BYTES)
    return row[0], Page(row[2], row[3], body, *row[5:8]), Link(*row[8:]), row[1]


def alike(conn: Connection[TupleRow], page: int) -> int:
    """How many links of the page's source gave these same bytes, this one included."""
    row = conn.execute(
        "select count(distinct p.link) from archive.page this join archive.link own"
        " on own.id = this.link join archive.page p on p.sha256 = this.sha256"
        " join archive.link l on l.id = p.link and l.source = own.source where this.id = %s",
        (page,),
    ).fetchone()
    return int(row[0]) if row else 0


def read(conn: Connection[TupleRow], page: int, now: datetime) -> None:
    """Mark a page as read."""
    conn.execute("update archive.page set read_at = %s where id = %s", (now, page))


def failed(conn: Connection[TupleRow], page: int) -> None:
    """Count a failed try to read a page; it stays unread."""
    conn.execute("update archive.page set attempts = attempts + 1 where id = %s", (page,))
