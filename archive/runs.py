"""The run log: what each command did, and why it failed."""

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import Connection
from psycopg.rows import TupleRow
from psycopg.types.json import Jsonb

from archive import clock
from archive.text import clean_line


@contextmanager
def logged(conn: Connection[TupleRow], command: str) -> Iterator[dict[str, int]]:
    """Log a run; the caller fills the yielded counts. An exception is logged and goes on."""
    counts: dict[str, int] = {}
    row = conn.execute(
        "insert into archive.run (command, started_at) values (%s, %s) returning id",
        (command, clock.now()),
    ).fetchone()
    assert row is not None
    error = ""
    try:
        yield counts
    except BaseException as failure:
        error = clean_line(f"{type(failure).__name__}: {failure}")
        raise
    finally:
        if not conn.closed:
            conn.execute(
                "update archive.run set ended_at = %s, counts = %s, error = %s where id = %s",
                (clock.now(), Jsonb(counts), error, row[0]),
            )
