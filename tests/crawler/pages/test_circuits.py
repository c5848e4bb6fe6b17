from datetime import datetime, timedelta

import pytest
from psycopg import Connection

from archive import clock, hosts
from archive.hosts import Host
from crawler.pages.circuits import Circuits

HOST = "www.yun.example"
HOUR = timedelta(hours=1)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """An hour after the archive's clock."""
    now = clock.now()

    def tell() -> datetime:
        return now

    monkeypatch.setattr(clock, "now", tell)
    return now + HOUR


def test_a_circuit_opens_for_all_crawls_and_closes_by_itself(
    conn: Connection, later: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Circuits(conn)
    for _ in range(5):
        assert first.may_ask(HOST)
        first.failed(HOST, "HTTP 500")
    assert not first.may_ask(HOST)
    assert first.may_ask("another.example")
    assert not Circuits(conn).may_ask(HOST)
    ((until, reason),) = conn.execute("select rests_until, reason from news.hosts").fetchall()
    assert (until, reason) == (later - HOUR * 0.75, "HTTP 500")
    # Later one request tries it, and the others wait for what becomes of it.
    monkeypatch.setattr(clock, "now", lambda: later)
    second = Circuits(conn)
    assert [second.may_ask(HOST) for _ in range(3)] == [True, False, False]
    second.answered(HOST)
    assert [second.may_ask(HOST) for _ in range(3)] == [True, True, True]
    assert hosts.troubled(conn) == {}


def test_a_host_that_fails_again_rests_longer(
    conn: Connection, later: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    hosts.remember(conn, HOST, Host(5, 1, later, "HTTP 500"), later - HOUR)
    monkeypatch.setattr(clock, "now", lambda: later)
    circuits = Circuits(conn)
    assert circuits.may_ask(HOST)
    circuits.failed(HOST, "no complete answer in time")
    assert not circuits.may_ask(HOST)
    assert hosts.troubled(conn)[HOST].until == later + HOUR


def test_failures_count_only_in_a_row(conn: Connection) -> None:
    circuits = Circuits(conn)
    for _ in range(3):
        for _ in range(4):
            circuits.failed(HOST, "HTTP 500")
        circuits.answered(HOST)
    assert circuits.may_ask(HOST)
    assert hosts.troubled(conn) == {}
