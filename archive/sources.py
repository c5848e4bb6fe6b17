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
    """When each source's least recently polled entry point was polled."""
    return dict(
        conn.execute(
            "select source, min(polled_at) from archive.entry_point group by source"
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


def polled(
    conn: Connection[TupleRow],
    source: str,
    url: str,
    now: datetime,
    *,
    found: int | None,
    seen: Validators | None = None,
    error: str = "",
) -> None:
    """Remember how the look at an entry point went; `found` is None when it was unchanged."""
    seen = seen or Validators("", "")
    conn.execute(
        "insert into archive.entry_point (source, url, etag, last_modified, polled_at, found,"
        " error) values (%(source)s, %(url)s, %(etag)s, %(modified)s, %(now)s,"
        " coalesce(%(found)s, 0), %(error)s)"
        " on conflict (source, url) do update set polled_at = excluded.polled_at,"
        " found = coalesce(%(found)s, entry_point.found), error = excluded.error,"
        " etag = case when %(keep)s then entry_point.etag else excluded.etag end,"
        " last_modified = case when %(keep)s then entry_point.last_modified"
        " else excluded.last_modified end",
        {
            "source": source,
            "url": url,
            "etag": seen.etag,
            "modified": seen.last_modified,
            "now": now,
            "found": found,
            "error": error,
            "keep": found is None or bool(error),
        },
    )
