"""A private deployment on the sample newsroom while days go by, for trials of the whole service."""

import email.policy
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path

from archive import embedded, query
from archive.clock import BEIJING
from archive.settings import PROJECT, Settings
from demo import newsroom, trouble
from demo.newsroom import OUTLETS, Outlet, Piece
from demo.server import Newsroom
from demo.sites import Routes, Site
from service import supervisor
from service.folders import Folders

JIANBAO = Path(sys.executable).with_name("jianbao")


class Unfolding(Newsroom):
    """The sample newsroom over several days: shows what is published by `now`, which one sets."""

    def __init__(self, first: date, days: int) -> None:
        super().__init__(first)
        self.now = datetime.combine(first, time(), BEIJING)
        self._first, self._days = first, days
        self._load = cache(newsroom.load)
        self._all = {outlet.id: list(self._spread(outlet)) for outlet in OUTLETS}

    def routes(self, address: str) -> Routes:
        outlet = self._outlets[address]
        site = Site(outlet, self.shown(outlet), self.now.date(), self.port)
        return {**site.routes(), **(trouble.routes(site) if outlet.id == trouble.OUTLET else {})}

    def shown(self, outlet: Outlet) -> tuple[Piece, ...]:
        """What the outlet has published by now, newest first, corrections included."""
        pieces = [
            after if after.updated <= self.now else before
            for before, after in self._all[outlet.id]
            if before.published <= self.now
        ]
        return tuple(sorted(pieces, key=lambda piece: piece.published, reverse=True))

    def _spread(self, outlet: Outlet) -> Iterator[tuple[Piece, Piece]]:
        """Every piece on one of the days in turn, as first published and as corrected."""
        for number, piece in enumerate(self._load(self._first)[outlet.id]):
            wanted = self._first + timedelta(days=(number + outlet.number) % self._days)
            reference = self._first + (wanted - piece.published.date())
            for before, after in zip(
                self._load(reference)[outlet.id],
                self._load(reference, corrected=True)[outlet.id],
                strict=True,
            ):
                if before.slug == piece.slug:
                    yield before, after
        if outlet.id == trouble.OUTLET:
            yield from ((piece, piece) for piece in trouble.pieces(self._first))


@dataclass(frozen=True, slots=True)
class Trial:
    """A deployment below `home` that crawls `room` and mails to the folder `mails`."""

    home: Path
    room: Unfolding
    mails: Path
    env: dict[str, str]

    @property
    def settings(self) -> Settings:
        return Settings(jianbao_home=self.home)

    def run(self, *command: str, now: datetime | None = None) -> str:
        """Run one of our commands; its standard output. Raises CalledProcessError."""
        fixed = {"JIANBAO_NOW": now.isoformat()} if now else {}
        done = subprocess.run(
            [JIANBAO, *command], env=self.env | fixed, capture_output=True, text=True, check=False
        )
        if done.returncode:
            sys.stderr.write(done.stdout + done.stderr)
            done.check_returncode()
        return done.stdout

    def mailed(self) -> Counter[tuple[str, str]]:
        """How many mails each (reader, subject) got."""
        return mails(self.mails)


@contextmanager
def trial(first: date, days: int, readers: int) -> Iterator[Trial]:
    """A new deployment with an archive and readers; all of it is gone in the end."""
    with tempfile.TemporaryDirectory(prefix="jianbao-trial-") as folder:
        home = Path(folder) / "home"
        # As root the database's unprivileged user passes through.
        Path(folder).chmod(0o711)
        mails = Path(folder) / "mails"
        registry = Path(folder) / "sources.toml"
        known = (PROJECT / "demo" / "sources.toml").read_text(encoding="utf-8")
        registry.write_text(known.replace("poll_minutes = 30", "poll_minutes = 1"), "utf-8")
        with Unfolding(first, days) as room, mailbox(mails) as port:
            env = os.environ | {
                "JIANBAO_ENV_FILE": os.devnull,
                "JIANBAO_HOME": str(home),
                "JIANBAO_SOURCES": str(registry),
                "JIANBAO_NEWSROOM_PORT": str(room.port),
                "JIANBAO_ALLOW": ",".join(f"{outlet.address}:{room.port}" for outlet in OUTLETS),
                "CRAWL_TIMEOUT": "6",
                "SMTP_HOST": "127.0.0.1",
                "SMTP_PORT": str(port),
                "SMTP_SECURITY": "none",
                "SMTP_FROM": "简报 <brief@jianbao.example>",
            }
            made = Trial(home, room, mails, env)
            try:
                made.run("migrate")
                names = [f"r{number}@jianbao.example" for number in range(readers)]
                made.run("subscribers", "add", *names, now=datetime.combine(first, time(), BEIJING))
                yield made
            finally:
                supervisor.stop(Folders(home))
                embedded.stop(home / "postgres")
                shutil.rmtree(Folders(home).socket.parent, ignore_errors=True)


def mails(folder: Path) -> Counter[tuple[str, str]]:
    """How many mails of a mailbox's folder each (reader, subject) got."""
    found: Counter[tuple[str, str]] = Counter()
    for path in folder.glob("*.eml"):
        mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        found[str(mail["To"]), str(mail["Subject"])] += 1
    return found


@contextmanager
def mailbox(folder: Path) -> Iterator[int]:
    """The port of a mail server that keeps every mail in the folder."""
    command = [sys.executable, "-m", "demo.mailbox", "--port", "0", "--folder", str(folder)]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield int(process.stdout.readline().split()[1])
        finally:
            process.terminate()


def rows(url: str, sql: str) -> set[tuple[object, ...]]:
    """The answer to a query, as its reader."""
    return set(query.ask(url, sql).rows)
