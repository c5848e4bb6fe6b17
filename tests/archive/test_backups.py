"""A backup is the archive in one file; restored it is the same archive, and mails nothing twice."""

import os
import random
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import Connection, sql

from archive import (
    backups,
    binaries,
    clients,
    clock,
    database,
    deliveries,
    editions,
    migrations,
    pages,
    subscribers,
)
from archive.backups import BackupError
from archive.clients import ProgramError
from archive.database import DatabaseError
from archive.edition_models import Choice, Edition
from archive.migrations import SchemaError
from archive.models import Page
from archive.settings import Settings

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
DAY = date(2026, 3, 4)

ROWS = sql.SQL("select v::text from news.{} v order by 1")
# What a restore is meant to change, and what tells the time.
APART = {"backlog", "deliveries", "runs", "unsettled"}


def settle_an_edition(conn: Connection, day: date, state: str) -> None:
    """An edition whose one mail is in this state."""
    window = clock.window(day, Settings().edition_cutoff)
    editions.freeze(conn, window, Edition(day, f"第{day}期", "<p>", "文"), window.end)
    subscribers.put(conn, "an@reader.test", Choice(), NOON)
    deliveries.queue(conn, day, window.end)
    conn.execute("update archive.delivery set state = %s where edition = %s", (state, day))


@pytest.fixture
def filled(desk: Any, database_settings: Settings) -> Settings:
    """An archive with a little of everything."""
    first = desk.article("a", "量潮发布了新模型。")
    desk.summary(first)
    desk.article("b", "量潮发布了新模型。", source="zhidian")
    desk.article("a", "量潮发布了更新的模型。")
    link = desk.link("c")
    large = random.Random(4).randbytes(30_000)
    rest = (Page(link, "https://xinghe.example/2", large, NOON),)
    pages.add(desk.conn, Page(link, "https://xinghe.example/1", b"<p>one", NOON, rest=rest))
    for days, state in enumerate(("sent", "sending", "queued")):
        settle_an_edition(desk.conn, DAY + timedelta(days=days), state)
    return database_settings


@pytest.fixture
def elsewhere(empty_database: str, tmp_path: Path) -> Settings:
    """A place without an archive."""
    return Settings(jianbao_home=tmp_path / "elsewhere", database_url=empty_database)


def shown(conn: Connection) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of every view."""
    views = conn.execute("select viewname from pg_views where schemaname = 'news'").fetchall()
    return {
        name: conn.execute(ROWS.format(sql.Identifier(name))).fetchall()
        for (name,) in views
        if name not in APART
    }


def mails(conn: Connection) -> dict[date, tuple[str, str]]:
    rows = conn.execute("select edition, state, error from archive.delivery order by 1")
    return {day: (state, error) for day, state, error in rows}


def test_a_restored_archive_shows_what_the_old_one_did(
    conn: Connection, filled: Settings, elsewhere: Settings, tmp_path: Path
) -> None:
    file = backups.make(filled, tmp_path, NOON)
    assert file.name == "jianbao-live-20260304-200000.dump"
    assert file.stat().st_mode & 0o777 == 0o600
    backups.restore(elsewhere, file, NOON)
    search = "select * from news.search('量潮 模型')"
    with database.connect(elsewhere) as there:
        assert shown(there) == shown(conn)
        assert there.execute(search).fetchall() == conn.execute(search).fetchall() != []
        assert pages.claim_unread(there)[1] == pages.claim_unread(conn)[1]
        # New rows get new numbers.
        there.execute("insert into archive.run (command, started_at) values ('x', now())")
        assert editions.get(there, DAY) == editions.get(conn, DAY)


def test_all_private_tables_and_functions_are_in_a_backup(conn: Connection) -> None:
    ours = "select nspname from pg_namespace where nspname !~ '^pg_|^information_schema|^public$'"
    assert {row[0] for row in conn.execute(ours)} == {*backups.SCHEMAS, "news"}


def test_nothing_is_mailed_twice(filled: Settings, elsewhere: Settings, tmp_path: Path) -> None:
    now = clock.window(DAY + timedelta(days=4), Settings().edition_cutoff).end
    backups.restore(elsewhere, backups.make(filled, tmp_path, NOON), now)
    with database.connect(elsewhere) as there:
        found = mails(there)
        assert [state for state, _ in found.values()] == ["sent", "unknown", "unknown"]
        assert found[DAY + timedelta(days=2)][1] == "restored from a backup while queued"
        # The old archive may have mailed an edition that ended before now; the next one it cannot.
        for days, queued in ((3, 0), (4, 0), (5, 1)):
            day = DAY + timedelta(days=days)
            window = clock.window(day, Settings().edition_cutoff)
            editions.freeze(there, window, Edition(day, "期", "<p>", "文"), window.end)
            assert deliveries.queue(there, day, window.end) == queued
            assert (deliveries.claim(there, day) is not None) == bool(queued)


def test_an_archive_that_moved_goes_on_mailing(
    filled: Settings, elsewhere: Settings, tmp_path: Path
) -> None:
    backups.restore(elsewhere, backups.make(filled, tmp_path, NOON), NOON, moved=True)
    with database.connect(elsewhere) as there:
        assert [state for state, _ in mails(there).values()] == ["sent", "unknown", "queued"]
        settle_an_edition(there, DAY - timedelta(days=9), "queued")
        assert deliveries.claim(there, DAY - timedelta(days=9)) is not None


def test_claims_of_long_work_are_not_restored(
    conn: Connection, filled: Settings, elsewhere: Settings, tmp_path: Path
) -> None:
    conn.execute("insert into archive.claim values ('shard', 'x', now() + interval '1 hour')")
    backups.restore(elsewhere, backups.make(filled, tmp_path, NOON), NOON)
    with database.connect(elsewhere) as there:
        assert there.execute("select from archive.claim").fetchall() == []


def test_it_takes_the_place_of_what_is_there(
    conn: Connection, desk: Any, filled: Settings, tmp_path: Path
) -> None:
    file, before = backups.make(filled, tmp_path, NOON), shown(conn)
    desk.article("later", "后来的文章。")
    conn.execute("create table archive.newer (id integer)")
    assert shown(conn) != before
    backups.restore(filled, file, NOON)
    assert shown(conn) == before


def damaged(file: Path) -> None:
    """In the middle of the large page."""
    body = bytearray(file.read_bytes())
    body[-20_000:-19_900] = bytes(100)
    file.write_bytes(body)


def hindered(file: Path) -> None:
    """Its tables come, and then what is to be done to them fails."""
    backups._after = lambda now, moved: "select 1/0; commit;"


def unsure(file: Path) -> None:
    """All of it comes, and pg_restore says that something was wrong."""
    program = clients.program
    script = file.with_name("pg_restore")
    script.write_text(f'#!/bin/sh\n"{program("pg_restore", 18)}" "$@"\nexit 1\n')
    script.chmod(0o700)
    clients.program = lambda name, version: (
        str(script) if name == "pg_restore" else program(name, version)
    )


@pytest.mark.parametrize("hinder", [damaged, hindered, unsure])
def test_a_restore_that_fails_changes_nothing(
    hinder: Callable[[Path], None],
    conn: Connection,
    filled: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for room, name in ((backups, "_after"), (clients, "program")):
        monkeypatch.setattr(room, name, getattr(room, name))
    file, before = backups.make(filled, tmp_path, NOON), shown(conn)
    conn.execute("insert into archive.claim values ('shard', 'x', now() + interval '1 hour')")
    hinder(file)
    with pytest.raises(BackupError, match="nothing changed"):
        backups.restore(filled, file, NOON)
    assert shown(conn) == before
    assert conn.execute("select name from archive.claim").fetchall() == [("shard",)]


def test_an_older_backup_is_brought_forward(
    conn: Connection, filled: Settings, elsewhere: Settings, tmp_path: Path
) -> None:
    before = shown(conn)
    # As the program before the last migration had left it.
    conn.execute("alter table archive.deployment drop column restored_at")
    conn.execute("update archive_schema.applied set digest = '' where name like 'views/%'")
    file = backups.make(filled, tmp_path, NOON)
    backups.restore(elsewhere, file, NOON)
    with database.connect(elsewhere) as there:
        assert shown(there) == before


def test_a_newer_backup_is_refused(conn: Connection, filled: Settings, tmp_path: Path) -> None:
    conn.execute("insert into archive_schema.applied values ('migrations/9999_far.sql', 'x')")
    file = backups.make(filled, tmp_path, NOON)
    conn.execute("delete from archive_schema.applied where name like '%far.sql'")
    with pytest.raises(SchemaError, match=r"9999_far\.sql.*newer program"):
        backups.restore(filled, file, NOON)
    assert migrations.check(conn)


def test_a_backup_with_another_migration_of_the_same_name_is_refused(
    conn: Connection, filled: Settings, tmp_path: Path
) -> None:
    conn.execute("update archive_schema.applied set digest = 'x' where name like '%/0003%'")
    with pytest.raises(SchemaError, match=r"0003_manners\.sql, which this program does not know"):
        backups.check(filled, backups.make(filled, tmp_path, NOON))


def test_demo_and_live_are_never_mixed(filled: Settings, tmp_path: Path) -> None:
    file = backups.make(filled, tmp_path, NOON)
    demo = filled.model_copy(update={"jianbao_kind": "demo"})
    with pytest.raises(DatabaseError, match="backup of the live archive"):
        backups.restore(demo, file, NOON)


def test_half_a_backup_is_refused(filled: Settings, tmp_path: Path) -> None:
    file = backups.make(filled, tmp_path, NOON)
    file.write_bytes(file.read_bytes()[:-20_000])
    with pytest.raises(BackupError, match="corrupt"):
        backups.check(filled, file)


@pytest.mark.parametrize("body", [b"", b"id,title\n", b"PGDMP" + bytes(100)])
def test_what_is_no_backup_is_refused(body: bytes, filled: Settings, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(body)
    with pytest.raises(BackupError, match="is no backup of an archive"):
        backups.restore(filled, tmp_path / "x", NOON)


def test_a_database_without_an_archive_has_nothing_to_back_up(
    elsewhere: Settings, tmp_path: Path
) -> None:
    with pytest.raises(BackupError, match="no archive yet"):
        backups.make(elsewhere, tmp_path, NOON)


def test_a_backup_that_fails_leaves_no_file(
    filled: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backups, "SCHEMAS", ("nowhere",))
    target = tmp_path / "to"
    target.mkdir()
    with pytest.raises(BackupError, match="no matching schemas"):
        backups.make(filled, target, NOON)
    assert list(target.iterdir()) == []


def test_an_older_pg_dump_than_the_server_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert clients.program("pg_dump", 18) == str(binaries.wheel() / "bin" / "pg_dump")
    monkeypatch.setenv("PATH", "/none")
    with pytest.raises(ProgramError, match="pg_dump of PostgreSQL 99 or newer is needed"):
        clients.program("pg_dump", 99)


def test_the_password_is_not_among_the_words_of_a_command() -> None:
    dsn = "postgresql://jianbao:se%27cret@/name?host=%2Fsockets&port=5"
    assert clients.without_password(dsn) == "user=jianbao dbname=name host=/sockets port=5"
    assert clients.environment(dsn)["PGPASSWORD"] == "se'cret"


def test_only_the_newest_backups_of_each_kind_stay(tmp_path: Path) -> None:
    live = [f"jianbao-live-2026030{day}-031000.dump" for day in range(1, 5)]
    live.append(live[-1].replace(".dump", "-2.dump"))
    others = ["jianbao-demo-20260301-031000.dump", "jianbao-live-mine.dump", "else"]
    for name in (*live, *others):
        (tmp_path / name).touch()
    assert backups.drop_old(tmp_path, 0) == []
    assert len(backups.old(tmp_path, 2)) == len(backups.drop_old(tmp_path, 2)) == 3
    assert {path.name for path in tmp_path.iterdir()} == {*live[-2:], *others}


def test_what_a_killed_backup_left_goes(tmp_path: Path) -> None:
    for name, age in (("dead", 4000), ("alive", 60)):
        path = tmp_path / f"jianbao-{name}.dump.part"
        path.touch()
        os.utime(path, (time.time() - age,) * 2)
    assert [path.name for path in backups.drop_old(tmp_path, 0)] == ["jianbao-dead.dump.part"]


def test_what_is_in_an_archive_is_told(filled: Settings, elsewhere: Settings) -> None:
    assert backups.used(filled) == "2 articles, 3 links, 3 editions, 1 readers"
    assert backups.used(elsewhere) == ""
    database.migrate(elsewhere)
    assert backups.used(elsewhere) == ""


def test_a_restore_waits_for_nobody_for_ever(
    filled: Settings, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = backups.make(filled, tmp_path, NOON)
    monkeypatch.setattr(backups, "_BEFORE", backups._BEFORE.replace("'30s'", "'0.2s'"))
    with psycopg.connect(database_url) as worker:
        worker.execute("select from archive.link")
        with pytest.raises(BackupError, match="lock timeout"):
            backups.restore(filled, file, NOON)
