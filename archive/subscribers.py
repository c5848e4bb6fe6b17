"""Readers, and what each of them chose."""

from datetime import datetime

import psycopg
from psycopg import Connection
from psycopg.rows import TupleRow

from archive.edition_models import Choice, Reader
from archive.query import SearchError

_DAYS = 14
"""An edition after an outage tells of older articles, too."""


def put(conn: Connection[TupleRow], address: str, choice: Choice, now: datetime) -> bool:
    """Add a reader, or give one a new choice, active again; False if nothing changed.

    Two addresses that differ in case alone are one.
    """
    given = {
        "address": address.lower(),
        "topics": list(choice.topics),
        "keywords": list(choice.keywords),
        "search": choice.search,
        "weekdays": choice.weekdays,
        "now": now,
    }
    with conn.transaction():
        known = conn.execute(
            "select 1 from archive.subscriber where lower(address) = %(address)s for update", given
        ).fetchone()
        return (
            conn.execute(
                "update archive.subscriber set active = true, topics = %(topics)s,"
                " keywords = %(keywords)s, search = %(search)s, weekdays = %(weekdays)s"
                " where lower(address) = %(address)s and (active, topics, keywords, search,"
                " weekdays) is distinct from (true, %(topics)s::text[], %(keywords)s::text[],"
                " %(search)s, %(weekdays)s)"
                if known
                else "insert into archive.subscriber (address, topics, keywords, search, weekdays,"
                " added_at) values (%(address)s, %(topics)s, %(keywords)s, %(search)s,"
                " %(weekdays)s, %(now)s) on conflict do nothing",
                given,
            ).rowcount
            > 0
        )


def remove(conn: Connection[TupleRow], reader: str | int, now: datetime) -> bool:
    """Send nothing more to the reader of this address or number; False if there is none active."""
    with conn.transaction():
        gone = conn.execute(
            "update archive.subscriber set active = false where active"
            " and (id = %(id)s or lower(address) = lower(%(address)s)) returning id",
            {
                "id": reader if isinstance(reader, int) else None,
                "address": reader if isinstance(reader, str) else None,
            },
        ).fetchall()
        for (id,) in gone:
            conn.execute(
                "update archive.delivery set state = 'not_sent', settled_at = %s,"
                " error = 'unsubscribed' where reader = %s and state = 'queued'",
                (now, id),
            )
    return bool(gone)


def every(conn: Connection[TupleRow]) -> list[Reader]:
    """Every reader by address, those who left included."""
    rows = conn.execute(
        "select id, address, topics, keywords, search, weekdays, active"
        " from archive.subscriber order by address"
    ).fetchall()
    return [reader(*row) for row in rows]


def reader(
    id: int,
    address: str,
    topics: list[str],
    keywords: list[str],
    search: str,
    weekdays: bool,
    active: bool,
) -> Reader:
    """The reader in these columns."""
    return Reader(id, address, Choice(tuple(topics), tuple(keywords), search, weekdays), active)


def link_key(conn: Connection[TupleRow]) -> bytes:
    """The key that signs the links by which readers leave."""
    row = conn.execute("select key from archive.link_key").fetchone()
    assert row is not None
    return bytes(row[0])


def found(conn: Connection[TupleRow], search: str) -> frozenset[int]:
    """The articles of the last days that a saved search finds. Raises SearchError."""
    if not search:
        return frozenset()
    try:
        rows = conn.execute(
            "select id from news.matches(%s, since => make_interval(days => %s))", (search, _DAYS)
        ).fetchall()
    except psycopg.DataError as error:
        raise SearchError(f"the search {search!r}: {error.diag.message_primary}") from None
    return frozenset(id for (id,) in rows)
