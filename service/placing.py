"""dedupe: the command of the stage of copies."""

from typing import Annotated

import typer

from archive import console

app = typer.Typer()


@app.command()
def dedupe(
    again: Annotated[
        bool, typer.Option(help="Place all articles anew, as after a change of the rules.")
    ] = False,
) -> None:
    """Find copies, their originals, and which texts tell one event.

    Every article that waits is placed. Interrupted, it goes on when run without --again.
    """
    from archive import clock, database, runs, settings
    from archive.sameness.stored import place_pending, start_again
    from archive.sameness.telling import tell_pending

    with (
        database.connect(settings.load()) as conn,
        runs.logged(conn, "dedupe --again" if again else "dedupe") as counts,
        console.working("Placing articles") as progress,
    ):
        if again:
            start_again(conn)
        counts |= place_pending(conn, clock.now(), progress)
        counts |= tell_pending(conn, progress)
    console.result(counts)
