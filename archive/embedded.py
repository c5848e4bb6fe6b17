"""The embedded PostgreSQL server: a folder is a server, started and stopped by whoever comes by.

A folder holds `data/` (the cluster), `server.json` (port and passwords), `access` (who may come),
`log`, `lock`, and `bin/` when the server's user cannot read the wheel. Our own processes use a unix
socket, people's tools 127.0.0.1 and a port that stays the same. Whatever changes something is done
under the lock.
"""

import contextlib
import errno
import fcntl
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from archive import postmaster
from archive.binaries import Account, ServerError, programs, server_account
from archive.listening import free_port, socket_folder, socket_path
from archive.server import Server, access, keep, kept, new_passwords

__all__ = ["Server", "ServerError", "locked", "running", "start", "stop"]

# written to postgresql.conf once, so that people can change them there
SETTINGS = {
    "shared_buffers": "128MB",
    "max_connections": "100",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "log_checkpoints": "off",
}
RETRY_SECONDS = 10
# reasons not to start that go away: children of a killed server still ending, a port just taken,
# a server that a killed start has left on its way
PASSING = re.compile(r"shared memory block|TCP/IP sockets|lock file .* already exists")


def running(folder: Path) -> Server | None:
    """The server of this folder if it is up. Changes nothing."""
    folder = folder.resolve()
    with _plain_errors(folder):
        server = kept(folder)
        if not server or not (found := postmaster.state(server.data)):
            return None
        return server if found[1] == "ready" and _socket(server).is_socket() else None


def start(folder: Path) -> Server:
    """Have the server of this folder run: returns at once if it does, else starts it.

    A new folder becomes a new cluster; after a crash the server recovers what was committed. Safe
    when many processes call it at once. Raises ServerError.
    """
    if (server := running(folder)) and server.complete:
        return server
    folder = folder.resolve()
    account = server_account()
    with _plain_errors(folder):
        _make_room(folder, account)
        with locked(folder):
            deadline = time.monotonic() + RETRY_SECONDS
            while True:
                server = kept(folder)
                if server and not server.complete:
                    server = server.completed()
                    keep(folder, server)
                if server and postmaster.settled(server.data, _socket(server)):
                    return server
                outcome = _attempt(folder, server, account)
                if isinstance(outcome, Server):
                    return outcome
                if not PASSING.search(outcome) or time.monotonic() > deadline:
                    raise ServerError(
                        f"the database in {folder} did not start: {outcome}", f"see {folder}/log"
                    )
                time.sleep(0.2)


def stop(folder: Path) -> bool:
    """Stop the server of this folder, closing its connections. False if it did not run."""
    folder = folder.resolve()
    with _plain_errors(folder):
        if not (server := kept(folder)):
            return False
        with locked(folder):
            if found := postmaster.state(server.data):
                postmaster.end(server.data, found[0])
            with contextlib.suppress(OSError):
                server.sockets.rmdir()
            return found is not None


def _attempt(folder: Path, known: Server | None, account: Account) -> Server | str:
    """Start the server, which does not run. The server, or the reason why it ended."""
    data = folder / "data"
    for left in folder.glob("new-*"):
        shutil.rmtree(left, ignore_errors=True)
    if data.exists():
        _check_owned(data, known, account)
    binaries = programs(account, folder / "bin")
    server = Server(
        data,
        socket_folder(data, account),
        free_port(known.port if known else None),
        known.passwords if known else new_passwords(),
    )
    if server != known:
        keep(folder, server)
    if not data.exists():
        _initdb(binaries, server, account)
    postmaster.disown(data)
    command: list[str | Path] = [binaries / "postgres", "-D", data, *_options(server)]
    return postmaster.launch(command, data, account, folder / "log") or server


def _socket(server: Server) -> Path:
    return socket_path(server.sockets, server.port)


def _options(server: Server) -> Iterator[str]:
    for setting in (
        "listen_addresses=127.0.0.1",
        f"port={server.port}",
        f"unix_socket_directories={server.sockets}",
        "unix_socket_permissions=0700",
        f"hba_file={access(server.data.parent)}",
        "max_notify_queue_pages=64",  # half a megabyte: anybody may notify
    ):
        yield from ("-c", setting)


def _initdb(binaries: Path, server: Server, account: Account) -> None:
    folder = server.data.parent
    # not data/ itself, where a killed start would leave half a cluster; and another name each time,
    # because the initdb of a killed start goes on and at last clears its folder
    fresh = Path(tempfile.mkdtemp(prefix="new-", dir=folder))
    os.chown(fresh, account.uid, account.gid)
    with tempfile.NamedTemporaryFile("w", dir=server.sockets) as password:
        password.write(server.passwords["postgres"])
        password.flush()
        os.chown(password.name, account.uid, account.gid)
        made = account.run(
            *(binaries / "initdb", "-D", fresh, "-U", "postgres", "-E", "UTF8"),
            *("--locale=C.UTF-8", "-A", "scram-sha-256", f"--pwfile={password.name}"),
            *(f"--set={name}={setting}" for name, setting in SETTINGS.items()),
        )
    if made.returncode:
        shutil.rmtree(fresh)
        raise ServerError(
            f"no new database in {folder}: {postmaster.reason(made.stdout)}",
            "a local disk with 200 MB of space is needed there",
        )
    fresh.rename(server.data)


def _make_room(folder: Path, account: Account) -> None:
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir(exist_ok=True)
        path.chmod(0o711 if account.switched else 0o700)
    owner = folder.stat().st_uid
    if owner != os.geteuid():
        raise ServerError(
            f"{folder} belongs to uid {owner}, not to you",
            "run this as that user, or set JIANBAO_HOME to a folder of yours",
        )
    if account.switched and not account.enters(folder):
        raise ServerError(
            f"as root the database runs as {account.name}, who cannot enter {folder}",
            "set JIANBAO_HOME to a folder that every user can enter, such as /var/lib/jianbao",
        )


def _check_owned(data: Path, known: Server | None, account: Account) -> None:
    if not known:
        raise ServerError(
            f"{data} has no server.json beside it, so its passwords are unknown",
            "put server.json back, or move the folder away to begin anew",
        )
    if (owner := data.stat().st_uid) != account.uid:
        raise ServerError(
            f"{data} belongs to uid {owner}, but the database runs as {account.name}",
            f"give it back with: chown -R {account.uid}:{account.gid} {data}",
        )


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder's lock."""
    with os.fdopen(os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def _plain_errors(folder: Path) -> Iterator[None]:
    hints = {
        errno.ENOSPC: "free some disk space",
        errno.EACCES: "run this as the user that the folder belongs to, or set JIANBAO_HOME",
        errno.EPERM: "run this as the user that the folder belongs to, or set JIANBAO_HOME",
    }
    try:
        yield
    except OSError as error:
        raise ServerError(
            f"cannot use the database in {folder}: {error.filename or folder}: {error.strerror}",
            hints.get(error.errno or 0, "see to that folder and its disk"),
        ) from error
