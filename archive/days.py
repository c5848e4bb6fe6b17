"""Dates of a text with their places, as far as they are stated."""

import re
from dataclasses import dataclass

from archive.numerals import CHARACTERS as HAN
from archive.numerals import whole
from archive.script import narrow

_YEAR = (
    r"(?P<{0}>(?<!\d)(?:19|20)\d\d|(?<![{1}])[一二][零〇一九][零〇一二三四五六七八九]{{2}})".format
)
_MONTH = r"(?<![\d.])(?:1[0-2]|0?[1-9])|(?<![{0}个])(?:十[一二]?|[一二三四五六七八九])".format
_DAY = r"[12]\d|3[01]|0?[1-9]"
_WRITTEN_DAY = "[一二三]?十[一二三四五六七八九]?|[一二三四五六七八九]"
_PART = r"第?[一二三四1-4]季度?|[上下]半年|前[一二三两\d]+(?:个季度|个月|季度)"
DATE = re.compile(
    rf"(?:{_YEAR('year', HAN)} ?年度? ?)?(?P<month>{_MONTH(HAN)}) ?月"
    rf"(?:份|(?P<day> ?(?:{_DAY})(?![\d.])|(?:{_WRITTEN_DAY})(?=[日号])) ?[日号]?)?"
    rf"|{_YEAR('only', HAN)} ?(?:年度?(?!代)|财年|(?=[-~—至到]+(?:19|20)\d\d ?年))"
    rf"(?: ?(?P<part>{_PART}))?"
    r"|(?<![\d.])(?P<y>(?:19|20)\d\d)(?P<mark>[-/.])(?P<m>1[0-2]|0?[1-9])(?P=mark)"
    rf"(?P<d>{_DAY})(?!\d)"
    rf"|(?<![\d.第])(?P<alone>{_DAY})[日号](?![线楼院元])"
)
"""Finds a date in a narrow text."""


@dataclass(frozen=True, slots=True)
class Day:
    """A date of a text at [start, end), as far as it is stated; 0 for what is not."""

    start: int
    end: int
    year: int = 0
    month: int = 0
    day: int = 0
    part: str = ""
    """上半年, 一季度 …"""


def dates(text: str) -> list[Day]:
    """The dates of a text in order; 去年 and 本月 are none."""
    return [_day(found) for found in DATE.finditer(narrow(text))]


def _day(found: re.Match[str]) -> Day:
    year, month, day = (
        next((_number(found[name]) for name in names if found[name]), 0)
        for names in (("year", "only", "y"), ("month", "m"), ("day", "d", "alone"))
    )
    return Day(found.start(), found.end(), year, month, day, found["part"] or "")


def _number(word: str) -> int:
    word = word.strip()
    return int(word) if word.isdigit() and word.isascii() else whole(word)
