"""A database that is silent is told from one that is slow, and is not waited for."""

import os
import socket
import threading

import psycopg
import pytest

from archive import connection, embedded
from archive.connection import SILENCE, DatabaseError, open_connection
from benchmarks.injectors import Unavailable, apart, between, tool


def test_a_server_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SILENCE, "connect_timeout", 2)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        dsn = f"postgresql://a@127.0.0.1:{mute.getsockname()[1]}/b"
        with pytest.raises(DatabaseError, match=r"cannot connect .* timeout"):
            open_connection(dsn)


def test_the_kernel_looks_after_a_silent_host_as_the_address_says(
    postgres: embedded.Server,
) -> None:
    dsn = postgres.address("jianbao", "reader")
    with open_connection(dsn) as usual, open_connection(f"{dsn}?keepalives_idle=7") as own:
        for conn, idle in ((usual, SILENCE["keepalives_idle"]), (own, 7)):
            wire = socket.socket(fileno=conn.fileno())
            asked = [
                wire.getsockopt(socket.IPPROTO_TCP, option)
                for option in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT,
                               socket.TCP_USER_TIMEOUT)
            ]  # fmt: skip
            wire.detach()
            assert asked == [idle, 10, 3, 60_000]


@pytest.mark.timeout(120)
@pytest.mark.parametrize("working", [False, True], ids=["it is asked", "it works"])
def test_a_host_that_falls_silent_is_given_up(
    working: bool, postgres: embedded.Server, clone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = {"keepalives_idle": 1, "keepalives_interval": 1, "tcp_user_timeout": 3000}
    monkeypatch.setattr(connection, "SILENCE", SILENCE | quick)

    def silent() -> None:
        with (
            between(postgres.dsn(clone), lambda *_: False) as (dsn, _),
            open_connection(dsn) as conn,
        ):
            fall = threading.Timer(2 * working, tool, ["ip", "link", "set", "lo", "down"])
            fall.start()
            wire = socket.socket(fileno=os.dup(conn.fileno()))
            # Without limits of our own nothing else would end it.
            end = threading.Timer(60, wire.shutdown, [socket.SHUT_RDWR])
            end.start()
            if not working:
                fall.join()
            with pytest.raises(psycopg.OperationalError, match="timed out") as caught:
                conn.execute("select pg_sleep(600)")
            end.cancel()
            wire.close()
            assert connection.is_down(caught.value)

    try:
        apart(silent)
    except Unavailable as reason:
        pytest.skip(str(reason))
