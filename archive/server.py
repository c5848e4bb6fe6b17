"""The embedded server as its folder knows it: where it listens, and who may come."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self
from urllib.parse import quote

from archive.binaries import ServerError
from archive.whole import writing

USERS = ("postgres", "jianbao", "airflow", "reader", "writer", "mailer")
_ACCESS = """\
# Written at every start. Over TCP comes the reader alone, our own processes by the socket.
local all all scram-sha-256
host all reader 127.0.0.1/32 scram-sha-256
"""


@dataclass(frozen=True, slots=True)
class Server:
    """A server: its data folder, its socket folder, its port, and a password for each of USERS."""

    data: Path
    sockets: Path
    port: int
    passwords: Mapping[str, str] = field(repr=False)

    def dsn(self, database: str = "jianbao", user: str = "postgres") -> str:
        """A libpq URI over the unix socket, for processes of our own."""
        where = f"host={quote(str(self.sockets))}&port={self.port}"
        return f"postgresql://{user}:{self.passwords[user]}@/{quote(database)}?{where}"

    def address(self, database: str, user: str) -> str:
        """A libpq URI over 127.0.0.1, for people's tools; the server lets in only the reader."""
        where = f"127.0.0.1:{self.port}"
        return f"postgresql://{user}:{self.passwords[user]}@{where}/{quote(database)}"

    @property
    def complete(self) -> bool:
        """Whether it has all passwords: one that an older program made may not."""
        return self.passwords.keys() >= set(USERS)

    def completed(self) -> Self:
        return replace(self, passwords=new_passwords() | dict(self.passwords))


def new_passwords() -> dict[str, str]:
    return {user: secrets.token_urlsafe(24) for user in USERS}


def kept(folder: Path) -> Server | None:
    """What server.json says. Raises ServerError when it is damaged."""
    try:
        said = json.loads((folder / "server.json").read_text())
        return Server(folder / "data", Path(said["sockets"]), said["port"], said["passwords"])
    except FileNotFoundError:
        return None
    except (ValueError, LookupError, TypeError) as error:
        raise ServerError(
            f"{folder / 'server.json'} is damaged ({error!r})", "put a good copy back"
        ) from error


def keep(folder: Path, server: Server) -> None:
    """Write server.json, which only its owner reads, whole or not at all."""
    said = {"port": server.port, "sockets": str(server.sockets), "passwords": server.passwords}
    with writing(folder / "server.json", 0o600) as file:
        file.write(json.dumps(said, indent=2).encode())


def access(folder: Path) -> Path:
    """The file that tells the server who may come from where, written anew."""
    path = folder / "access"
    path.write_text(_ACCESS)
    path.chmod(0o644)  # the server's user reads it
    return path
