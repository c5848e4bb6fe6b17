"""Clean text and metadata of a page: decode, find the body, then look as a reader does."""

import logging
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import trafilatura
from lxml import html as lxml_html
from lxml.etree import ParserError
from trafilatura.settings import use_config

from archive.clock import BEIJING
from archive.models import Article, Outcome
from archive.text import clean, clean_line, fold
from crawler.articles import body, drawn, lines, metadata, template
from crawler.articles.decode import decode
from crawler.articles.headline import above, said, span, title, visible_lines
from crawler.articles.indexes import index
from crawler.articles.splitting import around, split
from crawler.articles.verdict import refuse
from crawler.damage.restoring import damage, edits, restore
from crawler.links import aliases
from crawler.links.dates import ParsedDate
from crawler.sources import registry, urls
from crawler.sources.source import Selectors, Source

MIN_CHARACTERS = 50
"""Shorter texts are no article; a Chinese news flash has about 100 characters."""

_DOUBT = 0.3
"""A body that has less of the headline's pairs of characters is doubted; so much more wins."""
_LEAD = 1500
"""Characters in which a news text says what its headline does."""
_NOTHING_SAID = {Outcome.TOO_SHORT, Outcome.NOT_ARTICLE}
_NAMES = "//title/text()|//h1//text()|//meta[@property='og:title' or @name='og:title']/@content"
_CONFIG = use_config()
# The defaults count Latin letters; a hanzi says three times as much.
_CONFIG.set("DEFAULT", "MIN_EXTRACTED_SIZE", "80")
_CONFIG.set("DEFAULT", "MIN_OUTPUT_SIZE", "1")
_CONFIG.set("DEFAULT", "EXTRACTION_TIMEOUT", "0")
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a page turned out to be: its articles, or why there is none."""

    articles: tuple[Article, ...]
    outcome: Outcome
    reason: str = ""
    stated: tuple[tuple[str, ...], ...] = ()
    """What the page names as its address, see aliases.stated."""


def read(
    page: bytes,
    url: str | None,
    fetched_at: datetime,
    source: Source | None = None,
    content_type: str = "",
) -> Reading:
    """Read a page as fetched. Never raises on any bytes; the outcome says what was wrong.

    What its source's selectors show comes first, where it looks right. `content_type` is the
    header that the page came with.
    """
    markup = decode(page, content_type, source.encoding if source else "")
    return read_markup(markup, url, fetched_at, source)


def read_markup(
    markup: str, url: str | None, fetched_at: datetime, source: Source | None = None
) -> Reading:
    """Read a page that is decoded already, see `read`."""
    try:
        tree = lxml_html.document_fromstring(_without_declaration(markup))
    except (ParserError, ValueError):
        return Reading((), Outcome.NOT_ARTICLE, "the page is empty")
    selectors = source.selectors if source else Selectors()
    reading, agreeing = _read(tree, markup, url, fetched_at, selectors)
    if reading.outcome not in _NOTHING_SAID and (not reading.articles or agreeing >= _DOUBT):
        return reading
    names = "\n".join((*tree.xpath(_NAMES), *(each.title for each in reading.articles)))
    if drawn.draw(tree, names, fetched_at):
        other, more = _read(tree, markup, url, fetched_at, selectors)
        if other.articles and (more > agreeing or not reading.articles):
            return other
    return reading


def _read(
    tree: lxml_html.HtmlElement,
    markup: str,
    url: str | None,
    fetched_at: datetime,
    selectors: Selectors,
) -> tuple[Reading, float]:
    """What a page is, and how much of its headline its text says."""
    mended = restore(tree)
    visible = visible_lines(tree)
    headline = title(tree, visible, template.headings(tree, selectors.title))
    text = _text(tree, selectors, headline)
    if (agreeing := said(headline, text[:_LEAD])) < _DOUBT:
        # The page is in the hands of others, or it is named like all pages of its kind.
        start, _ = span(visible, text)
        if better := above(visible, start, text):
            headline, text = better, _text(tree, selectors, better)
            agreeing = said(headline, text[:_LEAD])
    parts = split(headline, text.split("\n"))
    texts = ["\n".join(lines.tidy(part.lines, part.headline)) for part in parts]
    page_title = clean_line(tree.findtext(".//title") or "")
    if refused := refuse(markup, "\n".join(texts), (headline, page_title), visible, url):
        return Reading((), *refused), agreeing
    if leads := index(tree, headline, text, agreeing, url):
        return Reading((), Outcome.NOT_ARTICLE, leads), agreeing
    if len(texts[0]) < MIN_CHARACTERS:
        reason = f"{len(texts[0])} characters of text, {MIN_CHARACTERS} are needed"
        return Reading((), Outcome.TOO_SHORT, reason), agreeing
    if not headline:
        return Reading((), Outcome.EXTRACTION_FAILED, "no title found"), agreeing
    articles: list[Article] = []
    day: ParsedDate | None = None
    for number, (part, text) in enumerate(zip(parts, texts, strict=True), 1):
        shown = around(visible, parts, number)
        found = metadata.credits(tree, shown, part.headline, part.signed, url, fetched_at)
        if len(parts) == 1:
            found = template.credits(tree, selectors, found, fetched_at)
        day = found.date or day
        article = metadata.article(part.headline, text, replace(found, date=day))
        repairs = edits(f"{article.title}\n{text}", mended)
        articles.append(replace(article, part=number, repairs=repairs))
    left = damage("".join(article.title + article.text for article in articles))
    return Reading(tuple(articles), Outcome.STORED, left, aliases.stated(tree)), agreeing


def extract(page: bytes, url: str | None = None) -> dict[str, Any]:
    """The page's article as plain values; all empty when there is none.

    Keys: text, title, author (names separated by 、), date (ISO 8601, Beijing time), source
    (the 来源) and origin_kind, contributors, editor, section, keywords, captions as the fields of
    Article, more (a list of the same for further articles of the page).
    """
    reading = read(page, url, datetime.now(UTC), _source(url) if url else None)
    plain = [as_dict(article) for article in reading.articles]
    first = plain[0] if plain else as_dict(Article("", ""))
    return first | {"more": plain[1:]}


def as_dict(article: Article) -> dict[str, Any]:
    """An article as the plain values that `extract` gives."""
    stated = article.published_at.astimezone(BEIJING) if article.published_at else None
    date = None
    if stated:
        day_only = article.date_precision == "day"
        date = stated.date().isoformat() if day_only else stated.isoformat(timespec="minutes")
    return {
        "text": article.text,
        "title": article.title,
        "author": "、".join(article.authors),
        "date": date,
        "source": article.origin,
        "origin_kind": article.origin_kind,
        "contributors": list(article.contributors),
        "editor": article.editor,
        "section": article.section,
        "keywords": list(article.keywords),
        "captions": list(article.captions),
    }


@cache
def _defaults() -> tuple[Source, ...]:
    return registry.load()


def _source(url: str) -> Source | None:
    try:
        return registry.matching(_defaults(), url)
    except urls.UrlError:
        return None


def _text(tree: lxml_html.HtmlElement, selectors: Selectors, headline: str) -> str:
    kept = template.without(tree, selectors.remove)
    generic = _generic(kept, headline)
    for alternative in template.bodies(kept, selectors.body):
        selected = body.text(alternative, headline, whole=True)
        if len(selected) >= MIN_CHARACTERS and template.is_body(selected, generic, headline):
            return selected
    return generic


def _generic(tree: lxml_html.HtmlElement, headline: str) -> str:
    """What looks like a body of Chinese news; where that is in doubt, trafilatura's if better."""
    own = body.text(tree, headline)
    agreeing = said(headline, own)
    if agreeing >= _DOUBT and len(own) >= MIN_CHARACTERS:
        return own
    try:
        # It works on a copy of its own.
        found = trafilatura.extract(tree, config=_CONFIG, include_comments=False)
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        # Known to happen inside on broken trees.
        return own
    other = clean(found or "")
    if len(own) < MIN_CHARACTERS:
        return max(own, other, key=len)
    folded = fold(headline)
    besides = "\n".join(line for line in other.split("\n") if folded not in fold(line))
    return other if said(headline, besides) > agreeing + _DOUBT else own


def _without_declaration(markup: str) -> str:
    # lxml refuses text that declares an encoding of its own.
    return re.sub(r"^\s*<\?xml[^>]*\?>", "", markup, count=1).replace("\0", "")
