"""Amounts and dates are the same however they are written, and stand where they are said to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.days import Day, dates
from archive.numbers import KINDS, Amount, amounts, meaning
from archive.script import narrow

WORDS = "零一二三四五六七八九"


def read(text: str) -> list[tuple[object, str]]:
    """Value, or both of a range, and unit of each amount."""
    return [
        (one.values[0] if len(one.values) == 1 else one.values, one.unit) for one in amounts(text)
    ]


def chinese(number: int) -> str:
    """A number below ten thousand in characters, as it is read."""
    written, zero = "", False
    for power, sign in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // power % 10
        if digit:
            written += ("零" if zero and written else "") + WORDS[digit] + sign
        zero = not digit
    return written


def wide(text: str) -> str:
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("融资3.5亿元，增长120%", [(3.5e8, "元"), (120, "%")]),
        ("１，２００台", [(1200, "台")]),
        ("1,234,567元", [(1234567, "元")]),
        ("一百二十亿元", [(1.2e10, "元")]),
        ("2亿3000万元", [(2.3e8, "元")]),
        ("下调三成，十二家，三分之一", [(3, "成"), (12, "家"), (pytest.approx(1 / 3), "")]),
        ("百分之三十，千分之五", [(30, "%"), (5, "‰")]),
        ("10—15%", [((10, 15), "%")]),
        ("3至5亿元", [((3e8, 5e8), "元")]),
        ("10%～15%，四五千元", [((10, 15), "%"), ((4000, 5000), "元")]),
        ("从20%到90%", [(20, "%"), (90, "%")]),
        ("700余次、5万余人次、一百三十多万元", [(700, "次"), (5e4, "人次"), (1.3e6, "元")]),
        ("近2萬個，30個百分點", [(2e4, "個"), (30, "個百分點")]),
        ("1.08 亿像素、4000mAh、6.2 英寸", [(1.08e8, "像素"), (4000, "mAh"), (6.2, "英寸")]),
        ("25元/吨，7142个AI应用", [(25, "元/吨"), (7142, "个")]),
        ("半年、数百人、几十个、第三个、一些、统一、十分", []),
        ("GPT-4、S20、5G、1.6T、6比4、3:2、3200×1440、10:30、下午3点", []),
        ("2026年3月4日，3月，去年", []),
        ("https://qinghe.example/300 共2人", [(2, "人")]),
        ("2026人力资本报告，图二十二所示", [(2026, "")]),
    ],
)
def test_amounts(text: str, found: list[tuple[object, str]]) -> None:
    units = {narrow(unit): unit for _, unit in found}
    assert [(value, units.get(unit, unit)) for value, unit in read(text)] == found


@given(st.integers(1, 9999), st.sampled_from(["元", "家", "台"]), st.sampled_from(["", "万", "亿"]))
def test_digits_and_characters_read_alike(number: int, unit: str, power: str) -> None:
    (one,) = amounts(f"共{number}{power}{unit}。")
    (other,) = amounts(f"共{chinese(number)}{power}{unit}。")
    assert one.meaning == other.meaning == ((number * {"": 1, "万": 1e4, "亿": 1e8}[power],), unit)


@given(st.integers(0, 10**12), st.integers(0, 99), st.sampled_from(["元", "%", "吨", "个百分点"]))
def test_width_and_separators_do_not_count(whole: int, cents: int, unit: str) -> None:
    plain = f"{whole}.{cents:02}{unit}"
    forms = [plain, f"{whole:,}.{cents:02}{unit}", wide(plain), f"{whole}.{cents:02} {unit}"]
    assert {tuple(read(f"为{form}。")) for form in forms} == {
        ((float(f"{whole}.{cents:02}"), unit),)
    }


@given(st.integers(1, 900), st.integers(1, 900), st.sampled_from("-—–～至到"))
def test_a_range_has_two_ends_of_one_power(low: int, more: int, between: str) -> None:
    assert read(f"共{low}{between}{low + more}万元。") == [((low * 1e4, (low + more) * 1e4), "元")]


@given(st.integers(1950, 2040), st.integers(1, 12), st.integers(1, 28))
def test_dates_read_alike_and_are_no_amounts(year: int, month: int, day: int) -> None:
    by_digits = "".join(WORDS[int(digit)] for digit in str(year))
    forms = [
        f"{year}年{month}月{day}日",
        f"{year}-{month:02}-{day:02}",
        f"{year}/{month}/{day}",
        wide(f"{year}年{month}月{day}日"),
        f"{by_digits}年{chinese(month)}月{chinese(day)}日".replace("一十", "十"),
    ]
    for form in forms:
        (one,) = dates(f"于{form}发布")
        assert (one.year, one.month, one.day) == (year, month, day)
        assert amounts(f"于{form}发布") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("7月13日", [Day(0, 5, 0, 7, 13)]),
        ("2022年一季度，3日", [Day(0, 8, 2022, 0, 0, "一季度"), Day(9, 11, 0, 0, 3)]),
        ("2023年前11个月", [Day(0, 10, 2023, 0, 0, "前11个月")]),
        ("2023-2024年", [Day(0, 4, 2023), Day(5, 10, 2024)]),
        ("去年、3号线、90年代", []),
    ],
)
def test_dates(text: str, found: list[Day]) -> None:
    assert dates(text) == found


@given(st.text())
def test_places_are_those_of_the_text(text: str) -> None:
    assert len(narrow(text)) == len(text)
    ends = [0]
    for one in [*amounts(text)]:
        assert ends[-1] <= one.start < one.end <= len(text)
        assert 1 <= len(one.values) <= 2
        ends.append(one.end)
    for day in dates(text):
        assert 0 <= day.start < day.end <= len(text)


SOUP = st.lists(
    st.sampled_from(
        [*"0123456789.,-—至到十百千万亿一二两三零点分之余多%元年月日 ", *sorted(KINDS["count"])[:9]]
    )
)


@given(SOUP.map("".join))
def test_any_soup_of_numbers_is_read(text: str) -> None:
    for one in amounts(text):
        assert not text[one.start : one.end].isspace()
        assert all(value >= 0 for value in one.values)


def test_equal_amounts_mean_the_same() -> None:
    assert meaning((3,), "成") == meaning((30,), "%") == meaning((300,), "‰")
    assert meaning((3,), "名") == meaning((3,), "人")
    assert meaning((0.25,), "") == meaning((25,), "%")
    assert Amount(0, 2, (3,), "元").meaning != Amount(0, 2, (3,), "美元").meaning
