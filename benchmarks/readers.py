"""A private archive with readers and frozen editions, and a mailbox that keeps what it accepts."""

import asyncio
import email.policy
import os
import random
import subprocess
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from archive import clock, database, editions, embedded, subscribers
from archive.edition_models import Choice, Edition, Part
from archive.listening import free_port
from archive.settings import Settings
from benchmarks.trial import JIANBAO
from demo.mailbox import Mailbox

TOPICS = ("芯片", "大模型", "机器人")
STORIES = 30
_HTML = 1_900
"""Bytes of a story, so that the whole edition is close to its limit."""


class Post(Mailbox):
    """A mailbox that takes up to so many seconds before it keeps a mail, and before it says so."""

    def __init__(self, folder: Path, seconds: float) -> None:
        super().__init__(folder)
        self._seconds, self._chance = seconds, random.Random(0)
        self.asked = threading.Event()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.asked.set()
        await asyncio.sleep(self._chance.uniform(0, self._seconds))
        answer = await super().handle_DATA(server, session, envelope)
        await asyncio.sleep(self._chance.uniform(0, self._seconds))
        return answer


@dataclass(frozen=True, slots=True)
class Readers:
    """The archive below `home`; what was mailed lies in `mails`."""

    home: Path
    mails: Path
    post: Post
    env: dict[str, str]

    @property
    def settings(self) -> Settings:
        return Settings(jianbao_home=self.home)

    def freeze(self, day: date) -> None:
        """Keep an edition of that day, with stories of every topic."""
        window = clock.window(day, self.settings.edition_cutoff)
        stories = [
            Part(
                "story",
                f"<p>{day} {topic} {number}</p>".ljust(_HTML),
                f"{topic} {number}\n   https://yunduan.test/{number}\n",
                f"{topic} {number}",
                topic,
                topic,
                (number,),
            )
            for number in range(STORIES)
            for topic in [TOPICS[number % len(TOPICS)]]
        ]
        parts = (Part("opening", "<html>", "", f"简报｜{day}"), *stories, Part("ledger", "", "账"))
        html, text = ("".join(getattr(part, form) for part in parts) for form in ("html", "text"))
        made = Edition(day, f"简报｜{day}", html, text, {"shown": STORIES}, parts)
        with database.connect(self.settings) as conn:
            editions.freeze(conn, window, made, window.end)

    def start(self, day: date, *options: str, **env: str) -> "subprocess.Popen[bytes]":
        """Begin to mail the day's edition, at half past seven of that day."""
        now = clock.window(day, self.settings.edition_cutoff).end + timedelta(minutes=30)
        return subprocess.Popen(
            [JIANBAO, "digest", "--day", day.isoformat(), "--send", *options],
            env=self.env | {"JIANBAO_NOW": now.isoformat()} | env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def mailed(self) -> Counter[tuple[str, str]]:
        """How many mails each (reader, Message-ID) got."""
        found: Counter[tuple[str, str]] = Counter()
        for path in self.mails.glob("*.eml"):
            head = path.read_bytes().partition(b"\r\n\r\n")[0]
            mail = email.message_from_bytes(head, policy=email.policy.default)
            found[str(mail["To"]), str(mail["Message-ID"])] += 1
        return found


@contextmanager
def readers(
    count: int, choices: tuple[Choice, ...] = (Choice(),), seconds: float = 0.0
) -> Iterator[Readers]:
    """An archive with so many readers, who have the choices in turn; all is gone in the end."""
    with tempfile.TemporaryDirectory(prefix="jianbao-readers-") as folder:
        home, mails = Path(folder) / "home", Path(folder) / "mails"
        # As root the database's unprivileged user passes through.
        Path(folder).chmod(0o711)
        post, port = Post(mails, seconds), free_port()
        server = Controller(post, hostname="127.0.0.1", port=port)
        server.start()
        try:
            env = os.environ | {
                "JIANBAO_ENV_FILE": os.devnull,
                "JIANBAO_HOME": str(home),
                "SMTP_HOST": "127.0.0.1",
                "SMTP_PORT": str(port),
                "SMTP_SECURITY": "none",
                "SMTP_FROM": "简报 <brief@jianbao.example>",
            }
            made = Readers(home, mails, post, env)
            try:
                subprocess.run([JIANBAO, "migrate"], env=env, check=True, capture_output=True)
                with database.connect(made.settings, database.MAILER) as conn:
                    since = datetime(2026, 1, 1, tzinfo=clock.BEIJING)
                    for number in range(count):
                        choice = choices[number % len(choices)]
                        subscribers.put(conn, f"r{number}@jianbao.example", choice, since)
                yield made
            finally:
                embedded.stop(home / "postgres")
        finally:
            server.stop()
