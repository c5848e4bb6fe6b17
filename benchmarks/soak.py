"""Months of unattended days: our commands alone, four rounds a day, on generated outlets.

python -m benchmarks.soak [--days 90] [--outlets 8] [--pieces 5]

The commands' clock is JIANBAO_NOW. Each round crawls, reads, dedupes and summarizes; at 07:15 the
edition goes out, at 01:15 retention and backup run, with KEEP_* of 30 days. What grows is told as
what a straight line through all days after the 31st gains over them. The database and its backups
grow with the articles, which stay for good; dedupe remembers up to 5,000 reports; nothing else may.
"""

import argparse
import email
import math
import os
import random
import subprocess
import sys
import tempfile
import time as wall
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from statistics import fmean, linear_regression

from archive.clock import BEIJING
from archive.query import ask
from benchmarks import crowd
from benchmarks.bars import bar
from benchmarks.trial import mailbox
from demo.newsroom import Outlet, Piece
from demo.scale import Crowd
from demo.server import Newsroom
from demo.sites import Routes, Site

FIRST = date(2026, 6, 1)
READERS = 2
SETTLED = 31
"""The day from which on retention takes as much as comes."""
SHOWN = 3
"""Days for which an outlet shows an article."""
GAINS = {"memory": 5.0, "connections": 1.0, "files": 2.0, "logs": 1.0}
"""What may be gained over the days: MiB, or a number."""
ARTICLE = 32 / 1024
"""MiB that the database and its backups may grow by an article whose page is pruned."""
REPORTS = 80.0
"""MiB that dedupe may gain, until it remembers as many reports as it ever will."""
MEASURED = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(code)
"""
"""Runs a command: what the kernel calls its largest size includes the one who starts it."""
KEEP = {"KEEP_PAGES_DAYS": "30", "KEEP_RUNS_DAYS": "30", "BACKUP_KEEP": "2"}


class Months(Newsroom):
    """Outlets that publish some new articles every day; shows what is out by `now`."""

    def __init__(self, given: Crowd, pieces: int) -> None:
        super().__init__(given.today, crowd=given)
        self.now = datetime.combine(FIRST, time(), BEIJING)
        self.shown: set[str] = set()
        self._given, self._pieces = given, pieces
        self._day = cache(self._of_day)

    def routes(self, address: str) -> Routes:
        outlet, today = self._outlets[address], self.now.date()
        days = (today - timedelta(days=back) for back in range(SHOWN))
        pieces = tuple(p for day in days for p in self._day(outlet, day) if p.published <= self.now)
        self.shown |= {f"{outlet.id}/{piece.slug}" for piece in pieces}
        return Site(outlet, pieces, today, self.port).routes()

    def _of_day(self, outlet: Outlet, day: date) -> tuple[Piece, ...]:
        seed = day.toordinal()
        made = Crowd(len(self._given.outlets), self._pieces, seed, day).pieces(outlet)
        rng = random.Random(f"{seed}/{outlet.id}")
        for_day = [
            replace(piece, slug=f"{seed}{n:03}", published=at, updated=at)
            for n, piece in enumerate(made)
            for at in [datetime.combine(day, time(rng.randrange(1, 24), 5), BEIJING)]
        ]
        return tuple(sorted(for_day, key=lambda piece: piece.published, reverse=True))


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--days", type=int, default=90)
    options.add_argument("--outlets", type=int, default=8)
    options.add_argument("--pieces", type=int, default=5)
    chosen = options.parse_args()
    made: list[Months] = []

    def room(given: Crowd) -> Newsroom:
        made.append(Months(given, chosen.pieces))
        return made[0]

    began = wall.monotonic()
    seen: dict[str, list[float]] = defaultdict(list)
    with (
        tempfile.TemporaryDirectory(prefix="jianbao-mails-") as mails,
        mailbox(Path(mails)) as port,
        crowd.place(chosen.outlets, 1, room, **KEEP, **_mail(port)) as place,
    ):
        place.run("subscribers", "add", *(f"r{n}@jianbao.example" for n in range(READERS)))
        late = sum(_day(place, made[0], number, seen) for number in range(chosen.days))
        sent = _mailed(Path(mails))
        met = _met(place, made[0], chosen.days, sent, late)
    articles = len(made[0].shown)
    met += [_gain(name, values, articles) for name, values in sorted(seen.items())]
    seconds = f"{wall.monotonic() - began:.0f} seconds, load {os.getloadavg()[1]:.1f}"
    print(f"{chosen.days} days of {articles} articles in {seconds}")
    return int(not all(met))


def _mail(port: int) -> dict[str, str]:
    return {
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(port),
        "SMTP_SECURITY": "none",
        "SMTP_FROM": "简报 <brief@jianbao.example>",
    }


def _day(place: crowd.Place, room: Months, number: int, seen: dict[str, list[float]]) -> int:
    """Four rounds from 13:15 on; how many of them left something pending."""
    start = datetime.combine(FIRST + timedelta(days=number), time(13, 15), BEIJING)
    most: dict[str, float] = defaultdict(float)
    late, began = 0, wall.monotonic()
    for turn in range(4):
        room.now = now = start + timedelta(hours=6 * turn)
        wanted: list[tuple[str, ...]] = [("crawl",), ("extract",), ("dedupe",), ("summarize",)]
        wanted += [("prune",), ("backup", "--nightly")] * (turn == 2)
        wanted += [("digest", "--day", now.date().isoformat(), "--send")] * (turn == 3)
        for command in wanted:
            name = f"memory of {command[0]}, MiB"
            most[name] = max(most[name], _run(place, now, command))
        left = ask(place.url, "select sum(pending) from backlog where stage <> 'deliver'").rows
        late += bool(left[0][0])
    most["seconds of a day"] = wall.monotonic() - began
    most |= _state(place)
    for name, value in most.items():
        seen[name].append(value)
    words = " ".join(f"{name.removeprefix('memory of ')} {v:.0f}" for name, v in most.items())
    sys.stderr.write(f"day {number + 1}: {words}\n")
    return late


def _run(place: crowd.Place, now: datetime, words: Sequence[str]) -> float:
    """Run a command at `now`; MiB of its largest process at its largest."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, crowd.JIANBAO, *words],
        env=place.env | {"JIANBAO_NOW": now.isoformat()},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        sys.exit(f"{now:%m-%d %H:%M} jianbao {' '.join(words)}: {done.stderr}")
    return int(done.stdout) / 1024


def _state(place: crowd.Place) -> dict[str, float]:
    """What stays between the commands: the server's connections and files, and disk."""
    connections = ask(place.url, "select count(*) from pg_stat_activity where datname is not null")
    data = place.home / "postgres" / "data"
    server = Path("/proc", (data / "postmaster.pid").read_text().split()[0])
    files = 0
    with suppress(PermissionError):
        files = len(list((server / "fd").iterdir()))
    return {
        "connections": float(str(connections.rows[0][0])),
        "files of the server": float(files),
        "backups, MiB": _size(place.home / "backups"),
        "logs, MiB": _size(place.home / "logs"),
        "database, MiB": _size(data / "base"),
    }


def _size(folder: Path) -> float:
    """MiB of the files below."""
    total = 0
    for path in folder.rglob("*"):
        with suppress(OSError):
            total += path.stat().st_size
    return total / 2**20


def _gain(name: str, values: Sequence[float], articles: int) -> bool:
    """Print what is gained over the days after retention began; whether it may be."""
    late = values[SETTLED:] if len(values) > SETTLED + 2 else values
    gained = linear_regression(range(len(late)), late).slope * len(late) if len(late) > 1 else 0.0
    told = f"over {len(late)} days, {fmean(late):.1f} on average"
    if name == "memory of dedupe, MiB":
        return bar(name, gained, REPORTS, told)
    if name in ("database, MiB", "backups, MiB"):
        return bar(name, gained, math.ceil(ARTICLE * articles * len(late) / len(values)), told)
    goal = GAINS.get(name.split()[0].rstrip(","), float("inf"))
    return bar(name, gained, goal, told)


def _mailed(folder: Path) -> Counter[str]:
    """How often each message came, by its Message-ID, which is the edition's and the reader's."""
    heads = (path.read_bytes().partition(b"\r\n\r\n")[0] for path in folder.glob("*.eml"))
    return Counter(email.message_from_bytes(head)["Message-ID"] for head in heads)


def _met(place: crowd.Place, room: Months, days: int, sent: Counter[str], late: int) -> list[bool]:
    found, twice, pending, editions = (
        int(str(number))
        for number in ask(
            place.url,
            "select (select count(*) from articles),"
            " (select count(*) - count(distinct url) from ledger),"
            " (select count(*) from ledger where outcome = 'pending'),"
            " (select count(*) from editions)",
        ).rows[0]
    )
    return [
        bar("articles missing", len(room.shown) - found, 0, f"of {len(room.shown)} shown"),
        bar("duplicate addresses", twice, 0, ""),
        bar("links without outcome", pending, 0, ""),
        bar("rounds with a backlog", late, 0, f"of {days * 4}"),
        bar("editions missing", days - editions, 0, f"of {days}"),
        bar("mails missing", days * READERS - sent.total(), 0, f"of {days * READERS}"),
        bar("one edition to a reader", max(sent.values()), 1, "the most"),
    ]


if __name__ == "__main__":
    sys.exit(main())
