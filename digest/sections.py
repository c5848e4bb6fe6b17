"""Where each story stands: topics in their order, the best first, so that no topic starves."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from archive.edition_models import Story
from digest import ranking
from digest.lines import line

PER_TOPIC = 12
OTHER = "其他"


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
