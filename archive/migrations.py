"""Bring a database to the schema of the folder `sql/`, forward only.

`migrations/` are applied once, in order, each in one transaction, and may never change after.
`views/` and `functions/` are applied again whenever one of them changed, and given to the reader.
"""

import hashlib
from pathlib import Path

from psycopg import Connection, Cursor, errors
from psycopg.rows import TupleRow

from archive.errors import KnownError
from archive.settings import PROJECT

SQL = PROJECT / "sql"

_LEDGER = """
create schema if not exists archive_schema;
create table if not exists archive_schema.applied (
    name text primary key, digest text not null, applied_at timestamptz not null default now());
create table if not exists archive_schema.lock (only_row boolean primary key default true);
insert into archive_schema.lock values (true) on conflict do nothing;
"""

# A server of one's own may lack the role.
_GRANTS = """
do $$ begin
    if exists (select from pg_roles where rolname = 'reader') then
        grant usage on schema news to reader;
        grant select on all tables in schema news to reader;
        grant execute on all functions in schema news to reader;
    end if;
end $$
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
            name, digest = _name(path, folder), _digest(path)
            if name in known and known[name] != digest:
                raise SchemaError(
                    f"{name} changed after it was applied; restore it and write a new migration",
                    name,
                )
            if name not in known:
                _apply(conn.cursor(), path, name, digest)
                applied.append(name)
    with conn.transaction():
        known = _locked(conn)
        readable = _readable(folder)
        if any(known.get(_name(path, folder)) != _digest(path) for path in readable):
            # Views depend on each other, so all of them are made anew, in order.
            conn.execute("drop schema if exists news cascade")
            conn.execute("create schema news")
            conn.execute(
                "comment on schema news is 'The archive for its users: views and functions."
                " 面向用户的视图与函数。'"
            )
            for path in readable:
                _apply(conn.cursor(), path, _name(path, folder), _digest(path))
                applied.append(_name(path, folder))
            conn.execute(_GRANTS)
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


def _apply(cursor: Cursor[TupleRow], path: Path, name: str, digest: str) -> None:
    # Our own files, not anybody's input.
    cursor.execute(path.read_bytes())
    cursor.execute(
        "insert into archive_schema.applied (name, digest) values (%s, %s)"
        " on conflict (name) do update set digest = excluded.digest, applied_at = now()",
        (name, digest),
    )


def _readable(folder: Path) -> list[Path]:
    return [
        path for kind in ("views", "functions") for path in sorted((folder / kind).glob("*.sql"))
    ]


def _name(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
