"""Pages as fetched: the bytes that cannot be had twice."""

import hashlib
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime

import zstandard
from psycopg import Connection
from psycopg.rows import TupleRow

from archive.models import Link, Page

MAX_BYTES = 8 * 1024 * 1024
"""The largest page that is kept, in bytes after decompression."""
# 70 real pages of 163 KB become 36.9 KB in 1.3 ms each; at level 3 39.2 KB in .5 ms, at level 10
# 36.3 KB in 2.3 ms, at level 19 34.5 KB in 40 ms.
_COMPRESSOR = zstandard.ZstdCompressor(level=6)
MAX_ATTEMPTS = 3
"""How often a page that cannot be read is tried before it is quarantined."""


def add(conn: Connection[TupleRow], page: Page) -> bool:
    """Keep a page, to be read; False if its bytes are those of the link's latest page.

    The pages that it goes on with belong to it. The link is no longer pending in either case: it
    is the page's turn now.
    """
    digest = hashlib.sha256(b"".join(each.body for each in (page, *page.rest))).digest()
    with conn.transaction() if page.rest else nullcontext():
        kept = conn.execute(
            "with fetched as (update archive.link set pending = false, attempts = attempts + 1,"
            " retry_at = null where id = %(link)s returning id)"
            " insert into archive.page (link, url, fetched_at, status, content_type, body, sha256,"
            " note) select id, %(url)s, %(at)s, %(status)s, %(type)s, archive.keep(%(body)b),"
            " %(digest)b, %(note)s from fetched where (select sha256 from archive.page"
            " where link = %(link)s order by id desc limit 1) is distinct from %(digest)b"
            " returning id",
            _fetched(page) | {"link": page.link_id, "digest": digest, "note": page.note},
        ).fetchone()
        if kept is None:
            return False
        for number, each in enumerate(page.rest, 2):
            conn.execute(
                "insert into archive.continuation (page, number, url, fetched_at, status,"
                " content_type, body) values (%(page)s, %(number)s, %(url)s, %(at)s, %(status)s,"
                " %(type)s, archive.keep(%(body)b))",
                _fetched(each) | {"page": kept[0], "number": number},
            )
    return True


def claim_unread(conn: Connection[TupleRow]) -> tuple[int, Page, Link, int] | None:
    """The next unread page, locked for the caller's transaction; None when there is none.

    Returns (page id, page, link, attempts so far). Pages that other workers hold are passed.
    """
    row = conn.execute(
        "select p.id, p.attempts, p.link, p.url, b.bytes, p.fetched_at, p.status, p.content_type,"
        " p.note, p.from_feed, l.id, l.source, l.url, l.key, l.title, l.published_at"
        " from archive.page p join archive.link l on l.id = p.link"
        " join archive.body b on b.sha256 = p.body"
        " where p.read_at is null order by p.attempts, p.id limit 1 for update of p skip locked"
    ).fetchone()
    if row is None:
        return None
    rest = conn.execute(
        "select c.url, b.bytes, c.fetched_at, c.status, c.content_type"
        " from archive.continuation c join archive.body b on b.sha256 = c.body"
        " where c.page = %s order by c.number",
        (row[0],),
    )
    further = tuple(Page(row[2], url, _unpacked(body), *more) for url, body, *more in rest)
    page = Page(row[2], row[3], _unpacked(row[4]), *row[5:10])
    return row[0], replace(page, rest=further), Link(*row[10:]), row[1]


def standing(conn: Connection[TupleRow], link: int, page: int) -> tuple[bool, int] | None:
    """Of what is stored of a link from another page than `page`: whether that is the feed's text,
    and its characters; None if nothing."""
    row = conn.execute(
        "select bool_or(p.from_feed), sum(length(t.content)) from archive.article a"
        " join archive.page p on p.id = a.page join archive.text t on t.hash = a.text_hash"
        " where a.link = %s and a.page <> %s having count(*) > 0",
        (link, page),
    ).fetchone()
    return (row[0], row[1]) if row else None


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


def _fetched(page: Page) -> dict[str, object]:
    return {
        "url": page.url,
        "at": page.fetched_at,
        "status": page.status,
        "type": page.content_type,
        "body": _COMPRESSOR.compress(page.body),
    }


def _unpacked(body: bytes) -> bytes:
    return zstandard.decompress(bytes(body), max_output_size=MAX_BYTES)
