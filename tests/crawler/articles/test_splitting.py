"""Several articles on one page are told apart, and one article stays one."""

import pytest

from crawler.articles.splitting import around, split

ONE = "智能体上岗之后，省下的时间去哪儿了"
TWO = "随风训练：人工智能能不能少用一点电？"
FIRST = [
    "智能体论坛在江城开幕，四百名负责人挤满了会场，他们关心的是省下的时间到底去了哪里。" * 2,
    "谁来签字",
    "调查显示，智能体上岗之后，七成企业说得出省下的时间有多少，三成说不清投入与产出，还在摸索。"
    * 6,
]
SECOND = [
    "训练一个大模型要用多少电？能源专场上放了一张照片：海上的风机转得正欢，岸上用电太少。" * 2,
    "“风在夜里最大，人工智能的模型可以在夜里训练，这样能少用一点白天的电。”戚远舟说，试点七个月。"
    * 6,
]
BY, ALSO_BY = "江城商报记者 彭越舟", "江城商报记者 夏江禾"
UNDER = ["打印 放大 缩小", "相关新闻", "江城二桥大修期间公交线路有调整"]


def parts(*lines: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(part.headline, part.lines) for part in split(ONE, lines)]


def whole(*lines: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(ONE, lines)]


def test_articles_that_end_with_bylines_are_told_apart() -> None:
    assert parts(*FIRST, BY, TWO, *SECOND, ALSO_BY, *UNDER) == [
        (ONE, (*FIRST, BY)),
        (TWO, (*SECOND, ALSO_BY, *UNDER)),
    ]


def test_articles_that_begin_with_bylines_are_told_apart() -> None:
    assert parts(BY, *FIRST, TWO, ALSO_BY, *SECOND) == [
        (ONE, (BY, *FIRST)),
        (TWO, (ALSO_BY, *SECOND)),
    ]


@pytest.mark.parametrize(
    "lines",
    [
        [*FIRST, TWO, *SECOND],
        [*FIRST, BY, TWO, *SECOND],
        [*FIRST, BY, *SECOND, ALSO_BY],
        [*FIRST, BY, f"{TWO}戚远舟说。", *SECOND, ALSO_BY],
        [*FIRST, BY, "江城二桥大修期间公交线路有调整", *SECOND, ALSO_BY],
        [*FIRST, BY, TWO, "训练一个大模型要用多少电？没有人知道。", ALSO_BY],
        [*FIRST[:2], BY, TWO, *SECOND, ALSO_BY],
        [*FIRST, BY, *UNDER],
        [BY],
        [],
    ],
    ids=[
        "no byline",
        "only one",
        "no title",
        "a sentence for a title",
        "a title of something else",
        "the second too short",
        "the first too short",
        "titles of others below",
        "a byline alone",
        "nothing",
    ],
)
def test_one_article_stays_one(lines: list[str]) -> None:
    assert parts(*lines) == whole(*lines)


def test_many_short_news_on_one_page_are_one_digest() -> None:
    lines = [*FIRST, BY, *([TWO, *SECOND, ALSO_BY] * 6)]
    assert parts(*lines) == whole(*lines)
    assert len(parts(*lines[: len(FIRST) + 1 + 4 * 4])) == 5


def test_the_lines_of_a_page_are_shared_out() -> None:
    lines = [*FIRST, BY, TWO, *SECOND, ALSO_BY]
    page = ["首页", TWO, ONE, *lines, "页脚"]
    found = split(ONE, lines)
    assert around(page, found, 1) == ["首页", TWO, ONE, *FIRST, BY]
    assert around(page, found, 2) == [TWO, *SECOND, ALSO_BY, "页脚"]
    assert around(page, split(ONE, FIRST), 1) == page
