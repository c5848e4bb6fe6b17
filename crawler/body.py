"""The body of a page: the element that holds its sentences, as the lines in it look."""

import re
from dataclasses import dataclass

from lxml import html as lxml_html
from lxml.etree import iterwalk

from archive.text import clean_line, fold
from crawler import lines as rules

_UNSEEN = frozenset(
    "audio button datalist embed head iframe input math noscript object option script select style"
    " svg template textarea title video".split()
)
_BLOCKS = frozenset(
    "address article aside blockquote body br caption center dd details div dl dt fieldset"
    " figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section"
    " summary table tbody td tfoot th thead tr ul".split()
)
# What elements call themselves that stand beside an article.
_WORD = r"(?:^|[\s_-])(?:{})(?:$|[\s_-])"
_BESIDES = re.compile(
    _WORD.format(
        r"comments?(?!ar)\w*|pinglun|relat(?:ed|ion)\w*|recom\w*|tuijian|guess\w*|rank\w*"
        r"|hot(?:news|list|words?|topics?|spots?)?|side(?:bar|nav|box)?|foot(?:er|bar)?"
        r"|nav(?:i|bar|igation)?|menu|(?:bread)?crumbs?|copyright|disclaimer|(?:next|pre)-?(?:prev|next)|login"
    ),
    re.IGNORECASE,
)
# What the element of an article may be called for its functions, too.
_TOOLS = re.compile(
    _WORD.format(
        r"share\w*|tools?|tool-?bar|ads?|advert\w*|promo\w*|sponsor\w*|statement|shengming|popup"
        r"|dialog|modal|qr-?code|read-?more"
    ),
    re.IGNORECASE,
)
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_LINE = 100_000
_LITTLE = 40
"""Characters of sentences: if there are no more elsewhere, what seems to stand beside is all."""
_DISTANCE = 200.0
"""After so many characters of links a sentence counts half as much as under the headline."""
_BEFORE = 0.3
"""What a sentence before the headline counts."""
_MOST = 0.65
"""An element with this part of what its parent says stands for it."""
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
        found = _article(_without_asides(found, folded), folded)
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
            elif tag in _BLOCKS:
                close(element)
            if _is_aside(element):
                asides.append(element)
            piece = element.text
        else:
            if event == "end":
                unseen -= tag in _UNSEEN
                links -= tag == "a"
                if tag in _BLOCKS and not in_row and tag != "br":
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
        and not any(inner.tag in _BLOCKS for inner in cell.iterdescendants())
        and len(cell.text_content()) <= _CELL
        for cell in row
    )


def _is_aside(element: lxml_html.HtmlElement) -> bool:
    if element.tag in ("nav", "footer", "aside"):
        return True
    if element.tag in ("body", "html"):
        return False
    names = _names(element)
    hidden = _HIDDEN.search(element.get("style", ""))
    return bool(_BESIDES.search(names) or _TOOLS.search(names) or hidden)


def _names(element: lxml_html.HtmlElement) -> str:
    return f"{element.get('class', '')} {element.get('id', '')}"


def _without_asides(found: list[Line], headline: str) -> list[Line]:
    total, inside = 0.0, dict[lxml_html.HtmlElement, float]()
    around = set[lxml_html.HtmlElement]()
    for line in found:
        said = 0.0 if line.is_link else rules.prose(line.text)
        total += said
        for node in line.asides:
            inside[node] = inside.get(node, 0.0) + said
        if line.folded == headline and not line.is_link:
            around.update(line.asides)
    real = {
        node
        for node, said in inside.items()
        if node not in around
        and total - said > _LITTLE
        and (2 * said < total or _BESIDES.search(_names(node)))
    }
    return [line for line in found if not real.intersection(line.asides)]


def _article(found: list[Line], headline: str) -> list[Line]:
    """The lines of the element that says most soon after the headline, with few links."""
    said: dict[lxml_html.HtmlElement, float] = {}
    score: dict[lxml_html.HtmlElement, float] = {}
    start, noise, teased = _place(found, headline), 0.0, False
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
        for node in (line.node, *line.node.iterancestors()):
            said[node] = said.get(node, 0.0) + weight
            score[node] = score.get(node, 0.0) + weight - cost / 2
    chosen = max(score, key=lambda node: score[node], default=None)
    if chosen is None or said[chosen] <= 0:
        return []
    while True:
        inner = max(
            (child for child in chosen if child in said), key=said.__getitem__, default=None
        )
        if inner is None or inner.tag == "p" or said[inner] < _MOST * said[chosen]:
            break
        chosen = inner
    return [line for line in found if chosen in (line.node, *line.node.iterancestors())]


def _place(found: list[Line], headline: str) -> int:
    shown = (n for n, line in enumerate(found) if not line.is_link and headline in line.folded)
    return next(shown, 0) if headline else 0
