"""Ask the archive as its readers do: read-only, with SQL."""

from dataclasses import dataclass

from archive.database import open_connection


@dataclass(frozen=True, slots=True)
class Answer:
    """Column names and rows of a query."""

    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


def ask(url: str, query: str, *values: object) -> Answer:
    """Run one query as the user of `url`; the schema news need not be named."""
    with open_connection(url) as conn:
        conn.execute("set search_path = news")
        conn.execute("set default_transaction_read_only = on")
        # The caller's own SQL, run with the reader's rights.
        cursor = conn.execute(query.encode(), values or None)
        columns = tuple(column.name for column in cursor.description or ())
        return Answer(columns, tuple(cursor.fetchall()))
