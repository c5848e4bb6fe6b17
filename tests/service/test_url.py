"""`jianbao url`: an address that only reads, and how tools use it."""

from pathlib import Path

import psycopg
import pytest
import sqlalchemy
from typer.testing import CliRunner, Result

import jianbao
from archive.embedded import Server
from service.ways import ways

OWNERS = "postgresql://jianbao:canary@db.example/jianbao"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> object:
    def run(*words: str, **settings: str) -> Result:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        return CliRunner().invoke(jianbao.app, ["url", *words])

    return run


def test_alone_it_is_the_address_and_nothing_else(
    run: object, postgres: Server, jianbao_home: Path
) -> None:
    said = run(JIANBAO_HOME=str(jianbao_home))
    assert said.stdout == postgres.address("jianbao", "reader") + "\n"


def test_the_owners_address_is_never_shown(run: object) -> None:
    refused = run(DATABASE_URL=OWNERS)
    assert "READER_URL is not set" in str(refused.exception)
    assert "docs/howto/connect.md" in str(refused.exception)
    assert "canary" not in refused.output + str(refused.exception)


def test_the_reader_of_another_server_is_a_setting(run: object) -> None:
    theirs = "postgresql://reader:p@db.example/jianbao"
    assert run(DATABASE_URL=OWNERS, READER_URL=theirs).stdout == theirs + "\n"
    shown = run("--how", DATABASE_URL=OWNERS, READER_URL=theirs).stdout
    assert "db.example   port 5432   database jianbao" in shown
    assert "ssh" not in shown


def test_each_way_says_the_same_place(run: object, postgres: Server, jianbao_home: Path) -> None:
    shown = run("--how", JIANBAO_HOME=str(jianbao_home)).stdout
    url, password = postgres.address("jianbao", "reader"), postgres.passwords["reader"]
    assert f"psql '{url}'" in shown
    assert f"attach '{url}' as jianbao" in shown
    assert f"jdbc:postgresql://127.0.0.1:{postgres.port}/jianbao?user=reader&password=" in shown
    assert f"user reader   password {password}" in shown
    assert f"ssh -N -L {postgres.port}:127.0.0.1:{postgres.port}" in shown


def test_the_address_for_pandas_works(postgres: Server) -> None:
    shown = ways(postgres.address("jianbao", "reader"))
    engine = sqlalchemy.create_engine(shown.split('5", "')[1].split('"')[0])
    with engine.connect() as conn:
        assert conn.execute(sqlalchemy.text("select count(*) from articles")).fetchall() == [(0,)]
    engine.dispose()


def test_a_password_is_shown_as_each_tool_wants_it() -> None:
    shown = ways("postgresql://reader:p%40%2Fx@127.0.0.1:5433/jianbao")
    assert "password p@/x " in shown
    assert "&password=p%40%2Fx\n" in shown


def test_a_plain_driver_connects(postgres: Server) -> None:
    with psycopg.connect(postgres.address("jianbao", "reader")) as conn:
        assert conn.execute("select current_user").fetchone() == ("reader",)
