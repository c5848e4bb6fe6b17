"""Broken paragraphs are made whole, and nothing else is joined."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.articles.paragraphs import rejoin, unwrapped

WHOLE = [
    "云岭智能今天在江城发布了第三代大模型“青鸾”，并把调用价格下调三成。",
    "公司首席执行官沈砚秋说，新模型把长文档的处理速度提高了两倍，错误率下降到千分之四。",
    "首批接入的有十二家医院和三家银行。年内计划扩展到一百家，价格按照调用次数来计算，不设最低消费。",
    "他也提醒说，医院要先确认病历的去向，再谈采购的数量，否则后面的麻烦会更多。",
]


@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        (["首批接入的有十二家医院，", "三家银行。"], ["首批接入的有十二家医院，三家银行。"]),
        (["公司发布了《", "青鸾白皮书》。"], ["公司发布了《青鸾白皮书》。"]),
        (["价格下调三成", "，年内不变。"], ["价格下调三成，年内不变。"]),
        (["他说，“价格", "”还会再降。"], ["他说，“价格”还会再降。"]),
        (["价格下调三成。", "年内不变。"], ["价格下调三成。", "年内不变。"]),
        (["价格", "年内不变。"], ["价格", "年内不变。"]),
        (["他说：“价格不变。", "“年内都不变。”"], ["他说：“价格不变。", "“年内都不变。”"]),
    ],
)
def test_a_break_where_no_sentence_breaks_is_undone(broken: list[str], whole: list[str]) -> None:
    assert rejoin(broken) == whole


@pytest.mark.parametrize("at", range(24, 46, 3))
def test_a_paragraph_that_breaks_off_after_a_sentence_goes_on(at: int) -> None:
    long = WHOLE[1] + WHOLE[2]
    assert rejoin([WHOLE[0], long[: 40 + at], long[40 + at :], WHOLE[3]]) == [
        WHOLE[0],
        long,
        WHOLE[3],
    ]


def test_a_quotation_that_breaks_off_goes_on() -> None:
    said = (
        "沈砚秋在发布会上对记者说，“新模型把长文档的处理速度提高了两倍，错误率也下降到千分之四”。"
    )
    assert rejoin([WHOLE[0], said[:42], said[42:]]) == [WHOLE[0], said]


@pytest.mark.parametrize(
    "line",
    [
        "三、价格与客户",
        "七成受访的医院认为大模型会成为管理的利器，四成担心病历的去向",
        "参与共建的企业",
        "290余家",
        "发布会昨天在江城举行。图为首批客户在展台前试用第三代大模型“青鸾”。本报记者 陆知远 摄",
        "报名截止到本月底，名额有限，先到先得。有意参加的企业请联系会务组，咨询电话：0000-8800000",
        "首批客户的名单已经公布，年内还会扩展。更多数据见公司的网站https://yun.example/list.html",
        "首批客户的名单已经公布，年内还会扩展到一百家。这张图显示了各家用量的变化。图片来源：云岭智能",
    ],
)
def test_headings_display_lines_figures_and_captions_stay_alone(line: str) -> None:
    lines = [*WHOLE[:2], line, *WHOLE[2:]]
    assert rejoin(lines) == lines


def test_a_list_whose_entries_have_no_end_stays_a_list() -> None:
    entries = [f"{line}。价格另行商定" for line in ("医院的病历摘要" * 5, "银行的报表解读" * 5)] * 3
    assert rejoin([*entries, WHOLE[0]]) == [*entries, WHOLE[0]]


def test_the_next_speaker_does_not_go_on() -> None:
    lines = [WHOLE[0], f"记者：{WHOLE[2][:-1]}呢", f"沈砚秋：{WHOLE[1]}", WHOLE[3]]
    assert rejoin(lines) == lines


def test_latin_words_are_joined_with_a_blank() -> None:
    lines = [WHOLE[0], f"{WHOLE[2]}它的名字来自Green", "Phoenix，意思是青鸾。"]
    assert rejoin(lines)[1].endswith("来自Green Phoenix，意思是青鸾。")


@pytest.mark.parametrize("width", [20, 30, 38])
@pytest.mark.parametrize("gap", ["\n\n", "\n　　"])
def test_text_in_lines_of_one_width_has_its_paragraphs_again(width: int, gap: str) -> None:
    whole = [line * 2 for line in WHOLE]
    cut = ("\n".join(x[at : at + width] for at in range(0, len(x), width)) for x in whole)
    assert [x for x in unwrapped(gap.join(cut)).split("\n") if x] == whole


def test_text_with_a_line_for_each_paragraph_stays() -> None:
    for text in ("\n".join(WHOLE), "\n\n".join(WHOLE), "", "标题", "一\n二\n三"):
        assert unwrapped(text) == text


@given(st.lists(st.text(max_size=60) | st.sampled_from(WHOLE)))
def test_nothing_is_lost_nor_added_but_blanks(lines: list[str]) -> None:
    def bare(text: str) -> str:
        return "".join(text.split())

    assert bare("".join(rejoin(lines))) == bare("".join(lines))
    assert bare(unwrapped("\n".join(lines))) == bare("\n".join(lines))
