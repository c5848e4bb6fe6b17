"""Where a server listens: a unix socket in a folder of its own, and a port of 127.0.0.1."""

import contextlib
import hashlib
import os
import random
import socket
import stat
import tempfile
from pathlib import Path

from archive.binaries import Account, ServerError

PORTS = range(20000, 30000)  # below the ports that outgoing connections take
SOCKET_BYTES = 103  # the shortest limit of the systems we know; Linux has 107


def free_port(kept: int | None = None) -> int:
    """A port of 127.0.0.1 that nobody has: the kept one if possible."""
    for port in [*([kept] if kept else []), *random.sample(PORTS, 50)]:
        if is_free(port):
            return port
    raise ServerError("no free port on 127.0.0.1", f"free one from {PORTS.start} to {PORTS.stop}")


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server may listen there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def socket_path(folder: Path, port: int) -> Path:
    return folder / f".s.PGSQL.{port}"


def socket_folder(data: Path, account: Account) -> Path:
    """The folder for the socket of this data folder, empty; only `account` (and root) can enter.

    It is in the temporary folder and named by a hash, because a socket's path must be short.
    """
    name = f"jianbao-{hashlib.sha256(os.fsencode(data)).hexdigest()[:16]}"
    for parent in (Path(tempfile.gettempdir()), Path("/tmp")):
        folder = parent / name
        short = len(os.fsencode(socket_path(folder, PORTS.stop))) <= SOCKET_BYTES
        if short and account.enters(parent):
            break
    else:
        raise ServerError("no temporary folder with a short name", "set TMPDIR to one, say /tmp")
    with contextlib.suppress(FileExistsError):
        folder.mkdir(0o700)
    _claim(folder, account)
    return folder


def _claim(folder: Path, account: Account) -> None:
    """Refuse a folder that another user may have put there. Once open it cannot be exchanged."""
    try:
        opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError as error:
        raise ServerError(
            f"{folder}, meant for our socket, cannot be opened: {error.strerror}", "remove it"
        ) from error
    try:
        found = os.fstat(opened)
        if found.st_uid not in (account.uid, os.geteuid()):
            raise ServerError(
                f"{folder}, meant for our socket, belongs to uid {found.st_uid}", "remove it"
            )
        if stat.S_IMODE(found.st_mode) != 0o700:
            raise ServerError(
                f"{folder}, meant for our socket, is open to others", "make it 0700 or remove it"
            )
        os.fchown(opened, account.uid, account.gid)
        # a killed server leaves a lock file, whose pid may be somebody else's by now
        for left in os.listdir(opened):  # noqa: PTH208 (by descriptor)
            os.unlink(left, dir_fd=opened)
    finally:
        os.close(opened)
