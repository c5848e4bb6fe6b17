"""The whole archive out into one file, and back: pg_dump's custom format, without Airflow's tables.

The views are not in it: a restore makes them, and the reader's rights, as a migration does.
"""

import hashlib
import re
import shutil
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path

from psycopg import sql

from archive import clients, database, migrations
from archive.errors import KnownError
from archive.settings import Settings
from archive.whole import writing

SCHEMAS = ("archive", "archive_schema")
"""What is in a backup."""
_DEAD_SECONDS = 3600
"""A half backup that did not grow for so long belongs to no living pg_dump."""


class BackupError(KnownError):
    """A backup could not be made or restored."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(f"{what}; {hint}")
        self.what = what
        self.hint = hint


@dataclass(frozen=True, slots=True)
class _Contents:
    """What a backup says of itself: the kind of its archive, and what was applied there."""

    kind: str
    migrations: dict[str, str]
    """The digest of each migration's file, by its name."""


def make(settings: Settings, target: Path, now: datetime) -> Path:
    """Back the archive up into a file, readable by its owner only; the file.

    `target` is the file, or a folder, where it is named after the archive's kind and `now`. All of
    it is as it was at one instant, whoever works on the archive meanwhile. Raises BackupError and
    OSError, leaving no half file.
    """
    dsn = database.owner_dsn(settings)
    with database.open_connection(dsn) as conn:
        if migrations.is_empty(conn):
            raise BackupError("the database has no archive yet", "there is nothing to back up")
        row = conn.execute("select kind from archive.deployment").fetchone()
        version = conn.info.server_version // 10000
    if target.is_dir():
        target = _named(target, row[0] if row else "", now.astimezone(settings.timezone))
    dump = [clients.program("pg_dump", version), "--format=custom", "--lock-wait-timeout=60s"]
    # The bytes are compressed already; level 6 takes 3 times as long for 2 % less.
    dump.append("--compress=gzip:1")
    dump += [f"--schema={schema}" for schema in SCHEMAS]
    with writing(target, 0o600) as file:
        made = subprocess.run(
            [*dump, f"--file={file.name}", "--dbname", clients.without_password(dsn)],
            env=clients.environment(dsn),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            raise BackupError(f"no backup: {clients.reason(made.stderr)}", "nothing was written")
        _read(Path(file.name))
    return target


def _named(folder: Path, kind: str, now: datetime) -> Path:
    """A name in the folder that no file has."""
    for number in count(1):
        again = f"-{number}" if number > 1 else ""
        path = folder / f"jianbao-{kind}-{now:%Y%m%d-%H%M%S}{again}.dump"
        if not path.exists():
            break
    return path


def drop_old(folder: Path, keep: int) -> list[Path]:
    """Remove all but the newest `keep` backups of each kind that `make` named; what was removed."""
    dropped = old(folder, keep)
    for path in dropped:
        path.unlink(missing_ok=True)
    return dropped


def old(folder: Path, keep: int) -> list[Path]:
    """What `drop_old` would remove: no backup if `keep` is 0, but what killed ones have left."""
    kinds: dict[str, list[Path]] = {}
    for path in sorted(folder.glob("jianbao-*.dump"), key=lambda path: path.stem):
        if named := re.fullmatch(r"jianbao-(\w+)-\d{8}-\d{6}(-\d+)?", path.stem):
            kinds.setdefault(named[1], []).append(path)
    parts = folder.glob("jianbao-*.dump.part")
    left = [path for path in parts if time.time() - path.stat().st_mtime > _DEAD_SECONDS]
    return [*left, *(path for found in kinds.values() for path in found[:-keep])]


def restore(settings: Settings, file: Path, now: datetime, *, moved: bool = False) -> None:
    """Put a backup in the place of whatever archive is here, at once or not at all.

    Its schema is then brought forward to this program's. The old archive may have mailed what
    waited in the backup and what came after, so mails that waited become `unknown` and editions
    that ended before `now` are not mailed, unless it has `moved`: had ended before the backup.
    Raises BackupError, DatabaseError or SchemaError; then everything is as it was.
    """
    check(settings, file)
    dsn = database.owner_dsn(settings)
    _replay(file, dsn, _BEFORE, _after(now, moved))
    database.migrate(settings)
    with database.open_connection(dsn) as conn:
        conn.execute("analyze")


def check(settings: Settings, file: Path) -> None:
    """Whether the file is a backup that this program can restore here. Changes nothing.

    Raises BackupError, DatabaseError or SchemaError.
    """
    found = _read(file)
    if found.kind != settings.jianbao_kind:
        raise database.DatabaseError(
            f"{file} is a backup of the {found.kind} archive",
            f"it is never restored into the {settings.jianbao_kind} one",
        )
    known = {
        f"migrations/{path.name}": hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (migrations.SQL / "migrations").glob("*.sql")
    }
    unknown = [name for name, digest in found.migrations.items() if known.get(name) != digest]
    if unknown:
        raise migrations.SchemaError(
            f"{file} holds {max(unknown)}, which this program does not know;"
            " install the newer program that made it",
            max(unknown),
        )


def folder(settings: Settings) -> Path:
    """Where backups go by themselves; made if it is missing, private to its owner."""
    found = settings.jianbao_home / "backups"
    found.mkdir(mode=0o700, parents=True, exist_ok=True)
    return found


def used(settings: Settings) -> str:
    """What is in the archive here, as people count it; empty if there is nothing."""
    with database.open_connection(database.owner_dsn(settings)) as conn:
        if migrations.is_empty(conn):
            return ""
        row = conn.execute(
            "select (select count(*) from archive.article), (select count(*) from archive.link),"
            " (select count(*) from archive.edition), (select count(*) from archive.subscriber)"
        ).fetchone()
    found = zip(("articles", "links", "editions", "readers"), row or (), strict=True)
    return ", ".join(f"{number} {what}" for what, number in found if number)


# Who works on the archive meanwhile is waited for, and not for ever.
_BEFORE = """
begin;
set local lock_timeout = '30s';
set local client_min_messages = error;
drop schema if exists news, archive, archive_schema cascade;
"""


def _after(now: datetime, moved: bool) -> str:
    waiting = ("sending",) if moved else ("queued", "sending")
    settled = sql.SQL(
        "update archive.delivery set state = 'unknown', claimed_until = null, settled_at = {now},"
        " error = 'restored from a backup while ' || state where state = any({waiting});"
        " delete from archive.claim;"
        " alter table archive.deployment add column if not exists restored_at timestamptz;"
        " update archive.deployment set restored_at = {restored};"
        # The views are not in the backup: they are made as if they had changed.
        " delete from archive_schema.applied where name not like 'migrations/%'; commit;"
    )
    values = {"now": now, "waiting": list(waiting), "restored": None if moved else now}
    return settled.format(**{k: sql.Literal(v) for k, v in values.items()}).as_string()


def _replay(file: Path, dsn: str, before: str, after: str) -> None:
    """Feed the backup to psql between two scripts; the second only if all of it came."""
    with database.open_connection(dsn) as conn:
        version = conn.info.server_version // 10000
    with (
        tempfile.TemporaryFile("w+") as said,
        subprocess.Popen(
            [clients.program("pg_restore", version), "--no-owner", "--no-acl", "--file=-", file],
            stdout=subprocess.PIPE,
            stderr=said,
        ) as source,
        subprocess.Popen(
            [
                clients.program("psql", version),
                "-XqAt",
                "-v",
                "ON_ERROR_STOP=1",
                clients.without_password(dsn),
            ],
            env=clients.environment(dsn),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=said,
        ) as sink,
    ):
        assert source.stdout
        assert sink.stdin
        try:
            # It ends early where psql does, which then says why.
            with suppress(BrokenPipeError), sink.stdin:
                sink.stdin.write(before.encode())
                shutil.copyfileobj(source.stdout, sink.stdin, 2**20)
                if source.wait() == 0:
                    sink.stdin.write(after.encode())
            source.stdout.close()
            broken = source.wait() or sink.wait()
        except BaseException:
            # Without its commit nothing has happened.
            sink.kill()
            source.kill()
            raise
        if broken:
            said.seek(0)
            raise BackupError(
                f"{file} was not restored: {clients.reason(said.read())}", "nothing changed"
            )


def _read(file: Path) -> _Contents:
    """What a backup says of itself. Raises BackupError if it is none, or damaged at the front."""
    command = [clients.program("pg_restore", 0), "--data-only", "--file=-"]
    tables = ["--table=applied", "--table=deployment"]
    done = subprocess.run(
        [*command, *tables, file], capture_output=True, text=True, check=False, errors="replace"
    )
    rows = re.findall(r"^COPY (\S+) \((\S+).*\n((?:.*\n)*?)\\\.$", done.stdout, re.MULTILINE)
    copied = {name: [line.split("\t") for line in text.splitlines()] for name, _, text in rows}
    try:
        applied = {row[0]: row[1] for row in copied["archive_schema.applied"]}
        kind = copied["archive.deployment"][0][1]
    except (KeyError, IndexError):
        problem = clients.reason(done.stderr) if done.returncode else "no archive is in it"
        raise BackupError(
            f"{file} is no backup of an archive: {problem}", "choose another"
        ) from None
    return _Contents(
        kind, {name: digest for name, digest in applied.items() if name.startswith("migrations/")}
    )
