"""JSON interfaces, read by the JMESPaths of their entry."""

import json
import re
from datetime import datetime
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError

from archive.models import FoundLink
from crawler.links import answers
from crawler.links.dates import parse_date
from crawler.sources.source import Entry

_HOLE = re.compile(r"\{([^{}]*)\}")


def api(body: bytes, entry: Entry, fetched_at: datetime) -> list[FoundLink]:
    """The links of a JSON answer, in its order. Raises DiscoveryError."""
    return links(_answer(body, entry), entry, fetched_at)


def fragment(body: bytes, entry: Entry) -> bytes:
    """The HTML that a JSON answer holds at the entry's `items`. Raises DiscoveryError."""
    html = _at(entry.items, _answer(body, entry))
    if not isinstance(html, str):
        raise answers.DiscoveryError("not_a_list", entry.url, f"has no HTML at {entry.items!r}")
    return html.encode("utf-8", "replace")


def links(tree: Any, entry: Entry, fetched_at: datetime) -> list[FoundLink]:
    """The links in JSON, where its entry says that they are. Raises DiscoveryError."""
    path = entry.items or "@"
    articles = _at(path, tree)
    if not isinstance(articles, list):
        raise answers.DiscoveryError("not_a_list", entry.url, f"has no list at {path!r}")
    return answers.distinct(
        _link(article, entry, fetched_at) for article in articles[: answers.MOST_LINKS]
    )


def _answer(body: bytes, entry: Entry) -> Any:
    try:
        return json.loads(answers.text(body, entry.url), strict=False)
    except (ValueError, RecursionError) as error:
        raise answers.DiscoveryError("not_json", entry.url, f"is not JSON: {error}") from error


def _link(article: Any, entry: Entry, fetched_at: datetime) -> FoundLink:
    href = _text(entry.link, article)
    if not href:
        holes = {name: _text(name, article) for name in _HOLE.findall(entry.link_template)}
        if all(holes.values()):
            href = _HOLE.sub(lambda hole: holes[hole[1]], entry.link_template)
    title = answers.plain(_text(entry.title, article))
    content = _text(entry.content, article)
    when = parse_date(_text(entry.date, article), fetched_at)
    return FoundLink(
        answers.absolute(entry.url, href),
        title,
        when.instant if when else None,
        answers.digest(content + title),
        content,
    )


def _at(path: str, tree: Any) -> Any:
    try:
        return jmespath.search(path, tree)
    except JMESPathError:
        return None


def _text(path: str, tree: Any) -> str:
    value = _at(path, tree) if path else ""
    return str(value) if isinstance(value, str | int | float) else ""
