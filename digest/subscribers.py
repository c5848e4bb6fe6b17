"""subscribers: who reads the digest, and what of it."""

import csv
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from archive import console
from archive.edition_models import Choice
from digest.message import valid_address
from digest.robots import ROBOTS

app = typer.Typer()
subscribers = typer.Typer(no_args_is_help=True, help="Who reads the digest, and what of it.")
app.add_typer(subscribers, name="subscribers")

CHANNELS = (*ROBOTS, "atom")


@subscribers.command("add")
def add(
    addresses: Annotated[
        list[str], typer.Argument(help=f"Mail addresses, or {', '.join(CHANNELS)}.")
    ],
    topic: Annotated[list[str] | None, typer.Option(help="Only this topic; repeatable.")] = None,
    keyword: Annotated[list[str] | None, typer.Option(help="And this keyword; repeatable.")] = None,
    search: Annotated[str, typer.Option(help="And what this search finds.")] = "",
    weekdays: Annotated[bool, typer.Option(help="Nothing on Saturday and Sunday.")] = False,
) -> None:
    """Add readers; who is one already gets this choice instead of the last. No choice: all."""
    from archive import clock, database, settings
    from archive import subscribers as readers

    choice = Choice(tuple(topic or ()), tuple(keyword or ()), search, weekdays)
    for problem in filter(None, map(_wrong_address, addresses)):
        raise typer.BadParameter(problem)
    current = settings.load()
    with database.connect(current) as conn:
        if problem := _wrong_choice(choice, _topics()):
            raise typer.BadParameter(problem)
        if search:
            console.say(f"The search finds {len(readers.found(conn, search))} articles by now.")
    with database.connect(current, database.MAILER) as conn:
        added = sum(readers.put(conn, address, choice, clock.now()) for address in addresses)
    console.result({"added": added})


@subscribers.command("remove")
def remove(addresses: list[str]) -> None:
    """Send nothing more to readers."""
    from archive import clock, database, settings
    from archive import subscribers as readers

    removed = 0
    with database.connect(settings.load(), database.MAILER) as conn:
        for address in addresses:
            if readers.remove(conn, address, clock.now()):
                removed += 1
            else:
                console.say(f"{address} is no reader: nothing to remove.")
    console.result({"removed": removed})


@subscribers.command("list")
def list_readers() -> None:
    """List the readers and what they chose."""
    from archive import database, settings
    from archive import subscribers as readers

    with database.connect(settings.load(), database.MAILER) as conn:
        for reader in readers.every(conn):
            told = "  ".join((reader.address, *_words(reader.choice)))
            console.out.print(f"{told}{'' if reader.active else '  (inactive)'}", markup=False)


@subscribers.command("import")
def import_readers(
    file: Annotated[str, typer.Argument(help="A file, or - for standard input.")],
) -> None:
    """Add the readers of a file: one address a line, or CSV with the columns address, topics,
    keywords, search and weekdays; several topics or keywords with a semicolon between them.

    Lines that are refused are named with the reason; the others are taken.
    """
    from archive import clock, database, settings
    from archive import subscribers as readers

    current = settings.load()
    text = _decoded(sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes())
    with database.connect(current) as conn:
        topics = _topics()
    counts = {"added": 0, "unchanged": 0, "refused": 0}
    seen: set[str] = set()
    with database.connect(current, database.MAILER) as conn:
        for number, address, choice in _rows(text):
            problem = _wrong_address(address) or _wrong_choice(choice, topics)
            if address.lower() in seen:
                problem = f"{address!r} stands here twice"
            if problem:
                counts["refused"] += 1
                console.say(f"line {number}: {problem}")
                continue
            seen.add(address.lower())
            new = readers.put(conn, address, choice, clock.now())
            counts["added" if new else "unchanged"] += 1
    console.result(counts)
    if counts["refused"] and not seen:
        raise typer.Exit(1)


def _decoded(content: bytes) -> str:
    """UTF-8, or what Excel writes in China."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", "replace")


def _rows(text: str) -> Iterator[tuple[int, str, Choice]]:
    """(line, address, choice) of every line that says something."""
    table = csv.reader(io.StringIO(text))
    columns = ["address"]
    for row in table:
        cells = [cell.strip() for cell in row]
        if not any(cells) or cells[0].startswith("#"):
            continue
        if cells[0].lower() == "address":
            columns = [cell.lower() for cell in cells]
            continue
        given = dict(zip(columns, cells, strict=False))
        yield (
            table.line_num,
            given.get("address", ""),
            Choice(
                _several(given.get("topics", "")),
                _several(given.get("keywords", "")),
                given.get("search", ""),
                given.get("weekdays", "").lower() in ("1", "true", "yes", "是"),
            ),
        )


def _several(cell: str) -> tuple[str, ...]:
    return tuple(filter(None, (word.strip() for word in cell.replace("；", ";").split(";"))))


def _wrong_address(address: str) -> str:
    """Why nobody can be reached there; empty if nothing is wrong."""
    known = address in CHANNELS or valid_address(address)
    return "" if known else f"{address!r} is not a mail address"


def _topics() -> list[str]:
    from archive import taxonomy

    return [topic.name for topic in taxonomy.load().topics]


def _wrong_choice(choice: Choice, topics: list[str]) -> str:
    """Why this cannot be chosen; empty if nothing is wrong."""
    for topic in choice.topics:
        if topic not in topics:
            return f"{topic!r} is not a topic; they are {'、'.join(topics)}"
    return "the search has more than 200 characters" if len(choice.search) > 200 else ""


def _words(choice: Choice) -> Iterator[str]:
    yield from choice.topics
    yield from choice.keywords
    if choice.search:
        yield f"search: {choice.search}"
    if choice.weekdays:
        yield "weekdays"
