"""Which database this is, and a connection to it."""

import contextlib
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import Connection, sql
from psycopg.rows import TupleRow

from archive import clock, embedded, migrations, names, roles, search
from archive.connection import DatabaseError, open_connection
from archive.roles import AIRFLOW, MAILER, OWNER, READER, WRITER
from archive.sameness import revisions
from archive.settings import Settings

__all__ = ["MAILER", "READER", "WRITER", "DatabaseError", "open_connection"]


@contextlib.contextmanager
def connect(settings: Settings, role: str = WRITER) -> Iterator[Connection[TupleRow]]:
    """An autocommit connection to a schema this program knows: as `role` on the embedded server,
    on any other as the user of DATABASE_URL.

    The embedded server is started when it is not running, and set up when it is new. Raises
    DatabaseError, migrations.SchemaError or embedded.ServerError: one line each.
    """
    server = None if settings.database_url else _embedded(settings)
    with open_connection(server.dsn(OWNER, OWNER) if server else settings.database_url) as conn:
        if not migrations.check(conn):
            if settings.database_url:
                raise DatabaseError("the database has no archive yet", "run: jianbao migrate")
            prepare(conn, settings)
        _same_kind(conn, settings)
        if not server:
            yield conn
            return
    with open_connection(server.dsn(OWNER, role)) as conn:
        yield conn


def migrate(settings: Settings, progress: Callable[[str], None] = lambda _: None) -> list[str]:
    """Bring the database to this program's schema; the names of the files applied."""
    with open_connection(owner_dsn(settings)) as conn:
        return prepare(conn, settings, progress)


def prepare(
    conn: Connection[TupleRow],
    settings: Settings,
    progress: Callable[[str], None] = lambda _: None,
) -> list[str]:
    """Apply migrations, note the deployment's kind, bring in names, make up for what is new."""
    if not migrations.is_empty(conn):
        _same_kind(conn, settings)
    applied = migrations.migrate(conn)
    now = clock.now()
    conn.execute(
        "insert into archive.deployment (kind, created_at) values (%s, %s) on conflict do nothing",
        (settings.jianbao_kind, now),
    )
    _same_kind(conn, settings)
    conn.execute("update archive.deployment set fixed_at = %s where kind = 'demo'", (now,))
    names.sync(conn)
    search.index_pending(conn, progress)
    revisions.compare_pending(conn, progress)
    return applied


def owner_dsn(settings: Settings) -> str:
    """Where the archive's owner connects. Starts the embedded server if that is what is used."""
    return settings.database_url or _embedded(settings).dsn(OWNER, OWNER)


def airflow_dsn(settings: Settings) -> str:
    """Airflow's metadata: a database of its own on the same server, created if it is missing."""
    if not settings.database_url:
        return _embedded(settings).dsn(AIRFLOW, AIRFLOW)
    parts = urlsplit(settings.database_url)
    with open_connection(settings.database_url) as conn:
        name = f"{conn.info.dbname}_airflow"
        if not conn.execute("select 1 from pg_database where datname = %s", (name,)).fetchone():
            try:
                with contextlib.suppress(
                    psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation
                ):
                    conn.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
            except psycopg.errors.InsufficientPrivilege:
                raise DatabaseError(
                    f"the database {name} for Airflow's metadata is missing",
                    "create it, owned by the user of DATABASE_URL",
                ) from None
    return urlunsplit(parts._replace(path=f"/{name}"))


def airflow_schema(settings: Settings) -> str:
    """The revision of Airflow's metadata schema; empty if there is none yet."""
    with open_connection(airflow_dsn(settings)) as conn:
        row = conn.execute("select to_regclass('alembic_version') is not null").fetchone()
        if not row or not row[0]:
            return ""
        return " ".join(r[0] for r in conn.execute("select version_num from alembic_version"))


def reader_url(settings: Settings) -> str:
    """The address for people's tools, which can only read. Raises DatabaseError."""
    if not settings.database_url:
        return _embedded(settings).address(OWNER, READER)
    if not settings.reader_url:
        raise DatabaseError(
            "READER_URL is not set, and DATABASE_URL is for Jianbao itself",
            "make the role reader and set its address: docs/howto/connect.md",
        )
    return settings.reader_url


def looking_dsn(settings: Settings) -> str:
    """Where our own reports look: as the reader, or, if none is known, as DATABASE_URL says."""
    if settings.database_url and not settings.reader_url:
        return settings.database_url
    return reader_url(settings)


def _embedded(settings: Settings) -> embedded.Server:
    server = embedded.start(settings.jianbao_home / "postgres")
    roles.set_up(server)
    return server


def _same_kind(conn: Connection[TupleRow], settings: Settings) -> None:
    row = conn.execute("select kind from archive.deployment").fetchone()
    if row and row[0] != settings.jianbao_kind:
        raise DatabaseError(
            f"this database belongs to the {row[0]} archive, not the {settings.jianbao_kind} one",
            "give each a database of its own (DATABASE_URL, JIANBAO_HOME)",
        )


@contextlib.contextmanager
def hurried(conn: Connection[TupleRow]) -> Iterator[None]:
    """A crawl's connection: no statement may hold up the requests under way for long.

    Commits are not waited for either: what a crash of the whole server takes back is still pending.
    """
    conn.execute("set lock_timeout = '5s'; set statement_timeout = '20s'")
    conn.execute("set synchronous_commit = off")
    try:
        yield
    finally:
        if not conn.closed:
            conn.execute("reset lock_timeout; reset statement_timeout; reset synchronous_commit")
