"""Which articles are one text: an article is placed among those that came before it.

A few marks find candidates; what decides is the comparison of the whole texts. Two texts are
related when long runs of the smaller one stand in the other, the numbers at the same places
agree, and what their titles name stands in both: reports that fill in one form differ in these.
"""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from archive.sameness import overlap
from archive.sameness.marks import Traits, traits, written

METHOD = 1
"""Version of these rules; one higher whenever an article might be placed elsewhere."""
CAP = 8
"""A mark of more copy groups than this is boilerplate and says nothing."""
CANDIDATES = 6
"""So many articles, those with most marks in common, are read and compared."""
FEW = 16
"""A text with fewer marks than this is compared with those that share but one of them."""
SHARE = 0.5
"""So much of the smaller text stands in runs of the other, or they are strangers."""
CONFLICTS = 0.25
"""More of the numbers at the same places than this differ: another report of one form."""
FOREIGN = 0.25
"""More of what a title takes from its text than this is not in the other text: so too."""
VOUCHED = 3
"""So many numbers at the same places, and none that differs, outweigh a title."""
LEAD = 120
"""Where a text begins in the larger one, after so many characters at most, is its beginning."""
CUT_LEAD = 300
"""The same for a text which says that it is only a beginning."""
STUB = 0.15
"""A smaller part of the larger text than this is no beginning of it but a piece in it."""
SCATTERED = 0.3
"""A beginning fills more than this of the stretch over which its runs lie."""
BEHIND = 0.25
"""A text that stands as one block after so much of the larger one is a piece in it."""
RELATED = 0.25
"""Two groups become one only if their members share so much of the smaller one, or a title."""

_ROUND_UP = re.compile("早报|晚报|早餐|早知道|日报|周报|速览|汇总|集锦|要闻|一览|联播|盘点|精选")


class Verdict(StrEnum):
    COPY = "copy"
    BEGINNING = "beginning"
    """The larger text begins with the smaller one: a copy, unless it contains others as well."""
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
    """The common runs of at least `overlap.RUN` characters, longest first."""
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
    contains_others: bool = False


class Index(Protocol):
    """What `place` asks about the articles that have their place."""

    def holders(self, marks: Sequence[int], cap: int) -> Mapping[int, Mapping[int, int]]:
        """For each mark that is held: the groups that hold it, each with one article that does.

        Of a mark that more than `cap` groups hold, any `cap + 1` of them.
        """

    def members(self, articles: Collection[int]) -> Mapping[int, Known]:
        """Those of these articles that have a place."""


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


@dataclass(frozen=True, slots=True)
class _Candidate:
    id: int
    known: Known
    traits: Traits
    comparison: Comparison

    @property
    def is_smaller(self) -> bool:
        """Than the article that is placed."""
        return self.comparison.other_share > self.comparison.share


def place(article: Traits, index: Index) -> Placement:
    """Find the copy group of an article; the same index gives the same answer."""
    found = _candidates(article, index)
    pieces = [each for each in found if each.comparison.verdict is Verdict.PIECE]
    contained = {each.known.group for each in pieces if each.is_smaller}
    copies: list[_Candidate] = []
    for each in found:
        if each.comparison.verdict is Verdict.BEGINNING:
            is_copy = not (
                contained - {each.known.group} if each.is_smaller else each.known.contains_others
            )
        elif each.comparison.verdict is Verdict.COPY:
            is_copy = True
        else:
            continue
        # Else the article, or what it is found in, is a round-up.
        is_copy = is_copy and _fits(article, each, index)
        is_copy = is_copy and (not copies or _are_related(each, copies[0]))
        (copies if is_copy else pieces).append(each)
    groups = sorted({each.known.group for each in copies})
    placement = Placement(None)
    if copies:
        best = copies[0].comparison
        share = max(best.share, best.other_share)
        placement = Placement(groups[0], copies[0].id, share, len(best.runs), tuple(groups[1:]))
    apart = [each for each in pieces if each.known.group not in groups]
    return replace(
        placement,
        pieces=tuple(Piece(c.id, c.comparison.other_share) for c in apart if c.is_smaller),
        wholes=tuple(Piece(c.id, c.comparison.share) for c in apart if not c.is_smaller),
    )


def compare(title: str, text: str, other_title: str, other_text: str) -> Comparison:
    """Compare two articles as `place` does, without an index; the runs are as written."""
    its = compare_traits(traits(title, text), traits(other_title, other_text))
    return replace(its, runs=tuple(written(run, text, other_text) for run in its.runs))


def compare_traits(one: Traits, other: Traits) -> Comparison:
    """Compare two articles; the other way round the answer is the same but for the order."""
    if (len(one.text), one.text) > (len(other.text), other.text):
        turned = compare_traits(other, one)
        return replace(turned, share=turned.other_share, other_share=turned.share)
    runs = overlap.runs(one.text, other.text)
    common = sum(length for _, _, length in runs)
    share, other_share = common / max(1, len(one.text)), common / max(1, len(other.text))
    agreeing, conflicting = overlap.numbers(one, other)
    if share < SHARE:
        verdict, reason = Verdict.STRANGERS, "less than half of the smaller text is in the larger"
    elif conflicting > CONFLICTS * (agreeing + conflicting):
        verdict, reason = Verdict.FORM, "other numbers at the same places"
    elif (agreeing < VOUCHED or conflicting) and (
        min(overlap.foreign(one, other), overlap.foreign(other, one)) > FOREIGN
    ):
        verdict, reason = Verdict.FORM, "neither text has what the title of the other names"
    else:
        verdict, reason = _extent(one, other, runs, other_share)
    texts = sorted((one.text[at : at + length] for at, _, length in runs), key=len, reverse=True)
    return Comparison(share, other_share, tuple(texts), agreeing, conflicting, verdict, reason)


def _extent(
    one: Traits, other: Traits, runs: Sequence[tuple[int, int, int]], other_share: float
) -> tuple[Verdict, str]:
    """Whether a smaller text that is related to a larger one is all of it, or a part."""
    start = min(at for _, at, _ in runs)
    stretch = max(at + length for _, at, length in runs) - start
    filled = other_share * len(other.text) / stretch
    titled = overlap.same_title(one, other)
    if other_share >= SHARE:
        is_behind = start > max(LEAD, BEHIND * len(other.text)) and filled > 1 - SCATTERED / 3
        if is_behind and not titled:
            return Verdict.PIECE, "the smaller text stands behind another matter in the larger"
        return Verdict.COPY, "most of either text stands in the other"
    if start <= (CUT_LEAD if one.is_cut else LEAD) and filled > SCATTERED:
        if titled or one.is_cut:
            return Verdict.COPY, "the smaller text is the beginning of the larger, and says so"
        if other_share >= STUB and not _ROUND_UP.search(other.title):
            return Verdict.BEGINNING, "the larger text begins with the smaller"
    return Verdict.PIECE, "the smaller text stands inside one about more"


def _candidates(article: Traits, index: Index) -> list[_Candidate]:
    """The articles that share most marks, compared; those most alike first."""
    marks, shared = article.marks, Counter[int]()
    for holders in index.holders(marks, CAP).values():
        if len(holders) <= CAP:
            shared.update(holders.values())
    enough = 1 if len(marks) < FEW else 2
    ranked = sorted(shared, key=lambda known: (-shared[known], known))[:CANDIDATES]
    known = index.members([each for each in ranked if shared[each] >= enough])
    found = []
    for number, its in known.items():
        theirs = traits(its.title, its.text)
        found.append(_Candidate(number, its, theirs, compare_traits(article, theirs)))
    return sorted(found, key=lambda c: (-c.comparison.share - c.comparison.other_share, c.id))


def _fits(article: Traits, each: _Candidate, index: Index) -> bool:
    """Whether what is a small part of one member stands in the founder of the group as well."""
    group = each.known.group
    if each.is_smaller or each.comparison.other_share >= SHARE or group == each.id:
        return True
    founder = index.members([group]).get(group)
    if founder is None or founder.group != group:
        return True
    return _share_text(article, traits(founder.title, founder.text))


def _are_related(one: _Candidate, other: _Candidate) -> bool:
    if one.known.group == other.known.group or overlap.same_title(one.traits, other.traits):
        return True
    return _share_text(one.traits, other.traits)


def _share_text(one: Traits, other: Traits) -> bool:
    its = compare_traits(one, other)
    return max(its.share, its.other_share) >= RELATED
