"""Figures: numbers with their subject, date, kind and source; all texts are fictional."""

import datetime as days

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.models import Figure
from summarizer.figures import figures
from summarizer.subjects import LONGEST


def the(text: str) -> Figure:
    (figure,) = figures(text)
    return figure


@pytest.mark.parametrize(
    ("text", "subject", "values", "unit", "kind"),
    [
        ("云汐市算力产业规模2025年约143亿元。", "云汐市算力产业规模", (143e8,), "元", "stock"),
        ("星阶科技发布了38个大模型。", "星阶科技发布了 大模型", (38,), "个", "flow"),
        ("目前，75%的农户认为助手有用。", "农户", (75,), "%", "rate"),
        ("新品售价1200元。", "新品售价", (1200,), "元", "price"),
        ("机器人的重量只有16.5公斤。", "机器人的重量", (16.5,), "公斤", "measure"),
        ("研究成本下降三成。", "研究成本下降", (3,), "成", "rate"),
        ("抓获嫌疑人92名。", "抓获嫌疑人", (92,), "名", "flow"),
        ("芯片企业10—15家。", "芯片企业", (10, 15), "家", "stock"),
        ("5家销售收入超过100亿元的芯片企业获奖。", "芯片企业", (5,), "家", "stock"),
        ("云汐市给予每人600元的补贴。", "云汐市给予 补贴", (600,), "元", "flow"),
        ("新卡可额外提供17%的计算性能。", "新卡可额外提供 计算性能", (17,), "%", "rate"),
    ],
)
def test_what_is_measured(
    text: str, subject: str, values: tuple[float, ...], unit: str, kind: str
) -> None:
    found = figures(text)[0]
    assert (found.subject, found.values, found.unit, found.kind) == (subject, values, unit, kind)


@pytest.mark.parametrize(
    "text",
    [
        "会议开了3天，7月13日结束。",
        "第12届大会讨论了GPT-4和5G。",
        "数百人参加，几十家公司到场，一些人离开。",
        "详见第3章。证券代码300999。",
        "他今年35岁，住在8号楼。",
    ],
)
def test_what_is_no_figure(text: str) -> None:
    assert figures(text) == ()


def test_one_subject_may_have_several_numbers() -> None:
    now, then = figures("云汐市算力产业规模2025年约143亿元，2030年预计将达702亿元。")
    assert now.subject == then.subject == "云汐市算力产业规模"
    assert [(one.date, one.as_of) for one in (now, then)] == [
        ("2025年", "2025"),
        ("2030年", "2030"),
    ]


def test_each_of_a_list_has_its_own_subject() -> None:
    found = figures("试验场距江城92公里、距南浦98公里。")
    assert [one.subject for one in found] == ["试验场距江城", "距南浦"]


@pytest.mark.parametrize(
    ("text", "subjects"),
    [
        (
            "云汐科技、星阶科技和北辰汽车营收分别为1亿元、2亿元、3亿元。",
            ["云汐科技营收", "星阶科技营收", "北辰汽车营收"],
        ),
        ("江城、南浦的门店分别为12家、8家。", ["江城的门店", "南浦的门店"]),
        (
            "星阶科技营收、净利润分别为3亿元和1亿元，分别增长12%、下降5%。",
            ["星阶科技营收", "星阶科技净利润", "星阶科技营收增长", "星阶科技净利润下降"],
        ),
        (
            "产量和销量分别完成30万辆和28万辆，同比分别增长12%和8%。",
            ["产量", "销量", "产量同比增长", "销量同比增长"],
        ),
        # Three names and two numbers are no list of the kind.
        ("江城、山城、南浦分别有3家和5家。", ["江城、山城、南浦", "江城、山城、南浦"]),
    ],
)
def test_a_list_with_respective_numbers(text: str, subjects: list[str]) -> None:
    assert [one.subject for one in figures(text)] == subjects


def test_a_list_of_dates_gives_each_number_its_own() -> None:
    found = figures("星阶科技2024年和2025年营收分别为1亿元和2亿元。")
    assert [(one.subject, one.date, one.as_of) for one in found] == [
        ("星阶科技营收", "2024年", "2024"),
        ("星阶科技营收", "2025年", "2025"),
    ]


def test_what_changed_is_named_with_its_change() -> None:
    _, growth = figures("星阶科技净利润2.4亿元，同比增长12%。")
    assert growth.subject == "星阶科技净利润同比增长"
    assert "增减" in growth.terms


def test_a_number_on_a_line_of_its_own_belongs_to_the_line_before() -> None:
    size, number = figures("我国农业模型核心产业规模达\n5000亿元\n企业数量超4300家\n来源：潮声数据")
    assert size.subject == "我国农业模型核心产业规模"
    assert number.subject == "我国农业模型企业数量"
    assert (size.sentence[0], number.text) == (0, "4300家")


def test_a_spliced_sentence_gives_nobody_the_figures_of_another() -> None:
    (told,) = figures(
        "国外一些初创公司发展受阻，已进入裁员阶段，企业数量超过4300家，领域依旧热门。"
    )
    assert told.subject == "企业数量"
    assert told.terms == ()


def test_the_bearer_of_a_bare_measure_is_that_of_the_clause_before() -> None:
    size, number = figures("我国农业模型产业蓬勃发展，核心产业规模达5000亿元，企业数量超4300家。")
    assert (size.subject, number.subject) == (
        "我国农业模型产业核心产业规模",
        "我国农业模型企业数量",
    )


def test_subjects_of_one_thing_have_one_form() -> None:
    assert the("中国AIGC产业规模为3亿元。").terms == the("我国生成式AI市场规模约3亿元。").terms


def test_the_same_figure_told_twice_is_one() -> None:
    text = "云汐市智算中心投资达3亿元。市民欢迎。云汐市智算中心投资达3亿元。"
    assert the(text).start == text.index("3亿元")


@pytest.mark.parametrize(
    ("text", "date", "as_of"),
    [
        ("截至2025年10月初，备案模型数量达到238个。", "截至2025年10月初", "2025-10"),
        ("2025年前11个月，全市发布了238个大模型。", "2025年前11个月", "2025"),
        ("去年，全市发布了238个大模型。", "去年", ""),
        ("自2025年3月以来，发布了238个大模型。", "自2025年3月以来", ""),
        ("发布了238个大模型。", "", ""),
    ],
)
def test_when_it_holds(text: str, date: str, as_of: str) -> None:
    assert (the(text).date, the(text).as_of) == (date, as_of)


@pytest.mark.parametrize(
    ("text", "date", "as_of"),
    [
        ("去年，全市发布了238个大模型。", "去年", "2025"),
        ("去年12月，产值为3亿元。", "去年12月", "2025-12"),
        ("昨日，云汐市智算中心完成投资3亿元。", "昨日", "2026-03-02"),
        ("2024年3月至5月，产值为3亿元。", "2024年3月", "2024-03"),
        ("2月，产值为3亿元。", "2月", "2026-02"),
        ("5月1日起，门票为30元。", "5月1日", ""),
        ("去年同期，产值为3亿元。", "同期", ""),
    ],
)
def test_when_it_holds_if_the_day_of_the_article_is_known(text: str, date: str, as_of: str) -> None:
    (one,) = figures(text, days.date(2026, 3, 3))
    assert (one.date, one.as_of) == (date, as_of)


def test_a_month_is_of_the_year_named_before_and_not_of_the_article() -> None:
    found = figures("2024年1月产值为1亿元，2月产值为2亿元。", days.date(2026, 3, 3))
    assert [one.as_of for one in found] == ["2024-01", "2024-02"]


def test_a_level_at_a_day_and_what_came_within_months_are_of_two_kinds() -> None:
    level = the("截至2025年10月初，备案模型数量达到238个。")
    within = the("2025年前11个月，全市发布了238个大模型。")
    assert (level.kind, within.kind) == ("stock", "flow")


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ("据潮声研究院预测，产值将达3亿元。", "潮声研究院"),
        ("潮声研究院报告显示，产值达3亿元。", "潮声研究院"),
        ("周望川表示，产值达3亿元。", "周望川"),
        ("产值达3亿元。", ""),
    ],
)
def test_whose_estimate_it_is(text: str, by: str) -> None:
    assert the(text).by == by


NUMBERED = st.lists(
    st.sampled_from(
        [*"据，。；：“”、\n的", "产值", "增长", "3亿元", "12%", "5家", "2025年", "达", "企业"]
    )
)


@given(st.text() | NUMBERED.map("".join))
def test_figures_of_any_text_stand_where_they_say(text: str) -> None:
    last = 0
    for one in figures(text):
        assert last <= one.start
        assert text[one.start : one.end] == one.text
        assert one.sentence[0] <= one.start < one.end <= one.sentence[1] <= len(text)
        assert 2 <= len(one.subject) <= LONGEST
        last = one.end
