"""search: find articles on the command line."""

import json
from datetime import datetime
from typing import Annotated

import typer
from rich.text import Text

from archive import console

app = typer.Typer()


@app.command(context_settings={"ignore_unknown_options": True})  # -excluded
def search(
    words: Annotated[list[str], typer.Argument(help='Words, "a phrase" in quotes, -excluded.')],
    since: Annotated[
        str | None, typer.Option(help="How far back, such as '7 days' or '1 year'.")
    ] = None,
    tag: Annotated[str | None, typer.Option(help="A technology, industry, keyword, topic.")] = None,
    source: Annotated[str | None, typer.Option(help="The id of a source.")] = None,
    page: Annotated[int, typer.Option(help="Which twenty of the hits, from 1.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Search titles and texts: every word must occur; title hits first, then the newest."""
    from archive import database, query, settings

    if option := next((word for word in words if word.startswith("--")), ""):
        raise typer.BadParameter(f"there is no option {option}; -word excludes a word")
    url = database.looking_dsn(settings.load())
    answer = query.search(url, " ".join(words), since, tag, source, page)
    for row in answer.rows:
        found = dict(zip(answer.columns, row, strict=True))
        if as_json:
            console.out.print(json.dumps(found, ensure_ascii=False, default=str), markup=False)
        else:
            _show(found)
    if not answer.rows:
        console.say("Nothing found." if page == 1 else f"Nothing on page {page}.")
        raise typer.Exit(1)


def _show(found: dict[str, object]) -> None:
    from archive.clock import BEIJING

    at = found["published_at"]
    day = f"{at.astimezone(BEIJING):%Y-%m-%d}" if isinstance(at, datetime) else "no date   "
    out = console.out
    out.print(Text(f"{found['id']}  {day}  {found['source_name']}", style="dim"))
    out.print(Text(str(found["title"]), style="bold"), soft_wrap=False)
    snippet = Text(str(found["snippet"]))
    snippet.highlight_regex("【[^】]*】", "bold yellow")
    out.print(snippet, soft_wrap=False)
    out.print(Text(f"{found['url']}\n", style="dim"))
