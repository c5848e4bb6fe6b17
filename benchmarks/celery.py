"""Scale-out without containers: one crawl by 1, 2 and 4 Celery workers, and what became of it.

python -m benchmarks.celery [--workers 1 2 4] [--sources 200] [--pages 3]

Redis, embedded Postgres, Airflow and the workers run under the service's own supervisor, each time
in a new folder, against a generated newsroom. Needs the program redis-server.
"""

import argparse
import os
import re
import shutil
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import NamedTuple

from archive import clock, database, query, settings
from archive.listening import free_port
from archive.settings import Settings
from demo import scale
from service import live
from service.supervisor import Program, ServiceError

SHARDS = 4
RUN_SECONDS = 300
DELAY_FACTOR = 5
# Seconds by which a loaded machine may see the first of two requests late.
TOLERANCE = 0.3
FACTS = """
select (select count(*) from ledger where source like 'scale%'),
    (select count(*) from ledger where outcome = 'stored'),
    (select count(*) from articles where summary <> ''),
    (select count(distinct url) from articles), (select count(distinct text) from articles)
"""


class Rows(NamedTuple):
    """What FACTS counts."""

    links: int
    stored: int
    summarized: int
    addresses: int
    texts: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """One run: wall seconds, rows, and what the newsroom saw."""

    workers: int
    seconds: float
    rows: Rows
    requests: Counter[str]
    """How often each article's page was asked for."""
    gaps: list[float]
    """Seconds between two requests for articles of one host."""
    tasks: list[int]
    """How many tasks each worker ran."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--sources", type=int, default=200)
    parser.add_argument("--pages", type=int, default=3)
    given = parser.parse_args()
    if not shutil.which("redis-server"):
        sys.exit("redis-server is not installed; on Debian: apt install redis-server")
    good = True
    for count in given.workers:
        load = os.getloadavg()[0]
        outcome, left = measure(count, given.sources, given.pages)
        for line, holds in judged(outcome, given.sources * given.pages, left):
            good &= holds
            print(line, flush=True)
        print(f"machine                {os.cpu_count()} cores, load {load:.1f} before", flush=True)
    return 0 if good else 1


def judged(outcome: Outcome, expected: int, left: int) -> list[tuple[str, bool]]:
    """Lines of name, value, goal and n; whether each goal is met."""
    n = f"n={expected}"
    delay = _min_delay()
    rows, asked = outcome.rows, outcome.requests
    lost = expected - min(rows.links, rows.stored, rows.summarized)
    double = rows.summarized - min(rows.addresses, rows.texts) + asked.total() - len(asked)
    early = sum(gap < delay - TOLERANCE for gap in outcome.gaps)
    rate = rows.stored / outcome.seconds * 60
    return [
        (f"workers                {outcome.workers}, tasks of each {outcome.tasks}", True),
        (f"links lost             {lost:5d}  goal 0  {n}", lost == 0),
        (f"stored or asked twice  {double:5d}  goal 0  {n}", double == 0),
        (
            f"too early for the host {early:5d}  goal 0  n={len(outcome.gaps)} gaps; shortest"
            f" {min(outcome.gaps):.3f} s, median {median(outcome.gaps):.3f} of {delay:g}",
            early == 0,
        ),
        (f"articles per minute    {rate:5.0f}  in {outcome.seconds:.0f} s  n=1", True),
        (f"processes left         {left:5d}  goal 0", left == 0),
    ]


def measure(workers: int, sources: int, pages: int) -> tuple[Outcome, int]:
    """One service from nothing, one run of crawl_news; and the processes it leaves."""
    home = Path(tempfile.mkdtemp(prefix="jianbao-celery-"))
    home.chmod(0o711)  # As root the database's user passes through it.
    kept = dict(os.environ)
    try:
        newsroom, broker, log = free_port(None), free_port(None), home / "requests.log"
        os.environ.update(_environment(home, newsroom, broker, workers, sources))
        current = settings.load()
        ready = live.set_up(current)
        try:
            live.start(ready, _programs(home, newsroom, broker, sources, pages, log))
            seconds = _crawl(ready)
            _wait_for_nothing_pending(current)
            (rows,) = query.ask(database.looking_dsn(current), FACTS).rows
            tasks = [
                path.read_text(errors="replace").count("] received")
                for path in sorted(ready.folders.logs.glob("worker-*.log"))
            ]
        finally:
            live.stop(current)
        requests, gaps = _seen(log)
        counts = Rows(*(int(str(n)) for n in rows))
        return Outcome(workers, seconds, counts, requests, gaps, tasks), _left(home)
    finally:
        os.environ.clear()
        os.environ.update(kept)
        shutil.rmtree(home, ignore_errors=True)


def _environment(
    home: Path, newsroom: int, broker: int, workers: int, sources: int
) -> dict[str, str]:
    registry = home / "sources.toml"
    registry.write_text(scale.registry(sources, newsroom), encoding="utf-8")
    crowd = scale.Crowd(sources, 1, 1, datetime.now(clock.BEIJING).date())
    return {
        "JIANBAO_ENV_FILE": os.devnull,
        "JIANBAO_KIND": "demo",
        "JIANBAO_HOME": str(home / "home"),
        "JIANBAO_SOURCES": str(registry),
        "JIANBAO_ALLOW": ",".join(f"{outlet.address}:{newsroom}" for outlet in crowd.outlets),
        "DATABASE_URL": "",
        "BROKER_URL": f"redis://127.0.0.1:{broker}/0",
        "CELERY_WORKERS": str(workers),
        "CRAWL_SHARDS": str(SHARDS),
        "CRAWL_DELAY_FACTOR": str(DELAY_FACTOR),
        # Only the run that is asked for.
        "DAGS_BY_HAND": "yes",
    }


def _programs(
    home: Path, newsroom: int, broker: int, sources: int, pages: int, log: Path
) -> list[Program]:
    redis = (
        shutil.which("redis-server") or "", "--bind", "127.0.0.1", "--port", str(broker),
        "--save", "", "--dir", str(home),
    )  # fmt: skip
    server = (
        sys.executable, "-m", "demo.server", "--port", str(newsroom), "--log", str(log),
        "--reference-day", datetime.now(clock.BEIJING).date().isoformat(),
        "--sources", str(sources), "--pages", str(pages),
    )  # fmt: skip
    return [Program("broker", redis), Program("newsroom", server)]


def _crawl(ready: live.Deployment) -> float:
    """Run crawl_news once; the seconds from its start to its end. The summaries follow it."""
    client = ready.client()
    client.wait_for_dags(live.DAGS, live.START_SECONDS)
    run_id = client.trigger("crawl_news", {"force": True})
    deadline = time.monotonic() + RUN_SECONDS
    while time.monotonic() < deadline:
        run = next(run for run in client.runs("crawl_news") if run["dag_run_id"] == run_id)
        if run["state"] == "success":
            began, ended = (datetime.fromisoformat(run[k]) for k in ("start_date", "end_date"))
            return (ended - began).total_seconds()
        if run["state"] == "failed":
            break
        time.sleep(1)
    raise ServiceError("DAG crawl_news", f"is {run['state']} after {RUN_SECONDS} seconds")


def _wait_for_nothing_pending(current: Settings) -> None:
    url, deadline = database.looking_dsn(current), time.monotonic() + RUN_SECONDS
    while query.ask(url, "select 1 from backlog where pending > 0").rows:
        if time.monotonic() > deadline:
            return  # FACTS say what is missing.
        time.sleep(1)


def _seen(log: Path) -> tuple[Counter[str], list[float]]:
    requests: Counter[str] = Counter()
    moments: dict[str, list[float]] = {}
    for line in log.read_text().splitlines():
        moment, host, path = line.split(" ", 2)
        if re.fullmatch(r"/n/\d+\.html", path):
            requests[host + path] += 1
            moments.setdefault(host, []).append(float(moment))
    gaps = [b - a for times in moments.values() for a, b in pairwise(sorted(times))]
    return requests, gaps


def _min_delay() -> float:
    (delay,) = re.findall(r"^min_delay = (.*)$", scale.registry(1, 1), re.MULTILINE)
    return float(delay) * DELAY_FACTOR


def _left(home: Path) -> int:
    """How many processes still work for this home."""
    time.sleep(1)
    left = 0
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            left += str(home / "home").encode() in path.read_bytes()
        except OSError:
            continue
    return left


if __name__ == "__main__":
    sys.exit(main())
