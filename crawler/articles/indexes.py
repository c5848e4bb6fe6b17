"""Pages that only lead to articles: fronts, topics, tags, searches, boards, frames without text.

An article may link all its headings and have no full stop at all; it is refused only where nearly
all that was taken for its text are the page's links, or beginnings of what stands behind them.
"""

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from lxml import html as lxml_html

from archive.text import fold
from crawler.articles import beside, body
from crawler.articles import lines as rules
from crawler.articles.metadata import is_credit_line
from crawler.articles.verdict import is_home

_TITLE = 8
"""Folded characters of a link that is a title rather than a button."""
_WHOLE = 0.8
"""The part of a line that is linked or a date, in lists; a price list links its names alone."""
_LED, _OWN = 0.5, 0.2
"""Parts of a text: from here on its links are too many, up to here its sentences too few."""
_LITTLE = 40.0
"""Characters of sentences that a page says of itself, such as who stands behind it."""
_ATTACHED = re.compile(r"\W*附件")
"""Begins the links of a notice, which may have one sentence."""
_AGREEING = 0.5
"""A text that says so much of its headline tells a story."""
_LONG = 1000
"""Characters of sentences, more than the beginnings of articles have that are not cut off."""
_CUT = re.compile(r"(?:…|\.{3})\W*(?:详[情细]|全文|更多)?\W*$")
_TAKEN = 50
"""Characters of links, below which a text is merely short."""
_ENTRIES = 3
_NEAR = 2
"""Lines between a title and what belongs to it: its beginning, its date."""


def index(
    tree: lxml_html.HtmlElement, headline: str, text: str, agreeing: float, url: str | None
) -> str:
    """How a page shows that it only leads to articles; empty if it may be one.

    `agreeing` is the part of the headline that the text says, see headline.said.
    """
    shown = text.split("\n")
    full = [line for line in shown if "。" in line]
    cut = sum(bool(_CUT.search(line[-12:])) for line in shown)
    size = sum(map(len, full))
    # A text of sentences about its headline, or of many, needs no closer look.
    told = size > _LONG or (agreeing >= _AGREEING and 2 * size > len(text))
    if told and 2 * cut <= len(full):
        return ""
    found = body.lines(tree)
    return _leads(found, shown, fold(headline), url) or _begins(found, fold(headline))


def _leads(found: Sequence[body.Line], shown: Sequence[str], headline: str, url: str | None) -> str:
    """Whether a text is made of links, dates, buttons and notices."""
    links = [line for line in found if line.linked and _is_whole(line)]
    # Other readers put several links into a line.
    linked, text = "".join(line.folded for line in links), "".join(map(fold, shown))
    taken = sum(len(line.folded) for line in links if line.folded in text)
    own = 0.0
    led = 0
    for line in shown:
        folded = fold(line)
        known = folded in linked or folded == headline
        if known or beside.written(line) or _is_furniture(line):
            led += len(folded)
        else:
            own += rules.prose(line)
    if own > max(_LITTLE, _OWN * len(text)) or any(map(_ATTACHED.match, shown)):
        return ""
    if taken >= _TAKEN and led >= _LED * len(text):
        return f"{led * 100 // len(text)} % of its text are links, dates and notices"
    home = url is not None and is_home(urlsplit(url))
    return "a site's front page without sentences" if home else ""


def _is_whole(line: body.Line) -> bool:
    date = beside.WHEN.search(line.text)
    return line.linked + len(fold(date[0]) if date else "") >= _WHOLE * len(line.folded)


def _is_furniture(line: str) -> bool:
    return rules.is_button(line) or rules.is_notice(line) or is_credit_line(line)


def _begins(found: Sequence[body.Line], headline: str) -> str:
    """Whether what a page says are beginnings of the articles whose titles it links."""
    start = beside.place(found, headline)
    # A digest has a date of its own, and then perhaps others.
    dated = start is not None and any(
        beside.written(line.text) for line in found[start + 1 : start + 2 + _NEAR]
    )
    own = 0.0
    entries = signs = 0
    last = -_NEAR - 1
    for number, line in enumerate(found):
        if line.is_link:
            last = number if len(line.folded) >= _TITLE else last
        elif begun := 0.0 if line.asides else rules.prose(line.text):
            entries += (near := number - last <= _NEAR)
            signs += near and bool(_CUT.search(line.text[-12:]))
            own += 0.0 if near else begun
        elif not dated and number - last <= _NEAR:
            signs += beside.written(line.text) is not None
    if entries < _ENTRIES or 2 * signs < entries or own > _LITTLE:
        return ""
    return f"its sentences are the beginnings of {entries} articles that it links"
