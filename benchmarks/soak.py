"""Months of unattended days: our commands alone, four rounds a day, on generated outlets.

python -m benchmarks.soak [--days 90] [--outlets 8] [--pieces 5]

The commands' clock is JIANBAO_NOW. Each round crawls, reads, dedupes and summarizes; at 07:15 the
edition goes out, at 01:15 retention and backup run, with KEEP_* of 30 days. What grows is told as
what a straight line through all days after the 31st gains over them, in percent of its mean; the
database and its backups grow with the articles, which stay for good, all else should not.
"""

import argparse
import email
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
        for line in _lines(place, made[0], chosen.days, sent, late):
            print(line)
    for name, values in sorted(seen.items()):
        print(_slope(name, values))
    print(f"seconds                          {wall.monotonic() - began:8.0f}    "
          f"n={chosen.days} days, load {os.getloadavg()[1]:.1f}")  # fmt: skip
    return 0


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
    process = subprocess.Popen(
        [crowd.JIANBAO, *words],
        env=place.env | {"JIANBAO_NOW": now.isoformat()},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert process.stderr
    said = process.stderr.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    process.stderr.close()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{now:%m-%d %H:%M} jianbao {' '.join(words)}: {said}")
    return usage.ru_maxrss / 1024


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


def _slope(name: str, values: Sequence[float]) -> str:
    late = values[SETTLED:] if len(values) > SETTLED + 2 else values
    middle = fmean(late)
    gained = linear_regression(range(len(late)), late).slope * len(late) if len(late) > 1 else 0.0
    share = 100 * gained / middle if middle else 0.0
    return f"{name:32s} {middle:8.1f}    {share:+6.1f} % over {len(late)} days"


def _mailed(folder: Path) -> Counter[str]:
    """How often each message came, by its Message-ID, which is the edition's and the reader's."""
    heads = (path.read_bytes().partition(b"\r\n\r\n")[0] for path in folder.glob("*.eml"))
    return Counter(email.message_from_bytes(head)["Message-ID"] for head in heads)


def _lines(place: crowd.Place, room: Months, days: int, sent: Counter[str], late: int) -> list[str]:
    found, twice, pending, editions = ask(
        place.url,
        "select (select count(*) from articles),"
        " (select count(*) - count(distinct url) from ledger),"
        " (select count(*) from ledger where outcome = 'pending'),"
        " (select count(*) from editions)",
    ).rows[0]
    return [
        f"articles                         {found:8d}    goal = {len(room.shown)}    all shown",
        f"duplicate addresses              {twice:8d}    goal = 0",
        f"links without outcome            {pending:8d}    goal = 0",
        f"rounds with a backlog            {late:8d}    goal = 0     n={days * 4}",
        f"editions                         {editions:8d}    goal = {days}",
        f"mails                            {sent.total():8d}    goal = {days * READERS}",
        f"most of one edition to a reader  {max(sent.values()):8d}    goal = 1",
    ]


if __name__ == "__main__":
    sys.exit(main())
