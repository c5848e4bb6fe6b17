"""A private archive and a crowd of generated outlets that it crawls, for trials of the crawler."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from archive import clock, database, embedded
from archive.settings import Settings
from demo import scale
from demo.server import Newsroom

JIANBAO = Path(sys.executable).with_name("jianbao")
Room = Callable[[scale.Crowd], Newsroom]


@dataclass(frozen=True, slots=True)
class Place:
    """An archive below `home`; `env` are the settings of commands that crawl `crowd` into it."""

    home: Path
    env: dict[str, str]
    crowd: scale.Crowd
    room: Newsroom

    @property
    def url(self) -> str:
        """The archive's address for queries."""
        return database.reader_url(Settings(jianbao_home=self.home))

    def start(self, *words: str, now: str = "") -> subprocess.Popen[str]:
        """Start one of our commands, whose clock stands at `now`."""
        return subprocess.Popen(
            [JIANBAO, *words],
            env=self.env | ({"JIANBAO_NOW": now} if now else {}),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: str, now: str = "") -> str:
        """Run one of our commands; its standard output. Exits with its words if it fails."""
        with self.start(*words, now=now) as process:
            out, err = process.communicate()
        if process.returncode:
            sys.exit(f"jianbao {' '.join(words)}: {err or out}")
        return out


@contextmanager
def place(sources: int, pages: int, room: Room | None = None, **settings: str) -> Iterator[Place]:
    """A new archive and a crowd that is served on loopback; all of it is gone in the end."""
    home = Path(tempfile.mkdtemp(prefix="jianbao-crowd-"))
    home.chmod(0o711)  # As root the database's user passes through it.
    today = datetime.now(clock.BEIJING).date()
    crowd = scale.Crowd(sources, pages, 1, today)
    try:
        with room(crowd) if room else Newsroom(today, crowd=crowd) as served:
            registry = home / "sources.toml"
            registry.write_text(scale.registry(sources, served.port), encoding="utf-8")
            allowed = (f"{outlet.address}:{served.port}" for outlet in crowd.outlets)
            env = os.environ | {
                "JIANBAO_ENV_FILE": os.devnull,
                "JIANBAO_KIND": "demo",
                "JIANBAO_HOME": str(home),
                "JIANBAO_SOURCES": str(registry),
                "JIANBAO_ALLOW": ",".join(allowed),
                "DATABASE_URL": "",
                **settings,
            }
            made = Place(home, env, crowd, served)
            made.run("migrate")
            yield made
    finally:
        embedded.stop(home / "postgres")
        shutil.rmtree(home, ignore_errors=True)
