"""What another reading of a page changes in its article, in lines for people."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Any

from archive.clock import BEIJING
from archive.models import Article
from archive.text import sentences

_SHOWN = 8
"""At most so many sentences of each kind."""
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
    gone, come = _only(before.text, after.text), _only(after.text, before.text)
    for sign, said in (("-", gone), ("+", come)):
        yield from ((sign, sentence) for sentence in said[:_SHOWN])
        if len(said) > _SHOWN:
            yield sign, f"… and {len(said) - _SHOWN} sentences more"
    if before.text != after.text and not gone and not come:
        yield " ", "the same sentences in other paragraphs or another order"
    if before.repairs != after.repairs:
        yield " ", f"repairs: {len(before.repairs)} → {len(after.repairs)}"


def _value(article: Article, name: str) -> str:
    value: Any = getattr(article, name)
    if name == "published_at":
        shown = "%Y-%m-%d" if article.date_precision == "day" else "%Y-%m-%d %H:%M"
        return value.astimezone(BEIJING).strftime(shown) if value else ""
    return value if isinstance(value, str) else "、".join(value)


def _only(text: str, other: str) -> Sequence[str]:
    """The sentences that stand in one text more often than in the other, in their order."""
    surplus = Counter(_said(text))
    surplus.subtract(_said(other))
    only = []
    for sentence in reversed(_said(text)):
        if surplus[sentence] > 0:
            surplus[sentence] -= 1
            only.append(sentence)
    return only[::-1]


def _said(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
