"""model: the command that brings a model here."""

from typing import Annotated

import typer

from archive import console

app = typer.Typer()


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
