"""Which stories come first. What counts, and how much, stands here and nowhere else."""

import math
import re
from collections.abc import Mapping

from archive.edition_models import Story

REPORTS = 3.0
"""For the first outlet that reports it independently; as much again for twice as many more."""
REPRINTS = 1.5
"""The same for outlets that reprint it."""
SOURCE = 1.0
"""Times the weight of its source in the registry, which is usually 1."""
NEW = 1.0
"""For an event that no earlier edition told."""
RISING = 0.5
"""Times the score of its most rising tag, as `news.rising` has it, up to 4."""
EVENT = 0.5
"""For each main event that it tells, up to 3."""
NEWSY = 0.3
"""For each word of news in its headline, up to 3."""
ROUND_UP = -20.0
"""For a round-up, whose stories have entries of their own, and for sales."""

_NEWSY = re.compile(r"发布|推出|开源|首[个次款家]|突破|收购|融资|上市|量产|召回|更正|[万亿]|\d%")
_ROUND_UP = re.compile(r"[早晚午日周]报|一周|盘点|合集|速览|汇总|直播|优惠|促销")


def score(story: Story, rising: Mapping[str, float]) -> float:
    """How much a story matters; `rising` has the scores of rising tags."""
    reporting = {name for _, name, _ in story.reports} - {story.source_name}
    reprinting = {name for name, _ in story.copies} - reporting - {story.source_name}
    tags = {*story.technologies, *story.industries, *story.keywords}
    return (
        REPORTS * math.log2(1 + len(reporting))
        + REPRINTS * math.log2(1 + len(reprinting))
        + SOURCE * story.weight
        + NEW * (not story.follows)
        + RISING * min(4, max((rising.get(tag, 0) for tag in tags), default=0))
        + EVENT * min(3, story.events)
        + NEWSY * min(3, len(set(_NEWSY.findall(story.title))))
        + ROUND_UP * bool(_ROUND_UP.search(story.title))
    )


def order(story: Story, rising: Mapping[str, float]) -> tuple[float, float, int]:
    """Sorts the best first; of equal ones the newer, then the one that came first."""
    seen = story.published_at or story.first_seen
    return -score(story, rising), -seen.timestamp(), story.article_id
