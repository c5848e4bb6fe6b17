"""Which reports tell one event: different texts within days, by what both tell that few others do.

TF-IDF on pairs of characters and on Latin words and numbers (a single-pass clustering as in the
Topic Detection and Tracking studies, Allan 2002), with what contradicts it.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise, takewhile
from sys import intern

from archive.search import searchable

METHOD = 1
"""Version of the rules."""
SPAN = timedelta(hours=72)
"""The first and the last report of a story are at most this far apart."""
KEPT = 5000
"""Newest reports that are remembered: by them it is judged what is rare."""
ENOUGH = 0.22
"""Score from which two reports tell one event."""
LEAD = 800
"""Characters of a text that are compared."""

# Chosen like ENOUGH on half of the labelled pairs and 122 others: benchmarks/stories.py.
_RARE = 0.01  # of the reports at most have a rare term
_PRIOR = 30  # reports are added to those that there are
_COMPARED = 5  # reports with most rare terms in common
_FIRST = 0.6  # of ENOUGH at least is the score with the first report of a story
_DOUBT = 0.5  # is left of a score by each contradiction
_TEMPLATE = 0.7  # of the terms of the poorer at least are shared by what one template made
_FRAME, _TAIL = 0.5, 2  # Likeness of titles that are one frame, characters it ends with.

_ROUND_UP = re.compile(
    r"[早晚午周]报|早餐|早知道|一周|盘点|合集|速览|汇总|要闻|联播|简讯|快讯\W*$|[;；].*[;；]"
)
_COLUMN = re.compile(r"【[^】]*】")
_WORD = re.compile(r"[a-z0-9]+(?:[.\-+][a-z0-9]+)*|[\u3400-\u9fff]+")
_DAY = re.compile(r"(?<!\d)(\d{1,2})日")
_FIGURE = re.compile(r"(?<![\d.])(?!\d{4}年|\d{1,2}[月日时分点])\d+(?:\.\d+)?")
_NTH = re.compile(r"第(?P<value>\d+|[一二三四五六七八九十百]+)(?P<name>[\u3400-\u9fff])")
_VERSION = re.compile(
    r"(?P<name>[a-z]+[ -]?|[\u3400-\u9fff]{2}(?=\d+\.\d))(?P<value>\d+(?:\.\d+)*)"
    r"(?![\d.]*[%万亿元倍米克吨分秒个])"
)
_AMOUNT = re.compile(r"(?P<value>\d+(?:\.\d+)?)(?P<name>[万亿]?[\u3400-\u9fff%])")


@dataclass(frozen=True, slots=True)
class Report:
    """What of a report is compared: its terms, and what can contradict another's."""

    group: int
    told_at: datetime
    headline: str
    title: frozenset[str]
    terms: tuple[str, ...]
    """Of title and lead, distinct."""
    day: str
    """The first day of a month that the lead names, as a number; empty if none."""
    figures: frozenset[str]
    marks: dict[str, str]
    """By what follows or precedes it, each ordinal and each version in the title."""
    amounts: dict[str, str]
    is_round_up: bool


@dataclass(frozen=True, slots=True)
class Joined:
    """The story that a report belongs to, by which report of it and why; by none if it began it."""

    story: int
    matched: int | None = None
    score: float | None = None
    why: tuple[str, ...] = ()
    """The rarest of what both tell."""


def report(group: int, told_at: datetime, title: str, text: str, whole: bool = False) -> Report:
    """What is compared of a report; `whole`: it is known to contain other articles."""
    headline = searchable(_COLUMN.sub("", title)) or searchable(title)
    lead = searchable(text[:LEAD])
    day = _DAY.search(lead)
    return Report(
        group,
        told_at,
        headline,
        frozenset(_terms(headline)),
        tuple(sorted(set(_terms(f"{headline}\n{lead}")))),
        day[1] if day else "",
        frozenset(n for n in _FIGURE.findall(f"{headline}\n{lead}".replace(",", "")) if len(n) > 1),
        {
            m["name"].rstrip(" -"): m["value"]
            for p in (_NTH, _VERSION)
            for m in p.finditer(headline)
        },
        {m["name"]: m["value"] for m in _AMOUNT.finditer(headline)},
        whole or bool(_ROUND_UP.search(title)),
    )


class Window:
    """The newest reports and their stories, oldest first."""

    def __init__(self) -> None:
        self._reports: dict[int, Report] = {}
        self._stories: dict[int, int] = {}
        self._members: dict[int, list[int]] = {}
        self._holders: dict[str, list[int]] = {}

    @property
    def newest(self) -> int:
        """The highest number of a report; 0 if there is none."""
        return max(self._reports, default=0)

    def clear(self) -> None:
        """Forget every report."""
        for known in (self._reports, self._stories, self._members, self._holders):
            known.clear()

    def add(self, report: Report, story: int) -> None:
        """Remember a report as one of a story, and forget the oldest beyond `KEPT`."""
        self._reports[report.group] = report
        self._stories[report.group] = story
        self._members.setdefault(story, []).append(report.group)
        for term in report.terms:
            self._holders.setdefault(term, []).append(report.group)
        while len(self._reports) > KEPT:
            self.forget(next(iter(self._reports)))

    def forget(self, group: int) -> None:
        """Let a report be unknown again."""
        gone, story = self._reports.pop(group), self._stories.pop(group)
        self._members[story].remove(group)
        if not self._members[story]:
            del self._members[story]
        for term in gone.terms:
            self._holders[term].remove(group)
            if not self._holders[term]:
                del self._holders[term]

    def join(self, new: Report) -> Joined:
        """The story that a report joins; one of its own if it is the first to tell its event.

        It must resemble one report of the story, and the first of them not much less, so that no
        chain drifts from event to event. Round-ups join nothing and nothing joins them.
        """
        if new.is_round_up:
            return Joined(new.group)
        rarity = _Rarity(new, self._holders, len(self._reports))
        scored = sorted((-self._score(new, old, rarity), old.group) for old in self._likely(new))
        for score, group in scored:
            if -score < ENOUGH:
                break
            story = self._stories[group]
            members = [self._reports[member] for member in self._members[story]]
            times = [new.told_at, *(member.told_at for member in members)]
            if max(times) - min(times) <= SPAN and (
                members[0].group == group or self._score(new, members[0], rarity) >= _FIRST * ENOUGH
            ):
                return Joined(story, group, -score, _why(self._reports[group], rarity))
        return Joined(new.group)

    def _likely(self, new: Report) -> Iterator[Report]:
        """The reports within days that have most rare terms in common with one."""
        shared: Counter[int] = Counter()
        for term in new.terms:
            if self._is_rare(term):
                shared.update(self._holders.get(term, ()))
        near = (
            self._reports[group]
            for group, count in shared.most_common()
            if count > 1 and abs(self._reports[group].told_at - new.told_at) <= SPAN
        )
        for old, _ in zip((r for r in near if not r.is_round_up), range(_COMPARED), strict=False):
            yield old

    def _score(self, new: Report, old: Report, rarity: "_Rarity") -> float:
        """0 to 1: how much of each title the other report tells, and of the poorer all; halved by
        every contradiction. One is enough where the words are the same: a template."""
        if any(old.marks.get(name, value) != value for name, value in new.marks.items()):
            return 0.0
        both = rarity.own.intersection(old.terms)
        share = rarity.sum(both) / (min(rarity.sum(new.terms), rarity.sum(old.terms)) or 1.0)
        for title, terms in ((new.title, old.terms), (old.title, rarity.own)):
            share *= rarity.sum(title.intersection(terms)) / (rarity.sum(title) or 1.0)
        doubts = (
            bool(new.day and old.day and new.day != old.day),
            min(len(new.figures), len(old.figures)) > 3
            and 4 * len(new.figures & old.figures) < min(len(new.figures), len(old.figures)),
            any(old.amounts.get(name, value) != value for name, value in new.amounts.items()),
            self._names_others(new, old),
        )
        if any(doubts) and len(both) >= _TEMPLATE * min(len(new.terms), len(old.terms)):
            return 0.0
        return math.pow(share, 1 / 3) * math.pow(_DOUBT, sum(doubts))

    def _names_others(self, new: Report, old: Report) -> bool:
        """Whether two titles are one frame that is filled with other names."""
        if 2 * len(new.title & old.title) < _FRAME * (len(new.title) + len(old.title)):
            return False
        head = _same(new.headline, old.headline)
        one, other = new.headline[head:], old.headline[head:]
        tail = _same(one[::-1], other[::-1])
        return (
            tail >= _TAIL
            and self._lacks(old, new, one[: len(one) - tail])
            and self._lacks(new, old, other[: len(other) - tail])
        )

    def _lacks(self, one: Report, other: Report, words: str) -> bool:
        """Whether a report does not tell a rare term among some words of another's title."""
        lacking = set(_terms(words)).difference(one.terms)
        most = int(_RARE * len(self._reports)) + (other.group in self._reports)
        return any(len(self._holders.get(term, ())) <= most for term in lacking)

    def _is_rare(self, term: str) -> bool:
        return len(self._holders.get(term, ())) <= max(3, int(_RARE * len(self._reports)))


class _Rarity(dict[str, float]):
    """What each term weighs, seen from one report: the fewer reports have it, the more.

    The fifth power: one name that few have outweighs all the phrases that many have. In an archive
    that begins, `_PRIOR` keeps what only two have from being thought common.
    """

    def __init__(self, new: Report, holders: dict[str, list[int]], reports: int) -> None:
        super().__init__()
        self.own = frozenset(new.terms)
        self._holders, self._all = holders, reports + _PRIOR

    def __missing__(self, term: str) -> float:
        held = len(self._holders.get(term, ())) + (term in self.own)
        self[term] = math.log(self._all / held) ** 5
        return self[term]

    def sum(self, terms: Iterable[str]) -> float:
        return sum(map(self.__getitem__, terms))


def _why(old: Report, rarity: _Rarity) -> tuple[str, ...]:
    both = rarity.own.intersection(old.terms)
    return tuple(sorted(both, key=lambda term: (-rarity[term], term))[:5])


def _terms(folded: str) -> Iterator[str]:
    for word in _WORD.findall(folded):
        if word[0] >= "\u3400":
            yield from (intern(first + second) for first, second in pairwise(word))
        elif len(word) > 1:
            yield intern(word)


def _same(one: str, other: str) -> int:
    """How many characters both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
