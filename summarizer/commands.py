"""summarize: the summarizer's command."""

import typer

from archive import console

app = typer.Typer()


@app.command()
def summarize() -> None:
    """Summarize and tag every article that waits."""
    from archive import database, runs, settings
    from summarizer.stage import summarize_pending, writer

    current = settings.load()
    with (
        database.connect(current) as conn,
        runs.logged(conn, "summarize") as counts,
        console.working("Summarizing") as progress,
    ):
        counts |= summarize_pending(conn, writer(current), progress)
    console.result(counts)
