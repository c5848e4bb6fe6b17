"""Kept pages read again by today's rules, with what that changes.

An article is never removed by it: one that today's rules would refuse is told, and stays.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from archive import articles, pages
from archive.child import Unanswered
from archive.clock import BEIJING
from archive.models import Article, Link
from archive.sameness.difference import changes as text_changes
from crawler.articles.reading import interpret, store
from crawler.links.aliases import canonical
from crawler.sources.relevance import Rule

_SHOWN = 8
"""At most so many changes of the text."""
_LONGEST = 200
_WHOLE = ("title", "text", "repairs", "part", "date_precision")

Line = tuple[str, str]
"""A sign, `-`, `+` or blank, and the text that stands behind it."""


@dataclass(frozen=True, slots=True)
class Change:
    """What reading a page again does, `changed`, `new`, `lost` or `unreadable`, and the lines
    that say how."""

    kind: str
    url: str
    title: str
    lines: list[Line]


def reread(
    conn: Any,
    rule: Rule,
    since: datetime,
    source: str,
    dry_run: bool,
    tell: Callable[[Change], None],
    progress: Callable[[str], None],
) -> dict[str, int]:
    """Read the pages fetched since then again, one transaction each; counts of what that does.

    `tell` gets every change. With `dry_run` each transaction is rolled back. Safe to be run twice
    and by several workers: a page that another holds is left to it.
    """
    kept, pruned = pages.kept(conn, since, source)
    counts = Counter(
        dict.fromkeys(("read", "same", "changed", "new", "lost", "unreadable"), 0)
        | {"pruned": len(pruned)}
    )
    for number, page_id in enumerate(kept, 1):
        changes: list[Change] = []
        with conn.transaction(force_rollback=dry_run):
            if found := _again(conn, rule, page_id, changes):
                counts.update(("read", found))
        for change in changes:
            tell(change)
        progress(f"{number} of {len(kept)} pages, {counts['changed']} changed")
    return dict(counts)


def _again(conn: Any, rule: Rule, page_id: int, changes: list[Change]) -> str:
    taken = pages.take(conn, page_id)
    if taken is None:
        return ""
    page, link = taken
    before = articles.of_page(conn, page_id)
    try:
        reading = interpret(conn, rule, page_id, page, link)
    except Unanswered as error:
        changes.append(_change("unreadable", link, before, [(" ", error.reason)]))
        return "unreadable"
    parts = {article.part for article in reading.articles}
    lost = [article for article in before if article.part not in parts]
    if lost:
        why = reading.reason or f"{len(before)} articles in this page before, {len(parts)} now"
        changes.append(_change("lost", link, lost, [(" ", f"stays as it is: {why}")]))
    if before and not parts:
        return "lost"
    belongs = canonical(page.url, reading.stated, link, rule.sources)
    store(conn, page_id, page, link, reading, belongs, fresh=False)
    after = articles.of_page(conn, page_id)
    old = {article.part: article for article in before}
    for article in after:
        if article.part not in old:
            changes.append(_change("new", link, [article], []))
        elif lines := difference(old[article.part], article):
            changes.append(_change("changed", link, [old[article.part]], lines))
    kinds = {change.kind for change in changes}
    return next((kind for kind in ("lost", "new", "changed") if kind in kinds), "same")


def _change(kind: str, link: Link, concerned: list[Article], lines: list[Line]) -> Change:
    return Change(kind, link.url, concerned[0].title if concerned else link.title, lines)


def difference(before: Article, after: Article) -> list[Line]:
    """Title, credits and sentences that go (-) and come (+); empty if the articles are equal."""
    return [(sign, _short(text)) for sign, text in _changes(before, after)]


def _changes(before: Article, after: Article) -> Iterator[Line]:
    if before.title != after.title:
        yield "-", before.title
        yield "+", after.title
    for name in [each.name for each in fields(Article) if each.name not in _WHOLE]:
        old, new = _value(before, name), _value(after, name)
        if old != new:
            yield " ", f"{name}: {old or 'none'} → {new or 'none'}"
    found = text_changes(before.text, after.text)
    for change in found[:_SHOWN]:
        yield from (line for line in (("-", change.before), ("+", change.after)) if line[1])
    if len(found) > _SHOWN:
        yield " ", f"… and {len(found) - _SHOWN} changes more"
    if before.text != after.text and not found:
        yield " ", "the same sentences, with other blanks or paragraphs"
    if before.repairs != after.repairs:
        yield " ", f"repairs: {len(before.repairs)} → {len(after.repairs)}"


def _value(article: Article, name: str) -> str:
    value: Any = getattr(article, name)
    if name == "published_at":
        shown = "%Y-%m-%d" if article.date_precision == "day" else "%Y-%m-%d %H:%M"
        return value.astimezone(BEIJING).strftime(shown) if value else ""
    return value if isinstance(value, str) else "、".join(value)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
