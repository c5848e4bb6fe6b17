"""Which articles are one text: an article is placed among those that came before it."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from archive.sameness.marks import GRAM, Traits, traits

METHOD = 1
"""Version of these rules; one higher whenever an article might be placed elsewhere."""
CAP = 8
"""A mark of more copy groups than this is boilerplate and says nothing."""
CANDIDATES = 6
"""So many articles, those with most marks in common, are read and compared."""


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
class Comparison:
    """What two texts have in common; shares are of all passages of the one or other text."""

    share: float
    """Of the first text, 0 to 1."""
    other_share: float
    """Of the second text, 0 to 1."""
    passages: int
    """Passages of `GRAM` characters in both."""
    is_copy: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """One article stands inside the other, longer one, which is no copy of it."""

    article: int
    share: float
    """Of the passages of the piece."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an article belongs, and why."""

    group: int | None
    """The copy group it joins; None: it founds one."""
    matched: int | None = None
    """The article by which it was recognized."""
    share: float | None = None
    """Of the smaller text's passages, those that both have, 0 to 1."""
    passages: int | None = None
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
    copies = []
    for known, its in found.items():
        comparison = compare_traits(article, traits(its.title, its.text))
        if comparison.is_copy:
            copies.append((-comparison.passages, known, its.group, comparison))
    if not copies:
        return Placement(None)
    _, matched, _, best = min(copies, key=lambda copy: copy[:2])
    groups = sorted({group for _, _, group, _ in copies})
    share = max(best.share, best.other_share)
    return Placement(groups[0], matched, share, best.passages, tuple(groups[1:]))


def compare_traits(one: Traits, other: Traits) -> Comparison:
    """Compare two texts without an index."""
    passages, others = _passages(one.text), _passages(other.text)
    common = len(passages & others)
    share, other_share = common / max(1, len(passages)), common / max(1, len(others))
    return Comparison(share, other_share, common, max(share, other_share) >= 0.5)


def _passages(folded: str) -> set[str]:
    return {folded[at : at + GRAM] for at in range(max(1, len(folded) - GRAM + 1))}


class Shelf:
    """An index in memory; articles are numbered by who adds them."""

    def __init__(self) -> None:
        self._known: dict[int, Known] = {}
        self._holders: dict[int, dict[int, int]] = {}
        self._joined: dict[int, int] = {}

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
        for known, was in self._known.items() if placement.merged else ():
            if was.group in placement.merged:
                self._known[known] = Known(group, was.title, was.text)
        for held in self._holders.values() if placement.merged else ():
            for old in placement.merged:
                if old in held:
                    held.setdefault(group, held.pop(old))
        self._known[article] = Known(group, title, text)
        for mark in its.marks:
            self._holders.setdefault(mark, {}).setdefault(group, article)
        return placement
