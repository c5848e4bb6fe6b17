"""How much each sentence of an article says, and whether it can be read alone."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from archive.models import Article
from archive.script import simplified
from archive.text import fold, sentences
from summarizer.alone import opening, reads_alone
from summarizer.forms import Form, form

# The weights, in the open: of the measures of `_measures`, each between 0 and 1. They were
# fitted on 1,405 technology articles and 1,500 financial flashes with summaries by editors.
WEIGHTS = {
    "first": 0.12,
    "place": 0.36,
    "central": 0.89,
    "like_lead": 0.93,
    "title_like": 0.61,
    "title_cover": 0.38,
    "title_letters": 0.69,
    "length": 0.34,
    "opens": 0.17,
    "purpose": 0.11,
    "short_first": 0.36,
    "short_early": -0.02,
    "most_letters": 0.71,
    "most_cover": 0.42,
    "among_ten": 0.29,
    "latin": -0.82,
    "quotes": -0.16,
    "long": -0.26,
}
SHORT = 300
"""Characters of a text whose first sentence weighs more: news flashes put everything there."""

CUT = 300
"""Characters at which a sentence is cut off: what is longer is a table or broken markup."""

REPEATS = 0.5
"""Two sentences that overlap by more say the same."""

_LATIN = re.compile(r"[A-Za-z]")
_PERSON = re.compile("[我你您咱]")
# What follows a semicolon goes on with the subject before it.
_GOES_ON = re.compile(r"[；;][^\S\n]*\Z")
_PURPOSE = re.compile(
    r"本文|这篇|本教程|本指南|本系列|将介绍|我们将|让我们|教你|帮助你|帮你|学习如何|了解如何|看看"
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an article's text, at [start, end)."""

    start: int
    end: int
    text: str
    score: float
    early: float
    """1 for the first sentence, falling to 0 at the end of the text."""
    alone: bool
    """Reads well by itself: whole, no question, credit or caption, no dangling opening."""
    pairs: frozenset[str]
    """Its pairs of neighbouring characters, folded: what overlap is measured by."""


def rank(article: Article) -> list[Sentence]:
    """All sentences of the article's text in text order, scored; higher says more."""
    text, plain, shape = article.text, simplified(article.text), form(article)
    found = []
    places = sentences(text)
    for index, (start, end) in enumerate(places):
        start, end, alone = _quoted(plain, start, min(end, start + CUT), shape)
        early = 1 - index / len(places)
        own = text[start:end]
        found.append(Sentence(start, end, own, 0.0, early, alone, _pairs(own)))
    return [
        replace(one, score=sum(WEIGHTS[name] * value for name, value in measures.items()))
        for one, measures in zip(found, _measures(article, found), strict=True)
    ]


def _measures(article: Article, found: Sequence[Sentence]) -> Iterator[dict[str, float]]:
    """What is measured of each sentence."""
    title, letters = _pairs(article.title), frozenset(fold(article.title))
    spread = Counter(pair for one in found for pair in one.pairs)
    central = [
        sum(spread[p] - 1 for p in one.pairs) / math.sqrt(len(one.pairs) or 1) for one in found
    ]
    most_central = max(central, default=0) or 1
    # What the title shares with many sentences says little about one of them.
    rare = {pair: 1 / (1 + math.log(1 + spread[pair])) for pair in title}
    all_rare = sum(rare.values()) or 1
    cover = [sum(rare[pair] for pair in one.pairs & title) / all_rare for one in found]
    same = [len(letters.intersection(one.text.lower())) / (len(letters) or 1) for one in found]
    most_cover, most_same = max(cover, default=0) or 1, max(same, default=0) or 1
    short, lead = len(article.text) <= SHORT, found[0].pairs if found else frozenset()
    for index, one in enumerate(found):
        yield {
            "first": index == 0,
            "among_ten": index < 10,
            "place": 1 / (1 + index),
            "opens": index == 0 or "\n" in article.text[found[index - 1].end : one.start],
            "central": central[index] / most_central,
            "like_lead": _alike(one.pairs, lead) if one.pairs != lead else 0.0,
            "title_like": _alike(one.pairs, title),
            "title_cover": cover[index],
            "most_cover": cover[index] / most_cover,
            "title_letters": same[index],
            "most_letters": same[index] / most_same,
            "length": min(1.0, len(one.text) / 40),
            "long": min(1.0, max(0, len(one.text) - 40) / 60),
            "latin": len(_LATIN.findall(one.text)) / len(one.text),
            "quotes": "“" in one.text,
            "purpose": bool(_PURPOSE.search(one.text)),
            "short_first": short and index == 0,
            "short_early": short * one.early,
        }


def _alike(one: frozenset[str], other: frozenset[str]) -> float:
    """The cosine of two sentences as sets of pairs."""
    return len(one & other) / math.sqrt(len(one) * len(other) or 1)


def overlap(one: Sentence, two: Sentence) -> float:
    """How much of the shorter of two sentences the other repeats, 0 to 1."""
    smaller = min(len(one.pairs), len(two.pairs))
    return len(one.pairs & two.pairs) / smaller if smaller else 0.0


def _quoted(text: str, start: int, end: int, shape: Form) -> tuple[int, int, bool]:
    """What can be quoted of a sentence, and whether it reads alone.

    It begins after dateline, number and “但是，”. Of an interview, no question is quoted, and an
    answer only with its speaker's name before it, or where nobody says “I” or “you” in it.
    """
    part = shape.part(start)
    if part and start <= part.said < end:
        if shape.kind == "interview" and start == part.start and part.named:
            return start, end, not part.asks and reads_alone(text[part.said : end])
        start = part.said
    start += opening(text[start:end])
    alone = reads_alone(text[start:end]) and not _GOES_ON.search(text, 0, start)
    if part and shape.kind == "interview":
        alone = alone and not part.asks and not _PERSON.search(text[start:end])
    return start, end, alone


def _pairs(text: str) -> frozenset[str]:
    folded = fold(text)
    return frozenset(folded[i : i + 2] for i in range(len(folded) - 1))
