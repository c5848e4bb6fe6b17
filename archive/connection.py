"""A connection to Postgres, or one line that says why there is none."""

from typing import Any

import psycopg
from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import TupleRow

from archive.errors import KnownError


class DatabaseError(KnownError):
    """The database cannot be used."""

    def __init__(self, problem: str, hint: str) -> None:
        super().__init__(f"{problem}; {hint}")
        self.problem = problem
        self.hint = hint


SILENCE = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
"""A server whose host falls silent is given up after a minute, not when the kernel does, in hours.

As libpq calls them: seconds, a number, and milliseconds; an address may say something else.
https://www.postgresql.org/docs/18/libpq-connect.html#LIBPQ-PARAMKEYWORDS
"""


def open_connection(dsn: str) -> Connection[TupleRow]:
    """An autocommit connection. Raises DatabaseError."""
    try:
        limits: dict[str, Any] = SILENCE | conninfo_to_dict(dsn)
        return psycopg.connect(**limits, autocommit=True, application_name="jianbao")
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
