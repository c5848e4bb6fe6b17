"""kill -9 of our commands, of the database and of the service's processes: nothing lost or twice.

python -m benchmarks.kills [--commands 800] [--postgres 150] [--airflow 50] [--seconds N]

Without numbers, all of these; with --seconds the first two stop after so long. A day of the archive
goes by with every PER_DAY kills; then everything of that day is run to its end, which is what
recovery is.
"""

import argparse
import contextlib
import os
import random
import signal
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from datetime import time as day_time
from threading import Lock

from archive.clock import BEIJING
from archive.connection import DatabaseError
from archive.embedded import ServerError
from archive.query import ask
from benchmarks.bars import bar
from benchmarks.crowd import Place, place
from benchmarks.service_kills import kill
from benchmarks.trial import mailbox, mails

PER_DAY, SOURCES_PER_DAY, PAGES, READERS = 24, 6, 12, 20
AT_ONCE = 2
MOMENTS = (0.6, 4.0)
"""Seconds after its start in which a command is killed: from connecting to nearly done."""
DURABLE = 0.7
"""Seconds after which a commit that a crawl did not wait for is on disk: three times Postgres's
wal_writer_delay. What is younger was not acknowledged."""
COMMANDS = {
    "crawl": 6, "extract": 4, "dedupe": 2, "summarize": 4, "digest": 5, "backup": 2, "prune": 1,
    "migrate": 1,
}  # fmt: skip
"""What is killed, and how often of the sum."""
ROWS = """
select 'link', id::text, url from ledger
union all select 'article', id::text, url || part from articles
union all select 'edition', day::text, md5(html) from editions
"""
TWICE = """
select (select count(*) - count(distinct url) from ledger)
    + (select count(*) - count(distinct (url, part)) from articles)
"""
PENDING = "select coalesce(sum(pending), 0) from backlog"


@dataclass(slots=True)
class Toll:
    """What the kills did: how many, how many met something running, and what was lost."""

    killed: Counter[str] = field(default_factory=Counter)
    met: int = 0
    lost: int = 0
    worst: float = 0.0
    lock: Lock = field(default_factory=Lock)
    kept: set[tuple[object, ...]] = field(default_factory=set)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    for name in ("commands", "postgres", "airflow"):
        options.add_argument(f"--{name}", type=int, default=0)
    options.add_argument("--seconds", type=float, default=float("inf"))
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    numbers = (given.commands, given.postgres, given.airflow)
    commands, postgres, airflow = numbers if any(numbers) else (800, 150, 50)
    good = True
    if commands or postgres:
        good = archive_kills(commands, postgres, given.seconds, given.seed)
    if airflow:
        good &= kill(airflow, given.seed)
    return int(not good)


def archive_kills(commands: int, postgres: int, seconds: float, seed: int) -> bool:
    """Kill commands and the database; print the bars; whether all were met."""
    chance, began, load = random.Random(seed), time.monotonic(), os.getloadavg()[0]
    wanted = ["command"] * commands + ["postgres"] * postgres
    chance.shuffle(wanted)
    days = [wanted[start : start + PER_DAY] for start in range(0, len(wanted), PER_DAY)]
    with place(SOURCES_PER_DAY * len(days), PAGES) as here, mailbox(here.home / "mails") as port:
        here.env.update(SMTP_HOST="127.0.0.1", SMTP_PORT=str(port), SMTP_SECURITY="none")
        here.env.update(SMTP_FROM="简报 <brief@jianbao.example>")
        here.run("subscribers", "add", *(f"r{n}@jianbao.example" for n in range(READERS)))
        toll, played = Toll(), 0
        for number, hits in enumerate(days):
            if time.monotonic() - began > seconds:
                break
            play(here, toll, chance, number, hits)
            played += 1
        links, (pending, twice) = SOURCES_PER_DAY * played * PAGES, (
            int(str(ask(here.url, sql).rows[0][0])) for sql in (PENDING, TWICE)
        )  # fmt: skip
        arrived = mails(here.home / "mails")
        there = Counter(str(kind) for kind, _, _ in toll.kept)
        told = ", ".join(f"{n} {name}" for name, n in sorted(toll.killed.items()))
        told += f"; {toll.met} were running"
        least = toll.killed.total() if seconds < float("inf") else len(wanted)
        print(f"kills                    {toll.killed.total():6d}    {told}")
        print(f"seconds                  {time.monotonic() - began:6.0f}    load {load:.1f} before")
        return all([
            bar("kills missing", least - toll.killed.total(), 0, f"of {least}"),
            bar("rows lost", toll.lost, 0, f"of {len(toll.kept)} links, articles and editions"),
            bar("duplicates", twice, 0, "links and articles"),
            bar("links missing", links - there["link"], 0, f"of {links} that were shown"),
            bar("left pending", pending, 0, "of all stages"),
            bar("editions missing", played - there["edition"], 0, f"of {played}"),
            bar("mails of one edition", max(arrived.values(), default=0), 1, "to one reader"),
            bar("recovery, s", toll.worst, 600, "a day's work to its end, the worst"),
        ])  # fmt: skip


def play(here: Place, toll: Toll, chance: random.Random, number: int, hits: list[str]) -> None:
    """A day: its kills, and then its work to the end."""
    day = here.crowd.today + timedelta(days=number)
    ids = [outlet.id for outlet in here.crowd.outlets]
    ids = ids[number * SOURCES_PER_DAY : (number + 1) * SOURCES_PER_DAY]
    now = datetime.combine(day, day_time(6, 30), BEIJING).isoformat()
    chosen = [
        (words(chance.choices([*COMMANDS], [*COMMANDS.values()])[0], chance.choice(ids), day),
         chance.uniform(*MOMENTS), hit)
        for hit in hits
    ]  # fmt: skip
    with ThreadPoolExecutor(AT_ONCE) as several:
        toll.met += sum(several.map(lambda one: strike(here, toll, now, *one), chosen))
    began = time.monotonic()
    for again in (
        ("crawl", *ids, "--wait", "75"), ("extract",), ("dedupe",), ("summarize",),
        words("digest", "", day), ("backup",), ("prune",),
    ):  # fmt: skip
        recover(here, morning(now) if again[0] == "digest" else now, again)
    toll.worst = max(toll.worst, time.monotonic() - began)
    rows = set(ask(here.url, ROWS).rows)
    toll.lost += len(toll.kept - rows)
    toll.kept = rows
    told = f"{toll.killed.total()} kills, {toll.lost} lost, {time.monotonic() - began:.0f} s back"
    sys.stderr.write(f"{day} {told}\n")


def words(command: str, source: str, day: date) -> tuple[str, ...]:
    match command:
        case "crawl":
            return "crawl", source
        case "digest":
            return "digest", "--day", day.isoformat(), "--send"
    return (command,)


def morning(now: str) -> str:
    """When the day's edition is due."""
    return (datetime.fromisoformat(now) + timedelta(hours=1)).isoformat()


def strike(
    here: Place, toll: Toll, now: str, command: tuple[str, ...], after: float, hit: str
) -> bool:
    """Start a command and kill it or the database; whether it was still running."""
    with here.start(*command, now=morning(now) if command[0] == "digest" else now) as process:
        time.sleep(after)
        ran = process.poll() is None
        if hit == "postgres":
            with toll.lock:
                # It may be recovering from the last kill.
                with contextlib.suppress(DatabaseError, ServerError):
                    toll.kept |= set(ask(here.url, ROWS).rows)
                    time.sleep(DURABLE)
                toll.killed["postgres"] += kill_database(here)
            with contextlib.suppress(Exception):
                process.communicate(timeout=60)
        else:
            toll.killed[command[0]] += 1
        process.kill()
        process.communicate()
    return ran


def kill_database(here: Place) -> int:
    """Kill the database's first process, once it runs; 1, or 0 if it did not in a minute."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, ValueError, IndexError):
            lock = (here.home / "postgres/data/postmaster.pid").read_text()
            os.kill(int(lock.split()[0]), signal.SIGKILL)
            return 1
        time.sleep(0.1)
    return 0


def recover(here: Place, now: str, command: tuple[str, ...]) -> None:
    """Run a command until it works, as Airflow does; exits when it does not in ten minutes."""
    deadline = time.monotonic() + 600
    while True:
        with here.start(*command, now=now) as process:
            _, err = process.communicate()
        if not process.returncode:
            return
        if time.monotonic() > deadline:
            sys.exit(f"jianbao {' '.join(command)}: {err}")
        time.sleep(1)


if __name__ == "__main__":
    sys.exit(main())
