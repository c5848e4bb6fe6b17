"""sources, and its check and add: what is registered, whether it works, what else there is."""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from archive import console
from archive.clock import BEIJING

if TYPE_CHECKING:
    from crawler.pages.fetching import Fetch
    from crawler.sources.checking import Finding, SourceCheck
    from crawler.sources.source import Source

SECONDS = 300
"""For one source, its delays included."""

app = typer.Typer()
sources = typer.Typer(invoke_without_command=True)
app.add_typer(sources, name="sources")

AsJson = Annotated[bool, typer.Option("--json", help="One JSON array, for programs.")]


@sources.callback()
def show(context: typer.Context, as_json: AsJson = False) -> None:
    """List the registered sources; check or add some. Needs no database."""
    from archive import settings
    from crawler.sources import registry

    if context.invoked_subcommand:
        return
    known = registry.load(settings.load().jianbao_sources)
    if as_json:
        _write_json([source.model_dump(mode="json") for source in known])
        return
    rows: list[tuple[object, ...]] = [
        (
            source.id,
            source.name,
            "on" if source.enabled else "off",
            ", ".join(sorted({entry.kind for entry in source.entry})) or "links only",
            source.poll_minutes if source.entry else "",
            f"{source.min_delay:g}",
            source.tls and f"TLS {source.tls}",
        )
        for source in known
    ]
    console.table(["id", "name", "", "entry points", "every (min)", "delay (s)", ""], rows)


@sources.command()
def check(
    ids: Annotated[
        list[str] | None, typer.Argument(help="Only these; else all that are on.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """See what works today: ask every entry point, and read one article of each source.

    Obeys robots.txt and the delays as a crawl does, and writes nothing. Ends with 1 if something
    is not well. Ctrl-C tells what is known so far.
    """
    from archive import clock, settings
    from crawler.sources import registry

    current = settings.load()
    chosen = registry.choose(registry.load(current.jianbao_sources), ids or [])
    # Slow to load, and not needed to say what is wrong above.
    from crawler.pages.fetching import online, run
    from crawler.sources.checking import check as check_source

    now = clock.now()
    if not ids and not online(chosen):
        console.say("None of the sources answers: is this machine online?")
        raise typer.Exit(1)
    waiting = [source.id for source in chosen]

    def errand(source: "Source") -> "Callable[[Fetch], Any]":
        async def checked(fetch: "Fetch") -> "SourceCheck":
            found = await check_source(source, fetch, now, SECONDS)
            waiting.remove(source.id)
            tell(f"{len(waiting)} to go: {', '.join(waiting[:4])}")
            return found

        return checked

    with console.working(f"Checking {len(chosen)} sources") as tell:
        checks = run(current, chosen, [errand(source) for source in chosen], SECONDS + 60)
    if as_json:
        _write_json([_plain(each) for each in checks])
    else:
        _table(checks, now)
        for each in checks:
            _details(each, now, console.out, everything=bool(ids))
    if not all(each.verdict == "ok" for each in checks):
        raise typer.Exit(1)


@sources.command()
def add(
    url: Annotated[str, typer.Argument(help="A site, one of its sections, or a feed.")],
    write: Annotated[
        Path | None, typer.Option(help="Append it to this registry file if it is well.")
    ] = None,
) -> None:
    """Propose a registry entry for a site: find its feed, sitemap or list, and check it.

    The entry goes to standard output. A FILE that is not there yet begins as a copy of the
    registry in use; JIANBAO_SOURCES=FILE then makes it the one in use.
    """
    from archive import clock, settings
    from crawler.pages.fetching import run
    from crawler.sources import proposing, registry
    from crawler.sources.checking import check as check_source

    current = settings.load()
    used = current.jianbao_sources
    if write:
        registry.refuse(write)
    known = registry.load(write if write and write.exists() else used)
    target = proposing.address(url, known)
    now = clock.now()

    async def errand(fetch: "Fetch") -> "tuple[list[Finding], SourceCheck]":
        source, unused = await proposing.propose(target, fetch, known, now)
        tell(f"{source.entry[0].kind} {source.entry[0].url}")
        return unused, await check_source(source, fetch, now, SECONDS)

    with console.working(f"Looking at {target}") as tell:
        ((unused, checked),) = run(current, (), [errand], SECONDS)
    text = proposing.literal(checked.source, unused)
    sys.stdout.write(text)
    sys.stdout.flush()
    _details(checked, now, console.err)
    if checked.verdict != "ok":
        console.say("\nIt is not well" + (": nothing is written." if write else "."))
        raise typer.Exit(1)
    next_step = f"To crawl it, the same with: --write {used or 'FILE'}"
    if write:
        registry.append(write, used, text)
        next_step = f"Appended to {write}."
        if not used or used.resolve() != write.resolve():
            next_step += f" To crawl it, set JIANBAO_SOURCES={write.resolve()} in .env."
    console.paragraph(f"\n{next_step}", to=console.err)


def _table(checks: "list[SourceCheck]", now: datetime) -> None:
    """One line for each source: articles of the links, age of the newest, length of one."""
    from crawler.sources.checking import told

    rows: list[tuple[object, ...]] = []
    for check in checks:
        links = sum(each.links for each in check.findings)
        articles = sum(each.articles for each in check.findings)
        shown = [each.published for each in check.findings if each.links and each.published]
        age = told(now - max(shown)) if shown else ""
        text = next((each.characters for each in check.findings if each.kind == "article"), "")
        source = check.source
        rows.append((source.id, source.name, check.verdict, f"{articles}/{links}", age, text))
    console.table(["id", "name", "verdict", "links", "newest", "text"], rows)


def _details(check: "SourceCheck", now: datetime, to: Console, everything: bool = True) -> None:
    """What was found of a source: everything, or only what is not well, and what to do about it."""
    from crawler.sources.checking import told

    shown = [each for each in check.findings if everything or not each.is_well]
    if shown:
        to.print(f"\n{check.source.id} {check.source.name}: {check.verdict}", markup=False)
    for each in shown:
        to.print(f"  {each.kind:8} {each.url}", markup=False)
        if each.kind == "article":
            when = each.published and each.published.astimezone(BEIJING)
            seen = f"{each.characters} characters" + (f", {when:%Y-%m-%d %H:%M}" if when else "")
        else:
            newest = f", newest {told(now - each.published)}" if each.published else ""
            wish = f", robots.txt wants {each.crawl_delay:g} s" if each.crawl_delay else ""
            seen = f"{each.links} links, {each.articles} articles{newest}{wish}"
        trouble = f"{each.verdict}: {each.problem}: {each.fix}"
        console.paragraph(seen if each.is_well else trouble, 11, to)
        if each.title:
            console.paragraph(each.title, 11, to)


def _plain(check: "SourceCheck") -> dict[str, Any]:
    """A check as JSON values; times are ISO 8601, Beijing time."""
    found = []
    for each in check.findings:
        when = each.published and each.published.astimezone(BEIJING)
        told = {"fix": each.fix, "published": when and when.isoformat(timespec="minutes")}
        found.append(asdict(each) | told)
    return {
        "id": check.source.id,
        "name": check.source.name,
        "verdict": check.verdict,
        "entries": [each for each in found if each["kind"] != "article"],
        "article": next((each for each in found if each["kind"] == "article"), None),
    }


def _write_json(plain: list[dict[str, Any]]) -> None:
    sys.stdout.write(json.dumps(plain, ensure_ascii=False, indent=1) + "\n")
