"""What must stay secret is in no output, log, file, mail or list of processes."""

import contextlib
import json
import subprocess
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from archive import embedded
from archive.clock import BEIJING
from benchmarks.trial import JIANBAO, Trial, trial

CANARY = "canary-5f1c0e77-feng"
FIRST = date(2026, 11, 16)
NOW = datetime.combine(FIRST + timedelta(days=1), time(8), BEIJING)


@pytest.fixture
def place() -> Iterator[Trial]:
    with trial(FIRST, 2, 1) as made:
        yield made


def passwords(folder: Path) -> list[str]:
    """Those of the embedded server that only our own processes know."""
    known = json.loads((folder / "server.json").read_text())["passwords"]
    return [CANARY, *(text for role, text in known.items() if role != "reader")]


@pytest.mark.chaos
def test_secrets_are_in_no_output_log_file_mail_or_list_of_processes(place: Trial) -> None:
    place.room.now = NOW
    secret = [word.encode() for word in passwords(place.home / "postgres")]
    assert len(secret) > 3
    env = place.env | {"JIANBAO_NOW": NOW.isoformat(), "ALERT_WEBHOOK": "",
                       "SMTP_USER": "mailer", "SMTP_PASSWORD": CANARY}  # fmt: skip
    said: list[bytes] = []

    def run(*words: str, **settings: str) -> int:
        with subprocess.Popen(
            [JIANBAO, *words], env=env | settings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        ) as command:
            while command.poll() is None:
                said.extend(cmdlines())
                try:
                    said.append(command.communicate(timeout=0.3)[0])
                except subprocess.TimeoutExpired:
                    continue
        return command.returncode

    for words in (["crawl"], ["extract"], ["dedupe"], ["summarize"], ["backup"], ["status"]):
        assert run(*words) == 0
    send = ["digest", "--day", NOW.date().isoformat(), "--send"]
    assert run(*send) == 1  # The mailbox knows no logins.
    assert run(*send, SMTP_USER="", SMTP_PASSWORD="") in (0, 1)
    away = f"postgresql://jianbao:{CANARY}@127.0.0.1:9/none"
    for words in (["crawl"], ["status"], ["migrate"], ["backup"]):
        assert run(*words, DATABASE_URL=away) == 1
    server = embedded.running(place.home / "postgres")
    assert server
    files = [
        path for path in place.home.parent.rglob("*")
        if path.is_file() and path.name != "server.json" and "data" not in path.parts
    ]  # fmt: skip
    said += [path.read_bytes() for path in files]
    logged = place.run("psql", "-At", "-c", "select * from runs")
    assert "digest" in logged
    said.append(logged.encode())
    assert b"".join(said).count(b"jianbao") > 20
    for word in secret:
        assert not [text for text in said if word in text]


def cmdlines() -> Iterator[bytes]:
    """The command lines of all processes, as `ps` shows them."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            yield path.read_bytes()
