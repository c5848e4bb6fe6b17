"""What the retention policy lets go. Articles, summaries and the ledger stay for good."""

from datetime import datetime, timedelta

from psycopg import Connection
from psycopg.rows import TupleRow

_BATCH = 500


def prune(
    conn: Connection[TupleRow], now: datetime, *, pages_days: int, runs_days: int
) -> dict[str, int]:
    """Remove the bytes of old raw pages, feed texts, old runs, and dead claims; how many.

    Pages go in batches, one transaction each, so that nobody waits for it.
    """
    pages = 0
    pages_end = now - timedelta(days=pages_days)
    while batch := conn.execute(
        "with old as (update archive.page set body = null where id in (select id from archive.page"
        " where fetched_at < %s and body is not null and read_at is not null limit %s)"
        " returning id), further as (update archive.continuation set body = null"
        " where page in (select id from old)) select from old",
        (pages_end, _BATCH),
    ).rowcount:
        pages += batch
    conn.execute("delete from archive.feed_text where fetched_at < %s", (pages_end,))
    runs = conn.execute(
        "delete from archive.run where started_at < %s", (now - timedelta(days=runs_days),)
    ).rowcount
    conn.execute("delete from archive.claim where claimed_until < clock_timestamp()")
    return {"pages": pages, "runs": runs}


def prunable(
    conn: Connection[TupleRow], now: datetime, *, pages_days: int, runs_days: int
) -> dict[str, int]:
    """What `prune` would remove."""
    row = conn.execute(
        "select (select count(*) from archive.page where fetched_at < %s and body is not null"
        " and read_at is not null), (select count(*) from archive.run where started_at < %s)",
        (now - timedelta(days=pages_days), now - timedelta(days=runs_days)),
    ).fetchone()
    assert row is not None
    return {"pages": row[0], "runs": row[1]}
