"""What of an article is compared."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.sameness.marks import GRAM, WINDOW, fold, marks, traits, written

CHINESE = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), max_size=300)


@pytest.mark.parametrize(
    "dirty",
    [
        "云帆發(fā)布 ＡＩ 模型",
        "雲帆發布「AI模型」。",
        "云帆发（ fā ）布AI模型",
        "云帆发(fa1)布(bù)ai模型",
        "云帆发[fā bù]布AI模型",
        "云帆发fā布AI模型",
        "云帆釋出AI模型",
    ],
)
def test_dress_does_not_count(dirty: str) -> None:
    assert fold(dirty) == "云帆发布ai模型"


def test_words_of_latin_letters_stay() -> None:
    assert fold("用Rust写的app(beta)") == "用rust写的appbeta"


def test_marks_are_the_same_on_every_machine() -> None:
    assert marks("云帆科技发布第三代推理芯片") == (-2003518000,)


def test_a_text_of_nothing_has_no_marks() -> None:
    assert traits("图片", "……\n").marks == ()


@given(CHINESE, CHINESE, CHINESE)
def test_what_stands_in_a_text_shares_a_mark_with_it(before: str, text: str, after: str) -> None:
    found = marks(text)
    assert list(found) == sorted(set(found))
    assert all(-(2**31) <= mark < 2**31 for mark in found)
    if len(text) >= WINDOW + GRAM - 1:
        assert set(found) & set(marks(before + text + after))


def test_marks_are_few() -> None:
    text = "".join(chr(0x4E00 + number * number % 20011) for number in range(10_000))
    assert 20 < len(marks(text[:400])) < 60
    assert len(marks(text)) < 150
    assert set(marks(text)) & set(marks(text[3000:3400]))


def test_a_text_that_repeats_itself_is_no_burden() -> None:
    start = time.process_time()
    assert len(marks("云" * 100_000)) == 1
    assert time.process_time() - start < 10


def test_numbers_are_known_by_what_stands_around_them() -> None:
    one = traits("", "全年营收５,６１２亿元，同比增长3.70%，第十一次会议听取了汇报。").numbers
    other = traits("", "全年營收5612億元，同比增長3.7%，第11次會議聽取了匯報。").numbers
    assert one == other
    assert sorted(value for values in one.values() for value in values) == ["11", "3.7", "5612"]


def test_numbers_of_a_pages_frame_do_not_count() -> None:
    assert traits("", "2026-11-22 06:30 来源：湖区日报 阅读 5138 次").numbers == {}


def test_numbers_with_little_around_them_do_not_count() -> None:
    assert traits("", "3，5。").numbers == {}


@pytest.mark.parametrize(
    ("text", "is_cut"),
    [
        ("公司今天表示……[查看全文]", True),
        ("公司今天表示...", True),
        ("公司今天表示。（未完，点击阅读更多）", True),
        ("公司今天表示。（下转第3版）", True),
        ("全文如下：公司今天表示，一切正常。", False),
    ],
)
def test_a_text_may_say_that_it_is_only_a_beginning(text: str, is_cut: bool) -> None:
    assert traits("", text).is_cut is is_cut


def test_a_passage_is_shown_as_it_is_written() -> None:
    text = "昨天，雲帆科技發（fā）布第三代推理晶片，稱「吞吐量提高四成」。"
    passage = fold(text)[2:]
    assert written(passage, text) == "雲帆科技發（fā）布第三代推理晶片，稱「吞吐量提高四成"
    assert written(passage, "别的") == passage
