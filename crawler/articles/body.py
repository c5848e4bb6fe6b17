"""The body of a page: the element that holds its sentences, as the lines in it look."""

from dataclasses import dataclass

from lxml import html as lxml_html
from lxml.etree import iterwalk

from archive.text import clean_line, fold
from crawler.articles import beside
from crawler.articles import lines as rules
from crawler.blocks import BLOCKS

_UNSEEN = frozenset(
    "audio button datalist embed head iframe input math noscript object option script select style"
    " svg template textarea title video".split()
)
_LINE = 100_000
_DISTANCE = 200.0
"""After so many characters of links a sentence counts half as much as under the headline."""
_BEFORE = 0.3
"""What a sentence before the headline counts."""
_MOST = 0.65
"""An element with this part of what its parent says stands for it,"""
_REST = 150.0
"""unless the parent says so many characters besides, as the other part of a text would."""
_CELL = 60
_TEASED = 8


@dataclass(frozen=True, slots=True)
class Line:
    """A line as a reader sees it."""

    text: str
    linked: int
    """How many of its folded characters are in links."""
    node: lxml_html.HtmlElement
    """The innermost block that it stands in."""
    asides: tuple[lxml_html.HtmlElement, ...]
    """What around it seems to stand beside the article."""
    folded: str

    @property
    def is_link(self) -> bool:
        return self.linked * 2 > len(self.folded)


def text(tree: lxml_html.HtmlElement, headline: str, whole: bool = False) -> str:
    """The article's lines, not yet tidied (see lines.tidy); empty if the page has no sentences.

    With `whole` the tree is the article's element, and only its lines are looked at.
    """
    found, folded = lines(tree), fold(headline)
    if not whole:
        found = _article(beside.without(found, folded), folded)
    kept = (line for line in found if not line.is_link and line.folded != folded)
    return "\n".join(line.text for line in kept)


def lines(tree: lxml_html.HtmlElement) -> list[Line]:
    """What the page shows, in order: paragraphs, headings, entries of lists, rows of tables."""
    found: list[Line] = []
    pieces: list[str] = []
    asides: list[lxml_html.HtmlElement] = []
    rows: set[lxml_html.HtmlElement] = set()
    linked = links = unseen = 0
    node = tree

    def close(following: lxml_html.HtmlElement) -> None:
        nonlocal linked, node
        shown = clean_line("".join(pieces), _LINE).strip("| ")
        if folded := fold(shown):
            found.append(Line(shown, linked, node, tuple(asides), folded))
        pieces.clear()
        linked, node = 0, following

    for event, element in iterwalk(tree, events=("start", "end", "comment", "pi")):
        tag, parent = element.tag, element.getparent()
        in_row = parent in rows
        if event == "start":
            unseen += tag in _UNSEEN
            links += tag == "a"
            if tag == "tr" and _is_row(element):
                rows.add(element)
            if in_row:
                pieces.append(" | ")
            elif tag in BLOCKS:
                close(element)
            if beside.is_named(element):
                asides.append(element)
            piece = element.text
        else:
            if event == "end":
                unseen -= tag in _UNSEEN
                links -= tag == "a"
                if tag in BLOCKS and not in_row and tag != "br":
                    close(element if parent is None else parent)
                if asides and asides[-1] is element:
                    asides.pop()
            piece = element.tail if element is not tree else None
        if piece and not unseen:
            pieces.append(piece)
            linked += len(fold(piece)) if links else 0
    close(tree)
    return found


def _is_row(row: lxml_html.HtmlElement) -> bool:
    """Whether it is a row of a table, rather than of a page that is laid out as one."""
    return len(row) > 1 and all(
        cell.tag in ("td", "th")
        and not any(inner.tag in BLOCKS for inner in cell.iterdescendants())
        and len(cell.text_content()) <= _CELL
        for cell in row
    )


def _article(found: list[Line], headline: str) -> list[Line]:
    """The lines of the element that says most soon after the headline, with few links."""
    said: dict[lxml_html.HtmlElement, float] = {}
    score: dict[lxml_html.HtmlElement, float] = {}
    start, noise, teased = beside.place(found, headline) or 0, 0.0, False
    for number, line in enumerate(found):
        # What stands under a link is a taste of another article.
        weight = 0.0 if line.is_link or teased else rules.prose(line.text)
        teased = line.is_link and len(line.folded) >= _TEASED
        cost = 0.0 if weight else max(8.0, len(line.folded)) if line.is_link else 1.0
        if number >= start:
            noise += cost
            weight /= 1 + noise / _DISTANCE
        else:
            weight *= _BEFORE
        for node in beside.around(line):
            said[node] = said.get(node, 0.0) + weight
            score[node] = score.get(node, 0.0) + weight - cost / 2
    chosen = max(score, key=lambda node: score[node], default=None)
    if chosen is None or said[chosen] <= 0:
        return []
    while True:
        inner = max(
            (child for child in chosen if child in said), key=said.__getitem__, default=None
        )
        if inner is None or inner.tag == "p":
            break
        rest = said[chosen] - said[inner]
        if said[inner] < _MOST * said[chosen] or rest > _REST:
            break
        chosen = inner
    return [line for line in found if chosen in beside.around(line)]
