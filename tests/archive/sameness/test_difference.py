"""The diff leads from the one version to the other, whatever they are, and is quick."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.sameness.difference import Change, changes, plain
from archive.text import sentences

TEXTS = st.lists(
    st.sampled_from(
        ["观澜数据营收12.6亿元。", "营收21.6亿元。", "利润！", "“客户说：好。”", "\n", " ", "毛利"]
    ),
    max_size=14,
).map("".join)  # fmt: skip


def applied(before: str, found: tuple[Change, ...]) -> str:
    """The later version: the earlier one's sentences, with what changed in their place."""
    said = [before[start:end] for start, end in sentences(before)]
    done, made = 0, []
    for change in found:
        made += said[done : change.at - 1]
        done = max(done, change.at - 1)
        if change.before:
            assert said[done] == change.before
            done += 1
        made.append(change.after)
    return "".join([*made, *said[done:]])


@given(TEXTS, TEXTS)
def test_applied_to_the_one_version_it_gives_the_other(before: str, after: str) -> None:
    assert plain(applied(before, changes(before, after))) == plain(after)


@given(st.text(), st.text())
def test_so_it_does_for_any_text(before: str, after: str) -> None:
    assert plain(applied(before, changes(before, after))) == plain(after)


@given(TEXTS)
def test_blanks_and_width_are_no_change(text: str) -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) if c.isascii() and c.isalnum() else c for c in text)
    assert changes(text, wide.replace("，", ",").replace("收", "收 ")) == ()


def test_a_sentence_that_changed_stands_beside_its_later_self_with_what_differs() -> None:
    before = "观澜数据披露业绩。\n当季营收12.6亿元，同比增长44%。毛利率58.3%。"
    after = "观澜数据披露业绩。\n当季营收21.6亿元，同比减少44%。毛利率58.3%。其余不变。"
    changed, added = changes(before, after)
    one, other = "当季营收12.6亿元，同比增长44%。", "当季营收21.6亿元，同比减少44%。"
    assert (changed.at, changed.before, changed.after) == (2, one, other)
    assert [(one[a:b], other[c:d]) for a, b, c, d in changed.spans] == [
        ("12.6", "21.6"),
        ("增长", "减少"),
    ]
    assert added == Change(4, "", "其余不变。")


def test_marks_of_another_width_are_not_what_differs() -> None:
    (change,) = changes("价格待定……下调三成。", "价格待定......下调四成。")
    assert [(start, end) for start, end, *_ in change.spans] == [(8, 9)]


def test_sentences_that_only_share_their_end_are_not_the_same_one() -> None:
    assert changes("首批客户是医院。", "毛利率略有下降。") == (
        Change(1, "首批客户是医院。", ""),
        Change(2, "", "毛利率略有下降。"),
    )


def test_one_of_several_equal_sentences_can_leave() -> None:
    assert changes("涨。平。涨。跌。涨。", "涨。平。跌。涨。") == (Change(3, "涨。", ""),)


def test_a_line_that_ends_elsewhere_is_no_change() -> None:
    assert changes("营收增长\n毛利率下降。涨。", "营收增长毛利率下降。涨。") == ()


COUNT = 20_000


def numbered(sentence: str, step: int = 1) -> str:
    return "".join(sentence.format(number) for number in range(COUNT)[::step])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("甲乙" * COUNT, "乙甲" * COUNT),
        ("甲。乙。" * COUNT, "乙。甲。" * COUNT),
        (numbered("甲{}。"), numbered("甲{}。", -1)),
        (numbered("这家公司第{}次发布新品。"), numbered("那家公司第{}次发布新品。")),
        ("“甲。" * COUNT, "“乙。" * COUNT + "”"),
        (f"{'甲乙丙' * 300}。" * 60, f"{'甲丙乙' * 300}。" * 60),
    ],
)  # fmt: skip
def test_hostile_texts_take_no_minute(before: str, after: str) -> None:
    began = time.process_time()
    assert plain(applied(before, changes(before, after))) == plain(after)
    assert time.process_time() - began < 10


def test_of_too_many_sentences_none_are_compared_with_each_other() -> None:
    before, after = numbered("这家公司第{}次发布新品。"), numbered("那家公司第{}次发布新品。")
    assert len(changes(before, after)) == 2 * COUNT
    few = "".join(sentence + "。" for sentence in before.split("。")[:2000])
    assert len(changes(few, few.replace("这", "那"))) == 2000
