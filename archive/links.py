"""The frontier and the ledger: every discovered link, and its one outcome."""

import hashlib
from datetime import datetime

from psycopg import Connection
from psycopg.rows import TupleRow, class_row

from archive.models import FoundLink, Link, Outcome
from archive.sameness import revisions
from archive.sources import Validators

MAX_ATTEMPTS = 3
"""How many crawls try a link that fails for a passing reason."""
_GONE = ("HTTP 404", "HTTP 410")


def discover(
    conn: Connection[TupleRow],
    source: str,
    key: str,
    found: FoundLink,
    now: datetime,
    entry: str = "",
) -> int | None:
    """Note a link found at an entry point; its id if it is to be fetched, new or changed there,
    else None.

    A stamp that changed at the same entry point makes a settled link pending again, so that
    corrections are read; what another entry point says of it is another matter. So does the first
    sight of one that is only known from an alias: its own page was never seen.
    """
    mark = hashlib.sha256(entry.encode()).hexdigest()[:8]
    row = conn.execute(
        "insert into archive.link (source, key, url, title, published_at, first_seen, stamp, entry)"
        " select %(source)s, %(key)s, %(url)s, %(title)s, %(published)s, %(now)s, %(stamp)s,"
        " %(entry)s"
        # One writer of several links at a time: see aliases.take_turn.
        " from (select from archive.source where id = %(source)s for no key update) turn"
        " on conflict (key) do update set stamp = excluded.stamp,"
        " pending = link.pending or link.attempts = 0 or link.stamp <> '',"
        " attempts = case when link.stamp <> '' then 0 else link.attempts end,"
        " title = case when excluded.title <> '' then excluded.title else link.title end"
        " where excluded.stamp <> '' and link.stamp <> excluded.stamp"
        " and (link.stamp = ''"
        " or split_part(link.stamp, ' ', 1) = split_part(excluded.stamp, ' ', 1))"
        " or link.attempts = 0 and not link.pending"
        " returning id, pending",
        {
            "source": source,
            "key": key,
            "url": found.url,
            "title": found.title,
            "published": found.published_at,
            "now": now,
            "entry": entry,
            "stamp": f"{mark} {found.stamp}" if found.stamp else "",
        },
    ).fetchone()
    return row[0] if row and row[1] else None


def get(conn: Connection[TupleRow], key: str) -> Link | None:
    """The link with this key."""
    with conn.cursor(row_factory=class_row(Link)) as cursor:
        return cursor.execute(
            "select id, source, url, key, title, published_at from archive.link where key = %s",
            (key,),
        ).fetchone()


def pending(conn: Connection[TupleRow], source: str, limit: int, now: datetime) -> list[Link]:
    """The source's links to fetch, newest first, those included whose retry is due."""
    with conn.cursor(row_factory=class_row(Link)) as cursor:
        return cursor.execute(
            "select id, source, url, key, title, published_at from archive.link"
            " where source = %s and (pending or retry_at <= %s)"
            " order by published_at desc nulls last, id desc limit %s",
            (source, now, limit),
        ).fetchall()


def looks(
    conn: Connection[TupleRow], source: str, limit: int, now: datetime
) -> list[tuple[Link, Validators]]:
    """The source's stored articles that are to be looked at again, newest first, each with what
    its page said of itself. Texts from feeds and what other addresses led to are left out."""
    rows = conn.execute(
        "select l.id, l.source, l.url, l.key, l.title, l.published_at,"
        " case when p.id = a.page then p.etag else '' end,"
        " case when p.id = a.page then p.last_modified else '' end from archive.link l"
        " cross join lateral (select page from archive.article where link = l.id"
        "   order by part limit 1) a"
        " cross join lateral (select id, etag, last_modified from archive.page where link = l.id"
        "   order by id desc limit 1) p"
        " where l.source = %s and l.next_look_at <= %s and not l.pending and l.retry_at is null"
        " and exists (select from archive.page s where s.id = a.page and s.link = l.id"
        "   and not s.from_feed)"
        " order by l.first_seen desc, l.id desc limit %s",
        (source, now, limit),
    ).fetchall()
    return [(Link(*row[:6]), Validators(*row[6:])) for row in rows]


def looked(conn: Connection[TupleRow], link: int, now: datetime) -> None:
    """Note that a stored article was looked at again, however that went."""
    conn.execute(
        "update archive.link set next_look_at = archive.next_look(link, %s) where id = %s",
        (now, link),
    )


def waiting(conn: Connection[TupleRow], now: datetime) -> set[str]:
    """The sources that have links to fetch or to look at again, by now."""
    rows = conn.execute(
        "select distinct source from archive.link where pending or retry_at <= %(now)s"
        " union select distinct source from archive.link where next_look_at <= %(now)s",
        {"now": now},
    ).fetchall()
    return {row[0] for row in rows}


def settle(
    conn: Connection[TupleRow],
    link: int,
    outcome: Outcome,
    reason: str,
    now: datetime,
    retry_at: datetime | None = None,
) -> None:
    """Give a link its outcome. With `retry_at` it is tried again then, `MAX_ATTEMPTS` in all.

    Counts a try, unless `pages.add` has counted it. A stored article whose page is gone stays
    stored, as one that vanished.
    """
    conn.execute(
        "update archive.link set pending = false, outcome = %(outcome)s, reason = %(reason)s,"
        " decided_at = %(now)s, attempts = attempts + (pending or retry_at is not null)::integer,"
        " retry_at = case when attempts + (pending or retry_at is not null)::integer < %(most)s"
        " then %(retry)s::timestamptz end,"
        " next_look_at = case when %(outcome)s = 'stored' then archive.next_look(link, %(now)s) end"
        " where id = %(link)s and alias_of is null"
        " and (outcome is distinct from 'stored' or %(outcome)s = 'stored')",
        {
            "link": link,
            "outcome": outcome,
            "reason": reason,
            "now": now,
            "retry": retry_at,
            "most": MAX_ATTEMPTS,
        },
    )
    if outcome == Outcome.STORED:
        revisions.come_back(conn, link, now)
    elif outcome == Outcome.GONE or reason in _GONE:
        revisions.vanish(conn, link, reason, now)
    # A stored article stays stored, an alias one, when a later look at its page fails.
    conn.execute(
        "update archive.link set pending = false, retry_at = null where id = %s"
        " and (pending or retry_at <= %s)",
        (link, now),
    )


def restate(
    conn: Connection[TupleRow], link: int, outcome: Outcome, reason: str, now: datetime
) -> None:
    """Correct the outcome of a link by another reading of a page that is kept; what waits to be
    fetched still waits. What is stored stays so."""
    conn.execute(
        "update archive.link set outcome = %(outcome)s, reason = %(reason)s, decided_at = %(now)s"
        " where id = %(link)s and alias_of is null"
        " and (outcome, reason) is distinct from (%(outcome)s, %(reason)s)"
        " and (outcome is distinct from 'stored' or %(outcome)s = 'stored')",
        {"outcome": outcome, "reason": reason, "now": now, "link": link},
    )


def outcome(conn: Connection[TupleRow], key: str) -> tuple[str, str] | None:
    """(outcome, reason) of a link, None if the key is unknown or still pending."""
    row = conn.execute(
        "select outcome, reason from archive.link where key = %s and outcome is not null", (key,)
    ).fetchone()
    return (row[0], row[1]) if row else None


def bring(conn: Connection[TupleRow], key: str) -> None:
    """Note that somebody brought this link; a document, or one that was off topic, is then read
    again."""
    conn.execute(
        "with link as (update archive.link set entry = '' where key = %s returning id, outcome)"
        " update archive.page set read_at = null where id = (select max(p.id) from archive.page p"
        " join link on p.link = link.id where link.outcome = 'off_topic' or p.url like 'urn:%%')"
        " and body is not null",
        (key,),
    )


def stays(conn: Connection[TupleRow], link: int) -> bool:
    """Whether a link is kept whatever it is about: somebody brought it, or it is stored."""
    row = conn.execute(
        "select entry = '' or outcome is not distinct from 'stored' from archive.link"
        " where id = %s",
        (link,),
    ).fetchone()
    return bool(row and row[0])


def by_source(
    conn: Connection[TupleRow], sources: list[str]
) -> list[tuple[str, int, int, int, str]]:
    """(name, links, stored, refused, trouble at the last look) of these sources."""
    return conn.execute(
        "select s.name, count(l.id), count(l.id) filter (where l.outcome = 'stored'),"
        " count(l.id) filter (where l.outcome not in ('stored', 'alias')), coalesce((select"
        " string_agg(e.error, '; ') from archive.entry_point e where e.source = s.id"
        " and e.error <> ''), '') from archive.source s"
        " left join archive.link l on l.source = s.id where s.id = any(%s)"
        " group by s.id, s.name order by s.id",
        (sources,),
    ).fetchall()
