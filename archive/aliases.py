"""Aliases: several addresses of one article at one publisher are one link.

Where the server leads is believed. What a page merely says of itself is believed while the texts
bear it out: an article that was taken for another address on its word (`borrowed`: never read from
a page of that address) goes back to where it was read as soon as a page of that address, or another
that claims it, has a different text.
"""

from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection
from psycopg.rows import TupleRow, class_row

from archive.models import Canonical, Link, Outcome
from archive.text import agree


@dataclass(frozen=True, slots=True)
class _Standing:
    """A link and what is stored of it: `text` is empty if nothing is."""

    id: int
    alias_of: int | None
    outcome: str | None
    looked_at: bool
    text: str
    borrowed: bool


def home(
    conn: Connection[TupleRow],
    link: Link,
    page: int,
    canonical: Canonical | None,
    text: str,
    now: datetime,
) -> int | None:
    """The link that the text of a page belongs to; None if it is stored there already.

    If that is not the page's own link, then it is `stored` from now on, the page's link its
    `alias`. A link that has an article of its own keeps it, as its outcome.
    """
    publishers = {link.source, canonical.source} if canonical else {link.source}
    if take_turn(conn, publishers) < len(publishers):
        canonical = None  # The archive does not know the publisher yet.
    own = _standing(conn, link.id)
    if own.borrowed and not agree(text, own.text):
        _give_back(conn, own.id, page, now)
        own = _standing(conn, link.id)
    target = _target(conn, own, canonical)
    if target == own.id or (own.text and not own.borrowed):
        return _alone(conn, own)
    there = _standing(conn, target or _make(conn, link, canonical, now))
    if own.text and there.text:
        return _alone(conn, own)
    believed = agree(text, there.text) if there.text else _is_unknown(there)
    if there.borrowed and not believed:
        _give_back(conn, there.id, page, now)
    served = canonical is not None and canonical.served
    if not (believed or served):
        return _alone(conn, own)
    _fold(conn, own.id, there.id, now)
    if served:
        # It is a page of that address, whichever link led there.
        conn.execute("update archive.page set link = %s where id = %s", (there.id, page))
    if served or not there.text:
        _take_over(conn, there.id, served, now)
    is_news = served or not there.text or own.alias_of == there.id
    return there.id if is_news else None


def take_turn(conn: Connection[TupleRow], publishers: set[str]) -> int:
    """Wait until nobody else writes several links of these sources; how many of them are known.

    Lasts until the transaction ends. Whoever locks several links does this first, so that no two
    wait for each other.
    """
    return conn.execute(
        "select from archive.source where id = any(%s) order by id for no key update",
        (sorted(publishers),),
    ).rowcount


def _standing(conn: Connection[TupleRow], link: int) -> _Standing:
    with conn.cursor(row_factory=class_row(_Standing)) as cursor:
        found = cursor.execute(
            "select l.id, l.alias_of, l.outcome,"
            " exists (select from archive.page p where p.link = l.id and p.read_at is not null)"
            " as looked_at,"
            " coalesce(string_agg(t.content, E'\\n' order by a.part), '') as text,"
            " coalesce(bool_or(p.link <> l.id), false) and not exists (select"
            "   from archive.revision r join archive.article o on o.id = r.article"
            "   join archive.page q on q.id = r.page where o.link = l.id and q.link = l.id)"
            " as borrowed"
            " from archive.link l left join archive.article a on a.link = l.id"
            " left join archive.page p on p.id = a.page"
            " left join archive.text t on t.hash = a.text_hash"
            " where l.id = %s group by l.id",
            (link,),
        ).fetchone()
    assert found is not None
    return found


def _target(conn: Connection[TupleRow], own: _Standing, canonical: Canonical | None) -> int | None:
    """The link that the page's address belongs to; None if there is none yet."""
    if canonical is None:
        return own.alias_of or own.id
    row = conn.execute(
        "select coalesce(alias_of, id) from archive.link where key = %s", (canonical.key,)
    ).fetchone()
    return row[0] if row else None


def _is_unknown(link: _Standing) -> bool:
    """Whether nothing is known of a link that speaks against what others say of it."""
    return not link.looked_at and link.outcome != Outcome.NOT_ARTICLE


def _make(
    conn: Connection[TupleRow], link: Link, canonical: Canonical | None, now: datetime
) -> int:
    assert canonical is not None
    row = conn.execute(
        "insert into archive.link (source, key, url, title, published_at, first_seen, pending,"
        " outcome, decided_at) select %s, %s, %s, title, published_at, first_seen, false, %s, %s"
        " from archive.link where id = %s returning id",
        (canonical.source, canonical.key, canonical.url, Outcome.STORED, now, link.id),
    ).fetchone()
    assert row is not None
    return int(row[0])


def _alone(conn: Connection[TupleRow], own: _Standing) -> int:
    if own.alias_of:
        conn.execute("update archive.link set alias_of = null where id = %s", (own.id,))
    return own.id


def _fold(conn: Connection[TupleRow], link: int, target: int, now: datetime) -> None:
    """Make a link, and those that are its aliases, aliases of another; with what it borrowed."""
    conn.execute("update archive.article set link = %s where link = %s", (target, link))
    conn.execute(
        "update archive.link l set alias_of = t.id, outcome = %(alias)s, decided_at = %(now)s,"
        " reason = 'another address of ' || t.url, pending = false, retry_at = null"
        " from archive.link t where t.id = %(target)s and %(link)s in (l.id, l.alias_of)",
        {"alias": Outcome.ALIAS, "now": now, "target": target, "link": link},
    )


def _take_over(conn: Connection[TupleRow], link: int, served: bool, now: datetime) -> None:
    """Let a link have an article that another led to. On its word alone, it is yet to be fetched
    if an entry point shows it: its own page may be another article."""
    conn.execute(
        "update archive.link set outcome = %(stored)s, reason = '', decided_at = %(now)s,"
        " pending = (pending or retry_at is not null) and not %(served)s, retry_at = null,"
        " attempts = greatest(attempts, %(served)s::integer) where id = %(link)s",
        {"stored": Outcome.STORED, "now": now, "served": served, "link": link},
    )


def _give_back(conn: Connection[TupleRow], link: int, page: int, now: datetime) -> None:
    """Return what a link borrowed, and look again at the link and all that claimed it.

    `page` is the one that is being read.
    """
    conn.execute(
        "update archive.article a set link = p.link from archive.page p"
        " where a.link = %s and p.id = a.page",
        (link,),
    )
    conn.execute(
        "update archive.page set read_at = null, attempts = 0 where id in (select max(p.id)"
        " from archive.page p join archive.link l on l.id = p.link where l.alias_of = %s"
        " group by l.id) and id <> %s and read_at is not null and body is not null",
        (link, page),
    )
    conn.execute(
        "update archive.link l set alias_of = null,"
        " outcome = case when a.kept then %(stored)s else l.outcome end,"
        " reason = case when a.kept then '' else l.reason end"
        " from (select o.id, exists (select from archive.article a where a.link = o.id) as kept"
        "   from archive.link o where o.alias_of = %(link)s) a where a.id = l.id",
        {"stored": Outcome.STORED, "link": link},
    )
    conn.execute(
        "update archive.link set pending = true, retry_at = null, outcome = %s, decided_at = %s,"
        " reason = 'pages with different texts say that they are it' where id = %s",
        (Outcome.NOT_ARTICLE, now, link),
    )
