"""The live service of a trial, seen from outside: its processes, its runs, its rows, its memory."""

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from archive.query import ask
from benchmarks.trial import JIANBAO, Trial
from service import airflow, live
from service.supervisor import ServiceError

LIMIT = 900
"""Seconds after which something that was waited for does not come."""


@dataclass(slots=True)
class Watch:
    """The service of a trial, seen from outside; `peak` is its memory in KiB of PSS."""

    place: Trial
    client: airflow.Client
    url: str
    peak: int = 0

    def runs(self, dag: str) -> list[dict[str, Any]]:
        """The newest runs of a DAG; none while the API does not answer."""
        try:
            return self.client.runs(dag)
        except ServiceError:
            return []

    def pid(self, target: str) -> int:
        """The pid of a target; 0 if it does not run."""
        if target == "crawl":
            return crawl()
        if target == "database":
            with contextlib.suppress(OSError, ValueError):
                lock = self.place.home / "postgres/data/postmaster.pid"
                return int(lock.read_text().split()[0])
        program = "database" if target == "keeper" else target
        for state in live.processes(self.place.settings) or []:
            if state.name == program and state.state == "RUNNING":
                return state.pid
        return 0

    def healthy(self, since: datetime) -> bool:
        """Whether all is running, and the scheduler and the DAG processor said so since then."""
        states = live.processes(self.place.settings)
        if not states or any(state.state != "RUNNING" for state in states):
            return False
        try:
            health = self.client.get("/api/v2/monitor/health")
        except ServiceError:
            return False
        beats = (
            health[part][f"latest_{part}_heartbeat"] for part in ("scheduler", "dag_processor")
        )
        return all(beat and datetime.fromisoformat(beat) > since for beat in beats)

    def kept(self) -> set[tuple[object, ...]]:
        """What the archive has acknowledged: its links and its articles."""
        links = ask(self.url, "select 'link', id, url from ledger").rows
        return {*links, *ask(self.url, "select 'article', id, url from articles").rows}

    def until(self, true: Callable[[], object], seconds: float = LIMIT) -> float:
        """Wait for something; the seconds it took, infinite if it did not come."""
        began = time.monotonic()
        while not true():
            self.peak = max(self.peak, memory(self.place.home))
            if time.monotonic() - began > seconds:
                return float("inf")
            time.sleep(0.3)
        return time.monotonic() - began


def crawl() -> int:
    """The pid of a crawl that this checkout runs; 0 if none is."""
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (folder / "cmdline").read_bytes().split(b"\0")
            if words[1:3] == [os.fsencode(JIANBAO), b"crawl"]:
                return int(folder.name)
    return 0


def left_over(home: Path) -> int:
    """How many of the service's processes have lost their parent."""
    leader = supervisord(home)
    return sum(
        session == leader and parent == 1 and pid != leader for pid, parent, session in _processes()
    )


def memory(home: Path) -> int:
    """KiB of PSS of the service: what supervisord runs, the tasks' commands, the database."""
    leader, total = supervisord(home), 0
    for pid, _, session in _processes():
        folder = Path("/proc", str(pid))
        with contextlib.suppress(OSError, LookupError):
            if (
                session == leader
                or os.fsencode(home) in (folder / "environ").read_bytes()
                or home in (folder / "cwd").readlink().parents
            ):
                text = (folder / "smaps_rollup").read_text()
                total += int(text.partition("\nPss:")[2].split()[0])
    return total


def supervisord(home: Path) -> int:
    """Its pid, which is its session's as well."""
    return int((home / "supervisord.pid").read_text())


def _processes() -> Iterator[tuple[int, int, int]]:
    """(pid, parent, session) of every process."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            words = path.read_text().rpartition(")")[2].split()
            yield int(path.parent.name), int(words[1]), int(words[3])
