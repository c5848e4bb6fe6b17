"""The publishers as the archive knows them, and their entry points' last state."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection
from psycopg.rows import TupleRow

IMPORTED = ("imported", "导入", "")
"""Id, name and homepage of the source that documents without a known publisher belong to."""


@dataclass(frozen=True, slots=True)
class Validators:
    """What an entry point answered last time, for a conditional request."""

    etag: str
    last_modified: str


def sync(
    conn: Connection[TupleRow],
    sources: Iterable[tuple[str, str, str, bool] | tuple[str, str, str, bool, float]],
    now: datetime,
) -> None:
    """Make the archive's sources equal to (id, name, homepage, enabled, weight) of the registry.

    The weight is 1 where none is given.

    A source that left the registry stays, because its articles do, but is disabled.
    """
    rows = [*sources, (*IMPORTED, False)]
    with conn.transaction():
        conn.execute(
            "update archive.source set enabled = false where enabled and id <> all(%s)",
            ([row[0] for row in rows],),
        )
        for row in sorted(rows):
            conn.execute(
                "insert into archive.source (id, name, homepage, enabled, weight, synced_at)"
                " values (%s, %s, %s, %s, %s, %s) on conflict (id) do update set"
                " name = excluded.name, homepage = excluded.homepage, enabled = excluded.enabled,"
                " weight = excluded.weight, synced_at = excluded.synced_at where (source.name,"
                " source.homepage, source.enabled, source.weight) is distinct from (excluded.name,"
                " excluded.homepage, excluded.enabled, excluded.weight)",
                (*row[:4], row[4] if len(row) > 4 else 1, now),
            )


@dataclass(frozen=True, slots=True)
class Pace:
    """How often an entry point is looked at."""

    minutes: float
    """Between two looks."""
    per_hour: float = 0.0
    """New links at its busiest of late."""


@dataclass(frozen=True, slots=True)
class EntryPoint:
    """An entry point's last state."""

    polled_at: datetime
    matched: int
    pace: Pace | None
    validators: Validators


def entry_points(conn: Connection[TupleRow]) -> dict[tuple[str, str], EntryPoint]:
    """Every entry point that was looked at, by its source and address."""
    rows = conn.execute(
        "select source, url, polled_at, matched, minutes, per_hour, etag, last_modified"
        " from archive.entry_point"
    ).fetchall()
    return {
        (row[0], row[1]): EntryPoint(
            row[2], row[3], Pace(row[4], row[5]) if row[4] else None, Validators(row[6], row[7])
        )
        for row in rows
    }


def spent(conn: Connection[TupleRow], since: datetime) -> dict[str, tuple[int, int]]:
    """(new links, pages kept) of each source since then."""
    return {
        source: (links, pages)
        for source, links, pages in conn.execute(
            "select source, sum(links)::integer, sum(pages)::integer from ("
            " select source, 1 as links, 0 as pages from archive.link where first_seen >= %(since)s"
            " union all select l.source, 0, 1 from archive.page p join archive.link l"
            " on l.id = p.link where p.fetched_at >= %(since)s) each group by source",
            {"since": since},
        )
    }


@dataclass(frozen=True, slots=True)
class Shown:
    """What an entry point showed: links, those that are articles, and the newest one's time."""

    found: int
    matched: int
    newest_at: datetime | None
    validators: Validators
    trap: str = ""
    """Why it looks like a trap."""


def polled(
    conn: Connection[TupleRow],
    source: str,
    url: str,
    now: datetime,
    shown: Shown | None = None,
    error: str = "",
    pace: Pace | None = None,
) -> None:
    """Remember a look at an entry point: what it showed, None if unchanged, or the error.

    And how often it is looked at from now on, if that is known.
    """
    conn.execute(
        "insert into archive.entry_point"
        " (source, url, polled_at, found, error, failures, minutes, per_hour)"
        " values (%(source)s, %(url)s, %(now)s, 0, %(error)s, (%(error)s <> '')::integer,"
        " %(minutes)s, coalesce(%(per_hour)s, 0))"
        " on conflict (source, url) do update set polled_at = excluded.polled_at,"
        " error = excluded.error, failures = case when excluded.error = '' then 0"
        " else entry_point.failures + 1 end,"
        " minutes = coalesce(excluded.minutes, entry_point.minutes),"
        " per_hour = coalesce(%(per_hour)s, entry_point.per_hour)",
        {
            "source": source,
            "url": url,
            "now": now,
            "error": error,
            "minutes": pace.minutes if pace else None,
            "per_hour": pace.per_hour if pace else None,
        },
    )
    if shown:
        conn.execute(
            "update archive.entry_point set found = %s, matched = %s, newest_at = %s, etag = %s,"
            " last_modified = %s, trap = %s where source = %s and url = %s",
            (
                shown.found,
                shown.matched,
                shown.newest_at,
                shown.validators.etag,
                shown.validators.last_modified,
                shown.trap,
                source,
                url,
            ),
        )
