"""What commands say: progress on stderr for people, one JSON object of counts last on stdout."""

import json
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.table import Table

_QUIET_SECONDS = 2.0

err = Console(stderr=True, highlight=False, soft_wrap=True)
out = Console(highlight=False, soft_wrap=True)


def say(text: str) -> None:
    """One line for people."""
    err.print(text, markup=False)


@contextmanager
def working(what: str) -> Iterator[Any]:
    """Show that long work goes on: a spinner on a terminal, now and then a plain line elsewhere.

    Yields a function that takes a new line of progress.
    """
    if err.is_terminal:
        with err.status(what) as status:
            yield lambda text: status.update(f"{what}: {text}")
    else:
        say(what)
        last = ("", time.monotonic())

        def line(text: str) -> None:
            nonlocal last
            if text != last[0] and time.monotonic() - last[1] >= _QUIET_SECONDS:
                last = (text, time.monotonic())
                say(f"  {text}")

        yield line


def result(counts: Mapping[str, object]) -> None:
    """The command's counts as one JSON object: the last line of standard output."""
    sys.stdout.write(json.dumps(dict(counts), ensure_ascii=False) + "\n")


def table(columns: list[str], rows: list[tuple[object, ...]], title: str = "") -> None:
    """A table for people, as wide as the terminal."""
    shown = Table(*columns, title=title or None, title_justify="left", box=None, pad_edge=False)
    for row in rows:
        shown.add_row(*("" if cell is None else str(cell) for cell in row))
    out.print(shown, soft_wrap=False)
