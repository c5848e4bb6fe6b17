"""What two texts have in common."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.sameness import overlap
from archive.sameness.marks import Traits, traits

FEW = st.text("云帆", max_size=60)


@given(FEW, FEW)
def test_runs_stand_in_both_and_do_not_overlap(one: str, other: str) -> None:
    end = 0
    for at, there, length in overlap.runs(one, other):
        assert at >= end
        assert length >= overlap.RUN
        assert one[at : at + length] == other[there : there + length]
        end = at + length


def numbers(one: str, other: str) -> tuple[int, int]:
    return overlap.numbers(traits("", one), traits("", other))


def test_numbers_at_the_same_places() -> None:
    text = "营收同比增长3.1%，利润同比增长5.2%，员工人数为812人。"
    assert numbers(text, text) == (3, 0)
    assert numbers(text, text.replace("812", "790")) == (2, 1)
    assert numbers(text, "利润同比增长5.2%，员工人数为812人。") == (2, 0)
    assert numbers(
        "售价为3元，售价为5元，售价为8元，售价为9元。", "售价为3元，售价为8元，售价为9元。"
    ) == (3, 0)
    assert numbers(text, "今年的利润有5.2亿元，员工人数有812个。") == (0, 0)


def test_what_a_title_names_and_the_other_text_does_not() -> None:
    one = Traits("云帆发布芯片", "云帆发布芯片", {})
    assert overlap.foreign(one, Traits("", "云帆发布芯片", {})) == 0
    assert overlap.foreign(one, Traits("云帆发布芯片", "", {})) == 0
    assert overlap.foreign(one, Traits("", "海纳发布芯片", {})) == pytest.approx(2 / 5)
    assert overlap.foreign(Traits("云帆", "云帆", {}), Traits("", "海纳", {})) == 0


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("要闻", "要闻", True),
        ("", "", False),
        ("云帆发布第三代芯片", "独家云帆发布第三代芯片", True),
        ("要闻", "今日要闻", False),
    ],
)
def test_titles_may_have_more_before_and_after(one: str, other: str, same: bool) -> None:
    assert overlap.same_title(Traits(one, "", {}), Traits(other, "", {})) is same
