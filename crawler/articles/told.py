"""What a page's markup tells machines about its article: meta elements, JSON-LD, links."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from archive.text import clean_line
from crawler.articles.people import names
from crawler.links.dates import ParsedDate, parse_date

# In small letters, the surest first.
_PUBLISHED = (
    "article:published_time",
    "bytedance:published_time",
    "og:published_time",
    "publishdate",
    "pubdate",
    "pubday",
    "firstpublishedtime",
    "datepublished",
    "og:release_date",
    "weibo: article:create_at",
    "article:create_at",
    "_pubtime",
    "apub:time",
    "og:time",
)
_UPDATED = "dateupdate", "datemodified", "article:modified_time", "lastmod"
_ORIGINS = "source", "mediaid", "contentsource", "newsarticlesource", "og:release_source"
_SECTIONS = "article:section", "articlesection", "section", "channel", "columnname"
_KEYWORDS = "news_keywords", "keywords", "article:tag"
_SITES = "og:site_name", "application-name", "sitename"
_AUTHORS = "author", "article:author"
_SIGNED = etree.XPath(
    "//a[@rel='author' or @itemprop='author' or contains(@href,'/author/')"
    " or contains(@href,'author=')]"
)
_LONGEST_NAME, _LONGEST_SECTION = 12, 20


@dataclass(frozen=True, slots=True)
class Told:
    """What a page says to machines; empty where it does not."""

    published: tuple[str, ...]
    """By meta elements."""
    described: tuple[str, ...]
    """When it was published by JSON-LD, or by time elements that agree."""
    updated: tuple[str, ...]
    authors: tuple[str, ...]
    origin: str
    section: str
    keywords: str

    def dates(self, fetched_at: datetime) -> tuple[ParsedDate | None, ...]:
        """The first plausible date of each of the three."""
        return tuple(
            next(filter(None, (parse_date(text, fetched_at) for text in each)), None)
            for each in (self.published, self.described, self.updated)
        )


def read(tree: lxml_html.HtmlElement) -> Told:
    """What the page tells machines."""
    metas: dict[str, str] = {}
    for meta in tree.iter("meta"):
        name = meta.get("name") or meta.get("property") or meta.get("itemprop") or ""
        if content := clean_line(meta.get("content", "")):
            metas.setdefault(name.strip().lower(), content)
    article = _article(tree)

    def stated(wanted: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(metas[name] for name in wanted if name in metas)

    def described(name: str) -> tuple[str, ...]:
        value = article.get(name)
        return tuple(filter(None, map(_text, value if isinstance(value, list) else [value])))

    times = {str(each) for each in tree.xpath("//time/@datetime")}
    by = (*stated(_AUTHORS), "、".join(described("author")))
    sections = (*stated(_SECTIONS), *described("articleSection"))
    publishers = (*stated(_SITES), *described("publisher"))
    return Told(
        stated(_PUBLISHED),
        (*described("pubDate"), *described("datePublished"), *(times if len(times) == 1 else ())),
        stated(_UPDATED),
        next(filter(None, (_authors(each, publishers) for each in by)), ()),
        next(iter(stated(_ORIGINS)), ""),
        # Some state a number.
        next((each for each in sections if not each.isascii()), "")[:_LONGEST_SECTION],
        ",".join((*stated(_KEYWORDS), *described("keywords"))),
    )


def signature(tree: lxml_html.HtmlElement) -> tuple[str, ...]:
    """Whom a link names that leads to its author's articles."""
    linked = (clean_line(node.text_content(), _LONGEST_NAME + 1) for node in _SIGNED(tree)[:1])
    return next(filter(None, (_authors(text, ()) for text in linked)), ())


def _authors(text: str, publishers: tuple[str, ...]) -> tuple[str, ...]:
    short = (name for name in names(re.sub(r"[（(].*", "", text)) if len(name) <= _LONGEST_NAME)
    return tuple(name for name in short if name not in publishers)


def _article(tree: lxml_html.HtmlElement) -> Mapping[str, Any]:
    for script in tree.xpath("//script[@type='application/ld+json']/text()"):
        try:
            literal = json.loads(script, strict=False)
        except (ValueError, RecursionError):
            continue
        graph = literal.get("@graph", literal) if isinstance(literal, dict) else literal
        for each in graph if isinstance(graph, list) else [graph]:
            if isinstance(each, dict) and (
                "pubDate" in each or str(each.get("@type")).endswith(("Article", "Posting"))
            ):
                return each
    return {}


def _text(value: object) -> str:
    named = value.get("name") if isinstance(value, dict) else value
    return clean_line(str(named or ""), 100)
