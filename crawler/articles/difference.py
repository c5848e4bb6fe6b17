"""What another reading of a page changes in its article, in lines for people."""

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from archive.clock import BEIJING
from archive.models import Article
from archive.sameness.difference import changes

_SHOWN = 8
"""At most so many changes of the text."""
_LONGEST = 200
_WHOLE = ("title", "text", "repairs", "part", "date_precision")

Line = tuple[str, str]
"""A sign, `-`, `+` or blank, and the text that stands behind it."""


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
    found = changes(before.text, after.text)
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
