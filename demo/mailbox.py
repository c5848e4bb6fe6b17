"""A local mailbox: an SMTP server on loopback that keeps every mail as a file.

`python -m demo.mailbox --port P --folder DIR` prints `ready PORT` and runs until SIGTERM.
"""

import argparse
import asyncio
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session


class Mailbox:
    """Accepts every mail; each is on the disk under its final name before it is acknowledged."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep the mail; a disk that refuses is a 452, so that the sender tries again."""
        try:
            keep(self._folder, envelope.original_content or b"", datetime.now(UTC))
        except OSError as error:
            return f"452 4.3.1 cannot keep the mail: {error.strerror}"
        return "250 2.0.0 kept"


def keep(folder: Path, mail: bytes, at: datetime) -> Path:
    """Write the mail as `<time>-<n>.eml`, whole or not at all; its path. Raises OSError."""
    number = 1
    while (path := folder / f"{at:%Y%m%dT%H%M%SZ}-{number}.eml").exists():
        number += 1
    partial = path.with_suffix(".partial")
    try:
        with partial.open("wb") as file:
            file.write(mail)
            file.flush()
            os.fsync(file.fileno())
        partial.rename(path)
    except OSError:
        partial.unlink(missing_ok=True)
        raise
    directory = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
    return path


async def serve(port: int, folder: Path) -> None:
    """Serve on 127.0.0.1 until SIGTERM or SIGINT; port 0 takes a free one. Raises OSError."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    mailbox = Mailbox(folder)
    server = await loop.create_server(
        lambda: SMTP(mailbox, hostname="localhost", ident="Jianbao mailbox", loop=loop),
        "127.0.0.1",
        port,
    )
    sys.stdout.write(f"ready {server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await stop.wait()
    # Not `async with server`, which from Python 3.12 on waits for clients that stay connected.
    server.close()


def main() -> int:
    """The command line; 1 with one line when the port or the folder cannot be used."""
    parser = argparse.ArgumentParser(prog="demo.mailbox", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    given = parser.parse_args()
    try:
        asyncio.run(serve(given.port, given.folder))
    except OSError as error:
        sys.stderr.write(f"mailbox on port {given.port} in {given.folder}: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
