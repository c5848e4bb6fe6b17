"""Which articles are one text: an article is placed among those that came before it.

A few marks find candidates; what decides is the comparison of the whole texts. Two texts are
related when long runs of the smaller one stand in the other, the numbers at the same places
agree, and what its title names stands there too: reports that fill in one form differ in these.
"""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from archive.sameness.marks import Traits, traits

METHOD = 1
"""Version of these rules; one higher whenever an article might be placed elsewhere."""
CAP = 8
"""A mark of more copy groups than this is boilerplate and says nothing."""
CANDIDATES = 6
"""So many articles, those with most marks in common, are read and compared."""
RUN = 12
"""Characters in a row that both texts have: shorter runs are phrases that anyone may use."""
SHARE = 0.5
"""So much of the smaller text stands in runs of the other, or they are strangers."""
CONFLICTS = 0.3
"""More of the numbers at the same places than this differ: another report of one form."""
FOREIGN = 0.3
"""More of what the smaller text's title takes from it than this is missing in the other: so too."""
LEAD = 120
"""A text that begins within so many characters of the larger one may be its beginning."""
STUB = 0.15
"""A smaller part of the larger text than this is no beginning of it but a piece in it."""

_ROUND_UP = re.compile("早报|晚报|早餐|早知道|日报|周报|速览|汇总|集锦|要闻|一览|联播|盘点|精选")


class Verdict(StrEnum):
    COPY = "copy"
    PIECE = "piece"
    """The smaller text stands inside the larger one, which is about more."""
    FORM = "form"
    """Reports that fill in one form: other numbers or names at the same places."""
    STRANGERS = "strangers"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two texts have in common, both ways."""

    share: float
    """Of the first text, what stands in common runs, 0 to 1."""
    other_share: float
    runs: tuple[str, ...]
    """The common runs of at least `RUN` characters, folded, longest first."""
    agreeing: int
    """Numbers that both have at the same places."""
    conflicting: int
    """Numbers at the same places that differ."""
    verdict: Verdict
    reason: str


@dataclass(frozen=True, slots=True)
class Known:
    """An article that has its place."""

    group: int
    title: str
    text: str


class Index(Protocol):
    """What `place` asks about the articles that have their place."""

    def holders(self, marks: Sequence[int], cap: int) -> Mapping[int, Mapping[int, int]]:
        """For each mark that is held: the groups that hold it, each with one article that does.

        Of a mark that more than `cap` groups hold, any `cap + 1` of them.
        """

    def members(self, articles: Collection[int]) -> Mapping[int, Known]:
        """These articles."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One article stands inside the other, longer one, which is no copy of it."""

    article: int
    share: float
    """Of the piece."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an article belongs, and why."""

    group: int | None
    """The copy group it joins; None: it founds one."""
    matched: int | None = None
    """The article by which it was recognized."""
    share: float | None = None
    """Of the smaller text, what stands in common runs, 0 to 1."""
    passages: int | None = None
    """Common runs."""
    merged: tuple[int, ...] = ()
    """Groups that are one with `group`, as the article shows: theirs join it."""
    pieces: tuple[Piece, ...] = ()
    """Articles that this one contains."""
    wholes: tuple[Piece, ...] = ()
    """Articles that contain this one; the share is this one's."""


def place(article: Traits, index: Index) -> Placement:
    """Find the copy group of an article; the same index gives the same answer."""
    shared: Counter[int] = Counter()
    for holders in index.holders(article.marks, CAP).values():
        if len(holders) <= CAP:
            shared.update(holders.values())
    ranked = sorted(shared, key=lambda known: (-shared[known], known))[:CANDIDATES]
    found = index.members([known for known in ranked if shared[known] > 1])
    copies: list[tuple[float, int, int, Comparison]] = []
    pieces, wholes = [], []
    for known, its in sorted(found.items()):
        comparison = compare_traits(article, traits(its.title, its.text))
        if comparison.verdict is Verdict.COPY:
            likeness = comparison.share + comparison.other_share
            copies.append((-likeness, known, its.group, comparison))
        elif comparison.verdict is Verdict.PIECE:
            inside = comparison.share > comparison.other_share
            (wholes if inside else pieces).append(
                Piece(known, max(comparison.share, comparison.other_share))
            )
    placement = Placement(None)
    if copies:
        _, matched, _, best = min(copies, key=lambda copy: copy[:2])
        groups = sorted({group for _, _, group, _ in copies})
        share = max(best.share, best.other_share)
        placement = Placement(groups[0], matched, share, len(best.runs), tuple(groups[1:]))
    return replace(placement, pieces=tuple(pieces), wholes=tuple(wholes))


def compare(title: str, text: str, other_title: str, other_text: str) -> Comparison:
    """Compare two articles as `place` does, without an index."""
    return compare_traits(traits(title, text), traits(other_title, other_text))


def compare_traits(one: Traits, other: Traits) -> Comparison:
    """Compare two articles; the other way round the answer is the same but for the order."""
    if (len(one.text), one.text) > (len(other.text), other.text):
        turned = compare_traits(other, one)
        return replace(turned, share=turned.other_share, other_share=turned.share)
    runs = _runs(one.text, other.text)
    common = sum(length for _, _, length in runs)
    share, other_share = common / max(1, len(one.text)), common / max(1, len(other.text))
    agreeing, conflicting = _numbers(one, other)
    verdict, reason = Verdict.COPY, "most of either text stands in the other"
    if share < SHARE:
        verdict, reason = Verdict.STRANGERS, "less than half of the smaller text is in the larger"
    elif conflicting > CONFLICTS * (agreeing + conflicting):
        verdict, reason = Verdict.FORM, "other numbers at the same places"
    elif _foreign(one, other) > FOREIGN:
        verdict, reason = Verdict.FORM, "the larger text does not have what the title names"
    elif other_share < SHARE:
        begins = min(at for _, at, _ in runs) <= LEAD
        if begins and other_share >= STUB and not _ROUND_UP.search(other.title):
            reason = "the smaller text is the beginning of the larger"
        else:
            verdict, reason = Verdict.PIECE, "the smaller text stands inside one about more"
    texts = sorted((one.text[at : at + length] for at, _, length in runs), key=len, reverse=True)
    return Comparison(share, other_share, tuple(texts), agreeing, conflicting, verdict, reason)


def _runs(text: str, other: str) -> list[tuple[int, int, int]]:
    """(place in `text`, place in `other`, length) of the runs both have, by place in `text`."""
    seed = RUN // 2
    places = {other[at : at + seed]: at for at in range(len(other) - seed + 1)}
    runs, at = [], 0
    while at <= len(text) - seed:
        there = places.get(text[at : at + seed])
        if there is None:
            at += 1
            continue
        length = seed
        while text[at + length : at + length + 1] == other[there + length : there + length + 1]:
            if at + length >= len(text):
                break
            length += 1
        if length >= RUN:
            runs.append((at, there, length))
        at += length
    return runs


def _numbers(one: Traits, other: Traits) -> tuple[int, int]:
    """How many numbers at the same places agree, and how many do not."""
    agreeing = conflicting = 0
    for context in one.numbers.keys() & other.numbers.keys():
        here, there = Counter(one.numbers[context]), Counter(other.numbers[context])
        equal = (here & there).total()
        agreeing += equal
        conflicting += min(here.total(), there.total()) - equal
    return agreeing, conflicting


def _foreign(one: Traits, other: Traits) -> float:
    """Of the pairs of characters that the title has from its text, those the other has not."""
    pairs = {one.title[at : at + 2] for at in range(len(one.title) - 1)}
    own = [pair for pair in pairs if pair in one.text]
    if len(own) < 4:
        return 0.0
    return sum(pair not in other.text and pair not in other.title for pair in own) / len(own)


class Shelf:
    """An index in memory; articles are numbered by who adds them."""

    def __init__(self) -> None:
        self._known: dict[int, Known] = {}
        self._holders: dict[int, dict[int, int]] = {}

    def holders(self, marks: Sequence[int], cap: int) -> Mapping[int, Mapping[int, int]]:
        return {mark: self._holders[mark] for mark in marks if mark in self._holders}

    def members(self, articles: Collection[int]) -> Mapping[int, Known]:
        return {article: self._known[article] for article in articles}

    def group(self, article: int) -> int:
        return self._known[article].group

    def add(self, article: int, title: str, text: str) -> Placement:
        """Place an article and keep it."""
        its = traits(title, text)
        placement = place(its, self)
        group = article if placement.group is None else placement.group
        if placement.merged:
            self._merge(placement.merged, group)
        self._known[article] = Known(group, title, text)
        for mark in its.marks:
            self._holders.setdefault(mark, {}).setdefault(group, article)
        return placement

    def _merge(self, old: tuple[int, ...], group: int) -> None:
        for article, known in self._known.items():
            if known.group in old:
                self._known[article] = replace(known, group=group)
        for held in self._holders.values():
            for was in old:
                if was in held:
                    held.setdefault(group, held.pop(was))
