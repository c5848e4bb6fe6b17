"""A mail server that does what a row of `docs/reference/delivery.md` says.

python -m benchmarks.mail_faults

Plays every row, and Debian's smtp-sink where it is installed, and prints how many mails ended in
another state than the documented one.
"""

import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from archive.edition_models import Edition
from digest.message import message
from digest.smtp import Mailer, Sent

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "delivery.md"
SECONDS = 1.0
"""How long the client waits for an answer."""
_USUAL = {"connection": "220 x", "login": "235 in", "DATA": "354 go on", "end": "250 kept"}
_MAIL = message(
    Edition(date(2026, 11, 22), "简报", "<p>正文</p>\n" * 400, "正文\n"),
    "news@jianbao.test",
    "li@reader.test",
)


@dataclass(frozen=True, slots=True)
class Row:
    """What a server does at which step, and what becomes of the mail then."""

    at: str
    answer: str
    state: str
    counts: bool


def documented() -> list[Row]:
    """The rows of the reference page."""
    table = PAGE.read_text(encoding="utf-8").partition("at 时机")[2].partition("\n\n")[0]
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()[2:]]
    return [Row(at, answer, state, counts == "yes") for at, answer, state, counts in cells]


class Scripted(threading.Thread):
    """Serves one connection after the other, as the row says."""

    def __init__(self, row: Row) -> None:
        super().__init__(daemon=True)
        self._row = row
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self.accepted = 0
        if row.answer == "refused":
            self._server.close()

    def run(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._server.accept()
                with connection, suppress(OSError):
                    self._serve(connection)

    def stop(self) -> None:
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    def _serve(self, connection: socket.socket) -> None:
        self._answer(connection, "connection")
        with connection.makefile("rb") as lines:
            for line in lines:
                word = line[:4].strip().upper().decode("ascii", "replace")
                match word:
                    case "EHLO":
                        connection.sendall(b"250-x\r\n250 AUTH PLAIN\r\n")
                    case "AUTH":
                        self._answer(connection, "login")
                    case "MAIL" | "RCPT":
                        self._answer(connection, word)
                    case "DATA":
                        self._answer(connection, "DATA")
                        if self._row.at != "DATA":
                            self._take(connection, lines)
                    case _:
                        connection.sendall(b"250 ok\r\n")

    def _take(self, connection: socket.socket, lines: Iterator[bytes]) -> None:
        for number, line in enumerate(lines):
            if self._row.at == "text" and number == 20:
                raise ConnectionError
            if line == b".\r\n":
                break
        self.accepted += 1
        self._answer(connection, "end")

    def _answer(self, connection: socket.socket, at: str) -> None:
        answer = _USUAL.get(at, "250 ok")
        if at == self._row.at:
            match self._row.answer:
                case "hang up":
                    raise ConnectionError
                case "silence":
                    time.sleep(SECONDS * 2)
                    raise ConnectionError
                case "nonsense":
                    answer = "what?"
                case code:
                    answer = f"{code} no"
        connection.sendall(f"{answer}\r\n".encode())


def play(row: Row) -> Sent:
    """What the mailer makes of a server that does so."""
    server = Scripted(row)
    server.start()
    user = "news" if row.at == "login" else ""
    try:
        with Mailer("127.0.0.1", server.port, "none", user, user, SECONDS) as mailer:
            return mailer.send(_MAIL)
    finally:
        server.stop()


def agrees(row: Row, sent: Sent) -> bool:
    """Whether what came of it is what the page says."""
    state = "queued" if sent.state == "retry" else sent.state
    return (state, not sent.down) == (row.state, row.counts)


SINK = (
    (("-f", "RCPT"), "failed"),
    (("-r", "RCPT"), "retry"),
    (("-q", "DATA"), "retry"),
    (("-q", "."), "unknown"),
    (("-f", "."), "failed"),
    (("-r", "."), "retry"),
    ((), "sent"),
)
"""Options of smtp-sink: refuse for good (-f) or for now (-r), hang up (-q) at a command."""


@contextmanager
def sink(program: str, options: tuple[str, ...]) -> Iterator[int]:
    """Debian's smtp-sink with these options; its port."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    place = f"127.0.0.1:{port}"
    with subprocess.Popen([program, "-u", "nobody", *options, place, "10"]) as process:
        try:
            for _ in range(100):
                with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                    break
                time.sleep(0.05)
            yield port
        finally:
            process.kill()


def main() -> int:
    rows = documented()
    wrong = [row for row in rows if not agrees(row, play(row))]
    for row in wrong:
        sys.stderr.write(f"{row} is documented, but {play(row)}\n")
    print(f"undocumented ends      {len(wrong):5d}  goal 0    n={len(rows)} answers of a server")
    if program := shutil.which("smtp-sink") or shutil.which("smtp-sink", path="/usr/sbin"):
        met = []
        for options, state in SINK:
            with sink(program, options) as port, Mailer("127.0.0.1", port, "none") as mailer:
                met.append(mailer.send(_MAIL).state == state)
        print(f"of smtp-sink           {met.count(False):5d}  goal 0    n={len(met)} faults")
    else:
        print("of smtp-sink           not installed here")
    return len(wrong)


if __name__ == "__main__":
    sys.exit(main())
