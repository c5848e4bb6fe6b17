"""Bring a database to the schema of the folder `sql/`, forward only.

`migrations/` are applied once, in order, each in one transaction, and may never change after.
`views/` and `functions/` are applied again whenever one of them changed, `grants.sql` every time.
"""

import hashlib
from pathlib import Path

from psycopg import Connection, errors
from psycopg.rows import TupleRow

from archive import renewal
from archive.errors import KnownError
from archive.settings import PROJECT

SQL = PROJECT / "sql"
LOCK_SECONDS = 30.0
"""How long a migration waits for somebody who uses a table or a view; then it changes nothing."""

_LEDGER = """
create schema if not exists archive_schema;
create table if not exists archive_schema.applied (
    name text primary key, digest text not null, applied_at timestamptz not null default now());
create table if not exists archive_schema.lock (only_row boolean primary key default true);
insert into archive_schema.lock values (true) on conflict do nothing;
create table if not exists archive_schema.made (name text primary key);
create table if not exists archive_schema.lost (
    name text not null, definition text not null, reason text not null,
    lost_at timestamptz not null default now());
"""


class SchemaError(KnownError):
    """The database's schema and this program do not fit."""

    def __init__(self, problem: str, name: str = "") -> None:
        super().__init__(problem)
        self.name = name


def migrate(conn: Connection[TupleRow], folder: Path = SQL) -> list[str]:
    """Apply what is pending; the names of the files applied.

    One migrator at a time: the others wait on the row of a private table. Raises SchemaError when
    an applied migration was edited, or the database is newer than this program.
    """
    applied: list[str] = []
    _create_ledger(conn)
    for path in sorted((folder / "migrations").glob("*.sql")):
        with conn.transaction():
            known = _locked(conn)
            _refuse_unknown(known, folder)
            name = _name(path, folder)
            if name in known and known[name] != _digest(path):
                raise SchemaError(
                    f"{name} changed after it was applied; restore it and write a new migration",
                    name,
                )
            if name not in known:
                _apply(conn, folder, path)
                applied.append(name)
    with conn.transaction():
        known = _locked(conn)
        readable, grants = _readable(folder), folder / "grants.sql"
        if any(known.get(_name(path, folder)) != _digest(path) for path in readable):
            # Views depend on each other, so all of them are made anew, in order.
            renewal.renew(conn, lambda: _apply(conn, folder, *readable))
            applied += [_name(path, folder) for path in readable]
        # Tables or roles may be new.
        _apply(conn, folder, grants)
        if known.get(_name(grants, folder)) != _digest(grants):
            applied.append(_name(grants, folder))
    return applied


def check(conn: Connection[TupleRow], folder: Path = SQL) -> bool:
    """True if the schema is the one this program knows, False if the database is empty.

    Raises SchemaError when it is older or newer, saying what to do.
    """
    if is_empty(conn):
        return False
    known = _known(conn)
    _refuse_unknown(known, folder)
    paths = [*sorted((folder / "migrations").glob("*.sql")), *_readable(folder)]
    paths.append(folder / "grants.sql")
    behind = [name for path in paths if known.get(name := _name(path, folder)) != _digest(path)]
    if behind:
        raise SchemaError(
            f"the database lacks {behind[0]}"
            + (f" and {len(behind) - 1} more" if behind[1:] else "")
            + "; run: jianbao migrate",
            behind[0],
        )
    return True


def is_empty(conn: Connection[TupleRow]) -> bool:
    """True if no migration was ever applied here."""
    row = conn.execute("select to_regclass('archive_schema.applied') is null").fetchone()
    # A first migration that failed, or that somebody applies just now, leaves an empty ledger.
    return (row is not None and bool(row[0])) or not _known(conn)


def _create_ledger(conn: Connection[TupleRow]) -> None:
    # "if not exists" of two first migrators can still collide in the catalogue; one then retries.
    for last in (False, False, True):
        try:
            with conn.transaction():
                conn.execute(_LEDGER)
            return
        except (errors.UniqueViolation, errors.DuplicateObject, errors.InternalError):
            if last:
                raise


def _locked(conn: Connection[TupleRow]) -> dict[str, str]:
    conn.execute("select from archive_schema.lock for update")
    # Whoever waits for a table makes all others wait behind it.
    conn.execute(f"set local lock_timeout = '{LOCK_SECONDS}s'")
    return _known(conn)


def _known(conn: Connection[TupleRow]) -> dict[str, str]:
    return dict(conn.execute("select name, digest from archive_schema.applied").fetchall())


def _refuse_unknown(known: dict[str, str], folder: Path) -> None:
    ours = {_name(path, folder) for path in (folder / "migrations").glob("*.sql")}
    unknown = sorted(name for name in known if name.startswith("migrations/") and name not in ours)
    if unknown:
        raise SchemaError(
            f"the database holds {unknown[-1]}, which this program does not know; "
            "install the newer program, or restore a backup of the older database",
            unknown[-1],
        )


def _apply(conn: Connection[TupleRow], folder: Path, *paths: Path) -> None:
    for path in paths:
        conn.execute(path.read_bytes())  # our own files, not anybody's input
        conn.execute(
            "insert into archive_schema.applied (name, digest) values (%s, %s)"
            " on conflict (name) do update set digest = excluded.digest, applied_at = now()",
            (_name(path, folder), _digest(path)),
        )


def _readable(folder: Path) -> list[Path]:
    return [
        path for kind in ("views", "functions") for path in sorted((folder / kind).glob("*.sql"))
    ]


def _name(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
