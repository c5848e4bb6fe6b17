"""summarize, model: the summarizer's commands."""

from datetime import datetime
from typing import Annotated

import typer

from archive import console

app = typer.Typer()


@app.command()
def summarize(
    redo: Annotated[
        bool, typer.Option(help="Make summaries again; each holds until it is replaced.")
    ] = False,
    since: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], metavar="DAY", help="Only of articles first seen since that day."
        ),
    ] = None,
    method: Annotated[str, typer.Option(help="Only summaries of that method.")] = "",
    model: Annotated[str, typer.Option(help="Only summaries that this model was asked for.")] = "",
) -> None:
    """Summarize and tag every article that waits.

    --redo marks summaries and then makes them again. When it is
    interrupted, summarize without it goes on, and so do further workers.
    """
    from archive import database, runs, settings, summaries
    from archive.errors import UsageError
    from summarizer.stage import summarize_pending

    if (since or method or model) and not redo:
        raise UsageError("--since, --method and --model choose what to do again: give --redo too")
    current = settings.load()
    with (
        database.connect(current) as conn,
        runs.logged(conn, "summarize") as counts,
        console.working("Summarizing") as progress,
    ):
        if redo:
            start = since and since.replace(tzinfo=current.timezone)
            counts["marked"] = summaries.mark(conn, start, method, model)
        counts |= summarize_pending(conn, current, progress)
    console.result(counts)


@app.command()
def model(
    name: Annotated[
        str, typer.Argument(help="A hub's id, or a folder of your own.", show_default=False)
    ] = "",
) -> None:
    """Fetch a model for the summaries and record its files; without a name the default one.

    The hub is huggingface.co, or a mirror named by HF_ENDPOINT.
    """
    from archive import settings
    from summarizer.model import files

    current = settings.load()
    wanted = name or current.summarizer_model or files.DEFAULT
    console.say(f"Looking for {wanted}")
    place = files.fetch(wanted, current.jianbao_home)
    console.say(f"{wanted} is in {place}, {files.weight(place) / 1e9:.1f} GB of weights.")
    if files.in_use(current) != wanted:
        console.say(f"To summarize with it, set SUMMARIZER_MODEL={wanted}")
