"""A service in a new folder, its workers and a newsroom: what is new, to the last summary."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from archive import clock, database, query, settings
from archive.listening import free_port
from benchmarks.usage import Usage
from demo import scale
from service import airflow, live
from service.supervisor import Program, ServiceError

SHARDS = 4
FACTS = """
select (select count(*) from ledger where source like 'scale%'),
    (select count(*) from ledger where outcome = 'stored'),
    (select count(*) from articles where summary <> ''),
    (select count(distinct url) from articles), (select count(distinct text) from articles),
    (select coalesce(sum((counts->>'looks')::int), 0) from runs),
    pg_database_size(current_database()), pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint
"""
UNDONE = """
select outcome || ': ' || reason, url from ledger where outcome <> 'stored'
union all select 'no summary', url from articles where summary = '' or summary is null limit 20
"""
PENDING = "select 1 from backlog where pending > 0"
LEFT = (
    "select 1 from backlog where pending > 0 and stage = 'fetch'"
    " union all select 1 from ledger having count(*) < %s"
)
STAGES = """
select split_part(command, ' ', 1), extract(epoch from started_at)::float8,
    extract(epoch from coalesce(ended_at, now()))::float8, error from runs order by 2
"""


class Rows(NamedTuple):
    """What FACTS counts."""

    links: int
    stored: int
    summarized: int
    addresses: int
    texts: int
    looks: int
    """Second looks at stored pages, which are asked for once more."""
    size: int
    """Bytes of the archive."""
    wal: int
    """Bytes of write-ahead log, what the empty server and Airflow wrote included."""


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
    rounds: int
    """How often crawl_news ran."""
    stages: dict[str, float]
    """Seconds in which a command of that name was at work."""
    failed: list[str]
    """Why commands failed."""
    usage: Usage


def measure(
    workers: int, sources: int, pages: int, factor: float, limit: float
) -> tuple[Outcome, int]:
    """One service from nothing to the last summary; and the processes it leaves."""
    home = Path(tempfile.mkdtemp(prefix="jianbao-celery-"))
    home.chmod(0o711)  # As root the database's user passes through it.
    kept = dict(os.environ)
    try:
        newsroom, broker, log = free_port(None), free_port(None), home / "requests.log"
        os.environ.update(_environment(home, newsroom, broker, workers, sources, factor))
        current = settings.load()
        ready = live.set_up(current)
        room = _newsroom(newsroom, sources, pages, log)
        try:
            live.start(ready, [_redis(home, broker)])
            # A busy machine is no failure here.
            ready.client().wait_for_dags(live.DAGS, 5 * live.START_SECONDS)
            with Usage(current.jianbao_home) as usage:
                began = time.monotonic()
                rounds = _catch_up(ready, sources * pages, began + limit)
                seconds = time.monotonic() - began
            (rows,) = query.ask(database.looking_dsn(current), FACTS).rows
            for told in query.ask(database.looking_dsn(current), UNDONE).rows:
                sys.stderr.write("{}  {}\n".format(*told))
            ran = query.ask(database.looking_dsn(current), STAGES).rows
            tasks = [
                path.read_text(errors="replace").count("] received")
                for path in sorted(ready.folders.logs.glob("worker-*.log"))
            ]
        finally:
            room.terminate()
            room.wait()
            try:
                live.stop(current)
            except ServiceError:
                live.stop(current)  # What a supervisor leaves that had to be killed.
        requests, gaps = _seen(log)
        counts = Rows(*(int(str(n)) for n in rows))
        stages, failed = _stages(ran), [str(error) for *_, error in ran if error]
        return Outcome(
            workers, seconds, counts, requests, gaps, tasks, rounds, stages, failed, usage
        ), _left(home)
    finally:
        os.environ.clear()
        os.environ.update(kept)
        shutil.rmtree(home, ignore_errors=True)


def _environment(
    home: Path, newsroom: int, broker: int, workers: int, sources: int, factor: float
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
        "CRAWL_DELAY_FACTOR": str(factor),
        # Only the runs that are asked for.
        "DAGS_BY_HAND": "yes",
    }


def _redis(home: Path, port: int) -> Program:
    words = ("--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(home))
    return Program("broker", (shutil.which("redis-server") or "", *words))


def _newsroom(port: int, sources: int, pages: int, log: Path) -> subprocess.Popen[bytes]:
    """The publishers, who share nothing with the service: a session of their own gets its own part
    of a busy processor."""
    return subprocess.Popen(
        (
            sys.executable, "-m", "demo.server", "--port", str(port), "--log", str(log),
            "--reference-day", datetime.now(clock.BEIJING).date().isoformat(),
            "--sources", str(sources), "--pages", str(pages),
        ),
        stdout=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip


def _catch_up(ready: live.Deployment, expected: int, deadline: float) -> int:
    """Run crawl_news until every link is known and none is left to fetch, and wait for the
    summaries; how many runs."""
    client, rounds = ready.client(), 0
    url = database.looking_dsn(ready.settings)
    while rounds == 0 or (query.ask(url, LEFT, expected).rows and time.monotonic() < deadline):
        rounds += 1
        _crawl(client, deadline)
    while query.ask(url, PENDING).rows and time.monotonic() < deadline:
        time.sleep(2)
    return rounds


def _crawl(client: airflow.Client, deadline: float) -> None:
    """Run crawl_news to its end; at the deadline FACTS say what is missing.

    All sources are looked at, as in every round of the schedule, since half an hour is between two.
    """
    run_id, state = "", ""
    while state != "success" and time.monotonic() < deadline:
        # Airflow may be slow to answer on a busy machine; what was asked twice runs twice.
        with suppress(ServiceError):
            run_id = run_id or client.trigger("crawl_news", {"force": True})
            (state,) = (r["state"] for r in client.runs("crawl_news") if r["dag_run_id"] == run_id)
        if state == "failed":
            raise ServiceError("DAG crawl_news", "failed")
        time.sleep(2)


def _stages(ran: Iterable[tuple[object, ...]]) -> dict[str, float]:
    """By command, the seconds in which it ran at least once; `ran` is in order of its begins."""
    seconds: defaultdict[str, float] = defaultdict(float)
    ended: defaultdict[str, float] = defaultdict(float)
    for command, began, end, _ in ran:
        name, start, stop = str(command), float(str(began)), float(str(end))
        seconds[name] += max(0.0, stop - max(start, ended[name]))
        ended[name] = max(ended[name], stop)
    return seconds


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
