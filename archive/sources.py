"""The publishers as the archive knows them, and their entry points' last state."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection
from psycopg.rows import TupleRow, class_row

IMPORTED = ("imported", "导入", "")
"""Id, name and homepage of the source that documents without a known publisher belong to."""


@dataclass(frozen=True, slots=True)
class Validators:
    """What an entry point answered last time, for a conditional request."""

    etag: str
    last_modified: str


def sync(
    conn: Connection[TupleRow], sources: Iterable[tuple[str, str, str, bool]], now: datetime
) -> None:
    """Make the archive's sources equal to (id, name, homepage, enabled) of the registry.

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
                "insert into archive.source (id, name, homepage, enabled, synced_at)"
                " values (%s, %s, %s, %s, %s) on conflict (id) do update set name = excluded.name,"
                " homepage = excluded.homepage, enabled = excluded.enabled,"
                " synced_at = excluded.synced_at where (source.name, source.homepage,"
                " source.enabled) is distinct from (excluded.name, excluded.homepage,"
                " excluded.enabled)",
                (*row, now),
            )


def last_polls(conn: Connection[TupleRow]) -> dict[str, datetime]:
    """When each source was last looked at."""
    return dict(
        conn.execute(
            "select source, max(polled_at) from archive.entry_point group by source"
        ).fetchall()
    )


def validators(conn: Connection[TupleRow], source: str, url: str) -> Validators:
    """The entry point's validators; empty ones if it was never polled."""
    with conn.cursor(row_factory=class_row(Validators)) as cursor:
        row = cursor.execute(
            "select etag, last_modified from archive.entry_point where source = %s and url = %s",
            (source, url),
        ).fetchone()
    return row or Validators("", "")


@dataclass(frozen=True, slots=True)
class Shown:
    """What an entry point showed: links, those that are articles, and the newest one's time."""

    found: int
    matched: int
    newest_at: datetime | None
    validators: Validators


def polled(
    conn: Connection[TupleRow],
    source: str,
    url: str,
    now: datetime,
    shown: Shown | None = None,
    error: str = "",
) -> None:
    """Remember a look at an entry point: what it showed, None if unchanged, or the error."""
    conn.execute(
        "insert into archive.entry_point (source, url, polled_at, found, error, failures)"
        " values (%(source)s, %(url)s, %(now)s, 0, %(error)s, (%(error)s <> '')::integer)"
        " on conflict (source, url) do update set polled_at = excluded.polled_at,"
        " error = excluded.error, failures = case when excluded.error = '' then 0"
        " else entry_point.failures + 1 end",
        {"source": source, "url": url, "now": now, "error": error},
    )
    if shown:
        conn.execute(
            "update archive.entry_point set found = %s, matched = %s, newest_at = %s, etag = %s,"
            " last_modified = %s where source = %s and url = %s",
            (
                shown.found,
                shown.matched,
                shown.newest_at,
                shown.validators.etag,
                shown.validators.last_modified,
                source,
                url,
            ),
        )
