"""Articles that a page carries in a script, for JavaScript to draw them: states, JSON-LD."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from html import escape, unescape
from itertools import islice
from typing import Any

from lxml import html as lxml_html
from lxml.etree import ParserError

from archive.clock import BEIJING
from archive.text import clean_line, fold
from crawler.links import states
from crawler.links.dates import parse_date

_SCRIPTS, _VALUES, _NODES = 40, 5, 20_000
_SIZE = 3_000_000
"""Characters of a script; longer ones are programs."""
_ASSIGNED = re.compile(r"(?<![=!<>])=\s*(?=[\[{])|JSON\.parse\(\s*(?=\")")
_TITLES = "title", "headline", "articletitle", "newstitle", "subject"
_DATES = (
    *("datepublished", "publishtime", "publishedtime", "publishedat", "publishdate", "pubtime"),
    *("pubdate", "releasetime", "showtime", "ctime", "createtime", "createdat", "time", "date"),
)
_AUTHORS = "author", "authors", "authorname", "writer", "nick", "nickname"
_ORIGINS = "source", "sourcename", "media", "medianame", "origin", "publisher"
_EDITORS = "editor", "editorname"
_TAG = re.compile(r"<(?:p|div|br|section|h\d|img|span|strong|ul|ol|li|blockquote|table)\b", re.I)
_STOPS = re.compile("[。！？]")
_TITLE = 6
"""Folded characters; shorter titles are those of sites and buttons."""
_DEPTH = 2


def draw(tree: lxml_html.HtmlElement, names: str, fetched_at: datetime) -> bool:
    """Set the article of a page's scripts in place of its body; false if they have none.

    It is the longest of those whose title stands in `names`, what the page is called.
    """
    folded = fold(names)
    best, size, wanted = "", 0, None
    for each in _objects(tree):
        title = fold(_text(each, _TITLES))
        if len(title) >= _TITLE and title in folded:
            body = _body(each)
            if len(body) > size and len(_STOPS.findall(body)) > 1:
                best, size, wanted = body, len(body), each
    if wanted is None or tree.find("body") is None:
        return False
    if "<" not in best:
        best = unescape(best)
    if not _TAG.search(best):
        best = "".join(f"<p>{escape(line)}</p>" for line in best.splitlines())
    try:
        article = lxml_html.fragment_fromstring(best, create_parent="article")
    except (ParserError, ValueError):
        return False
    headline, credits = lxml_html.Element("h1"), lxml_html.Element("p")
    headline.text, credits.text = _text(wanted, _TITLES), _credits(wanted, fetched_at)
    tree.find("body").clear()
    tree.find("body").extend((headline, credits, article))
    return True


def _credits(article: Mapping[str, Any], fetched_at: datetime) -> str:
    date = parse_date(_text(article, _DATES), fetched_at)
    form = "%Y-%m-%d %H:%M" if date and date.precision == "minute" else "%Y-%m-%d"
    shown = [date.instant.astimezone(BEIJING).strftime(form)] if date else []
    for label, keys in (("来源", _ORIGINS), ("作者", _AUTHORS), ("编辑", _EDITORS)):
        if name := _text(article, keys):
            shown.append(f"{label}：{name}")
    return "　".join(shown)


def _objects(tree: lxml_html.HtmlElement) -> Iterator[Mapping[str, Any]]:
    """The objects in a page's scripts, their keys in small letters without marks."""
    left = _NODES
    for script in islice(tree.iter("script"), _SCRIPTS):
        for value in _values(script):
            # A payload of Nuxt: a list of all values, in which objects name the places of theirs.
            flat = value if isinstance(value, list) and "NUXT" in script.get("id", "") else None
            found = [value]
            while found and left:
                left -= 1
                each = found.pop()
                if isinstance(each, dict):
                    if flat is not None:
                        each = {key: _placed(flat, part) for key, part in each.items()}
                    else:
                        found += (part for part in each.values() if isinstance(part, dict | list))
                    yield {re.sub(r"[\W_]", "", key).lower(): part for key, part in each.items()}
                elif isinstance(each, list):
                    found += (part for part in each if isinstance(part, dict | list))


def _placed(flat: list[Any], place: Any, depth: int = _DEPTH) -> Any:
    value = flat[place] if isinstance(place, int) and 0 <= place < len(flat) else place
    if isinstance(value, dict) and depth:
        return {key: _placed(flat, part, depth - 1) for key, part in value.items()}
    return value


def _values(script: lxml_html.HtmlElement) -> Iterator[Any]:
    source = script.text or ""
    if len(source) > _SIZE:
        return
    if "json" in script.get("type", ""):
        yield states.value(source.strip(), 0)
        return
    for start in islice(_ASSIGNED.finditer(source), _VALUES):
        value = states.value(source, start.end())
        try:
            yield json.loads(value, strict=False) if isinstance(value, str) else value
        except (ValueError, RecursionError):
            continue


def _body(article: Mapping[str, Any], depth: int = _DEPTH) -> str:
    """The longest text of an object, or of what in it has no title of its own."""
    texts = [value for value in article.values() if isinstance(value, str)]
    if depth:
        texts += (
            _body(value, depth - 1)
            for value in article.values()
            if isinstance(value, dict) and not _text(value, _TITLES)
        )
    return max(texts, key=len, default="")


def _text(article: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    for key in keys:
        value = article.get(key)
        several = value if isinstance(value, list) else [value]
        names = [each.get("name") if isinstance(each, dict) else each for each in several]
        told = [clean_line(str(name)) for name in names if isinstance(name, str | int) and name]
        if told:
            return "、".join(told)
    return ""
