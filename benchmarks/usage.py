"""What a deployment takes while it works: CPU seconds and memory, by what its processes do."""

import os
import re
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from statistics import fmean
from typing import Self

_TICK = os.sysconf("SC_CLK_TCK")
_MEMORY_EVERY = 10
_NAMES = (
    (r"/jianbao\0(crawl|extract|dedupe|summarize)\b", r"\1"),
    (r"^postgres: .*airflow", "Postgres for Airflow"),
    (r"^postgres:|/postgres\0", "Postgres"),
    (r"redis-server", "Redis"),
    (r"/airflow\0celery\0|^\[celeryd", "Celery workers"),
)
"""What a command line holds, and what such a process and those that it starts do."""
REST = "Airflow"


class Usage(threading.Thread):
    """Samples /proc once a second inside `with`: all processes of the deployment at `home`.

    CPU is what they took inside `with`; what a process takes in its last second is missed. Memory
    is PSS, so that what processes share is counted once.
    """

    def __init__(self, home: Path) -> None:
        super().__init__(daemon=True)
        self._pids = (home / "supervisord.pid", home / "postgres" / "data" / "postmaster.pid")
        self._ended = threading.Event()
        self._took: dict[tuple[int, str], tuple[str, float]] = {}
        self._before: dict[tuple[int, str], float] = {}
        self._loads: list[float] = []
        self.memory: Counter[str] = Counter()
        """MiB at most, by what the processes do."""
        self.most = 0.0
        """MiB of all of them at most."""

    def __enter__(self) -> Self:
        self._sample()
        self._before = {key: seconds for key, (_, seconds) in self._took.items()}
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self.join()
        self._sample()

    def run(self) -> None:
        turn = 0
        while not self._ended.wait(1):
            groups = self._sample()
            self._loads.append(os.getloadavg()[0])
            if turn % _MEMORY_EVERY == 0:
                now = Counter[str]()
                for pid, group in groups.items():
                    now[group] += _pss(pid)
                self.memory |= now
                self.most = max(self.most, now.total())
            turn += 1

    @property
    def load(self) -> float:
        """The machine's load, on average."""
        return fmean(self._loads or [os.getloadavg()[0]])

    @property
    def cpu(self) -> dict[str, float]:
        """CPU seconds, by what the processes do."""
        total: dict[str, float] = defaultdict(float)
        for key, (group, seconds) in self._took.items():
            total[group] += seconds - self._before.get(key, 0.0)
        return total

    def _sample(self) -> dict[int, str]:
        known = dict(_processes())
        children: dict[int, list[int]] = defaultdict(list)
        for pid, (parent, _, _) in known.items():
            children[parent].append(pid)
        groups: dict[int, str] = {}
        roots = [int(path.read_text().split()[0]) for path in self._pids if path.exists()]
        waiting = [(pid, REST) for pid in roots if pid in known]
        while waiting:
            pid, above = waiting.pop()
            groups[pid] = group = _group(pid, above)
            _, began, seconds = known[pid]
            self._took[pid, began] = group, seconds
            waiting += [(child, group) for child in children[pid]]
        return groups


def _processes() -> Iterator[tuple[int, tuple[int, str, float]]]:
    """pid: (parent, when it began, CPU seconds) of every process; see proc_pid_stat(5)."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            stat = path.read_text().rpartition(")")[2].split()
            spent = (int(stat[11]) + int(stat[12])) / _TICK
            yield int(path.parent.name), (int(stat[1]), stat[19], spent)


def _group(pid: int, above: str) -> str:
    with suppress(OSError):
        line = Path(f"/proc/{pid}/cmdline").read_text(errors="replace")
        for pattern, name in _NAMES:
            if found := re.search(pattern, line):
                return found.expand(name)
    return above


def _pss(pid: int) -> int:
    with suppress(OSError, IndexError):
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        return int(rollup.partition("\nPss:")[2].split(maxsplit=1)[0]) // 1024
    return 0
