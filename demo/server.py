"""A real HTTP/1.1 server for the sample newsroom: every outlet on a loopback address of its own.

python -m demo.server --port 8700 --reference-day 2026-11-22 [--state FILE]
python -m demo.server --port 8700 --reference-day 2026-11-22 --sources 100 --pages 50 --seed 1
"""

import argparse
import asyncio
import errno
import hashlib
import os
import resource
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date
from email.utils import format_datetime
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Self

from archive.clock import now
from archive.errors import KnownError
from demo import newsroom, scale, trouble
from demo.newsroom import Outlet
from demo.sites import Reply, Routes, Site

_IDLE_SECONDS = 30
_NOT_FOUND = Reply("<html><body><h1>404</h1>页面不存在</body></html>".encode(), status=404)


class NewsroomError(KnownError):
    """The newsroom cannot listen."""

    def __init__(self, address: str, port: int, reason: str) -> None:
        super().__init__(
            f"the sample newsroom cannot listen on {address}:{port}: {reason}; choose another "
            "port, and see that this machine answers on all of 127.0.0.0/8"
        )
        self.address, self.port = address, port


class Newsroom:
    """The sample newsroom: listens from construction on, answers inside `with` or in `serve`.

    `state` is a file that says {"corrected": true} once the correction is out; it is read at
    every request. With a crowd, its generated outlets are served instead. `log` is a file that
    gets a line for each request: monotonic seconds, address, path. Port 0 takes a free one. Raises
    NewsroomError.
    """

    def __init__(
        self,
        today: date,
        state: Path | None = None,
        *,
        port: int = 0,
        crowd: scale.Crowd | None = None,
        log: Path | None = None,
    ) -> None:
        outlets = crowd.outlets if crowd else newsroom.OUTLETS
        self._today, self._state, self._crowd = today, state, crowd
        self._outlets = {outlet.address: outlet for outlet in outlets}
        self._sockets = _listen(list(self._outlets), port)
        self.port: int = self._sockets[0].getsockname()[1]
        self._talks: set[asyncio.Task[None]] = set()
        self._log = log.open("a", buffering=1) if log else None
        self._shelves = cache(newsroom.load)
        self._routes = cache(self._routes_of)

    def __enter__(self) -> Self:
        ready = threading.Event()
        self._thread = threading.Thread(target=asyncio.run, args=[self.serve(ready.set)])
        self._thread.start()
        ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._thread.join()

    async def serve(self, announce: Callable[[], object]) -> None:
        """Answer until `stop`; call `announce` once `stop` works."""
        self._loop, self._stopped = asyncio.get_running_loop(), asyncio.Event()
        servers = [await asyncio.start_server(self._accept, sock=sock) for sock in self._sockets]
        announce()
        await self._stopped.wait()
        for server in servers:
            server.close()
        if self._log:
            self._log.close()

    def stop(self) -> None:
        """End `serve`, from any thread or from a signal."""
        self._loop.call_soon_threadsafe(self._stopped.set)

    def routes(self, address: str) -> Routes:
        """Everything that the outlet at `address` answers now."""
        corrected = self._state is not None and newsroom.is_corrected(self._state)
        return self._routes(self._outlets[address], corrected)

    def _routes_of(self, outlet: Outlet, corrected: bool) -> Routes:
        if self._crowd:
            return Site(outlet, self._crowd.pieces(outlet), self._today, self.port).routes()
        pieces = self._shelves(self._today, corrected)[outlet.id]
        if outlet.id != trouble.OUTLET:
            return Site(outlet, pieces, self._today, self.port).routes()
        site = Site(outlet, pieces + trouble.pieces(self._today), self._today, self.port)
        return {**site.routes(), **trouble.routes(site)}

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A task of ours: Python 3.11 logs one of its own as an error when a stop cancels it.
        talk = asyncio.get_running_loop().create_task(self._talk(reader, writer))
        self._talks.add(talk)
        talk.add_done_callback(self._talks.discard)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        address = writer.get_extra_info("sockname")[0]
        try:
            while await self._exchange(address, reader, writer):
                pass
        except (OSError, EOFError, TimeoutError, asyncio.LimitOverrunError):
            pass  # The client went away, fell silent or sent no HTTP.
        finally:
            writer.close()

    async def _exchange(
        self, address: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """One request and its reply; whether the connection stays open."""
        async with asyncio.timeout(_IDLE_SECONDS):
            head = await reader.readuntil(b"\r\n\r\n")
        came = time.monotonic()
        request, *lines = head.decode("latin-1").strip().split("\r\n")
        asked = {
            name.lower(): value.strip() for name, _, value in (s.partition(":") for s in lines)
        }
        match request.split(" "):
            case ["GET" | "HEAD" as method, target, version]:
                if self._log and not self._log.closed:
                    self._log.write(f"{came:.4f} {address} {target}\n")
                make = self.routes(address).get(target)
                reply = make() if make else _NOT_FOUND
                stay = version == "HTTP/1.1" and asked.get("connection", "").lower() != "close"
            case _:
                method, reply, stay = "GET", Reply(b"", status=405), False
        return await _send(writer, reply, stay, method == "HEAD", asked.get("if-none-match", ""))


async def _send(
    writer: asyncio.StreamWriter, reply: Reply, stay: bool, bare: bool, known: str
) -> bool:
    headers = [("Date", format_datetime(now(), usegmt=True)), *reply.headers]
    body, status = reply.body, reply.status
    if reply.modified:
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        modified = reply.modified.astimezone(UTC)
        headers += [("ETag", tag), ("Last-Modified", format_datetime(modified, usegmt=True))]
        if tag in known:
            status, body = 304, b""
    if status != 304:
        headers.append(("Content-Type", reply.content_type))
    if reply.manner == "endless":
        stay = False
    elif status != 304:
        headers.append(("Content-Length", str(len(body))))
    if not stay:
        headers.append(("Connection", "close"))
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *map(": ".join, headers), "", ""]
    writer.write("\r\n".join(lines).encode("latin-1"))
    if bare:
        body = b""
    elif reply.manner == "slow":
        for byte in body:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(1)
    elif reply.manner == "endless":
        while True:
            writer.write(body * 500)
            await writer.drain()
            await asyncio.sleep(0.01)
    else:
        writer.write(body)
    await writer.drain()
    return stay


def _listen(addresses: Sequence[str], port: int) -> list[socket.socket]:
    """Listening sockets, one per address, all on the same port."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * len(addresses) + 512
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))
    tries = 1 if port else 20
    while True:
        sockets: list[socket.socket] = []
        chosen = port
        try:
            for address in addresses:
                sockets.append(socket.create_server((address, chosen), backlog=128))
                chosen = sockets[0].getsockname()[1]
        except OSError as error:
            for sock in sockets:
                sock.close()
            tries -= 1
            if error.errno != errno.EADDRINUSE or not tries:
                reason = os.strerror(error.errno or 0)
                raise NewsroomError(address, chosen, reason) from error
        else:
            return sockets


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or Ctrl-C; print `ready PORT` when listening."""
    parser = argparse.ArgumentParser(prog="python -m demo.server", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--reference-day", type=date.fromisoformat, required=True)
    parser.add_argument("--state", type=Path)
    parser.add_argument("--sources", type=int, default=0, help="generated sources instead")
    parser.add_argument("--pages", type=int, default=20, help="articles of each generated source")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--log", type=Path, help="gets 'monotonic-seconds address path' lines")
    given = parser.parse_args(arguments)
    today: date = given.reference_day
    crowd = scale.Crowd(given.sources, given.pages, given.seed, today) if given.sources else None
    try:
        room = Newsroom(today, given.state, port=given.port, crowd=crowd, log=given.log)
    except NewsroomError as error:
        sys.stderr.write(f"{error}\n")
        return 1

    def announce() -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: room.stop())
        sys.stdout.write(f"ready {room.port}\n")
        sys.stdout.flush()

    asyncio.run(room.serve(announce))
    return 0


if __name__ == "__main__":
    sys.exit(main())
