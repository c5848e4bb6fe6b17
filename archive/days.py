"""Dates of a text with their places, as far as they are stated."""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

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
    rf"|(?<![\d.第])(?P<alone>{_DAY})[日号](?![线楼院元内])"
)
"""Finds a date in a narrow text."""
_YEARS = {"今年": 0, "本年": 0, "年内": 0, "去年": -1, "上年": -1, "前年": -2, "明年": 1, "后年": 2}
_DAYS = {"今": 0, "昨": -1, "前": -2, "明": 1}
# 同期 is another time of that year, 当日 and 次日 are days told of before.
_RELATIVE = re.compile(
    rf"(?P<year>{'|'.join(_YEARS)})度?(?!同期|同比|同月|末同期)的?"
    rf"(?: ?(?P<month>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九]) ?月"
    rf"(?:份|(?P<day>{_DAY}|{_WRITTEN_DAY}) ?[日号])?| ?(?P<part>{_PART}))?"
    rf"|(?P<of>[本上])个?月(?!同期)(?:(?P<on>{_DAY}) ?[日号])?"
    r"|(?P<near>[今昨明])(?:[日天晨晚夜]|早上?)(?!后)|(?P<before>前)天(?!后)"
)


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


def dates(text: str, today: date | None = None) -> list[Day]:
    """The dates of a text in order. If `today` is known, the day on which it was published, 去年,
    上月 and 昨日 are dates too, and those without a year or month have the last one that was."""
    plain = narrow(text)
    found = [_day(one) for one in DATE.finditer(plain)]
    if today is None:
        return found
    told = [_relative(one, today) for one in _RELATIVE.finditer(plain)]
    found = [
        _filled(day, today)
        for day in found
        if not any(one.start <= day.start < one.end for one in told)
    ]
    return sorted([*told, *found], key=lambda day: day.start)


def _relative(found: re.Match[str], today: date) -> Day:
    place = Day(*found.span(), part=found["part"] or "")
    if found["year"]:
        month, day = (_number(found[name] or "0") for name in ("month", "day"))
        return replace(place, year=today.year + _YEARS[found["year"]], month=month, day=day)
    if found["of"]:
        month_ = today if found["of"] == "本" else today.replace(day=1) - timedelta(1)
        return replace(place, year=month_.year, month=month_.month, day=int(found["on"] or 0))
    day_ = today + timedelta(_DAYS[found["near"] or found["before"]])
    return replace(place, year=day_.year, month=day_.month, day=day_.day)


def _filled(day: Day, today: date) -> Day:
    """A day with the month, a date with the year of the last such day; none that is to come."""
    if day.day and not day.month:
        month = today if day.day <= today.day else today.replace(day=1) - timedelta(1)
        return replace(day, year=month.year, month=month.month)
    if day.month and not day.year and (day.month, day.day) <= (today.month, today.day):
        return replace(day, year=today.year)
    return day


def _day(found: re.Match[str]) -> Day:
    year, month, day = (
        next((_number(found[name]) for name in names if found[name]), 0)
        for names in (("year", "only", "y"), ("month", "m"), ("day", "d", "alone"))
    )
    return Day(found.start(), found.end(), year, month, day, found["part"] or "")


def _number(word: str) -> int:
    word = word.strip()
    return int(word) if word.isdigit() and word.isascii() else whole(word)
