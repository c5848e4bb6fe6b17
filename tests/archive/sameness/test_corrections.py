"""Which changes matter to a reader: numbers, names and titles, told in one line."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.sameness.corrections import Correction, Version, compare, stored

TITLE = "观澜数据第三季度营收12.6亿元"
TEXT = (
    "观澜数据早间披露第三季度业绩：当季营收12.6亿元，同比增长44%。"
    "首席技术官许长庚表示，查询量翻了三倍。\n它的模型叫青鸾 Lite，收录于《算力手册》。"
)


def changed(old: str, new: str, people: tuple[str, ...] = ()) -> Correction:
    assert old in TEXT
    before = Version(TITLE, TEXT, frozenset(people))
    return compare(before, Version(TITLE, TEXT.replace(old, new), frozenset(people)))


@pytest.mark.parametrize(
    ("old", "new", "flag", "account"),
    [
        ("12.6亿元", "21.6亿元", "number", "数字由12.6亿元改为21.6亿元；正文改1句"),
        ("12.6亿元", "12.6亿美元", "number", "数字由12.6亿元改为12.6亿美元；正文改1句"),
        ("44%", "4.4%", "number", "数字由44%改为4.4%；正文改1句"),
        ("三倍", "两倍", "number", "数字由三倍改为两倍；正文改1句"),
        ("第三季度", "第四季度", "number", "数字由第三季度改为第四季度；正文改1句"),
        ("，同比增长44%", "", "number", "删去数字44%；正文改1句"),
        ("同比增长", "预计今年增长30%，同比增长", "number", "增加数字30%；正文改1句"),
        ("许长庚", "许长耕", "name", "名称由许长庚改为许长耕；正文改1句"),
        ("青鸾 Lite", "青鸾 Pro", "name", "名称由Lite改为Pro；正文改1句"),
        ("《算力手册》", "《算法手册》", "name", "名称由算力手册改为算法手册；正文改1句"),
        ("查询量翻了", "查询量已翻", "text", "正文改1句"),
        ("早间", "", "text", "正文改1句"),
    ],
)
def test_a_change_has_its_flag_and_is_told(old: str, new: str, flag: str, account: str) -> None:
    correction = changed(old, new)
    assert correction.flags == (flag,)
    assert correction.account == account


@pytest.mark.parametrize(
    ("old", "new"), [("12.6亿元", "１２．６ 亿元"), ("。", "。\n"), ("青鸾 Lite", "青鸾Lite")]
)
def test_blanks_and_width_are_nothing(old: str, new: str) -> None:
    assert changed(old, new) == Correction(())


def test_a_title_alone() -> None:
    correction = compare(Version(TITLE, TEXT), Version("观澜数据业绩大增", TEXT))
    # The number still stands in the text.
    assert (correction.flags, correction.account) == (("title",), "标题改动")
    (place,) = stored(correction)
    assert (place["at"], place["before"], place["after"]) == (0, TITLE, "观澜数据业绩大增")


def test_other_people_and_other_names_of_the_same() -> None:
    people = ("何汝嘉",)
    before = Version("标题", "本报记者何汝嘉来自英伟达会场，今日有雨。")
    assert compare(before, Version("标题", before.text.replace("英伟达", "NVIDIA"))).flags == (
        "text",
    )
    later = before.text.replace("何汝嘉", "何汝佳")
    assert compare(before, Version("标题", later)).flags == ("text",)
    assert compare(before, Version("标题", later, frozenset(people))).flags == ("name",)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("营收12亿元。毛利率58%。", "毛利率58%。营收12亿元。"),
        ("营收12亿元，毛利率58%。", "营收12亿元。毛利率58%。"),
        ("它由OpenAI发布。", "它由OpenAI发布。另有100台服务器，来自《算力手册》。"),
        ("来自第12届会议，共100台。", "共100台，来自第12届会议。"),
        ("它叫“小青”。共100台。", "它叫「小青」.共100台."),
        ("它叫“小青”。", "小青是它。"),
        ("来自《快、准、省》。", "来自《快,准,省》。"),
        ("英伟达到场。它由NVIDIA主办。", "它由NVIDIA主办。"),
    ],
)
def test_what_moved_or_only_came_says_nothing_else_than_before(before: str, after: str) -> None:
    assert compare(Version("标题", before), Version("标题", after)).flags == ("text",)


def test_a_correction_that_repeats_the_error_still_is_one() -> None:
    note = "更正：本文曾将营收误写为12.6亿元，应为21.6亿元。"
    later = TEXT.replace("12.6", "21.6") + note
    correction = compare(Version(TITLE, TEXT), Version(TITLE.replace("12.6", "21.6"), later))
    assert correction.flags == ("title", "number")
    assert correction.account == "数字由12.6亿元改为21.6亿元；标题改动；正文改1句、增1句"


def test_a_sentence_that_is_gone_takes_its_numbers_along() -> None:
    gone = compare(Version("标题", "甲说。共100台服务器到货。"), Version("标题", "甲说。"))
    assert (gone.flags, gone.account) == (("number",), "删去数字100台；正文删1句")


def test_a_number_that_stands_elsewhere_too_can_change() -> None:
    before = "甲厂有26个车间。乙厂有60个车间，前年是26个。"
    changed = compare(
        Version("标题", before), Version("标题", before.replace("甲厂有26", "甲厂有60"))
    )
    assert changed.account == "数字由26个改为60个；正文改1句"


def test_many_numbers_are_counted() -> None:
    text = "".join(f"第{place}项为{10 + n}亿元。" for n, place in enumerate("甲乙丙丁戊"))
    later = "".join(f"第{place}项为{30 + n}亿元。" for n, place in enumerate("甲乙丙丁戊"))
    account = compare(Version("标题", text), Version("标题", later)).account
    assert account.endswith("数字由12亿元改为32亿元等5处；正文改5句")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("一二三", "三二一"),
        ("第1批，", "第2批，"),
        ("Ab Cd1 ", "Ab Cd2 "),
        ("《", "“"),
        ("首席", "研究员"),
    ],
)
def test_hostile_texts_take_no_minute(before: str, after: str) -> None:
    began = time.process_time()
    assert compare(Version("", before * 20_000), Version("", after * 20_000)).account
    assert time.process_time() - began < 10


@given(st.text(), st.text(), st.text())
def test_any_texts_can_be_compared(title: str, before: str, after: str) -> None:
    correction = compare(Version(title, before), Version(title, after))
    assert bool(correction.flags) == bool(correction.places) == bool(correction.account)
