"""Where each story stands: topics in their order, the best first, so that no topic starves."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from archive.models import KeyFigure, Story
from digest import ranking
from digest.lines import line

PER_TOPIC = 12
FIGURES = 6
"""So many figures of the day, one of a story each."""
OTHER = "其他"
_TELLING = ("flow", "price", "stock", "rate", "measure")
"""Kinds of figures; of a story's the first kind is the most telling."""


@dataclass(frozen=True, slots=True)
class Section:
    """A topic, how many stories it has, and those that are shown."""

    topic: str
    found: int
    stories: tuple[Story, ...]

    @property
    def left(self) -> int:
        return self.found - len(self.stories)


def groups(
    stories: Sequence[Story], topics: Sequence[str], rising: Mapping[str, float]
) -> dict[str, list[Story]]:
    """Every story under its topic, best first; topics in their fixed order, the unnamed last."""
    found: dict[str, list[Story]] = {topic: [] for topic in topics}
    for story in sorted(stories, key=lambda each: ranking.order(each, rising)):
        found.setdefault(line(story.topic, 20) or OTHER, []).append(story)
    found[OTHER] = found.pop(OTHER, [])
    return {topic: told for topic, told in found.items() if told}


def sections(grouped: Mapping[str, Sequence[Story]], total: int) -> tuple[Section, ...]:
    """The sections with `total` stories in all: every topic's first, then any topic's second …"""
    turns = sorted(
        (place, number, topic)
        for number, (topic, stories) in enumerate(grouped.items())
        for place in range(min(len(stories), PER_TOPIC))
    )
    share = Counter(topic for _, _, topic in turns[:total])
    return tuple(
        Section(topic, len(found), tuple(found[: share[topic]])) for topic, found in grouped.items()
    )


def figures(
    shown: Sequence[Story], rising: Mapping[str, float]
) -> tuple[tuple[Story, KeyFigure], ...]:
    """The most telling figures of the day: of the best stories, first what others contradict."""
    best = sorted(shown, key=lambda story: ranking.order(story, rising))
    told = [(story, min(story.figures, key=_telling)) for story in best if story.figures]
    told.sort(key=lambda pair: pair[1].relation != "conflict")
    return tuple(told[:FIGURES])


def _telling(figure: KeyFigure) -> tuple[bool, bool, int]:
    kind = _TELLING.index(figure.kind) if figure.kind in _TELLING else len(_TELLING)
    return figure.relation != "conflict", not figure.relation, kind
