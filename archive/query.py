"""Ask the archive as its readers do: read-only, with SQL."""

from dataclasses import dataclass

import psycopg

from archive.database import open_connection
from archive.errors import UsageError
from archive.migrations import SchemaError


class SearchError(UsageError):
    """A search that cannot be understood; says why, and what to write."""


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


def search(
    url: str, text: str, since: str | None, tag: str | None, source: str | None, page: int
) -> Answer:
    """A page of `news.search`, asked as the user of `url`. Raises SearchError, SchemaError."""
    try:
        return ask(
            url,
            "select * from search(%s, since => %s, tag => %s, source => %s, page => %s)",
            *(text, since, tag, source, page),
        )
    except (psycopg.errors.UndefinedFunction, psycopg.errors.InvalidSchemaName):
        raise SchemaError(
            "there is no archive here yet, or an older one: make up begins it, jianbao migrate"
            " brings it up to date; jianbao --demo asks the demo's"
        ) from None
    except psycopg.DataError as error:
        told = filter(None, (error.diag.message_primary or str(error), error.diag.message_hint))
        raise SearchError(". ".join(told)) from None
