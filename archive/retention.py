"""What the retention policy lets go. Articles, summaries and the ledger stay for good."""

from datetime import datetime, timedelta

from psycopg import Connection
from psycopg.rows import TupleRow

_BATCH = 500


def prune(
    conn: Connection[TupleRow], now: datetime, *, pages_days: int, runs_days: int
) -> dict[str, int]:
    """Remove the bytes of old raw pages, old runs, and dead claims; how many of each.

    Pages go in batches, one transaction each, so that nobody waits for it.
    """
    pages = 0
    while batch := conn.execute(
        "update archive.page set body = null where id in (select id from archive.page"
        " where fetched_at < %s and body is not null and read_at is not null limit %s)",
        (now - timedelta(days=pages_days), _BATCH),
    ).rowcount:
        pages += batch
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
