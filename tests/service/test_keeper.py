"""The keeper has the embedded database up again soon after it was killed, and its roles made."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from archive import embedded
from archive.settings import PROJECT


@pytest.fixture
def kept(new_home: Path) -> Iterator[Path]:
    """The folder of a database under a keeper."""
    folder = new_home / "postgres"
    command = [sys.executable, "-m", "service.keeper", str(folder)]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL) as keeper:
        try:
            pid_of(folder)
            yield folder
        finally:
            keeper.kill()


def pid_of(folder: Path, other_than: int = 0) -> int:
    """The pid of the database that is up, once it is another one."""
    while True:
        if embedded.running(folder):
            pid = int((folder / "data" / "postmaster.pid").read_text().split()[0])
            if pid != other_than:
                return pid
        time.sleep(0.05)


def ask(folder: Path, sql: str) -> list[tuple[object, ...]]:
    server = embedded.running(folder)
    assert server
    with psycopg.connect(server.dsn("postgres")) as conn:
        cursor = conn.execute(sql.encode())
        return cursor.fetchall() if cursor.description else []


def test_a_killed_database_is_up_soon_with_what_was_committed(kept: Path) -> None:
    ask(kept, "create table note as select 'kept' as word")
    pid = pid_of(kept)
    for _ in range(2):
        os.kill(pid, signal.SIGKILL)
        pid = pid_of(kept, other_than=pid)
        assert ask(kept, "select word from note") == [("kept",)]


def test_it_sees_to_the_roles(kept: Path) -> None:
    made = "select count(*) from pg_roles where rolname in ('reader', 'writer', 'mailer')"
    while ask(kept, made) != [(3,)]:
        time.sleep(0.05)
