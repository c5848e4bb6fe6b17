"""Readers and the outbox: one edition to one reader at most once.

queued → sending → sent | failed | unknown. A claim is committed before the mail server is spoken
to; one that was never settled becomes `unknown` and is reported, never sent again.
"""

from collections.abc import Sequence
from datetime import date, datetime

from psycopg import Connection
from psycopg.rows import TupleRow, class_row

from archive.models import Delivery

CLAIM_SECONDS = 600
"""Longer than the longest SMTP time-out: a claim older than this has no living sender."""


def subscribe(conn: Connection[TupleRow], address: str, now: datetime) -> bool:
    """Add a reader, or make one active again; False if nothing changed."""
    return (
        conn.execute(
            "insert into archive.subscriber (address, added_at) values (%s, %s)"
            " on conflict (address) do update set active = true where not subscriber.active",
            (address, now),
        ).rowcount
        == 1
    )


def unsubscribe(conn: Connection[TupleRow], address: str) -> bool:
    """Stop mailing a reader; False if there is no such active reader."""
    return (
        conn.execute(
            "update archive.subscriber set active = false where address = %s and active", (address,)
        ).rowcount
        == 1
    )


def subscribers(conn: Connection[TupleRow]) -> list[tuple[str, bool]]:
    """(address, active) of every reader."""
    return conn.execute(
        "select address, active from archive.subscriber order by address"
    ).fetchall()


def queue(conn: Connection[TupleRow], day: date, now: datetime) -> int:
    """Queue the day's edition for every active reader; the number newly queued.

    None if it ended before this archive was restored from a backup: the old one may have sent it.
    """
    return conn.execute(
        "insert into archive.delivery (edition, reader, queued_at)"
        " select %(day)s, id, %(now)s from archive.subscriber where active and not exists (select"
        " from archive.edition e, archive.deployment d where e.day = %(day)s"
        " and e.window_end <= d.restored_at) on conflict do nothing",
        {"day": day, "now": now},
    ).rowcount


def claim(conn: Connection[TupleRow], day: date, skip: Sequence[int] = ()) -> Delivery | None:
    """Claim one queued delivery of the day's edition, committed; None when none is left.

    Deliveries in `skip` are passed.

    The lease runs on the server's clock, not the archive's, because a simulated day has no
    seconds.
    """
    with conn.transaction(), conn.cursor(row_factory=class_row(Delivery)) as cursor:
        return cursor.execute(
            "update archive.delivery d set state = 'sending', attempts = attempts + 1,"
            " claimed_until = clock_timestamp() + make_interval(secs => %s)"
            " from archive.subscriber s where s.id = d.reader and d.id = (select id"
            " from archive.delivery where state = 'queued' and edition = %s and id <> all(%s)"
            " order by id limit 1"
            " for update skip locked)"
            " returning d.id, d.edition as day, s.address, d.attempts",
            (CLAIM_SECONDS, day, list(skip)),
        ).fetchone()


def settle(
    conn: Connection[TupleRow], delivery: int, state: str, error: str, now: datetime
) -> None:
    """Write what the mail server's answer proves: sent, failed, unknown, or queued for a retry."""
    conn.execute(
        "update archive.delivery set state = %(state)s, error = %(error)s, claimed_until = null,"
        " settled_at = case when %(state)s = 'queued' then null else %(now)s::timestamptz end"
        " where id = %(id)s and state = 'sending'",
        {"state": state, "error": error, "now": now, "id": delivery},
    )


def expire(conn: Connection[TupleRow], now: datetime) -> int:
    """Make abandoned claims `unknown`; how many."""
    return conn.execute(
        "update archive.delivery set state = 'unknown', settled_at = %s,"
        " error = 'the sender ended while sending' where state = 'sending'"
        " and claimed_until < clock_timestamp()",
        (now,),
    ).rowcount


def states(conn: Connection[TupleRow], day: date) -> dict[str, int]:
    """How many deliveries of the day's edition are in each state."""
    return dict(
        conn.execute(
            "select state, count(*) from archive.delivery where edition = %s group by state", (day,)
        ).fetchall()
    )
