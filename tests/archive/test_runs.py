from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from archive import runs

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIANBAO_NOW", NOON.isoformat())


def logged(conn: Connection) -> list[tuple[Any, ...]]:
    return conn.execute("select command, counts, error, ended_at from news.runs").fetchall()


def test_a_run_is_logged_with_its_counts(conn: Connection) -> None:
    with runs.logged(conn, "crawl") as counts:
        assert logged(conn) == [("crawl", {}, "", None)]
        counts["pages"] = 3
    assert logged(conn) == [("crawl", {"pages": 3}, "", NOON)]


@pytest.mark.parametrize("failure", [ValueError("no such page"), KeyboardInterrupt()])
def test_a_failed_run_says_why_and_what_it_did(conn: Connection, failure: BaseException) -> None:
    with pytest.raises(type(failure)):
        fail(conn, failure)
    said = f"{type(failure).__name__}: {failure}".strip()
    assert logged(conn) == [("crawl", {"pages": 3}, said, NOON)]


@pytest.mark.parametrize("text", ["a\0b", "a\ud800b", "a\n" * 1000])
def test_any_complaint_can_be_logged(conn: Connection, text: str) -> None:
    with pytest.raises(LookupError):
        fail(conn, LookupError(text))
    ((_, _, error, _),) = logged(conn)
    assert error.startswith("LookupError: a")
    assert len(error) <= 500


def test_a_lost_connection_does_not_hide_the_failure(conn: Connection, database_url: str) -> None:
    lost = psycopg.connect(database_url, autocommit=True)
    with pytest.raises(LookupError, match="the first trouble"):
        fail(lost, LookupError("the first trouble"), close=True)
    assert logged(conn) == [("crawl", {}, "", None)]


def fail(conn: Connection, failure: BaseException, *, close: bool = False) -> None:
    with runs.logged(conn, "crawl") as counts:
        counts["pages"] = 3
        if close:
            conn.close()
        raise failure
