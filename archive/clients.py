"""PostgreSQL's client programs, and how they are told where to connect."""

import os
import re
import shutil
import subprocess
from contextlib import suppress

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from archive import binaries
from archive.errors import KnownError


class ProgramError(KnownError):
    """A client program of PostgreSQL is missing, or older than the server."""

    def __init__(self, name: str, version: int) -> None:
        super().__init__(
            f"{name} of PostgreSQL {version} or newer is needed, because the server is that;"
            " install PostgreSQL's client programs"
        )
        self.name = name
        self.version = version


def program(name: str, version: int) -> str:
    """The path of a program of at least this major version: the wheel's, or else the system's.

    Raises ProgramError.
    """
    found = [shutil.which(name)]
    with suppress(binaries.ServerError):
        found.insert(0, str(binaries.wheel() / "bin" / name))
    for path in filter(None, found):
        if _version(path) >= version:
            return path
    raise ProgramError(name, version)


def _version(path: str) -> int:
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)
    number = re.search(r"\d+", said.stdout)
    return int(number[0]) if number else 0


def without_password(dsn: str) -> str:
    """The address as a word of a command, which everybody on the machine can read."""
    given = conninfo_to_dict(dsn)
    given.pop("password", None)
    return make_conninfo(**{name: str(value) for name, value in given.items()})


def environment(dsn: str) -> dict[str, str]:
    """Our environment with the address's password, for a command that gets `without_password`."""
    password = conninfo_to_dict(dsn).get("password")
    return {**os.environ, **({"PGPASSWORD": str(password)} if password else {})}


def reason(stderr: str) -> str:
    """The line of a program's complaints that says why."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    told = [line for line in lines if re.search(r"(?i)\berror:|fatal:", line)] or lines
    return told[0] if told else "it gave no reason"
