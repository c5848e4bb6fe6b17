"""What commands say: progress on stderr for people, one JSON object of counts last on stdout."""

import json
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

_BEAT_SECONDS = 3.0

err = Console(stderr=True, highlight=False, soft_wrap=True)
out = Console(highlight=False, soft_wrap=True)


def say(text: str) -> None:
    """One line for people."""
    err.print(text, markup=False)


@contextmanager
def working(what: str) -> Iterator[Callable[[str], None]]:
    """Show that long work goes on: a spinner on a terminal, now and then a plain line elsewhere.

    Yields a function that takes a new line of progress.
    """
    if err.is_terminal:
        with err.status(what) as status:
            yield lambda text: status.update(f"{what}: {text}")
        return
    say(what)
    latest, ended = [""], threading.Event()
    beat = threading.Thread(target=_beat, args=(latest, ended), daemon=True)
    beat.start()
    try:
        yield lambda text: latest.__setitem__(0, text)
    finally:
        ended.set()
        beat.join()


def _beat(latest: list[str], ended: threading.Event) -> None:
    began, shown = time.monotonic(), ""
    while not ended.wait(_BEAT_SECONDS):
        text = latest[0] if latest[0] != shown else ""
        shown = latest[0]
        say(f"  {time.monotonic() - began:3.0f} s  {text or '…'}")


def result(counts: Mapping[str, object]) -> None:
    """The command's counts as one JSON object: the last line of standard output."""
    sys.stdout.write(json.dumps(dict(counts), ensure_ascii=False) + "\n")


def table(columns: list[str], rows: list[tuple[object, ...]], title: str = "") -> None:
    """A table for people, as wide as the terminal."""
    shown = Table(*columns, title=title or None, title_justify="left", box=None, pad_edge=False)
    for row in rows:
        shown.add_row(*("" if cell is None else str(cell) for cell in row))
    out.print(shown, soft_wrap=False)


_PIECE = re.compile(r"[\u2e80-\uffef][，。；：、？！”’）】》]*|[^\s\u2e80-\uffef]+|\s")


def paragraph(text: str, indent: int = 0, to: Console = out, hang: int = 0) -> None:
    """Text for people, as wide as the terminal: every line is indented, by `hang` more from the
    second on. Chinese may break anywhere but before punctuation, other text between words."""
    for given in text.split("\n"):
        line = " " * indent
        for piece in _PIECE.findall(given):
            if cell_len(line + piece) > to.width and line.strip():
                to.print(line.rstrip(), markup=False)
                line = " " * (indent + hang)
            if line.strip() or not piece.isspace():
                line += piece
        to.print(line.rstrip(), markup=False)
