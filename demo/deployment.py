"""The demo's deployment: other settings than live, and nothing shared with it."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from datetime import time as clock_time
from pathlib import Path

from archive import clock
from archive.listening import free_port
from archive.settings import PROJECT
from archive.whole import writing
from demo.newsroom import OUTLETS

FOLDER = Path(os.environ.get("JIANBAO_DEMO_FOLDER") or PROJECT / ".demo")
READER = "reader@jianbao.example"


@dataclass(frozen=True, slots=True)
class Demo:
    """One demo: its reference day and ports, chosen at the first start and kept."""

    day: date
    newsroom_port: int
    mailbox_port: int

    @property
    def now(self) -> datetime:
        """The demo's clock stands at this instant: half an hour before the edition's cut-off."""
        return datetime.combine(self.day, clock_time(6, 30), clock.BEIJING)

    @property
    def state(self) -> Path:
        """Tells the newsroom whether the correction is out."""
        return FOLDER / "newsroom.json"

    @property
    def mails(self) -> Path:
        return FOLDER / "mailbox"

    def environment(self) -> Mapping[str, str]:
        """The settings that make a process part of the demo, and of no live archive."""
        allowed = ",".join(f"{outlet.address}:{self.newsroom_port}" for outlet in OUTLETS)
        return {
            "JIANBAO_ENV_FILE": os.devnull,
            "JIANBAO_KIND": "demo",
            "JIANBAO_HOME": str(home()),
            # Not the server and workers of a live archive.
            **dict.fromkeys(("DATABASE_URL", "BROKER_URL", "AIRFLOW_URL"), ""),
            "JIANBAO_NOW": self.now.isoformat(),
            "JIANBAO_SOURCES": str(PROJECT / "demo" / "sources.toml"),
            "JIANBAO_NEWSROOM_PORT": str(self.newsroom_port),
            "JIANBAO_ALLOW": allowed,
            # The demo's clock stands still: no schedule.
            "DAGS_BY_HAND": "yes",
            "CRAWL_TIMEOUT": "6",
            "CRAWL_SHARDS": "2",
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(self.mailbox_port),
            "SMTP_SECURITY": "none",
            "SMTP_FROM": "简报 <brief@jianbao.example>",
        }


def home() -> Path:
    """Where the demo's services live. As root outside the checkout, because the unprivileged
    server user may not be able to enter it."""
    if os.geteuid() != 0:
        return FOLDER / "home"
    name = hashlib.sha256(str(FOLDER).encode()).hexdigest()[:12]
    return Path("/var/lib/jianbao") / "demo" / name


def kept() -> Demo:
    """The demo of this checkout; its day is today and its ports are free ones at the first call."""
    path = FOLDER / "demo.json"
    if not path.exists():
        FOLDER.mkdir(exist_ok=True)
        today = datetime.now(clock.BEIJING).date().isoformat()
        ports = {"newsroom": free_port(), "mailbox": free_port()}
        with writing(path) as file:
            file.write(json.dumps({"day": today, **ports}).encode())
    stored = json.loads(path.read_text())
    return Demo(date.fromisoformat(stored["day"]), stored["newsroom"], stored["mailbox"])


def exists() -> bool:
    """Whether a demo was ever started in this checkout."""
    return (FOLDER / "demo.json").exists()
