"""A page's text repaired where it stands, and which of its repairs are in an article."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from lxml import html as lxml_html
from lxml.etree import XPath, iterwalk

from archive.models import Edit
from archive.text import clean_line
from crawler.blocks import BLOCKS
from crawler.damage.mending import Mended
from crawler.repair import mended, sound

_UNSEEN = frozenset(("script", "style", "noscript", "template"))
_BREAK = re.compile(r"[\r\n]")
# What a parser lets in and lxml will not write.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_LINE = 100_000
_LIKELY = 12
"""Characters that two lines do not share by chance."""
_LOST = re.compile("[\ufffd\ue000-\uf8ff]")
_BEARABLE = 3

_TEXTS = XPath("//text()", smart_strings=False)
_CODE = XPath("//script/text() | //style/text()", smart_strings=False)
_CONTENTS = XPath("//meta/@content", smart_strings=False)

_Run = list[tuple[lxml_html.HtmlElement, str]]
"""The texts of one line: an element, and which of its texts: `text`, `tail` or `content`."""


def restore(tree: lxml_html.HtmlElement) -> tuple[Mended, ...]:
    """Repair the text of a page in its tree; all its lines if that changed any, else none."""
    # Most pages need no repair; to see that is quicker than to take them apart.
    code = set(_CODE(tree))
    texts = ("\n" if each.isspace() else each for each in _TEXTS(tree) if each not in code)
    if sound("".join(texts) + "\n".join(_CONTENTS(tree))):
        return ()
    said = ((run, "".join(map(_said, run))) for run in _runs(tree))
    runs = [(run, text) for run, text in said if not text.isascii()]
    found = mended([_BREAK.sub(" ", text) for _, text in runs])
    changed = False
    for (run, _), line in zip(runs, found, strict=True):
        if line.edits:
            changed = True
            _write(run, line.edits)
    return found if changed else ()


def edits(whole: str, lines: Sequence[Mended]) -> tuple[Edit, ...]:
    """The repairs of a page's lines that are in a text made of such lines, by their place in it."""
    shown = [_cleaned(line) for line in lines]
    free = {line: at for line, at in _lines(whole)}
    found: list[Edit] = []
    taken: list[tuple[int, int]] = []

    def place(at: int, line: Mended, start: int, end: int) -> None:
        """Put what stands from `start` to `end` of a line at a place of the text."""
        if all(at + end - start <= a or at >= b for a, b in taken):
            taken.append((at, at + end - start))
            inside = (e for e in line.edits if start <= e.at and e.at + len(e.after) <= end)
            found.extend(replace(e, at=at + e.at - start) for e in inside)

    for line in shown:
        if line.text in free:
            place(free.pop(line.text), line, 0, len(line.text))
    for line in shown:
        size = len(line.text)
        if size >= _LIKELY and (at := whole.find(line.text)) >= 0:
            place(at, line, 0, size)
        for piece, at in free.items() if line.edits else ():
            if len(piece) >= _LIKELY and (start := line.text.find(piece)) >= 0:
                place(at, line, start, start + len(piece))
    return tuple(sorted(found, key=lambda edit: edit.at))


def damage(text: str) -> str:
    """What is left of damage in a text, in words; empty if that is nothing to speak of."""
    lost = len(_LOST.findall(text))
    return f"{lost} characters are damaged beyond repair" if lost > _BEARABLE else ""


def _runs(tree: lxml_html.HtmlElement) -> Iterator[_Run]:
    run: _Run = []
    unseen = 0
    for event, node in iterwalk(tree, events=("start", "end", "comment", "pi")):
        tag = node.tag
        if tag in BLOCKS and run:
            yield run
            run = []
        if event == "start":
            unseen += tag in _UNSEEN
            if tag == "meta" and node.get("content"):
                yield [(node, "content")]
            if node.text and not unseen:
                run.append((node, "text"))
        else:
            unseen -= event == "end" and tag in _UNSEEN
            if node.tail and not unseen and node is not tree:
                run.append((node, "tail"))
    if run:
        yield run


def _said(piece: tuple[lxml_html.HtmlElement, str]) -> str:
    node, name = piece
    return str(node.get(name) if name == "content" else getattr(node, name))


def _write(run: _Run, changes: Sequence[Edit]) -> None:
    """Make the changes of a line in its texts."""
    texts = [_said(piece) for piece in run]
    cells = [*"".join(texts), ""]
    grown = 0
    for edit in changes:
        start = edit.at - grown
        end = start + len(edit.before)
        cells[start] = edit.after + ("" if edit.before else cells[start])
        cells[start + 1 : end] = [""] * (end - start - 1)
        grown += len(edit.after) - len(edit.before)
    start = 0
    for (node, name), text in zip(run, texts, strict=True):
        end = start + len(text)
        written = "".join(cells[start:end]) + (cells[-1] if (node, name) == run[-1] else "")
        written = _UNWRITABLE.sub("", written)
        if name == "content":
            node.set(name, written)
        else:
            setattr(node, name, written)
        start = end


def _cleaned(line: Mended) -> Mended:
    """A line as articles have it."""
    placed = (
        replace(edit, at=len(clean_line(line.text[: edit.at] + ".", _LINE)) - 1)
        for edit in line.edits
    )
    return Mended(clean_line(line.text, _LINE), tuple(placed))


def _lines(whole: str) -> Iterator[tuple[str, int]]:
    at = 0
    for line in whole.split("\n"):
        yield line, at
        at += len(line) + 1
