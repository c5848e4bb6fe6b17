"""Who may do what: role by role and action by action, and who may come from where."""

import contextlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import Connection, errors, sql

from archive import database, embedded, migrations, roles, server
from archive.embedded import Server
from archive.settings import Settings

ALL = "owner writer mailer reader"
NAMES = {"owner": "jianbao"}
# what, and who may: everybody else is refused for want of a privilege
MATRIX = [
    ("select * from news.articles", "owner writer reader"),
    ("select * from news.search('大模型')", "owner writer reader"),
    ("select * from archive.article", "owner writer"),
    ("select * from archive.subscriber", "owner mailer"),
    ("select * from archive.delivery", "owner mailer"),
    ("select * from archive.link_key", "owner mailer"),
    ("update archive.link_key set key = ''", "owner"),
    ("select * from news.unsettled", "owner writer reader"),
    ("insert into archive.alarm values ('epoch', 'x', 'epoch')", "owner mailer"),
    ("delete from archive.alarm", "owner"),
    ("select * from archive.edition", "owner writer mailer"),
    ("select * from archive_schema.applied", "owner writer mailer"),
    ("select * from archive_schema.lost", "owner"),
    ("insert into archive.run (command, started_at) values ('x', 'epoch')", "owner writer"),
    ("insert into archive.subscriber (address, added_at) values ('x', 'epoch')", "owner mailer"),
    ("insert into news.runs (command, started_at) values ('x', 'epoch')", "owner"),
    ("update archive.link set title = ''", "owner writer"),
    ("update archive.delivery set error = ''", "owner mailer"),
    ("update archive.deployment set kind = 'demo'", "owner"),
    ("update archive.edition set subject = 'x'", "owner"),
    ("update news.editions set subject = 'x'", "owner"),
    ("delete from archive.claim", "owner writer"),
    ("delete from archive.subscriber", "owner"),
    ("delete from archive.edition", "owner"),
    ("delete from news.ledger", "owner"),
    ("truncate archive.delivery", "owner"),
    ("truncate archive.mark", "owner writer"),
    ("select * from news.hosts for share", "owner"),
    ("lock table news.hosts in access share mode", "owner writer reader"),
    ("lock table news.hosts in row share mode", "owner"),
    ("lock table archive.host in row exclusive mode", "owner writer"),
    ("create table archive.mine (n integer)", "owner"),
    ("create table news.mine (n integer)", "owner"),
    ("create table public.mine (n integer)", "owner"),
    ("create temporary table mine (n integer)", "owner"),
    ("create view news.mine as select 1", "owner"),
    ("create function news.mine() returns integer language sql as 'select 1'", "owner"),
    ("create schema mine", "owner"),
    ("create role mine", ""),
    ("drop view news.articles cascade", "owner"),
    ("alter role reader superuser", ""),
    ("alter role postgres password 'x'", ""),
    ("alter role mailer password 'x'", "mailer"),
    ("set role postgres", ""),
    ("set role writer", "writer"),
    ("set temp_file_limit = -1", ""),
    ("set log_min_messages = debug5", ""),
    ("select pg_read_file('PG_VERSION')", ""),
    ("select pg_ls_dir('.')", ""),
    ("copy (select 1) to program 'true'", ""),
    ("copy (select 1) to '/tmp/jianbao-none'", ""),
    ("select * from pg_authid", ""),
    ("select * from pg_hba_file_rules", ""),
    ("show data_directory", ""),
    ("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'postgres'", ""),
    ("select pg_cancel_backend(pid) from pg_stat_activity where usename = 'postgres'", ""),
    ("select lo_create(0)", "owner"),
    ("select lo_from_bytea(0, 'x')", "owner"),
    ("select lo_import('/etc/hostname')", ""),
    ("select pg_advisory_xact_lock(1)", "owner"),
    ("select pg_try_advisory_lock_shared(1)", "owner"),
    ("select pg_export_snapshot()", "owner"),
    ("select pg_logical_emit_message(false, 'x', 'x')", "owner"),
    ("select pg_notify('x', 'x')", "owner"),
    ("select pg_create_physical_replication_slot('x')", ""),
    ("create extension vector", ""),
]


@pytest.fixture(scope="module")
def place(postgres: Server) -> Iterator[str]:
    """A database with an archive whose rights are those of the real one; nothing is committed."""
    with as_superuser(postgres) as conn:
        conn.execute("create database matrix template jianbao owner jianbao")
        with as_superuser(postgres, "matrix") as there:
            there.execute((migrations.SQL / "roles.sql").read_bytes())
        yield "matrix"
        conn.execute("drop database matrix with (force)")


@pytest.fixture
def reader(postgres: Server, place: str) -> Iterator[Connection]:
    """The reader, who has lifted the restrictions that he can lift himself."""
    with psycopg.connect(postgres.address(place, "reader"), autocommit=True) as conn:
        conn.execute("set default_transaction_read_only = off; set statement_timeout = 0")
        yield conn


def as_superuser(server: Server, place: str = "postgres") -> Connection:
    return psycopg.connect(server.dsn(place, "postgres"), autocommit=True)


def can(server: Server, place: str, role: str, statement: str) -> bool:
    with psycopg.connect(server.dsn(place, NAMES.get(role, role))) as conn:
        conn.read_only = False
        try:
            conn.execute(statement.encode())
        except errors.InsufficientPrivilege:
            return False
        finally:
            conn.rollback()
    return True


@pytest.mark.parametrize(("statement", "who"), MATRIX, ids=[row[0][:50] for row in MATRIX])
def test_the_matrix(postgres: Server, place: str, statement: str, who: str) -> None:
    with as_superuser(postgres):  # somebody to be terminated
        assert [
            role for role in ALL.split() if can(postgres, place, role, statement)
        ] == who.split()


@pytest.mark.parametrize(
    "statement", ["alter system set work_mem = '1MB'", "create database mine", "checkpoint"]
)
def test_what_no_transaction_holds_is_refused_too(reader: Connection, statement: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        reader.execute(statement.encode())


def test_no_extension_reaches_out(reader: Connection) -> None:
    there = reader.execute("select name from pg_available_extensions").fetchall()
    assert {name for (name,) in there} <= {"plpgsql", "vector"}


def test_the_reader_reads_all_of_news_without_naming_it(reader: Connection) -> None:
    views = reader.execute(
        "select table_name from information_schema.tables where table_schema = 'news'"
    ).fetchall()
    assert len(views) > 8
    for (view,) in views:
        reader.execute(sql.SQL("select * from {}").format(sql.Identifier(view)))
    reader.execute("select * from search('大模型')")


def test_the_reader_is_restricted_to_begin_with(postgres: Server, place: str) -> None:
    with psycopg.connect(postgres.address(place, "reader"), autocommit=True) as conn:
        shown = {
            "search_path": "news",
            "default_transaction_read_only": "on",
            "statement_timeout": "1min",
            "idle_in_transaction_session_timeout": "1min",
            "temp_file_limit": "500MB",
        }
        for name, value in shown.items():
            assert conn.execute(f"show {name}".encode()).fetchone() == (value,)
        with pytest.raises(errors.ReadOnlySqlTransaction):
            conn.execute("alter role reader password 'x'")


def test_functions_that_run_with_the_owners_rights_look_nowhere_else(reader: Connection) -> None:
    found = reader.execute(
        "select proname, proconfig from pg_proc where prosecdef and pronamespace ="
        " any('{news,archive}'::regnamespace[])"
    ).fetchall()
    assert found
    for name, settings in found:
        assert any(s.startswith("search_path=pg_catalog") for s in settings or ()), name


def test_a_big_query_ends_before_the_disk_is_full(reader: Connection) -> None:
    with pytest.raises(errors.ConfigurationLimitExceeded, match="temp_file_limit"):
        reader.execute(
            "with big as materialized (select repeat('x', 1000000) from generate_series(1, 600))"
            " select count(*) from big"
        )


def test_nobody_sees_what_others_ask(postgres: Server, reader: Connection) -> None:
    with as_superuser(postgres) as other:
        other.execute("select 'a secret'")
        seen = reader.execute("select query from pg_stat_activity where usename <> 'reader'")
        assert {query for (query,) in seen} == {"<insufficient privilege>"}


def test_notifications_take_no_room(postgres: Server, place: str, reader: Connection) -> None:
    with psycopg.connect(postgres.address(place, "reader")) as listener:
        listener.execute("listen x")
        listener.commit()
        listener.execute("select 1")  # while it is open nothing leaves the queue
        flood = ";".join(f"notify x, '{n}{'x' * 7900}'" for n in range(200))
        with pytest.raises(errors.ProgramLimitExceeded, match="NOTIFY queue"):
            reader.execute(flood.encode())


def test_the_readers_errors_do_not_fill_the_log(postgres: Server, reader: Connection) -> None:
    log = postgres.data.parent / "log"
    before = log.stat().st_size
    for statement in ("select 1 / 0", "do $$ begin raise log 'x'; raise warning 'x'; end $$"):
        with contextlib.suppress(errors.DivisionByZero):
            reader.execute(statement.encode())
    assert log.stat().st_size == before
    with as_superuser(postgres) as conn, contextlib.suppress(errors.DivisionByZero):
        conn.execute("select 1 / 0")
    assert log.stat().st_size > before


@pytest.mark.parametrize("statement", ["select pg_sleep(60)", "begin; select 1"])
def test_what_the_reader_has_open_too_long_is_ended(
    postgres: Server, reader: Connection, conn: Connection, statement: str
) -> None:
    conn.execute("begin; select 1")  # another's stays
    asked = threading.Thread(target=ignoring, args=(reader, statement))
    asked.start()
    opened = (
        "select from pg_stat_activity where usename = 'reader'"
        " and xact_start < clock_timestamp() - interval '0.1 seconds'"
    )
    with as_superuser(postgres) as other:
        while not other.execute(opened).rowcount:
            time.sleep(0.02)
    assert roles.tend(postgres, "10 minutes") == 0
    assert roles.tend(postgres, "0.1 seconds") == 1
    asked.join()
    with pytest.raises(psycopg.OperationalError):
        reader.execute("select 1")
    conn.execute("select 1")


def ignoring(conn: Connection, statement: str) -> None:
    with contextlib.suppress(psycopg.OperationalError):
        conn.execute(statement.encode())


@pytest.mark.parametrize(
    "statement",
    [
        "alter role reader password 'mine'",
        "alter role reader set search_path = pg_temp",
        "alter role reader in database jianbao set default_transaction_read_only = off",
    ],
)
def test_what_the_reader_changes_of_itself_is_put_back(
    postgres: Server, reader: Connection, statement: str
) -> None:
    reader.execute(statement.encode())
    roles.tend(postgres)
    with psycopg.connect(postgres.address("jianbao", "reader")) as again:
        shown = [again.execute(f"show {name}".encode()).fetchone() for name in
                 ("search_path", "default_transaction_read_only")]  # fmt: skip
        assert shown == [("news",), ("on",)]


def test_over_tcp_comes_the_reader_alone(postgres: Server) -> None:
    for user in postgres.passwords:
        place = user if user in ("postgres", "airflow") else "jianbao"
        with psycopg.connect(postgres.dsn(place, user)):
            pass
        if user == "reader":
            with psycopg.connect(postgres.address(place, user)) as conn:
                assert conn.execute("select current_user").fetchone() == ("reader",)
        else:
            with pytest.raises(psycopg.OperationalError, match=r"no pg_hba\.conf entry"):
                psycopg.connect(postgres.address(place, user))


@pytest.mark.parametrize("place", ["postgres", "template1", "airflow"])
def test_other_databases_are_closed(postgres: Server, place: str) -> None:
    for role in ("reader", "writer", "mailer"):
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(postgres.dsn(place, role))


def test_our_own_commands_are_writer_and_mailer(jianbao_home: Path) -> None:
    current = Settings(jianbao_home=jianbao_home)
    for role in (database.WRITER, database.MAILER):
        with database.connect(current, role) as conn:
            assert conn.execute("select current_user").fetchone() == (role,)
    with database.connect(current) as conn:
        assert conn.execute("select current_user").fetchone() == ("writer",)


def test_a_role_of_the_same_name_that_is_not_ours_gets_nothing(
    postgres: Server, empty_database: str
) -> None:
    with as_superuser(postgres) as conn:
        (mark,) = conn.execute(
            "select shobj_description('mailer'::regrole, 'pg_authid')"
        ).fetchone() or ("",)
        conn.execute("comment on role mailer is 'sends the bills'")
        try:
            with psycopg.connect(empty_database, autocommit=True) as archive:
                migrations.migrate(archive)
                for role, may in (("mailer", False), ("writer", True)):
                    asked = archive.execute(
                        "select has_table_privilege(%s, 'archive.edition', 'select')", (role,)
                    )
                    assert asked.fetchone() == (may,)
        finally:
            conn.execute(sql.SQL("comment on role mailer is {}").format(mark))


def test_a_server_of_an_older_program_is_brought_up_to_date(
    new_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, current = new_home / "postgres", Settings(jianbao_home=new_home)
    with monkeypatch.context() as older:
        older.setattr(server, "USERS", ("postgres", "jianbao", "airflow", "reader"))
        before = embedded.start(folder)
        with as_superuser(before) as conn:
            for name in ("jianbao", "airflow", "reader"):
                conn.execute(
                    sql.SQL("create role {} login password {}").format(
                        sql.Identifier(name), before.passwords[name]
                    )
                )
            for name in ("jianbao", "airflow"):
                conn.execute(f"create database {name} owner {name}".encode())
    with database.connect(current, database.MAILER) as conn:
        assert conn.execute("select current_user").fetchone() == ("mailer",)
    after = embedded.running(folder)
    assert after
    assert set(after.passwords) == set(server.USERS)
    assert before.passwords.items() <= after.passwords.items()
    with psycopg.connect(database.reader_url(current)) as conn:
        assert conn.execute("select count(*) from articles").fetchone() == (0,)
