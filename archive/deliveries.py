"""The outbox: one edition to one reader at most once, by whatever channel.

queued → sending → sent | failed | unknown, or not_sent. A claim is committed, then its row is held
locked while the server is spoken to: a row that says `sending` and that nobody holds has lost its
sender. It becomes `unknown` and is reported, never sent again. `docs/reference/delivery.md`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from psycopg import Connection
from psycopg.rows import TupleRow

from archive.edition_models import Delivery
from archive.subscribers import reader

CLAIM_SECONDS = 5
"""A sender takes the lock within this time of its claim."""


def queue(conn: Connection[TupleRow], day: date, now: datetime) -> int:
    """Queue the day's edition for every active reader who wants one that day; how many, newly.

    Only the newest edition is mailed: an older one, and those between the last that was queued and
    this, are `not_sent`, and what is still queued of older ones becomes so. None is queued if it
    ended before this archive was restored from a backup: the old one may have sent it.
    """
    given = {"day": day, "now": now}
    with conn.transaction():
        conn.execute(
            "update archive.delivery set state = 'not_sent', settled_at = %(now)s,"
            " error = 'a newer edition was mailed' where state = 'queued' and edition < %(day)s"
            " and exists (select from archive.edition where day = %(day)s)",
            given,
        )
        added = conn.execute(
            "with wanted as (select e.day, s.id, s.address, exists (select from archive.edition n"
            " where n.day > e.day) or e.day < %(day)s as late"
            " from archive.edition e cross join archive.subscriber s"
            " where s.active and not (s.weekdays and extract(isodow from e.day) > 5)"
            " and (e.day = %(day)s or e.day < %(day)s and s.added_at < e.window_end and e.day >"
            "      (select max(edition) from archive.delivery where edition < %(day)s))"
            " and not exists (select from archive.deployment d"
            "      where e.window_end <= d.restored_at))"
            " insert into archive.delivery (edition, channel, reader, queued_at, state, settled_at,"
            "   error)"
            " select day, case when address like '%%@%%' then 'mail' else address end, id, %(now)s,"
            " case when late then 'not_sent' else 'queued' end,"
            " case when late then %(now)s end,"
            " case when late then 'a newer edition was mailed' else '' end"
            " from wanted on conflict do nothing returning state",
            given,
        ).fetchall()
    return sum(state == "queued" for (state,) in added)


def claim(conn: Connection[TupleRow], day: date, without: Collection[str] = ()) -> Delivery | None:
    """Claim one delivery of the day's edition that is due, committed; None when none is.

    Channels in `without` are passed. Times are those of the server's clock, not the archive's,
    because a simulated day has no seconds.
    """
    with conn.transaction():
        row = conn.execute(
            "update archive.delivery d set state = 'sending', attempts = attempts + 1,"
            " claimed_until = clock_timestamp() + make_interval(secs => %s)"
            " from archive.subscriber s where s.id = d.reader and d.id = (select id"
            " from archive.delivery where state = 'queued' and edition = %s and channel <> all(%s)"
            " and coalesce(next_attempt_at <= clock_timestamp(), true)"
            " order by id limit 1 for update skip locked)"
            " returning d.id, d.edition, d.channel, d.attempts, s.id, s.address, s.topics,"
            " s.keywords, s.search, s.weekdays, s.active",
            (CLAIM_SECONDS, day, list(without)),
        ).fetchone()
    return Delivery(row[0], row[1], row[2], reader(*row[4:]), row[3]) if row else None


def hold(conn: Connection[TupleRow], delivery: int) -> bool:
    """Lock the claimed delivery until the transaction ends; False if it is no longer ours."""
    return (
        conn.execute(
            "select 1 from archive.delivery where id = %s and state = 'sending' for update",
            (delivery,),
        ).fetchone()
        is not None
    )


def settle(
    conn: Connection[TupleRow], delivery: int, state: str, error: str, now: datetime
) -> None:
    """Write what the answer proves: sent, failed or unknown."""
    conn.execute(
        "update archive.delivery set state = %s, error = %s, claimed_until = null,"
        " next_attempt_at = null, settled_at = %s where id = %s and state = 'sending'",
        (state, error, now, delivery),
    )


def put_off(
    conn: Connection[TupleRow], delivery: int, error: str, seconds: float, counted: bool = True
) -> None:
    """Queue a claimed delivery again, not to be tried for so many seconds.

    It is not `counted` as an attempt when the trouble was the server's, not this reader's.
    """
    conn.execute(
        "update archive.delivery set state = 'queued', error = %s, claimed_until = null,"
        " attempts = attempts - %s,"
        " next_attempt_at = clock_timestamp() + make_interval(secs => %s)"
        " where id = %s and state = 'sending'",
        (error, int(not counted), seconds, delivery),
    )


def expire(conn: Connection[TupleRow], now: datetime) -> int:
    """Make claims that nobody holds `unknown`; how many."""
    return conn.execute(
        "update archive.delivery set state = 'unknown', settled_at = %s, claimed_until = null,"
        " error = 'the sender ended while sending' where id in (select id from archive.delivery"
        " where state = 'sending' and claimed_until < clock_timestamp() for update skip locked)",
        (now,),
    ).rowcount


def states(conn: Connection[TupleRow], day: date) -> dict[str, int]:
    """How many deliveries of the day's edition are in each state."""
    return dict(
        conn.execute(
            "select state, count(*) from archive.delivery where edition = %s group by state", (day,)
        ).fetchall()
    )


def waiting(conn: Connection[TupleRow], day: date) -> dict[str, tuple[int, str]]:
    """By channel how many of the day's edition are still queued, and what one was told last."""
    rows = conn.execute(
        "select channel, count(*), max(error) from archive.delivery"
        " where edition = %s and state = 'queued' group by channel order by channel",
        (day,),
    )
    return {channel: (count, error) for channel, count, error in rows}


def unsettled(conn: Connection[TupleRow], states: Sequence[str]) -> list[TupleRow]:
    """(id, day, channel, address, state, attempts, error, since) of those in these states."""
    return conn.execute(
        "select d.id, d.edition, d.channel, s.address, d.state, d.attempts, d.error,"
        " coalesce(d.settled_at, d.queued_at) from archive.delivery d"
        " join archive.subscriber s on s.id = d.reader where d.state = any(%s) order by d.id",
        (list(states),),
    ).fetchall()


def resolve(
    conn: Connection[TupleRow], ids: Sequence[int], state: str, evidence: str, now: datetime
) -> list[int]:
    """Settle `unknown` deliveries as sent or failed, by evidence; those that were settled."""
    return [
        id
        for (id,) in conn.execute(
            "update archive.delivery set state = %s, error = %s, settled_at = %s"
            " where id = any(%s) and state = 'unknown' returning id",
            (state, evidence, now, list(ids)),
        )
    ]


@dataclass(frozen=True, slots=True)
class Standing:
    """How the newest edition stands: stories shown, and how many deliveries ended how."""

    day: date
    shown: int
    readers: int
    """Who should get it."""
    messages: int
    """What was queued of it, in whatever state it is now."""
    sent: int
    failed: int
    unknown: int
    queued: int
    stuck: int
    """Of the queued those that wait for too long."""
    down: int
    """Of the queued those that met a server that took nothing from anybody, which said `why`."""
    why: str


def standing(conn: Connection[TupleRow], since: datetime) -> Standing | None:
    """How the newest edition stands; what was queued before `since` and still is, is stuck."""
    row = conn.execute(
        "select e.day, coalesce((e.counts ->> 'shown')::int, 0),"
        " (select count(*) from archive.subscriber s, archive.deployment p where s.active"
        "  and s.added_at < e.window_end and not (s.weekdays and extract(isodow from e.day) > 5)"
        "  and coalesce(e.window_end > p.restored_at, true)), count(d.id),"
        " count(*) filter (where state = 'sent'), count(*) filter (where state = 'failed'),"
        " count(*) filter (where state = 'unknown'), count(*) filter (where state = 'queued'),"
        " count(*) filter (where state = 'queued' and queued_at < %s),"
        " count(*) filter (where state = 'queued' and attempts = 0 and error <> ''),"
        " coalesce(max(error) filter (where state = 'queued' and attempts = 0), '')"
        " from archive.edition e left join archive.delivery d on d.edition = e.day"
        " group by e.day order by e.day desc limit 1",
        (since,),
    ).fetchone()
    return Standing(*row) if row else None


def was_there(conn: Connection[TupleRow], instant: datetime) -> bool:
    """Whether the archive is older than this."""
    row = conn.execute(
        "select 1 from archive.deployment where created_at < %s", (instant,)
    ).fetchone()
    return row is not None


def published(conn: Connection[TupleRow], most: int) -> tuple[str, list[TupleRow]]:
    """What tells this archive from others, and (day, subject, composed_at, html) of the newest
    editions that went to the feed, the newest first; none if the feed is no reader now."""
    row = conn.execute("select extract(epoch from created_at) from archive.deployment").fetchone()
    editions = conn.execute(
        "select e.day, e.subject, e.composed_at, e.html from archive.edition e"
        " join archive.delivery d on d.edition = e.day"
        " join archive.subscriber s on s.id = d.reader"
        " where d.channel = 'atom' and d.state in ('sending', 'sent') and s.active"
        " order by e.day desc limit %s",
        (most,),
    ).fetchall()
    return str(row[0]) if row else "", editions


def tell_once(conn: Connection[TupleRow], day: date, kind: str, now: datetime) -> bool:
    """Note that the operator is told this of the day's edition; False if that was done before."""
    return (
        conn.execute(
            "insert into archive.alarm (day, kind, told_at) values (%s, %s, %s)"
            " on conflict do nothing",
            (day, kind, now),
        ).rowcount
        == 1
    )
