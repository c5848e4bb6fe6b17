"""crawl, extract, reread: the crawler's commands."""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archive import console

if TYPE_CHECKING:
    from crawler.articles.rereading import Change
    from crawler.sources.source import Source

app = typer.Typer()
_WIDTH = 80


@app.command()
def crawl(
    ids: Annotated[list[str] | None, typer.Argument(help="Only these sources.")] = None,
    shard: Annotated[str, typer.Option(help="K/N: only the sources of shard K of N.")] = "",
    force: Annotated[bool, typer.Option(help="Also sources that are not due.")] = False,
    wait: Annotated[int, typer.Option(help="Seconds to wait for sources that are claimed.")] = 0,
    apart: Annotated[bool, typer.Option(help="Each source in a process of its own.")] = False,
) -> None:
    """Crawl the sources that are due, or the named ones now; keep their pages."""
    from archive import clock, database, links, runs, settings
    from archive import sources as archive_sources
    from crawler.pages.crawl import crawl as run_crawl
    from crawler.pages.crawl import crawl_apart, due, sync_registry
    from crawler.sources import registry

    current = settings.load()
    known = registry.load(current.jianbao_sources)
    chosen = _of_shard(registry.choose(known, ids or []), shard)
    with database.connect(current) as conn, runs.logged(conn, _line("crawl", shard)) as counts:
        sync_registry(conn, known, clock.now())
        if not ids and not force:
            now = clock.now()
            known_points = archive_sources.entry_points(conn)
            chosen = due(chosen, known_points, links.waiting(conn, now), now)
        with console.working(f"Crawling {len(chosen)} sources") as progress:
            if apart:
                counts |= crawl_apart(conn, chosen, current.crawl_seconds, progress)
            else:
                counts |= run_crawl(
                    conn,
                    current,
                    chosen,
                    per_source=current.crawl_articles_per_source,
                    seconds=current.crawl_seconds,
                    wait=wait,
                    everything=bool(ids or force),
                    progress=progress,
                )
    console.result(counts)


@app.command()
def extract(
    file: Annotated[
        str, typer.Argument(help="A page; - for standard input; none: what waits.")
    ] = "",
    url: Annotated[str, typer.Option(help="Where the page is from.")] = "",
) -> None:
    """Read one page and print its article as JSON; without FILE, read the pages that wait."""
    if file:
        from crawler.articles import reader
        from crawler.extract import extract as extract_page

        body = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        article = reader.ours.call(extract_page, body, url or None)
        sys.stdout.write(json.dumps(article, ensure_ascii=False) + "\n")
        return
    from archive import database, runs, settings
    from crawler.articles.reading import read_pending
    from crawler.sources import registry
    from crawler.sources.relevance import Rule

    current = settings.load()
    known = registry.load(current.jianbao_sources)
    with (
        database.connect(current) as conn,
        runs.logged(conn, "extract") as counts,
        console.working("Reading pages"),
    ):
        counts |= read_pending(conn, Rule.load(known, current.jianbao_topics))
    console.result(counts)


@app.command()
def reread(
    since: Annotated[str, typer.Option(help="YYYY-MM-DD: the pages fetched since this day.")],
    source: Annotated[str, typer.Option(help="Only this source.")] = "",
    dry_run: Annotated[bool, typer.Option(help="Only show what would change.")] = False,
) -> None:
    """Read kept pages again by today's rules, and show what that changes. Removes no article."""
    from archive import database, runs, settings
    from crawler.articles.rereading import reread as run
    from crawler.sources import registry
    from crawler.sources.relevance import Rule

    current = settings.load()
    known = registry.load(current.jianbao_sources)
    if source:
        registry.choose(known, [source])
    try:
        day = datetime.strptime(since, "%Y-%m-%d").replace(tzinfo=current.timezone)
    except ValueError:
        raise typer.BadParameter(f"--since {since!r} is not a day like 2026-03-04") from None
    rule = Rule.load(known, current.jianbao_topics)
    line = "reread --dry-run" if dry_run else "reread"
    with (
        database.connect(current) as conn,
        runs.logged(conn, line) as counts,
        console.working("Reading kept pages again") as progress,
    ):
        counts |= run(conn, rule, day, source, dry_run, _show, progress)
    would = "would be" if dry_run else "were"
    console.say(
        f"{counts['read']} pages read again: {counts['changed']} articles {would} changed,"
        f" {counts['new']} {would} new, {counts['same']} the same; {counts['lost']} that today's"
        f" rules refuse stay as they are; {counts['unreadable']} could not be read;"
        f" {counts['pruned']} cannot be read again, because retention removed their bytes."
    )
    console.result(counts)


def _show(change: "Change") -> None:
    from rich.text import Text

    console.say(f"{change.kind.upper() if change.kind == 'lost' else change.kind}  {change.url}")
    colours = {"-": "red", "+": "green", " ": ""}
    for sign, text in [(" ", change.title), *change.lines]:
        for number, each in enumerate(Text(text, colours[sign]).wrap(console.err, _WIDTH - 4)):
            head = f"  {' ' if number else sign} "
            console.err.print(Text(head, colours[sign]) + each)


def _of_shard(chosen: "tuple[Source, ...]", shard: str) -> "tuple[Source, ...]":
    if not shard:
        return chosen
    try:
        number, count = (int(part) for part in shard.split("/"))
        if not 0 <= number < count:
            raise ValueError
    except ValueError:
        raise typer.BadParameter(f"--shard {shard!r} is not K/N with 0 <= K < N") from None
    return tuple(source for source in chosen if source.shard(count) == number)


def _line(command: str, shard: str) -> str:
    return f"{command} --shard {shard}" if shard else command
