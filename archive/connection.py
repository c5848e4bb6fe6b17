"""A connection to Postgres, or one line that says why there is none."""

import psycopg
from psycopg import Connection
from psycopg.rows import TupleRow

from archive.errors import KnownError


class DatabaseError(KnownError):
    """The database cannot be used."""

    def __init__(self, problem: str, hint: str) -> None:
        super().__init__(f"{problem}; {hint}")
        self.problem = problem
        self.hint = hint


def open_connection(dsn: str) -> Connection[TupleRow]:
    """An autocommit connection. Raises DatabaseError."""
    try:
        return psycopg.connect(dsn, autocommit=True, connect_timeout=10, application_name="jianbao")
    except (psycopg.OperationalError, psycopg.ProgrammingError) as error:
        raise DatabaseError(
            f"cannot connect to the database: {str(error).strip().splitlines()[-1]}",
            "check DATABASE_URL and that the server runs",
        ) from None


def is_down(error: BaseException) -> bool:
    """Whether nothing can be kept any more: the server went away, or has no room.

    The classes of states: https://www.postgresql.org/docs/18/errcodes-appendix.html
    """
    return isinstance(error, psycopg.OperationalError) and (
        # The driver's own complaints, such as of a closed connection, have none.
        not error.sqlstate or error.sqlstate.startswith(("08", "53", "57P", "58"))
    )
