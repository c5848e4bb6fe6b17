"""sources, and its check and add: what is registered, whether it works, what else there is."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from archive import console

if TYPE_CHECKING:
    from crawler.checking import SourceCheck
    from crawler.fetching import Fetch
    from crawler.proposing import Proposal

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
    from crawler import registry

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
    from crawler import registry

    current = settings.load()
    chosen = registry.choose(registry.load(current.jianbao_sources), ids or [])
    # Slow to load, and not needed to say what is wrong above.
    from crawler import reporting
    from crawler.checking import check as check_source
    from crawler.fetching import run

    now = clock.now()
    waiting = [source.id for source in chosen]
    with console.working(f"Checking {len(chosen)} sources") as tell:

        def errand(source: registry.Source) -> "Callable[[Fetch], Any]":
            async def checked(fetch: "Fetch") -> "SourceCheck":
                found = await check_source(source, fetch, now, SECONDS)
                waiting.remove(source.id)
                tell(f"{len(waiting)} to go: {', '.join(waiting[:4])}")
                return found

            return checked

        checks = run(current, chosen, [errand(source) for source in chosen], SECONDS + 60)
    if as_json:
        _write_json([reporting.plain(each) for each in checks])
    else:
        reporting.table(checks, now)
        if ids:
            for each in checks:
                reporting.details(each, now)
        else:
            reporting.fixes(checks)
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
    from crawler import appending, proposing, registry, reporting
    from crawler.checking import check as check_source
    from crawler.fetching import remembering, run

    current = settings.load()
    used = current.jianbao_sources
    if write:
        appending.refuse(write)
    known = registry.load(write if write and write.exists() else used)
    target = proposing.address(url, known)
    now = clock.now()

    async def errand(fetch: "Fetch") -> "tuple[Proposal, SourceCheck]":
        ask = remembering(fetch)
        found = await proposing.propose(target, ask, known, now)
        tell(f"{found.source.entry[0].kind} {found.source.entry[0].url}")
        return found, await check_source(found.source, ask, now, SECONDS)

    with console.working(f"Looking at {target}") as tell:
        ((proposal, checked),) = run(current, (), [errand], SECONDS)
    text = proposing.literal(proposal.source, proposal.unused)
    sys.stdout.write(text)
    sys.stdout.flush()
    reporting.details(checked, now, console.err)
    if checked.verdict != "ok":
        console.say("\nIt is not well" + (": nothing is written." if write else "."))
        raise typer.Exit(1)
    if write:
        appending.append(write, used, text)
        next_step = f"Appended to {write}."
        if not used or used.resolve() != write.resolve():
            next_step += f" To crawl it, set JIANBAO_SOURCES={write.resolve()} in .env."
    elif used:
        next_step = f"To crawl it, the same with: --write {used}"
    else:
        next_step = (
            "To crawl it, the same with --write FILE: FILE begins as a copy of the built-in"
            " registry, and JIANBAO_SOURCES=FILE in .env puts it to use."
        )
    console.paragraph(f"\n{next_step}", to=console.err)


def _write_json(plain: list[dict[str, Any]]) -> None:
    sys.stdout.write(json.dumps(plain, ensure_ascii=False, indent=1) + "\n")
