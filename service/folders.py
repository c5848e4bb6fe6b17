"""Where a deployment keeps its things, and the names of its secrets."""

import contextlib
import hashlib
import json
import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path

from archive.errors import KnownError
from archive.whole import writing


class FolderError(KnownError):
    """A folder of the service cannot be used."""

    def __init__(self, folder: Path, problem: str) -> None:
        super().__init__(
            f"cannot use {folder}: {problem}; set JIANBAO_HOME to a folder of your own"
        )
        self.folder = folder


@dataclass(frozen=True, slots=True)
class Folders:
    """The folders of one deployment, below its home."""

    home: Path

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    @property
    def airflow(self) -> Path:
        return self.home / "airflow"

    @property
    def editions(self) -> Path:
        return self.home / "editions"

    @property
    def alone(self) -> Path:
        """Files that running programs hold open, so that what is left of them can be found."""
        return self.home / "alone"

    @property
    def supervisor(self) -> Path:
        return self.home / "supervisord.conf"

    @property
    def socket(self) -> Path:
        """The supervisor's socket, in a short private folder: over 107 bytes it cannot be one."""
        name = hashlib.sha256(str(self.home.resolve()).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"jianbao-{os.geteuid()}-{name}" / "supervisor.sock"

    def make(self) -> None:
        """Create the folders, private to their owner. Raises FolderError."""
        try:
            for folder in (self.home, self.logs, self.airflow, self.editions, self.alone):
                folder.mkdir(parents=True, exist_ok=True)
            # As root the database's unprivileged user passes through the home to its own folder.
            self.home.chmod(0o711 if os.geteuid() == 0 else 0o700)
            for folder in (self.logs, self.airflow, self.editions, self.alone):
                folder.chmod(0o700)
        except OSError as error:
            raise FolderError(self.home, error.strerror or str(error)) from None

    def make_for_socket(self) -> None:
        """Create the socket's folder, private to its owner. Raises FolderError."""
        folder = self.socket.parent
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            if folder.lstat().st_uid != os.geteuid():
                raise FolderError(folder, "it belongs to somebody else")
            folder.chmod(0o700)
            self.socket.unlink(missing_ok=True)
        except OSError as error:
            raise FolderError(folder, error.strerror or str(error)) from None

    def remove_socket(self) -> None:
        """Remove the socket and its folder, if they are there."""
        with contextlib.suppress(OSError):
            self.socket.unlink(missing_ok=True)
            self.socket.parent.rmdir()


def kept_secrets(folders: Folders) -> dict[str, str]:
    """The deployment's generated secrets, in a file only its owner reads; made once."""
    path = folders.home / "secrets.json"
    if not path.exists():
        made = {name: secrets.token_urlsafe(64) for name in ("jwt", "api")}
        made["admin"] = secrets.token_urlsafe(12)
        with writing(path, 0o600) as file:
            file.write(json.dumps(made).encode())
    kept: dict[str, str] = json.loads(path.read_text())
    return kept
