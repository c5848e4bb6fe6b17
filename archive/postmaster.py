"""The server process of a data folder: launched, waited for, ended, told from a stranger.

The callers hold the folder's lock. PostgreSQL's own pg_ctl would do most of this, but it pastes
paths into a shell line, and stops whatever process has the pid that it reads.
"""

import contextlib
import itertools
import os
import re
import signal
import time
from pathlib import Path

from archive.binaries import Account, ServerError

START_SECONDS = 120  # recovery after a crash included
STOP_SECONDS = 60
NO_PID = 2**31 - 1  # greater than any pid
COMPLAINT = re.compile(r"(?:FATAL|PANIC|error): +(.+)")


def state(data: Path) -> tuple[int, str] | None:
    """Pid and state (starting, ready, stopping) of the live server of this data folder."""
    try:
        lines = (data / "postmaster.pid").read_text().split("\n")
        pid = int(lines[0])
    except (FileNotFoundError, ValueError):
        return None
    if not _alive(pid, data):
        return None
    return pid, lines[7].strip() if len(lines) > 7 else "starting"


def launch(command: list[str | Path], data: Path, account: Account, log: Path) -> str | None:
    """Start the server and wait until it is ready. The reason if it ended instead."""
    # the shell ends at once, so that the server is the child of none of us
    detach = 'exec "$@" </dev/null >&2 & echo $!'
    with os.fdopen(os.open(log, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600), "rb") as written:
        before = written.seek(0, os.SEEK_END)
        said = written.fileno()
        shell = account.run("/bin/sh", "-c", detach, "sh", *command, session=True, stderr=said)
        pid = int(shell.stdout)
        deadline = time.monotonic() + START_SECONDS
        while _alive(pid, data):
            if state(data) == (pid, "ready"):
                return None
            _pause(deadline, f"the database in {data.parent} is still recovering or stuck")
        written.seek(before)  # the server's writing has moved it
        return reason(written.read().decode(errors="replace"))


def reason(output: str) -> str:
    """What a program's output says of why it failed."""
    if complaint := COMPLAINT.search(output):
        return complaint[1].strip()[:300]
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "it said nothing"


def settled(data: Path, socket: Path) -> bool:
    """Wait for a server that somebody began to start or to stop. Is it up then?"""
    deadline = time.monotonic() + START_SECONDS
    while found := state(data):
        pid, now = found
        if now == "ready" and socket.is_socket():
            return True
        if now == "ready":  # somebody emptied the temporary folder
            end(data, pid)
        _pause(deadline, f"the database in {data.parent} (pid {pid}) has long been {now}")
    return False


def end(data: Path, pid: int) -> None:
    """Stop the server: its clients are disconnected, its data is on disk afterwards."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGINT)
    deadline = time.monotonic() + STOP_SECONDS
    while _alive(pid, data):
        _pause(deadline, f"the database in {data.parent} (pid {pid}) does not stop")


def disown(data: Path) -> None:
    """Put nobody's pid in the lock file that a killed server left.

    PostgreSQL would not start while any process of its user has that pid. The rest stays: by the
    shared memory named there it sees children of the killed server.
    """
    left = data / "postmaster.pid"
    with contextlib.suppress(FileNotFoundError):
        # data/ is the server user's, who could have put a link there to fool root
        with os.fdopen(os.open(left, os.O_RDWR | os.O_NOFOLLOW), "r+") as lock:
            _, newline, rest = lock.read().partition("\n")
            lock.seek(0)
            lock.truncate()
            lock.write(f"{NO_PID}\n{rest}")
        if not newline:  # empty, or cut off when the disk was full
            left.unlink()


def _alive(pid: int, data: Path) -> bool:
    """Is the process alive and the server of this data? A pid may be somebody else's by now."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return (b"-D", os.fsencode(data)) in itertools.pairwise(words)


def _pause(deadline: float, trouble: str) -> None:
    if time.monotonic() > deadline:
        raise ServerError(trouble, "see the file log beside the data, and try again in a minute")
    time.sleep(0.02)
