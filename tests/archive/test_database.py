import re
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from archive import database, migrations
from archive.database import DatabaseError
from archive.embedded import Server
from archive.settings import Settings

CLOCKS = re.compile(
    r"\bnow\s*\(|\bcurrent_(date|time|timestamp)\b|\blocaltime|_timestamp\s*\(|timeofday"
    r"|'(now|today|tomorrow|yesterday)'",
    re.IGNORECASE,
)


def test_the_address_for_people_is_the_readers(jianbao_home: Path, postgres: Server) -> None:
    url = database.reader_url(Settings(jianbao_home=jianbao_home))
    assert url == postgres.address("jianbao", "reader")
    assert f"@127.0.0.1:{postgres.port}/jianbao" in url


def test_a_connection_is_to_the_current_schema(database_settings: Settings) -> None:
    with database.connect(database_settings) as conn:
        assert conn.autocommit
        assert migrations.check(conn)
        assert conn.execute("select current_user").fetchone() == ("jianbao",)
    assert conn.closed


def test_migrating_twice_applies_nothing(database_settings: Settings) -> None:
    assert database.migrate(database_settings) == []


def test_an_empty_database_is_refused_until_it_is_migrated(
    empty_database: str, tmp_path: Path
) -> None:
    current = Settings(jianbao_home=tmp_path, database_url=empty_database)
    with pytest.raises(DatabaseError, match="run: jianbao migrate"), database.connect(current):
        pass
    assert database.migrate(current)[0] == "migrations/0001_archive.sql"
    with database.connect(current) as conn:
        assert conn.execute("select kind from archive.deployment").fetchone() == ("live",)


def test_an_older_schema_is_refused(database_settings: Settings, conn: Connection) -> None:
    conn.execute("delete from archive_schema.applied where name = 'views/010_articles.sql'")
    with (
        pytest.raises(migrations.SchemaError, match="run: jianbao migrate"),
        database.connect(database_settings),
    ):
        pass


@pytest.mark.parametrize(("kind", "other"), [("live", "demo"), ("demo", "live")])
@pytest.mark.parametrize("command", ["connect", "migrate"])
def test_demo_and_live_never_meet(
    database_settings: Settings, conn: Connection, kind: str, other: str, command: str
) -> None:
    conn.execute("update archive.deployment set kind = %s", (kind,))
    if command == "migrate":
        conn.execute("delete from archive_schema.applied where name ^@ 'views/'")
    refused = database_settings.model_copy(update={"jianbao_kind": other})
    with pytest.raises(DatabaseError, match=f"belongs to the {kind} archive, not the") as told:
        _use(refused, command)
    assert "\n" not in str(told.value)
    ours = database_settings.model_copy(update={"jianbao_kind": kind})
    if command == "migrate":
        assert len(database.migrate(ours)) > 3
    with database.connect(ours):
        pass


@pytest.mark.parametrize(
    "url",
    ["postgresql://nobody@127.0.0.1:9/none", "postgresql://nobody:secret@127.0.0.1:99999/none"],
)
def test_a_database_out_of_reach_is_one_line(url: str, tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="check DATABASE_URL") as told:
        _use(Settings(jianbao_home=tmp_path, database_url=url), "connect")
    assert str(told.value).startswith("cannot connect to the database: ")
    assert "\n" not in str(told.value)
    assert "secret" not in str(told.value)


def test_airflow_has_a_database_of_its_own(database_url: str, database_settings: Settings) -> None:
    with pytest.raises(DatabaseError, match=r"test_\d+_airflow .* is missing; create it"):
        database.airflow_dsn(database_settings)


def test_airflows_database_is_made_where_that_is_allowed(
    postgres: Server, clone: str, tmp_path: Path
) -> None:
    current = Settings(jianbao_home=tmp_path, database_url=postgres.dsn(clone, "postgres"))
    made = {database.airflow_dsn(current) for _ in range(2)}
    assert made == {postgres.dsn(f"{clone}_airflow", "postgres")}
    assert database.airflow_schema(current) == ""
    with psycopg.connect(postgres.dsn("postgres"), autocommit=True) as conn:
        conn.execute(f"drop database {clone}_airflow".encode())


def test_eight_starters_of_a_new_home_set_it_up_once(new_home: Path, at_once: Any) -> None:
    current = Settings(jianbao_home=new_home)
    applied = [name for names in at_once(8, lambda _: database.migrate(current)) for name in names]
    assert len(applied) == len(set(applied))
    assert {"migrations/0001_archive.sql", "grants.sql"} <= set(applied)
    with psycopg.connect(database.reader_url(current)) as reader:
        assert reader.execute("select count(*) from articles").fetchone() == (0,)


def test_time_in_the_archive_is_never_the_servers() -> None:
    files = [path for path in migrations.SQL.rglob("*.sql") if path.parent.name != "functions"]
    assert files
    for path in files:
        statements = re.sub(r"--.*|comment on [^;]*;", "", path.read_text(encoding="utf-8"))
        assert not CLOCKS.search(statements), path.name


def _use(settings: Settings, command: str) -> None:
    if command == "migrate":
        database.migrate(settings)
    else:
        with database.connect(settings):
            pass
