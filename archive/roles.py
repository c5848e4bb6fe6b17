"""The roles of the embedded server: `jianbao` owns the archive, `airflow` its own database; writer,
mailer and reader are as `sql/roles.sql` says. On a server of one's own its superuser sees to them.
"""

import contextlib
import hashlib
from collections.abc import Iterator

import psycopg
from psycopg import Connection, sql
from psycopg.rows import TupleRow

from archive import embedded
from archive.connection import DatabaseError, open_connection
from archive.settings import PROJECT

OWNER, AIRFLOW, READER, WRITER, MAILER = "jianbao", "airflow", "reader", "writer", "mailer"
LONGEST_READ = "10 minutes"
"""How long a reader's transaction may stay open while the service runs."""

_SCRIPT = PROJECT / "sql" / "roles.sql"
# A role can change its own password and defaults, so these are looked at, not only the script.
_STATE = """
select md5(string_agg(concat_ws(' ', r.rolname, r.rolpassword, s.setdatabase, s.setconfig), ','
                      order by r.rolname, s.setdatabase))
  from pg_authid r left join pg_db_role_setting s on s.setrole = r.oid
 where r.rolname in ('reader', 'writer', 'mailer')
"""
_MARK = """
select shobj_description(oid, 'pg_database') from pg_database where datname = 'jianbao'
"""


def set_up(server: embedded.Server) -> None:
    """Have the roles and databases of this server as they shall be. Raises DatabaseError.

    Quick when they are; safe when many processes call it at once.
    """
    with _superuser(server) as conn:
        if _settled(conn):
            return
        with embedded.locked(server.data.parent):
            if _settled(conn):
                return
            for name in (OWNER, AIRFLOW):
                _create(conn, name, server.passwords[name])
            with _superuser(server, OWNER) as archive, archive.transaction():
                archive.execute(_SCRIPT.read_bytes())
                for name in (READER, WRITER, MAILER):
                    archive.execute(_login(name, server.passwords[name]))
            conn.execute(sql.SQL("comment on database jianbao is {}").format(_expected(conn)))


def tend(server: embedded.Server, limit: str = LONGEST_READ) -> int:
    """End the reader's connections that are in one transaction for longer; how many.

    A role can lift its own statement_timeout, which is a default only. What it changed of its
    password and defaults is put back as well. Raises DatabaseError.
    """
    set_up(server)
    with _superuser(server) as conn:
        return conn.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where usename = %s and xact_start < clock_timestamp() - %s::interval",
            (READER, limit),
        ).rowcount


def _create(conn: Connection[TupleRow], name: str, password: str) -> None:
    named = sql.Identifier(name)
    if not conn.execute("select 1 from pg_roles where rolname = %s", (name,)).fetchone():
        conn.execute(sql.SQL("create role {}").format(named))
    conn.execute(_login(name, password))
    if not conn.execute("select 1 from pg_database where datname = %s", (name,)).fetchone():
        conn.execute(sql.SQL("create database {0} owner {0}").format(named))
    for place in (named, sql.Identifier("postgres"), sql.Identifier("template1")):
        conn.execute(sql.SQL("revoke connect, temporary on database {} from public").format(place))


def _login(name: str, password: str) -> sql.Composed:
    return sql.SQL("alter role {} login password {}").format(
        sql.Identifier(name), sql.Literal(password)
    )


def _settled(conn: Connection[TupleRow]) -> bool:
    mark = conn.execute(_MARK).fetchone()
    return mark is not None and mark[0] == _expected(conn)


def _expected(conn: Connection[TupleRow]) -> str:
    (state,) = conn.execute(_STATE).fetchone() or ("",)
    digest = hashlib.sha256(_SCRIPT.read_bytes() + str(state).encode()).hexdigest()
    return f"The archive. 存档。 (roles {digest[:16]})"


@contextlib.contextmanager
def _superuser(server: embedded.Server, place: str = "postgres") -> Iterator[Connection[TupleRow]]:
    try:
        with open_connection(server.dsn(place, "postgres")) as conn:
            yield conn
    except psycopg.Error as error:
        raise DatabaseError(
            f"the roles of the database cannot be set up: {str(error).partition(chr(10))[0]}",
            "see the file log in its folder",
        ) from error
