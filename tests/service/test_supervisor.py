"""The supervisor: starts, restarts what dies, stops everything it started."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archive.listening import free_port
from service import supervisor
from service.folders import Folders
from service.supervisor import Program


@pytest.fixture
def folders(tmp_path: Path) -> Iterator[Folders]:
    # A path that needs quoting in the configuration, and is too long for a socket.
    made = Folders(tmp_path / ("简报 100% 归档" + "长" * 30) / "home")
    made.make()
    yield made
    supervisor.stop(made)


def until(true: Callable[[], bool], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


def alive(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def writer(path: Path) -> Program:
    code = (
        "import os, pathlib, sys, time;"
        "pathlib.Path(sys.argv[1]).write_text(f'{os.getpid()} {os.environ[\"COLOUR\"]}');"
        "time.sleep(600)"
    )
    return Program("writer", (sys.executable, "-c", code, str(path)))


def test_a_killed_process_is_started_again_and_stop_leaves_nothing(
    folders: Folders, tmp_path: Path
) -> None:
    note = tmp_path / "pid note"
    assert supervisor.start(folders, [writer(note)], os.environ | {"COLOUR": 'a"b%'})
    until(lambda: note.exists() and " " in note.read_text())
    first, colour = note.read_text().split(" ", 1)
    assert colour == 'a"b%'
    # Before it is said to run, supervisord would try again whatever its setting.
    until(lambda: [each.state for each in supervisor.states(folders) or []] == ["RUNNING"])
    os.kill(int(first), signal.SIGKILL)
    until(lambda: note.read_text().split(" ")[0] not in ("", first))
    second = int(note.read_text().split(" ")[0])
    states = supervisor.states(folders)
    assert states is not None
    assert [state.name for state in states] == ["writer"]
    assert supervisor.stop(folders)
    assert not alive(second)
    assert supervisor.states(folders) is None
    assert not supervisor.stop(folders)


def test_starting_twice_starts_once(folders: Folders, tmp_path: Path) -> None:
    note = tmp_path / "pid"
    assert supervisor.start(folders, [writer(note)], os.environ)
    assert not supervisor.start(folders, [writer(note)], os.environ)


def test_a_program_waits_for_the_address_it_comes_after(folders: Folders, tmp_path: Path) -> None:
    port = free_port()
    late = Program("late", writer(tmp_path / "late").command, after=f"http://127.0.0.1:{port}/")
    supervisor.start(folders, [late], os.environ | {"COLOUR": "x"})
    time.sleep(1.5)
    assert not (tmp_path / "late").exists()
    server = os.spawnv(
        os.P_NOWAIT,
        sys.executable,
        [
            sys.executable,
            "-m",
            "http.server",
            "--bind",
            "127.0.0.1",
            "-d",
            str(tmp_path),
            str(port),
        ],
    )
    try:
        until((tmp_path / "late").exists)
    finally:
        os.kill(server, signal.SIGKILL)
        os.waitpid(server, 0)


def test_the_socket_is_in_a_private_folder_that_goes_with_it(folders: Folders) -> None:
    supervisor.start(folders, [], os.environ)
    assert len(os.fsencode(folders.socket)) < 107
    assert folders.socket.parent.stat().st_mode & 0o777 == 0o700
    os.kill(int((folders.home / "supervisord.pid").read_text()), signal.SIGKILL)
    until(lambda: supervisor.states(folders) is None)
    supervisor.stop(folders)
    assert not folders.socket.parent.exists()
    supervisor.start(folders, [], os.environ)
    supervisor.stop(folders)
    assert not folders.socket.parent.exists()


def test_what_does_not_end_in_time_is_killed(folders: Folders, tmp_path: Path) -> None:
    note = tmp_path / "pid"
    code = (
        "import os, pathlib, signal, sys, time;"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "pathlib.Path(sys.argv[1]).write_text(f'{os.getpid()} .');"
        "time.sleep(600)"
    )
    deaf = Program("deaf", (sys.executable, "-c", code, str(note)))
    supervisor.start(folders, [deaf], os.environ)
    until(lambda: note.exists() and note.read_text().endswith("."))
    assert supervisor.stop(folders, seconds=0.5)
    assert not alive(int(note.read_text().split()[0]))
    assert not supervisor.stop(folders)


def forking(path: Path) -> Program:
    """A program with a child that outlives it; both pids are in the file."""
    code = (
        "import os, pathlib, sys, time; child = os.fork();"
        "child and pathlib.Path(sys.argv[1]).write_text(f'{os.getpid()} {child} .');"
        "time.sleep(600)"
    )
    return Program("parent", (sys.executable, "-c", code, str(path)))


def pids(note: Path) -> tuple[int, int]:
    """The parent's and the child's; the file is taken away, for the next ones."""
    until(lambda: note.exists() and note.read_text().endswith("."))
    parent, child, _ = note.read_text().split()
    note.unlink()
    return int(parent), int(child)


def test_what_a_killed_process_left_is_ended_before_the_next_starts(
    folders: Folders, tmp_path: Path
) -> None:
    note = tmp_path / "pids"
    supervisor.start(folders, [forking(note)], os.environ)
    parent, child = pids(note)
    os.kill(parent, signal.SIGKILL)
    both = pids(note)
    assert not alive(child)
    assert all(map(alive, both))
    supervisor.stop(folders)
    assert not any(map(alive, both))


@pytest.mark.parametrize("again", [True, False])
def test_a_killed_supervisor_leaves_nothing_to_the_next_start_or_stop(
    folders: Folders, tmp_path: Path, again: bool
) -> None:
    note = tmp_path / "pids"
    supervisor.start(folders, [forking(note)], os.environ)
    left = pids(note)
    os.kill(int((folders.home / "supervisord.pid").read_text()), signal.SIGKILL)
    until(lambda: supervisor.states(folders) is None)
    assert all(map(alive, left))
    if again:
        assert supervisor.start(folders, [forking(note)], os.environ)
        pids(note)
        assert not any(map(alive, left))
    assert supervisor.stop(folders)
    assert not any(map(alive, left))
    assert not supervisor.stop(folders)
