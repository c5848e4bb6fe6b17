"""The lookout: what runs and shows no life is ended, and nothing else."""

import json
import os
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from service import lookout, supervisor
from service.folders import Folders
from service.lookout import PATIENCE, Silence
from service.supervisor import Program, State

WELL = {"metadatabase": "healthy", "scheduler": "healthy", "dag_processor": "healthy"}
SILENT = WELL | {"scheduler": "unhealthy"}
PARTS = [State(name, "RUNNING", "", number) for number, name in enumerate((*PATIENCE, "door"), 1)]


def ended(*looks: tuple[float, dict[str, str]], states: list[State] = PARTS) -> list[str]:
    """Who is ended at the last of these looks."""
    silence, found = Silence(), list[State]()
    for now, health in looks:
        found = silence.too_long(states, health, now)
    return [state.name for state in found]


def test_who_shows_life_is_left_alone() -> None:
    assert ended((0, WELL), (9999, WELL)) == []


def test_a_program_that_shows_no_life_for_three_minutes_is_ended() -> None:
    assert ended((0, SILENT), (179, SILENT)) == []
    assert ended((0, SILENT), (180, SILENT)) == ["scheduler"]
    assert ended((0, WELL | {"dag_processor": ""}), (180, WELL | {"dag_processor": ""})) == [
        "dag-processor"
    ]


def test_one_sign_of_life_is_enough() -> None:
    assert ended((0, SILENT), (100, WELL), (200, SILENT), (379, SILENT)) == []


def test_a_program_that_was_started_again_has_its_time() -> None:
    silence, health = Silence(), SILENT
    silence.too_long(PARTS, health, 0)
    again = [State(state.name, "RUNNING", "", state.pid + 100) for state in PARTS]
    assert silence.too_long(again, health, 200) == []
    assert [state.pid for state in silence.too_long(again, health, 380)] == [101]


def test_what_does_not_run_is_supervisords() -> None:
    starting = [State("scheduler", "STARTING", "", 7)]
    assert ended((0, SILENT), (999, SILENT), states=starting) == []


def test_without_the_database_nobody_is_to_blame() -> None:
    gone = dict.fromkeys(WELL, "unhealthy")
    assert ended((0, gone), (999, gone)) == []
    assert ended((0, SILENT), (170, gone), (190, SILENT)) == []


def test_of_who_writes_heartbeats_nothing_is_known_while_airflow_does_not_answer() -> None:
    assert ended((0, {}), (299, {})) == []
    assert ended((0, {}), (300, {})) == ["api-server"]


@pytest.fixture
def answers() -> Iterator[int]:
    """The port of an Airflow whose scheduler shows no life."""

    class Health(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            told = {name: {"status": status} for name, status in SILENT.items()}
            self.wfile.write(json.dumps(told).encode())

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Health) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.05])
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_supervisord_starts_again_what_is_ended(
    answers: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in {
        "JIANBAO_ENV_FILE": os.devnull,
        "JIANBAO_HOME": str(tmp_path),
        "AIRFLOW_PORT": str(answers),
    }.items():
        monkeypatch.setenv(name, value)
    folders = Folders(tmp_path)
    sleep = (sys.executable, "-c", "import time; time.sleep(600)")
    supervisor.start(
        folders, [Program("scheduler", sleep), Program("dag-processor", sleep)], os.environ
    )

    def running() -> dict[str, int]:
        states = supervisor.states(folders) or []
        return {state.name: state.pid for state in states if state.state == "RUNNING"}

    def until(count: int, unlike: int = 0) -> dict[str, int]:
        while len(found := running()) < count or found["scheduler"] == unlike:
            threading.Event().wait(0.1)
        return found

    try:
        silence, before = Silence(), until(2)
        lookout.end_silent(silence, 0)
        assert running() == before
        lookout.end_silent(silence, PATIENCE["scheduler"])
        after = until(2, unlike=before["scheduler"])
        assert after["dag-processor"] == before["dag-processor"]
    finally:
        supervisor.stop(folders)
    told = f"scheduler (pid {before['scheduler']}) showed no life for 180 s"
    assert capsys.readouterr().out == f"{told}: ended, to be started again\n"
