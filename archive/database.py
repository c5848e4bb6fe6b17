"""Which database this is, and a connection to it."""

import contextlib
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import Connection, sql
from psycopg.rows import TupleRow

from archive import clock, embedded, migrations, names, search
from archive.errors import KnownError
from archive.settings import Settings

READER = "reader"


class DatabaseError(KnownError):
    """The database cannot be used."""

    def __init__(self, problem: str, hint: str) -> None:
        super().__init__(f"{problem}; {hint}")
        self.problem = problem
        self.hint = hint


@contextlib.contextmanager
def connect(settings: Settings) -> Iterator[Connection[TupleRow]]:
    """An autocommit connection as the archive's owner, to a schema this program knows.

    The embedded server is started when it is not running, and set up when it is new. Raises
    DatabaseError, migrations.SchemaError or embedded.ServerError: one line each.
    """
    with open_connection(owner_dsn(settings)) as conn:
        if not migrations.check(conn):
            if settings.database_url:
                raise DatabaseError("the database has no archive yet", "run: jianbao migrate")
            prepare(conn, settings)
        _same_kind(conn, settings)
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
    """Apply migrations, note the deployment's kind, bring in names, make findable what is not."""
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
    return applied


def owner_dsn(settings: Settings) -> str:
    """Where our own processes connect. Starts the embedded server if that is what is used."""
    return settings.database_url or _embedded(settings).dsn("jianbao", "jianbao")


def airflow_dsn(settings: Settings) -> str:
    """Airflow's metadata: a database of its own on the same server, created if it is missing."""
    if not settings.database_url:
        return _embedded(settings).dsn("airflow", "airflow")
    parts = urlsplit(settings.database_url)
    with open_connection(settings.database_url) as conn:
        name = f"{conn.info.dbname}_airflow"
        if not conn.execute("select 1 from pg_database where datname = %s", (name,)).fetchone():
            try:
                with _unless_there():
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
    """The address for people's tools: read-only, over TCP on this machine."""
    if settings.database_url:
        return settings.database_url
    return _embedded(settings).address("jianbao", READER)


def _embedded(settings: Settings) -> embedded.Server:
    folder = settings.jianbao_home / "postgres"
    server = embedded.running(folder)
    if server is None:
        server = embedded.start(folder)
    _create_roles(server)
    return server


def _create_roles(server: embedded.Server) -> None:
    """Roles and databases of a new server; who comes second finds them made, or waits."""
    with open_connection(server.dsn("postgres", "postgres")) as conn:
        if conn.execute("select 1 from pg_database where datname = 'airflow'").fetchone():
            return
        conn.execute("set lock_timeout = '30s'")
        with _unless_there(), conn.transaction():
            for role in ("jianbao", "airflow", READER):
                conn.execute(
                    sql.SQL("create role {} login password {}").format(
                        sql.Identifier(role), sql.Literal(server.passwords[role])
                    )
                )
            conn.execute("alter role reader set search_path = news")
            conn.execute("alter role reader set default_transaction_read_only = on")
            conn.execute("alter role reader set statement_timeout = '60s'")
            conn.execute("alter role reader connection limit 20")
        for name in map(sql.Identifier, ("jianbao", "airflow")):
            with _unless_there():
                conn.execute(sql.SQL("create database {0} owner {0}").format(name))
                conn.execute(sql.SQL("revoke temporary on database {} from public").format(name))


def _unless_there() -> contextlib.suppress:
    return contextlib.suppress(
        psycopg.errors.DuplicateObject,
        psycopg.errors.DuplicateDatabase,
        psycopg.errors.UniqueViolation,
    )


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


def open_connection(dsn: str) -> Connection[TupleRow]:
    """An autocommit connection. Raises DatabaseError."""
    try:
        return psycopg.connect(dsn, autocommit=True, connect_timeout=10, application_name="jianbao")
    except (psycopg.OperationalError, psycopg.ProgrammingError) as error:
        raise DatabaseError(
            f"cannot connect to the database: {str(error).strip().splitlines()[-1]}",
            "check DATABASE_URL and that the server runs",
        ) from None
