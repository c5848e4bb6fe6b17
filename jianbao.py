"""The one command: mounts the rooms' commands, and turns known errors into one line."""

import logging
import os
import signal
import sys
from typing import Annotated

import typer

import crawler.commands
import crawler.explaining
import crawler.sources.source_commands
import digest.commands
import digest.outbox
import digest.subscribers
import service.commands
import service.keeping
import service.placing
import service.searching
import summarizer.commands
from archive import console
from archive.errors import KnownError

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
for room in (
    crawler.sources.source_commands,
    crawler.commands,
    crawler.explaining,
    summarizer.commands,
    digest.commands,
    digest.outbox,
    digest.subscribers,
    service.commands,
    service.keeping,
    service.placing,
    service.searching,
):
    app.add_typer(room.app)


@app.callback()
def options(
    use_demo: Annotated[
        bool, typer.Option("--demo", help="Work on the demo's archive instead of the live one.")
    ] = False,
) -> None:
    """Jianbao 简报: an archive of Chinese technology news, and a brief of it every morning."""
    if use_demo:
        from demo import deployment

        if not deployment.exists():
            raise typer.BadParameter("there is no demo here yet; run: make demo")
        os.environ.update(deployment.kept().environment())


@app.command()
def demo(
    fresh: Annotated[bool, typer.Option(help="Forget the last demo and begin a new one.")] = False,
) -> None:
    """Run the whole job once on the bundled sample newsroom. Needs no internet and no key."""
    from demo.run import run

    run(fresh)


@app.command()
def live() -> None:
    """One quick look at the real sources: what works today, and a digest preview. Mails nobody."""
    from service.look import look

    look()


@app.command()
def down() -> None:
    """Stop what `up` and `demo` started here, and nothing else."""
    from archive import settings
    from demo import deployment
    from service import live as deployments

    with console.working("Stopping"):
        stopped = deployments.stop(settings.load())
        if deployment.exists():
            os.environ.update(deployment.kept().environment())
            stopped += [f"demo {what}" for what in deployments.stop(settings.load())]
    console.say("Stopped: " + ", ".join(stopped) + "." if stopped else "Nothing was running.")


@app.command(name="import")
def import_(
    targets: Annotated[
        list[str], typer.Argument(help="Files (text, Markdown, HTML) or addresses.")
    ],
) -> None:
    """Take in documents or links that somebody sends; print their records.

    What became of them, and what was repaired, goes to standard error.
    """
    from archive import articles, clock, database, links, runs, settings, summaries
    from archive.sameness.stored import place_pending
    from archive.sameness.telling import tell_pending
    from crawler.accounts import account
    from crawler.importing import bring_in
    from summarizer.stage import summarize_pending

    current = settings.load()
    taken = 0
    with database.connect(current) as conn, runs.logged(conn, "import") as counts:
        brought = bring_in(conn, current, targets)
        counts |= place_pending(conn, clock.now())
        counts |= tell_pending(conn)
        counts |= summarize_pending(conn, current)
        for target, key in brought:
            outcome, reason = links.outcome(conn, key) or ("pending", "")
            taken += outcome in ("stored", "alias")
            found = articles.of_link(conn, key)
            for line in account(target, outcome, reason, found):
                console.say(line)
            for stored in found:
                record = summaries.record(conn, stored.id) or {}
                for name, value in record.items():
                    console.out.print(f"{name}: {value}", markup=False)
                console.out.print()
    if not taken:
        raise typer.Exit(1)


def main() -> None:
    """Run the command line. Exit codes: 0 worked, 1 nothing worked, 2 wrong usage."""
    # The level is the handler's: libraries set the levels of their loggers as they like.
    log = logging.StreamHandler(sys.stderr)
    log.setLevel(logging.WARNING)
    log.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    logging.getLogger().addHandler(log)
    signal.signal(signal.SIGINT, _interrupted)
    try:
        app()
    except KnownError as error:
        _end(error, error.exit_code)
    except OSError as error:
        _end(error, 1)
    except Exception as error:
        if not _is_database_trouble(error):
            raise
        # What follows the first line is the statement.
        _end(KnownError(f"database: {str(error).partition(chr(10))[0]}"), 1)


def _is_database_trouble(error: Exception) -> bool:
    """Whether the driver raised it because the server went away, refused, or has no room."""
    driver = sys.modules.get("psycopg")
    return driver is not None and isinstance(error, driver.Error)


def _interrupted(*_: object) -> None:
    console.say("\nInterrupted. Running it again goes on from here; make down stops services.")
    sys.exit(130)


def _end(error: Exception, code: int) -> None:
    if isinstance(error, BrokenPipeError):
        # The reader of our output has gone, such as `head`.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(code)
    if isinstance(error, OSError) and error.filename and error.strerror:
        error = KnownError(f"{error.filename}: {error.strerror}")
    line = " ".join(str(error).split()) or type(error).__name__
    console.say(f"jianbao: {line}")
    sys.exit(code)


if __name__ == "__main__":
    main()
