"""Dates as they are written, and as the day of publication makes them; all texts are fictional."""

from datetime import date

import pytest

from archive.days import dates

TODAY = date(2026, 3, 3)


def written(text: str, today: date | None = TODAY) -> list[tuple[str, int, int, int, str]]:
    return [
        (text[day.start : day.end], day.year, day.month, day.day, day.part)
        for day in dates(text, today)
    ]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("昨日发布", ("昨日", 2026, 3, 2, "")),
        ("今晚开幕", ("今晚", 2026, 3, 3, "")),
        ("前天签约", ("前天", 2026, 3, 1, "")),
        ("上月28日投产", ("上月28日", 2026, 2, 28, "")),
        ("本月开工", ("本月", 2026, 3, 0, "")),
        ("去年12月31日", ("去年12月31日", 2025, 12, 31, "")),
        ("今年第三季度", ("今年第三季度", 2026, 0, 0, "第三季度")),
        ("明年上半年", ("明年上半年", 2027, 0, 0, "上半年")),
        ("2日", ("2日", 2026, 3, 2, "")),
        ("19日", ("19日", 2026, 2, 19, "")),
        ("2月8日", ("2月8日", 2026, 2, 8, "")),
        # What is to come may be of any year; what has a year keeps it.
        ("5月1日起", ("5月1日", 0, 5, 1, "")),
        ("2024年5月", ("2024年5月", 2024, 5, 0, "")),
    ],
)
def test_the_day_of_publication_dates_what_is_told_by_it(
    text: str, day: tuple[str, int, int, int, str]
) -> None:
    assert written(text) == [day]


@pytest.mark.parametrize("text", ["去年同期", "当日", "前几天", "3日内", "近年来"])
def test_other_words_are_no_dates(text: str) -> None:
    assert written(text) == []


def test_without_that_day_only_what_is_written_is_known() -> None:
    assert written("昨日发布，3月2日", None) == [("3月2日", 0, 3, 2, "")]


def test_the_month_before_january_is_of_the_year_before() -> None:
    assert written("上月20日", date(2026, 1, 5)) == [("上月20日", 2025, 12, 20, "")]
