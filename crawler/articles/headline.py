"""What a page shows in lines, which of them is its headline, and what stands around the text."""

import re
from collections.abc import Sequence
from datetime import datetime

from lxml import html as lxml_html
from lxml.etree import iterwalk

from archive.text import clean, clean_line, fold
from crawler.blocks import BLOCKS
from crawler.links.dates import find_date

_TITLE_SUFFIX = re.compile(r"\s*[_|｜]\s*|\s+[-–—]\s+|\s*--\s*")
_JOINTS = "-–—_|｜»›·:："
_UNSEEN = {"script", "style", "title", "noscript"}

_DATELINE = re.compile(r"日\s*(?:专?电|電|讯|訊|消息)")
_HOUR = re.compile(r"\d:\d\d")
_LONGEST = 300
_HEAD_LINES = 12
_CREDIT_LENGTH = 120
_LENGTH = range(6, 60)
_START = 8
"""Characters that tell a line from others."""
_SAID = 0.5
"""The part of its pairs of characters by which a line is taken for the headline of a text."""


def title(tree: lxml_html.HtmlElement, lines: list[str], selected: Sequence[str] = ()) -> str:
    """The headline: a heading or visible line that `<title>` contains, else what stands in.

    What a publisher's selector shows is a heading too, the first of them.
    """
    page_title = clean_line(tree.findtext(".//title") or "")
    headings = [clean_line(node.text_content()) for node in tree.xpath("//h1|//h2|//h3")]
    headings = [*selected, *headings]
    headings = [heading for heading in headings if len(fold(heading)) >= 4]
    folded = fold(page_title)
    agreeing = [heading for heading in headings if fold(heading) in folded]
    if agreeing:
        return max(agreeing, key=len)
    joined = [line for line in lines if _stands_in(line, page_title) and len(fold(line)) >= 6]
    if joined:
        return max(joined, key=lambda line: (line != page_title, len(line)))
    first = [clean_line(node.text_content()) for node in tree.xpath("//h1")]
    for heading in (*selected, *first):
        if len(fold(heading)) >= 6:
            return heading
    for content in tree.xpath("//meta[@property='og:title' or @name='og:title']/@content"):
        if clean_line(content):
            return clean_line(content)
    return _TITLE_SUFFIX.split(page_title)[0].strip() or (headings[0] if headings else "")


def visible_lines(tree: lxml_html.HtmlElement) -> list[str]:
    """The page's text as it is set in lines, each at most 300 characters."""
    texts: list[str] = []
    for event, node in iterwalk(tree, events=("start", "end", "comment", "pi")):
        # A blank where an inline element begins or ends, so that credits do not grow together.
        gap = "\n" if node.tag in BLOCKS else " "
        if event == "start" and node.tag not in _UNSEEN:
            texts += gap, node.text or ""
        elif event != "start":
            texts += gap, node.tail or ""
    lines = (line[:_LONGEST].strip() for line in clean("".join(texts)).split("\n"))
    return [line for line in lines if line]


def _stands_in(line: str, page_title: str) -> bool:
    """Whether a page's title is the line and, apart from it, the site's name."""
    before, found, after = (part.strip() for part in page_title.partition(line))
    return bool(found) and not (before and after) and (before[-1:] or after[:1]) in _JOINTS


def above(lines: list[str], start: int, text: str) -> str:
    """What the lines above a text say of it most; empty if none could be its headline."""
    likely = [
        line
        for line in lines[max(0, start - _HEAD_LINES) : start]
        if len(fold(line)) in _LENGTH
        and not line.endswith(tuple("。，；：、"))
        and not _HOUR.search(line)
    ]
    best = max(likely, key=lambda line: said(line, text), default="")
    return best if said(best, text) >= _SAID else ""


def said(headline: str, text: str) -> float:
    """The part of a headline's pairs of neighbouring characters that a text has."""
    folded, whole = fold(headline), fold(text)
    pairs = {folded[at : at + 2] for at in range(len(folded) - 1)}
    return sum(pair in whole for pair in pairs) / max(1, len(pairs))


def span(lines: list[str], text: str) -> tuple[int, int]:
    """Where a text stands among a page's lines: its first, and the one after its last."""
    told = [start for line in text.split("\n") if len(start := fold(line[:60])[:_START]) == _START]
    if not told:
        return 0, 0

    def begins(line: str, start: str) -> bool:
        # Folding costs more than to see that it is needless.
        return start[0] in line[:_START].lower() and fold(line[:60]).startswith(start)

    first = next((n for n, line in enumerate(lines) if begins(line, told[0])), 0)
    last = (n for n in range(len(lines) - 1, first, -1) if begins(lines[n], told[-1]))
    return first, next(last, first) + 1


def around(lines: list[str], headline: str, start: int, fetched_at: datetime) -> list[str]:
    """The short lines after the headline, then those just before it.

    The headline may also stand in a list or a trail of links: a date beside it tells them apart.
    Without one it is what stands before the text, whose first line is `start`.
    """
    folded = fold(headline)
    places = [
        number
        for number, line in enumerate(lines)
        if folded and headline[:1] in line and folded == fold(line)
    ][:5]
    shown = [
        lines[place + 1 : place + 1 + _HEAD_LINES] + lines[max(0, place - 3) : place]
        for place in places
    ]
    shown.append(lines[max(0, start - _HEAD_LINES) : start] if start else lines[:_HEAD_LINES])
    short = [[line for line in each if not _is_sentence(line)] for each in shown]
    dated = (each for each in short if any(find_date(line, fetched_at) for line in each))
    return next(dated, short[0])


def _is_sentence(line: str) -> bool:
    """Whether a line is too long for a credit, or says what happened rather than who tells it."""
    return len(line) > _CREDIT_LENGTH or (line.endswith("。") and not _DATELINE.search(line))
