"""Which figures are worth showing: those whose subject says by itself what was measured."""

import re
from collections.abc import Sequence

from archive.edition_models import KeyFigure, Story
from archive.text import fold

OF_THE_DAY = 6
"""So many figures of the day, one of a story each."""
_MEASURED = re.compile(
    r"(?:营收|收入|利润|亏损|融资|投资|募资|估值|市值|规模|份额|[总金净余数]额|[销产货载用电]量|产能|订单|客户|用户"
    r"|成本|价格?|售价|投入|支出|预算|罚款|占比|比例|[\u4e00-\u9fff]率|参数|算力|时长|间隔|需求|缺口|人数|数量"
    r"|增长|下降|上涨|提高|降低|增加|减少|客流|薪酬|奖金|股份|电价|补贴|补助|费用)$"
)
_SUBJECT = range(3, 17)


def is_telling(figure: KeyFigure) -> bool:
    """Whether its subject is one short noun of something that is measured."""
    subject = figure.subject
    return len(subject) in _SUBJECT and " " not in subject and bool(_MEASURED.search(subject))


def besides(story: Story, said: str) -> list[KeyFigure]:
    """The telling figures of a story that are not `said` of it anyway, one of each subject."""
    telling = (each for each in story.figures if is_telling(each) and each.written not in said)
    return list({each.subject: each for each in telling}.values())


def of_the_day(stories: Sequence[Story]) -> list[tuple[Story, KeyFigure]]:
    """The most telling figures of stories that are ranked best first: one of each, each once.

    Contradictions lead; then what a headline or summary says, or another article confirms.
    """
    best = []
    for place, story in enumerate(stories):
        for figure in story.figures:
            if is_telling(figure) and figure.relation != "other kind":
                best.append((-_points(figure, story), place, story, figure))
    best.sort(key=lambda each: each[:2])
    told: dict[int, tuple[Story, KeyFigure]] = {}
    subjects: set[str] = set()
    for _, place, story, figure in best:
        if place not in told and fold(figure.subject) not in subjects:
            told[place] = (story, figure)
            subjects.add(fold(figure.subject))
    return list(told.values())[:OF_THE_DAY]


def _points(figure: KeyFigure, story: Story) -> int:
    return (
        4 * (figure.relation == "conflict")
        + 2 * (figure.written in story.title)
        + (figure.written in story.summary)
        + (figure.relation == "agreement")
        + (figure.kind in ("flow", "price"))
    )
