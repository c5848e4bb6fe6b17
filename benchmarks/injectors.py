"""Faults made on purpose, as small as they can be; on loopback and in namespaces of our own."""

import contextlib
import ctypes
import os
import select
import shutil
import socket
import struct
import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Self

from psycopg.conninfo import conninfo_to_dict

Harm = Callable[[int, bool, bytes], bool]
"""Given the number of a connection, whether it is an answer, and the bytes: whether the connection
is reset and they are not passed on."""
_NEW_MOUNTS, _NEW_NETWORK = 0x00020000, 0x40000000  # linux/sched.h: CLONE_NEWNS, CLONE_NEWNET


class Unavailable(Exception):
    """A fault cannot be made on this machine."""


class Proxy:
    """Stands between a program and its server on loopback, and does harm; `resets` counts it."""

    def __init__(self, target: str | tuple[str, int], harm: Harm) -> None:
        self._target, self._harm = target, harm
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self.resets = 0

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    def _accept(self) -> None:
        number = 0
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._server.accept()
                number += 1
                kind = socket.AF_UNIX if isinstance(self._target, str) else socket.AF_INET
                there = socket.socket(kind)
                there.connect(self._target)
                words = (number, client, there)
                threading.Thread(target=self._talk, args=words, daemon=True).start()

    def _talk(self, number: int, client: socket.socket, there: socket.socket) -> None:
        with client, there, contextlib.suppress(OSError):
            while True:
                for source in select.select([client, there], [], [])[0]:
                    answer = source is there
                    if not (chunk := source.recv(65536)):
                        return
                    if self._harm(number, answer, chunk):
                        self.resets += 1
                        end_with_reset(client)
                        return
                    (client if answer else there).sendall(chunk)


def end_with_reset(sock: socket.socket) -> None:
    """Make closing a connection reset it."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@contextlib.contextmanager
def between(dsn: str, harm: Harm) -> Iterator[tuple[str, Proxy]]:
    """The address of a database behind a proxy, and the proxy."""
    parts = {name: str(value) for name, value in conninfo_to_dict(dsn).items()}
    host, port = parts["host"], int(parts["port"])
    with Proxy(f"{host}/.s.PGSQL.{port}" if "/" in host else (host, port), harm) as proxy:
        user = f"{parts['user']}:{parts['password']}"
        yield f"postgresql://{user}@127.0.0.1:{proxy.port}/{parts['dbname']}", proxy


def apart(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call it in a thread with a network and mounts of its own, which its children share.

    Raises Unavailable where these cannot be made.
    """

    def alone() -> Any:
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(_NEW_MOUNTS | _NEW_NETWORK):
            reason = os.strerror(ctypes.get_errno())
            raise Unavailable(f"no mount and network namespace without root: {reason}")
        tool("mount", "--make-rprivate", "/")
        tool("ip", "link", "set", "lo", "up")
        return function(*arguments)

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(alone).result()


def tool(*words: str | Path) -> None:
    """Run a program of the system. Raises Unavailable with what it says when it cannot."""
    if not shutil.which(words[0]):
        raise Unavailable(f"there is no {words[0]} here")
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unavailable(f"{' '.join(map(str, words))}: {done.stderr.strip()}")
