"""What is wrong with a morning's edition is told once, by another road."""

import os
import socket
import subprocess
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from psycopg import Connection

from archive import clock, deliveries, editions, subscribers
from archive.edition_models import Choice, Edition
from archive.settings import PROJECT, Settings
from service import live, morning, supervisor
from service.folders import Folders
from service.morning import LATE, look_after, troubles
from service.supervisor import Program, ServiceError

DAY = date(2026, 11, 22)
CUTOFF = clock.window(DAY, Settings().edition_cutoff).end
LOOK = CUTOFF + LATE + timedelta(minutes=5)
ERROR = "mail server mail.test:465: Connection refused"


@pytest.fixture
def settings(database_settings: Settings, tmp_path: Path) -> Settings:
    return database_settings.model_copy(update={"jianbao_home": tmp_path / "home"})


def kinds(conn: Connection, now: datetime = LOOK) -> list[str]:
    return [kind for _, kind, _ in troubles(conn, Settings(), now)]


def freeze(conn: Connection, shown: int = 5, readers: int = 10, queued: bool = True) -> None:
    """The day's edition, queued for readers at 07:30."""
    window = clock.window(DAY, Settings().edition_cutoff)
    editions.freeze(conn, window, Edition(DAY, "简报", "", "", {"shown": shown}), CUTOFF)
    for number in range(readers):
        subscribers.put(conn, f"r{number}@reader.test", Choice(), CUTOFF - timedelta(days=1))
    if queued:
        deliveries.queue(conn, DAY, CUTOFF + timedelta(minutes=30))


def send(conn: Connection, end: Callable[[int, int], None]) -> None:
    """What becomes of each delivery: `end(id, number)`."""
    for number in range(99):
        if not (claimed := deliveries.claim(conn, DAY)):
            return
        end(claimed.id, number)


def settled(conn: Connection, state: Callable[[int], str]) -> Callable[[int, int], None]:
    return lambda id, number: deliveries.settle(conn, id, state(number), "", CUTOFF)


def test_a_good_morning_is_not_mentioned(conn: Connection) -> None:
    freeze(conn)
    assert kinds(conn, CUTOFF + timedelta(minutes=31)) == []
    send(conn, settled(conn, lambda number: "failed" if number == 0 else "sent"))
    assert kinds(conn) == []


def test_no_edition_by_the_hour(conn: Connection) -> None:
    conn.execute("update archive.deployment set created_at = %s", (CUTOFF,))
    assert kinds(conn) == []  # the archive came after the cut-off
    conn.execute("update archive.deployment set created_at = %s", (CUTOFF - timedelta(days=9),))
    assert kinds(conn, CUTOFF + LATE - timedelta(days=1, minutes=1)) == ["none"]
    freeze(conn, readers=0)
    assert kinds(conn) == []
    assert kinds(conn, LOOK + timedelta(hours=23)) == []
    assert kinds(conn, LOOK + timedelta(days=1)) == ["none"]


def test_an_empty_edition(conn: Connection) -> None:
    freeze(conn, shown=0, readers=0)
    assert kinds(conn) == ["empty"]


def test_an_edition_that_nobody_was_sent(conn: Connection) -> None:
    freeze(conn, queued=False)
    assert kinds(conn, CUTOFF + LATE - timedelta(minutes=1)) == []
    assert kinds(conn) == ["unsent"]
    conn.execute("update archive.subscriber set weekdays = true")  # it is a Sunday
    assert kinds(conn) == []
    conn.execute("update archive.subscriber set weekdays = false")
    conn.execute("update archive.deployment set restored_at = %s", (LOOK,))
    assert kinds(conn) == []


def test_a_sender_that_died_is_told_of(
    conn: Connection, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIANBAO_NOW", LOOK.isoformat())
    freeze(conn, readers=1)
    deliveries.claim(conn, DAY)
    assert look_after(settings) == []
    conn.execute("update archive.delivery set claimed_until = now()")
    (told,) = look_after(settings)
    assert told.startswith("of 1 messages of 2026-11-22 it is unknown")


def test_a_server_that_cannot_be_reached_is_told_at_once(conn: Connection) -> None:
    freeze(conn)
    claimed = deliveries.claim(conn, DAY)
    deliveries.put_off(conn, claimed.id, ERROR, 0, counted=False)
    (told,) = troubles(conn, Settings(), CUTOFF + timedelta(minutes=31))
    assert told == (DAY, "down", f"10 messages of 2026-11-22 wait: {ERROR}")


def test_a_reader_who_is_put_off_is_told_of_after_an_hour(conn: Connection) -> None:
    freeze(conn, readers=1)
    deliveries.put_off(conn, deliveries.claim(conn, DAY).id, "451 later", 0)
    assert kinds(conn, CUTOFF + timedelta(minutes=89)) == []
    assert kinds(conn, CUTOFF + timedelta(minutes=91)) == ["stuck"]


@pytest.mark.parametrize(("refused", "told"), [(1, []), (2, ["refused"])])
def test_a_wave_of_refusals(conn: Connection, refused: int, told: list[str]) -> None:
    freeze(conn)
    send(conn, settled(conn, lambda number: "failed" if number < refused else "sent"))
    assert kinds(conn) == told


def test_deliveries_of_unknown_end(conn: Connection) -> None:
    freeze(conn)
    send(conn, settled(conn, lambda number: "unknown" if number == 3 else "sent"))
    assert kinds(conn) == ["unknown"]


def test_each_thing_is_told_once_and_names_nobody(
    conn: Connection, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIANBAO_NOW", LOOK.isoformat())
    freeze(conn, shown=0)
    send(conn, settled(conn, lambda number: "unknown"))
    for _ in range(3):
        assert len(look_after(settings)) == 2
    told = (settings.jianbao_home / "logs" / "alerts.log").read_text(encoding="utf-8")
    assert len(told.splitlines()) == 2
    assert "reader.test" not in told


@pytest.mark.parametrize(("kind", "expected"), [("live", True), ("demo", False)])
def test_the_live_service_looks_by_itself(
    kind: str, expected: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[Program]] = []
    monkeypatch.setattr(
        supervisor, "start", lambda folders, programs, env: started.append(programs) or True
    )
    settings = Settings(jianbao_home=tmp_path, jianbao_kind=kind, database_url="postgresql://x")
    env = {"AIRFLOW__API__BASE_URL": "http://127.0.0.1:1"}
    live.start(live.Deployment(settings, Folders(tmp_path), 1, env))
    live.start(live.Deployment(settings, Folders(tmp_path), 1, env), only_workers=True)
    names = [[program.name for program in programs] for programs in started]
    assert ("lookout" in names[0]) == expected
    assert "lookout" not in names[1]
    assert "door" not in names[0]


def test_a_port_that_another_program_has_is_refused_at_once(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        settings = Settings(jianbao_home=tmp_path, database_url="postgresql://x")
        env = {"AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{port}"}
        with pytest.raises(ServiceError, match=f"port {port} is taken .* AIRFLOW_PORT"):
            live.start(live.Deployment(settings, Folders(tmp_path), port, env))


def test_a_look_is_a_command_that_ends_with_one(
    conn: Connection, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    freeze(conn, shown=0, readers=0)
    env = os.environ | {
        "DATABASE_URL": settings.database_url,
        "JIANBAO_HOME": str(settings.jianbao_home),
        "JIANBAO_NOW": LOOK.isoformat(),
    }
    monkeypatch.setattr(morning.subprocess, "run", partial(subprocess.run, env=env, cwd=PROJECT))
    assert morning.look() == 1
    assert "is empty" in (settings.jianbao_home / "logs" / "alerts.log").read_text()
