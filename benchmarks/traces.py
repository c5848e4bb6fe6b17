"""What a deployment leaves for others to see, and which of its secrets are in it."""

import base64
import contextlib
import email
import email.policy
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

from archive import clients
from archive.connection import open_connection
from benchmarks.trial import JIANBAO

OWN = {"secrets.json", "passwords.json", "server.json"}
"""Files whose only purpose is to keep secrets, readable by their owner."""


class Traces:
    """What was seen of a deployment, and where; finds the secret `words` in it, by their names.

    While it is entered, the processes of the machine are watched.
    """

    def __init__(self, words: Mapping[str, str | bytes]) -> None:
        self.words = dict(words)
        self._seen: dict[str, set[bytes]] = {}
        self._ended = threading.Event()
        self._watch = threading.Thread(target=self._processes)

    def __enter__(self) -> "Traces":
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._watch.join()

    def _processes(self) -> None:
        """All command lines, as `ps` shows them; the environment of whoever is another user."""
        while not self._ended.wait(0.05):
            for folder in Path("/proc").glob("[0-9]*"):
                with contextlib.suppress(OSError):
                    self.add("processes", (folder / "cmdline").read_bytes())
                    if folder.stat().st_uid != os.geteuid():
                        self.add("processes of others", (folder / "environ").read_bytes())

    def add(self, where: str, text: bytes | str) -> None:
        self._seen.setdefault(where, set()).add(text.encode() if isinstance(text, str) else text)

    def run(self, env: Mapping[str, str], *words: str) -> int:
        """Run one of our commands; its exit code."""
        done = subprocess.run([JIANBAO, *words], env=env, capture_output=True, check=False)
        self.add(f"output of {words[0]}", said := done.stdout + done.stderr)
        if done.returncode:
            sys.stderr.write(said.decode())
        return done.returncode

    def files(self, folder: Path) -> None:
        """What all files say, except those that are there to keep secrets."""
        for path in folder.rglob("*"):
            if path.is_file() and path.name not in OWN and "data" not in path.parts:
                self.add(f"file {path.relative_to(folder)}", path.read_bytes())

    def backups(self, folder: Path) -> None:
        program = clients.program("pg_restore", 0)
        for path in folder.glob("backups/*.dump"):
            done = subprocess.run([program, "--file=-", path], capture_output=True, check=True)
            self.add("backup", done.stdout)

    def tables(self, url: str) -> None:
        """Every column of every table of a database."""
        with open_connection(url) as conn:
            version = conn.info.server_version // 10000
        done = subprocess.run(
            [clients.program("pg_dump", version), "--data-only",
             "--dbname", clients.without_password(url)],
            env=clients.environment(url), capture_output=True, check=True,
        )  # fmt: skip
        for copied in re.finditer(rb"(?ms)^COPY (\S+) .*?^\\\.$", done.stdout):
            self.add(f"table {copied[1].decode()}", copied[0])

    def mails(self, folder: Path) -> None:
        for path in folder.glob("*.eml"):
            mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            self.add("mail", path.read_bytes())
            for part in mail.walk():
                if isinstance(content := part.get_payload(decode=True), bytes):
                    self.add("mail", content)

    def lacks(self, *places: str) -> list[str]:
        """Where nothing at all was seen."""
        return [where for where in places if not any(self._seen.get(where, ()))]

    def found(self) -> set[str]:
        """Which secret was where, as it is or encoded."""
        forms = [(name, form) for name, word in self.words.items() for form in _forms(word)]
        return {
            f"{name}: {where}"
            for where, texts in self._seen.items()
            for name, form in forms
            if any(form in text for text in texts)
        }


def _forms(word: str | bytes) -> Iterator[bytes]:
    """The bytes of a word; in hexadecimal; what is in base64 of any text that it is a part of."""
    raw = word.encode() if isinstance(word, str) else word
    yield from (raw, raw.hex().encode())
    for before in range(3):
        start = -before % 3
        inner = raw[start : start + (len(raw) - start) // 3 * 3]
        yield base64.b64encode(inner)
        yield base64.urlsafe_b64encode(inner)
