"""Articles as rows for other programs: JSON lines, CSV, Parquet, and the corpus's labelled form."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import BinaryIO
from zoneinfo import ZoneInfo

from psycopg import Column, Connection, sql
from psycopg.rows import TupleRow

from archive.errors import UsageError
from archive.summaries import RECORD_FIELDS


class Format(StrEnum):
    """What an export is written as."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"
    RECORD = "record"


class UnknownSource(UsageError):
    """No source has this id."""

    def __init__(self, name: str) -> None:
        super().__init__(f"no source of the archive is called {name}; the ids: jianbao sources")
        self.name = name


@dataclass(frozen=True, slots=True)
class Selection:
    """Which articles: first seen in [since, until), of these sources, with this tag; all if empty.

    A tag is one of the topic, technologies, industries, companies and keywords.
    """

    since: datetime | None = None
    until: datetime | None = None
    sources: tuple[str, ...] = ()
    tag: str = ""


# The labelled fields under the corpus's names, which unquoted SQL would fold.
_SELECT = sql.SQL(
    "select a.*, {fields} from news.articles a left join news.record r on r.编号 = a.id"
    " where (%(since)s::timestamptz is null or a.first_seen >= %(since)s)"
    " and (%(until)s::timestamptz is null or a.first_seen < %(until)s)"
    " and (%(sources)s::text[] = '{{}}' or a.source = any(%(sources)s))"
    " and (%(tag)s = '' or %(tag)s ="
    " any(a.topic || a.technologies || a.industries || a.companies || a.keywords))"
    " and (not %(summarized)s or r.总结 is not null) order by a.id"
).format(
    fields=sql.SQL(", ").join(
        sql.SQL("r.{} as {}").format(sql.Identifier(name.lower()), sql.Identifier(name))
        for name in RECORD_FIELDS
    )
)
_AT_ONCE = 500

Rows = Iterator[TupleRow]


def export(
    conn: Connection[TupleRow],
    selection: Selection,
    form: Format,
    out: BinaryIO,
    zone: ZoneInfo,
    progress: Callable[[int], None] = lambda count: None,
) -> int:
    """Write the selected articles in the order of their numbers; how many.

    They are as they were at one instant and never in memory together. Times are told in `zone`.
    `progress` hears of every `_AT_ONCE` articles. Raises UnknownSource, MissingPackage and OSError.
    """
    known = {row[0] for row in conn.execute("select id from archive.source")}
    if unknown := [name for name in selection.sources if name not in known]:
        raise UnknownSource(unknown[0])
    write = _writer(form)
    with conn.transaction():
        conn.execute(sql.SQL("set local timezone = {}").format(sql.Literal(zone.key)))
        with conn.cursor("export") as cursor:
            cursor.itersize = _AT_ONCE
            cursor.execute(
                _SELECT,
                {
                    "since": selection.since,
                    "until": selection.until,
                    "sources": list(selection.sources),
                    "tag": selection.tag,
                    "summarized": form is Format.RECORD,
                },
            )
            counted = _Counted(progress)
            write(cursor.description or (), counted.passed(cursor), out)
            return counted.count


class _Counted:
    """Counts rows that pass, and tells of it."""

    def __init__(self, progress: Callable[[int], None]) -> None:
        self.progress = progress
        self.count = 0

    def passed(self, rows: Rows) -> Rows:
        for row in rows:
            self.count += 1
            if self.count % _AT_ONCE == 0:
                self.progress(self.count)
            yield row


def _writer(form: Format) -> Callable[[Sequence[Column], Rows, BinaryIO], None]:
    if form is Format.PARQUET:
        from archive import parquet

        return parquet.write
    return {Format.JSONL: _jsonl, Format.CSV: _csv, Format.RECORD: _records}[form]


def _jsonl(columns: Sequence[Column], rows: Rows, out: BinaryIO) -> None:
    names = [column.name for column in columns]
    for row in rows:
        line = json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False, default=_plain)
        out.write(line.encode() + b"\n")


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _csv(columns: Sequence[Column], rows: Rows, out: BinaryIO) -> None:
    """As Excel reads it: a byte order mark, CRLF, lists with semicolons, local times."""
    text = io.TextIOWrapper(out, "utf-8-sig", newline="", write_through=True)
    try:
        table = csv.writer(text, lineterminator="\r\n")
        table.writerow([column.name for column in columns])
        for row in rows:
            table.writerow([_cell(value) for value in row])
    finally:
        # The file is the caller's to close.
        text.detach()


_FORMULA = tuple("=+-@＝＋－＠\t\r")
"""Beginnings of what spreadsheets run as a formula (OWASP, CSV injection), full width included."""


def _cell(value: object) -> object:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, list):
        value = "; ".join(str(each) for each in value)
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value


def _records(columns: Sequence[Column], rows: Rows, out: BinaryIO) -> None:
    """As the corpus writes them: a line `name: value` for each field, an empty line after each."""
    names = [column.name for column in columns]
    for row in rows:
        article = dict(zip(names, row, strict=True))
        for name in RECORD_FIELDS:
            out.write(f"{name}: {_one_line(name, article[name])}\n".encode())
        out.write(b"\n")


def _one_line(name: str, value: str | None) -> str:
    """The events are numbered, one on a line; in any other field a line of the text could look like
    the next field."""
    value = value or ""
    return value if name == RECORD_FIELDS[-1] else " ".join(value.split("\n"))
