"""A program of the service begins: `python -m service.begin FILE URL COMMAND…` becomes the command.

First what is left of its last copy is ended: a killed program leaves children that nobody waits
for, such as the executor's of a scheduler; a killed supervisor leaves all its programs. Both hold
FILE open, which they have inherited. Then URL must answer, if it is not empty: supervisord orders
starts but does not wait, and Airflow's scheduler fails its first runs when it comes up before the
API server listens.
"""

import contextlib
import os
import signal
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

_SECONDS = 10


def main() -> None:
    file, address, *command = sys.argv[1:]
    end_earlier(Path(file))
    descriptor = os.open(file, os.O_RDONLY | os.O_CREAT, 0o600)
    os.set_inheritable(descriptor, True)
    while address and not _answers(address):
        time.sleep(0.5)
    os.execv(command[0], command)


def _answers(address: str) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=5) as response:
        return bool(response.status == 200)
    return False


def end_earlier(file: Path) -> int:
    """Kill the processes that hold the file open, and wait for their end; how many there were."""
    ended: set[int] = set()
    deadline = time.monotonic() + _SECONDS
    while (left := holders(file)) and time.monotonic() < deadline:
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        ended.update(left)
        time.sleep(0.1)
    return len(ended)


def holders(file: Path) -> list[int]:
    """The processes that hold the file open."""
    try:
        wanted = file.stat()
    except FileNotFoundError:
        return []
    return [
        int(folder.parent.name)
        for folder in Path("/proc").glob("[0-9]*/fd")
        if any(os.path.samestat(one, wanted) for one in _opened(folder))
    ]


def _opened(folder: Path) -> Iterator[os.stat_result]:
    # The process or its file may be gone by now, or be somebody else's.
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            with contextlib.suppress(OSError):
                yield path.stat()


if __name__ == "__main__":
    main()
