"""What comes first, which figures are shown, how much detail there is, and what the ledger says."""

import re
from dataclasses import replace

import pytest

from archive.edition_models import Corrected, Edition, KeyFigure, Material, Rising, SourceDay, Story
from benchmarks.mail_safety import SEEN, WINDOW, full_day
from digest import figures, ranking
from digest.compose import HTML_BYTES, compose

STORY = Story(1, "题目", "https://a.test/1", "甲报", "", SEEN, SEEN, "摘要。", (), (), (), "大模型")
REVENUE = KeyFigure("当季营收", "21.6亿元", "flow", "第三季度", "观澜")


def edition(*stories: Story, **given: object) -> Edition:
    return compose(replace(Material(WINDOW, stories, ()), **given), "简报")


@pytest.mark.parametrize(
    "better",
    [
        {"reports": (("题", "乙报", "u"),)},
        {"copies": (("乙报", "u"),)},
        {"weight": 2.0},
        {"technologies": ("青鸾",)},
        {"events": 1},
        {"title": "首次量产"},
    ],
    ids=lambda better: next(iter(better)),
)
def test_each_of_these_makes_a_story_weigh_more(better: dict[str, object]) -> None:
    rising = {"青鸾": 3.0}
    told = replace(STORY, **better)
    assert ranking.score(told, rising) > ranking.score(STORY, rising)


@pytest.mark.parametrize(
    "worse", [{"follows": True}, {"title": "早报合集"}, {"weight": 0.2}], ids=str
)
def test_each_of_these_makes_it_weigh_less(worse: dict[str, object]) -> None:
    assert ranking.score(replace(STORY, **worse), {}) < ranking.score(STORY, {})


def test_an_outlet_counts_once() -> None:
    once = replace(STORY, reports=(("题", "乙报", "u"),))
    assert ranking.score(replace(once, copies=(("乙报", "v"),)), {}) == ranking.score(once, {})
    twice = replace(STORY, reports=(("题", "乙报", "u"), ("题", "乙报", "v")))
    assert ranking.score(twice, {}) == ranking.score(once, {})


@pytest.mark.parametrize(
    ("subject", "telling"),
    [
        ("当季营收", True), ("医生检出率", True), ("青鸾3.0的价格", True), ("工艺", False),
        ("芯片采用 级工艺", False), ("青枫X16 | 23.4", False),
        ("公司在一个夏季里参与了", False), ("率", False),
        ("江城市去年十二月以来全部在建机房项目的平均使用率", False),
    ],
)  # fmt: skip
def test_a_telling_figure_has_a_short_noun_of_something_measured(
    subject: str, telling: bool
) -> None:
    assert figures.is_telling(replace(REVENUE, subject=subject)) is telling


def test_an_entry_has_the_figures_that_it_does_not_say_anyway() -> None:
    said = replace(STORY, summary="营收21.6亿元。", figures=(REVENUE,))
    assert "数字：" not in edition(said).text
    text = edition(replace(said, summary="营收增长。")).text
    assert "   数字：当季营收 21.6亿元（第三季度）\n" in text


def test_the_figures_of_the_day_lead_with_a_contradiction_and_tell_a_story_once() -> None:
    conflict = replace(REVENUE, relation="conflict", other="12亿元", other_source="乙报")
    other = replace(STORY, article_id=2, figures=(replace(conflict, subject="净利润"), REVENUE))
    first = replace(STORY, figures=(REVENUE,), weight=3.0)
    assert [
        (story.article_id, figure.subject) for story, figure in figures.of_the_day([first, other])
    ] == [(2, "净利润"), (1, "当季营收")]
    text = edition(first, other).text
    shown = text[text.index("━━ 今日数字") :]
    assert "21.6亿元　净利润\n   第三季度 · 观澜\n   题目（甲报） https://a.test/1\n" in shown
    assert "   乙报称 12亿元，两说不一\n" in shown


@pytest.mark.parametrize(("subjects", "shown"), [(4, 4), (20, figures.OF_THE_DAY)])
def test_no_figure_is_told_twice_and_six_at_most(subjects: int, shown: int) -> None:
    crowd = [
        replace(STORY, article_id=n, figures=(replace(REVENUE, subject=f"第{n % subjects}家营收"),))
        for n in range(20)
    ]
    told = figures.of_the_day(crowd)
    assert len({figure.subject for _, figure in told}) == len(told) == shown


def test_a_correction_says_what_changed_and_who_did_not_follow() -> None:
    changed = Corrected(1, "更正", "https://c.test", "甲报", SEEN, "数字由1改为2", "大模型", 3)
    brief = edition(STORY, corrections=(changed,))
    for words in ("更正与变更", "数字由1改为2", "仍有 3 家转载未随之更改"):
        assert words in brief.html
        assert words in brief.text
    assert "转载未随之" not in edition(STORY, corrections=(replace(changed, stale=0),)).text


def test_the_chart_is_a_table_and_the_same_in_blocks() -> None:
    brief = edition(STORY, rising=(Rising("青鸾", 8, 0.4), Rising("芯片", 4, 0.0)))
    assert "━━ 升温词 ━━" in brief.text
    assert f"青鸾　{'█' * 20} 8 篇（平常 0.4）\n芯片　{'█' * 10} 4 篇（平常 0）\n" in brief.text
    assert re.findall(r'class="fill" width="(\d+)%"', brief.html) == ["100", "50"]
    new = edition(STORY, rising=(Rising("青鸾", 8, 0.0),))
    assert "━━ 今日热词 ━━" in new.text
    assert "8 篇\n" in new.text


def test_what_goes_on_says_what_is_new() -> None:
    brief = edition(replace(STORY, follows=True, adds="价格降到1元。"))
    assert "   新进展：价格降到1元。\n   续报 · 甲报" in brief.text


def test_a_fuller_day_has_less_detail_before_it_has_fewer_stories() -> None:
    few, many, most = (compose(full_day(number), "简报") for number in (12, 30, 40))
    assert "第0报 https" in few.text
    assert [brief.counts["shown"] for brief in (few, many, most)] == [12, 30, 40]
    assert len(many.text) / 30 < len(few.text) / 12
    for brief in (few, many, most):
        assert len(brief.html.encode()) <= HTML_BYTES
        assert "另有 6 家转载" in brief.text
        assert "见存档" not in brief.text
    # A common full day keeps its figures.
    assert "数字：" in many.text


def test_the_ledger_names_who_gave_less_than_usual_and_who_did_not_answer() -> None:
    sources = (
        SourceDay("a", "甲报", 2, 0, usual=9.0),
        SourceDay("b", "乙报", 5, 0, usual=6.0),
        SourceDay("c", "丙报", 0, 0, usual=4.0, state="silent"),
        SourceDay("d", "丁报", 0, 3, state="failing"),
        SourceDay("e", "戊报", 0, 0),
    )
    text = edition(STORY, sources=sources).text
    assert "5 家来源中 2 家有新文章，共收录 7 篇；" in text
    assert "少于平常（今天／平常）：甲报 2/9、丙报 0/4。\n" in text
    assert "没有应答或版式有变：丁报。\n没有新文章的来源：戊报。\n" in text


def test_the_ledger_says_how_the_summaries_were_made() -> None:
    written = replace(STORY, article_id=2, method="qwen3")
    text = edition(STORY, replace(STORY, article_id=3, method="lead"), written).text
    assert "2 篇摘要逐句摘自原文。\n1 篇摘要由模型 qwen3 撰写，" in text
    assert "由模型" not in edition(STORY).text
