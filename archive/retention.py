"""What the retention policy lets go. Articles, summaries and the ledger stay for good."""

from datetime import datetime, timedelta

from psycopg import Connection
from psycopg.rows import TupleRow

from archive.sameness import index

_BATCH = 500

_PAGES = """
with old as (
    update archive.page set body = null
     where id in (select id from archive.page
                   where fetched_at < %(pages)s and body is not null and read_at is not null
                   limit %(batch)s for update skip locked)
    returning id),
further as (
    update archive.continuation set body = null where page in (select id from old))
select from old
"""
_FEED_TEXTS = """
delete from archive.feed_text where link in (
    select link from archive.feed_text where fetched_at < %(pages)s
     limit %(batch)s for update skip locked)
"""
_RUNS = """
delete from archive.run where id in (
    select id from archive.run where started_at < %(runs)s limit %(batch)s for update skip locked)
"""
_FIND_UNUSED = """
select sha256 from archive.body
except select body from archive.page
except select body from archive.continuation
"""
_DROP_UNUSED = """
delete from archive.body b
 where sha256 = any(%s)
   and not exists (select from archive.page p where p.body = b.sha256)
   and not exists (select from archive.continuation c where c.body = b.sha256)
"""
_PRUNABLE = """
with old as (
    select id, fetched_at from archive.page
     where fetched_at < %(pages)s and body is not null and read_at is not null),
freed as (
    select octet_length(bytes) as size from archive.body b
     where not exists (select from archive.page p where p.body = b.sha256
                          and p.id not in (select id from old))
       and not exists (select from archive.continuation c where c.body = b.sha256
                          and c.page not in (select id from old)))
select (select count(*) from old) as pages,
       (select to_char(min(fetched_at), 'YYYY-MM-DD') from old) as oldest,
       (select count(*) from freed) as bodies,
       (select coalesce(sum(size), 0)::bigint from freed) as bytes,
       (select count(*) from archive.feed_text where fetched_at < %(pages)s) as feed_texts,
       (select count(*) from archive.run where started_at < %(runs)s) as runs
"""


def prune(
    conn: Connection[TupleRow], now: datetime, *, pages_days: int, runs_days: int
) -> dict[str, int]:
    """Remove old raw pages, feed texts and runs, bytes that no page has, marks that find no
    copies any more, dead claims; how many.

    In batches of `_BATCH` rows, one transaction each, so that nobody waits for it.
    """
    ends = _ends(now, pages_days, runs_days)
    counts = {}
    for name, statement in (("pages", _PAGES), ("feed_texts", _FEED_TEXTS), ("runs", _RUNS)):
        counts[name] = 0
        while batch := conn.execute(statement, ends).rowcount:
            counts[name] += batch
    counts["bodies"] = _drop_unused(conn)
    counts["marks"] = index.let_go(conn, now)
    conn.execute("delete from archive.claim where claimed_until < clock_timestamp()")
    return counts


def prunable(
    conn: Connection[TupleRow], now: datetime, *, pages_days: int, runs_days: int
) -> dict[str, object]:
    """What `prune` would remove, the bytes of raw pages that frees, and the day of the oldest."""
    cursor = conn.execute(_PRUNABLE, _ends(now, pages_days, runs_days))
    names = [column.name for column in cursor.description or ()]
    counts = dict(zip(names, cursor.fetchone() or (), strict=True))
    return counts | {"marks": index.old(conn, now)}


def _ends(now: datetime, pages_days: int, runs_days: int) -> dict[str, object]:
    pages, runs = (now - timedelta(days=days) for days in (pages_days, runs_days))
    return {"pages": pages, "runs": runs, "batch": _BATCH}


def _drop_unused(conn: Connection[TupleRow]) -> int:
    """Delete the bytes that no page has.

    A crawl may be about to use them again. Its lock (archive.keep) lets us pass by; where our lock
    comes first it waits and keeps them anew. Whether a page has them is asked after locking.
    """
    unused = [row[0] for row in conn.execute(_FIND_UNUSED)]
    dropped = 0
    for start in range(0, len(unused), _BATCH):
        with conn.transaction():
            locked = conn.execute(
                "select sha256 from archive.body where sha256 = any(%s) for update skip locked",
                (unused[start : start + _BATCH],),
            ).fetchall()
            dropped += conn.execute(_DROP_UNUSED, ([row[0] for row in locked],)).rowcount
    return dropped
