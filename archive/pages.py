"""Pages as fetched: the bytes that cannot be had twice."""

import hashlib
from contextlib import nullcontext, suppress
from dataclasses import replace
from datetime import datetime

import psycopg
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
            " note, etag, last_modified) select id, %(url)s, %(at)s, %(status)s, %(type)s,"
            " archive.keep(%(body)b), %(digest)b, %(note)s, %(etag)s, %(modified)s from fetched"
            " where (select sha256 from archive.page where link = %(link)s"
            " order by id desc limit 1) is distinct from %(digest)b"
            " returning id",
            _fetched(page)
            | {"link": page.link_id, "digest": digest, "note": page.note}
            | {"etag": page.etag, "modified": page.last_modified},
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


_KEPT = (
    "select p.id, p.attempts, p.link, p.url, b.bytes, p.fetched_at, p.status, p.content_type,"
    " p.note, p.from_feed, l.id, l.source, l.url, l.key, l.title, l.published_at"
    " from archive.page p join archive.link l on l.id = p.link"
    " join archive.body b on b.sha256 = p.body"
)


# In the order of the index of unread pages; else each page would cost as much as all that wait.
_NEXT = (
    " where p.id = (select id from archive.page where read_at is null and attempts = 0"
    "   order by id limit 1 for update skip locked)",
    " where p.id = (select id from archive.page where read_at is null"
    "   order by attempts, id limit 1 for update skip locked)",
)


def claim_unread(conn: Connection[TupleRow]) -> tuple[int, Page, Link, int] | None:
    """The next unread page, and the try that this is, counted before it is read; None when there
    is none.

    Returns (page id, page, link, number of the try). To be called outside of a transaction, so
    that the try counts even if reading ends the program; then `hold` the page. Pages that other
    workers hold are passed.
    """
    with conn.transaction():
        for which in _NEXT:
            if row := conn.execute(_KEPT + which).fetchone():
                break
        else:
            return None
        conn.execute("update archive.page set attempts = attempts + 1 where id = %s", (row[0],))
    return row[0], *_page(conn, row), row[1] + 1


def hold(conn: Connection[TupleRow], page: int, attempt: int) -> bool:
    """Lock a page for the caller's transaction; False if a later try than this one has it."""
    return bool(
        conn.execute(
            "select from archive.page where id = %s and attempts = %s and read_at is null"
            " for update skip locked",
            (page, attempt),
        ).rowcount
    )


def excuse(conn: Connection[TupleRow], page: int, attempt: int) -> None:
    """Take a try back in which the connection was lost, over a new one: it is not the page's doing.

    Where there is no new one, the try counts.
    """
    with (
        suppress(psycopg.OperationalError),
        psycopg.connect(conn.info.dsn, password=conn.info.password, connect_timeout=10) as new,
    ):
        new.execute(
            "update archive.page set attempts = attempts - 1 where id = %s and attempts = %s"
            " and read_at is null",
            (page, attempt),
        )


def kept(
    conn: Connection[TupleRow], since: datetime, source: str = ""
) -> tuple[list[int], list[int]]:
    """The pages that links stand on, fetched since then, of one source or all: those with their
    bytes, and those that the retention policy took.

    Of a stored link that is the page of its article, else the newest that was read.
    """
    rows = conn.execute(
        "select p.id, p.body is not null from archive.page p join archive.link l on l.id = p.link"
        " where p.fetched_at >= %(since)s and p.read_at is not null"
        " and %(source)s in ('', l.source) and (exists (select from archive.article a"
        "   where a.page = p.id) or l.alias_of is null and not exists (select from archive.article"
        "   a where a.link = l.id) and p.id = (select max(id) from archive.page where link = l.id))"
        " order by p.id",
        {"since": since, "source": source},
    ).fetchall()
    return [id for id, there in rows if there], [id for id, there in rows if not there]


def take(conn: Connection[TupleRow], page: int) -> tuple[Page, Link] | None:
    """A page that was read, locked for the caller's transaction; None if another worker has it,
    or it is gone or waits to be read."""
    row = conn.execute(
        _KEPT + " where p.id = %s and p.read_at is not null for update of p skip locked",
        (page,),
    ).fetchone()
    return _page(conn, row) if row else None


def _page(conn: Connection[TupleRow], row: TupleRow) -> tuple[Page, Link]:
    rest = conn.execute(
        "select c.url, b.bytes, c.fetched_at, c.status, c.content_type"
        " from archive.continuation c join archive.body b on b.sha256 = c.body"
        " where c.page = %s order by c.number",
        (row[0],),
    )
    further = tuple(Page(row[2], url, _unpacked(body), *more) for url, body, *more in rest)
    page = Page(row[2], row[3], _unpacked(row[4]), *row[5:10])
    return replace(page, rest=further), Link(*row[10:])


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
    """Mark a page as read; should it be read again one day, its tries count anew."""
    conn.execute("update archive.page set read_at = %s, attempts = 0 where id = %s", (now, page))


def release(conn: Connection[TupleRow], link: int, page: int) -> None:
    """Let the bytes of a page go that no article of its link stands on, nor a version of one: a
    later page says the same."""
    conn.execute(
        "with idle as (update archive.page p set body = null where p.id = %(page)s"
        " and p.link = %(link)s and not exists (select from archive.article a"
        "   where a.link = %(link)s and (a.page = p.id or exists (select from archive.revision r"
        "   where r.article = a.id and r.page = p.id))) returning id)"
        " update archive.continuation set body = null where page in (select id from idle)",
        {"page": page, "link": link},
    )


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
