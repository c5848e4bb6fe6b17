"""What a publisher's own selectors show of a page: asked first, never believed blindly."""

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import cssselect
from lxml import etree
from lxml import html as lxml_html
from parsel.csstranslator import HTMLTranslator

from archive.clock import BEIJING
from archive.text import clean_line, fold
from crawler.articles import metadata, origins, people
from crawler.articles.headline import said
from crawler.articles.metadata import Credits
from crawler.links.dates import ParsedDate, find_date, parse_date

if TYPE_CHECKING:
    from crawler.sources.source import Selectors

_SEEN = etree.XPath("descendant::text()[not(parent::script or parent::style)]")
_NAME = r"[\u4e00-\u9fffA-Za-z·.]{2,12}"
_PEOPLE = re.compile(rf"{_NAME}(?:[、，,/ ] *{_NAME})*")
_ORIGIN = re.compile(r"[^\s，。；：:|<>《》“”]{2,20}")
_LONGEST_NAME = 8
_FEW = 3
"""More lines without a label are a menu."""


@cache
def paths(css: str | None) -> tuple[etree.XPath, ...]:
    """The alternatives of a selector in order. As in Scrapy they may end in `::attr(name)`.

    Raises cssselect.SelectorError.
    """
    translate = HTMLTranslator().selector_to_xpath
    alternatives = cssselect.parse(css) if css else []
    return tuple(
        etree.XPath(translate(each, translate_pseudo_elements=True)) for each in alternatives
    )


def texts(tree: lxml_html.HtmlElement, css: str | None, gap: str = "") -> list[list[str]]:
    """The lines that each alternative shows; of a meta element its content.

    `gap` stands where an inner element begins or ends.
    """
    shown = ([_line(match, gap) for match in path(tree)] for path in paths(css))
    return [list(dict.fromkeys(filter(None, lines))) for lines in shown]


def headings(tree: lxml_html.HtmlElement, css: str | None) -> list[str]:
    """What may be the title, the best first."""
    return [line for lines in texts(tree, css) for line in lines]


def without(tree: lxml_html.HtmlElement, css: str | None) -> lxml_html.HtmlElement:
    """A copy that lacks what the selector shows; the tree itself if that is nothing.

    Or if it is over half of the page's text: then the selector no longer fits the page.
    """
    if not css:
        return tree
    kept = deepcopy(tree)
    for path in paths(css):
        for node in path(kept):
            if node.getparent() is not None:
                node.drop_tree()
    return kept if 0 < _length(tree) - _length(kept) <= _length(kept) else tree


def bodies(tree: lxml_html.HtmlElement, css: str | None) -> Iterator[lxml_html.HtmlElement]:
    """An element of its own for each alternative that shows something.

    Of several matches it has the longest, with those beside it: paragraphs, or lead and text.
    """
    for path in paths(css):
        if matches := path(tree):
            longest = max(matches, key=_length)
            body = lxml_html.Element("body")
            for node in matches:
                if node.getparent() is longest.getparent():
                    body.append(deepcopy(node))
                    body[-1].tail = None
            yield body


def is_body(selected: str, generic: str, headline: str) -> bool:
    """Whether a selected text is the article, rather than a box of a page that has changed.

    It is prose, and says of the headline at least half as much as what the generic reader found
    besides; over twice as much if that is longer, as the rest of a text would be.
    """
    whole = fold(selected)
    besides = "\n".join(line for line in generic.split("\n") if fold(line) not in whole)
    own, other = said(headline, selected), said(headline, besides)
    says_enough = own > 2 * other if len(besides) > len(selected) else 2 * own >= other
    return says_enough and bool(re.search("[。！？]", selected))


def credits(
    tree: lxml_html.HtmlElement, selectors: "Selectors", generic: Credits, fetched_at: datetime
) -> Credits:
    """The generic credits, with what the selectors show instead where that is plausible."""
    by, edited, origins_shown = (
        texts(tree, css, " ") for css in (selectors.author, selectors.editor, selectors.source)
    )
    # Credit lines say who is who; else only what is nothing but a name counts.
    editor = _labelled(edited, fetched_at).editor or next(iter(_people(edited)), "")
    named = _labelled(origins_shown, fetched_at).origin or _origin(origins_shown, fetched_at)
    return replace(
        generic,
        authors=_labelled(by, fetched_at).authors or _people(by) or generic.authors,
        editor=editor or generic.editor,
        origin=named or generic.origin,
        origin_kind="credit" if named else generic.origin_kind,
        date=_date(tree, selectors.date, fetched_at) or generic.date,
    )


def _labelled(shown: list[list[str]], fetched_at: datetime) -> Credits:
    return metadata.from_lines([line for lines in shown for line in lines], [], fetched_at)


def _bare(shown: list[list[str]]) -> list[str]:
    """The lines of the first alternative that shows no more than a credit would be."""
    return next((lines for lines in shown if 0 < len(lines) <= _FEW), [])


def _people(shown: list[list[str]]) -> tuple[str, ...]:
    names = people.names("、".join(line for line in _bare(shown) if _PEOPLE.fullmatch(line)))
    return tuple(name for name in names if len(name) <= _LONGEST_NAME)


def _origin(shown: list[list[str]], fetched_at: datetime) -> str:
    named = (
        line for line in _bare(shown) if _ORIGIN.fullmatch(line) and not find_date(line, fetched_at)
    )
    return origins.usable(next(named, ""))


def _date(tree: lxml_html.HtmlElement, css: str | None, fetched_at: datetime) -> ParsedDate | None:
    for path in paths(css):
        found = [
            # A bare `12:30` counts as a date only where machines are told one.
            parse_date(line, fetched_at) if _is_told(match) else find_date(line, fetched_at)
            for match in path(tree)
            if (line := _line(match, " "))
        ]
        dates = sorted(filter(None, found), key=lambda date: date.precision, reverse=True)
        # Several days are those of a list: the selector no longer fits the page.
        if len({date.instant.astimezone(BEIJING).date() for date in dates}) == 1:
            return dates[0]
    return None


def _line(match: Any, gap: str) -> str:
    if not isinstance(match, str):
        match = match.get("content", "") if match.tag == "meta" else gap.join(_SEEN(match))
    return clean_line(match, 300)


def _is_told(match: Any) -> bool:
    return isinstance(match, str) or match.tag == "meta"


def _length(node: lxml_html.HtmlElement) -> int:
    return sum(len(text.strip()) for text in _SEEN(node))
