"""Dates as Chinese pages, feeds and addresses write them. Without a zone it is Beijing time."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Literal

from archive.clock import BEIJING

_OLDEST = datetime(1995, 1, 1, tzinfo=UTC)
_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ParsedDate:
    """An instant in UTC. With precision `day` it is the midnight in Beijing that began the day."""

    instant: datetime
    precision: Literal["minute", "day"]


def parse_date(text: str, fetched_at: datetime) -> ParsedDate | None:
    """The date that a short text is, or else the first one in it.

    Relative forms count from `fetched_at` (aware). None for what is no date, or not plausible.
    """
    line = _LABEL.sub("", unicodedata.normalize("NFKC", text[:200])[:200].strip())
    if not line:
        return None
    for pattern, resolve in (*_ALONE, *_ANYWHERE):
        if found := pattern.fullmatch(line):
            parsed = _resolved(resolve, found, fetched_at)
            if parsed:
                return parsed
    return find_date(text, fetched_at)


def find_date(text: str, fetched_at: datetime) -> ParsedDate | None:
    """The first date in a visible line; one that says when it was updated only if alone."""
    line = unicodedata.normalize("NFKC", text[:1000])[:1000]
    hits = ((found, resolve) for pattern, resolve in _ANYWHERE for found in pattern.finditer(line))
    updated = None
    for found, resolve in sorted(hits, key=lambda hit: hit[0].start()):
        if parsed := _resolved(resolve, found, fetched_at):
            if not _UPDATED.search(line[: found.start()]):
                return parsed
            updated = updated or parsed
    return updated


def date_in_url(url: str, fetched_at: datetime | None = None) -> ParsedDate | None:
    """The day in the path of an address, such as `/2026/0304/` or `t20260304_`.

    With `fetched_at`, a day on which an article fetched then can have been published.
    """
    path = url.partition("://")[2].partition("/")[2]
    for found in _IN_URL.finditer(path):
        try:
            parsed = _on(date(*map(int, found.groups())), None)
        except ValueError:
            continue
        if fetched_at is None or plausible(parsed.instant, fetched_at):
            return parsed
    return None


def plausible(instant: datetime, fetched_at: datetime) -> bool:
    """Whether an article fetched at `fetched_at` can have been published at `instant`."""
    return _OLDEST <= instant <= fetched_at + _A_DAY


def _resolved(resolve: "_Resolve", found: re.Match[str], fetched_at: datetime) -> ParsedDate | None:
    try:
        parsed = resolve(found, fetched_at.astimezone(BEIJING))
    except (ValueError, OverflowError):
        return None
    return parsed if plausible(parsed.instant, fetched_at) else None


def _on(day: date, found: re.Match[str] | None) -> ParsedDate:
    """`day` at the time of day that `found` has, if any."""
    parts = found.groupdict() if found else {}
    if not parts.get("hour"):
        return ParsedDate(datetime.combine(day, time(), BEIJING).astimezone(UTC), "day")
    hour, minute, second = (int(parts.get(name) or 0) for name in ("hour", "minute", "second"))
    half = (parts.get("half") or parts.get("ampm") or "").lower()
    if half in ("下午", "晚上", "晚", "中午", "pm") and hour < (11 if half == "中午" else 12):
        hour += 12
    elif half in ("上午", "凌晨", "am") and hour == 12:
        hour = 0
    moment = datetime.combine(day, time(hour, minute, second), _zone(parts.get("zone") or ""))
    return ParsedDate(moment.astimezone(UTC), "minute")


def _zone(name: str) -> tzinfo:
    if offset := re.search(r"([+-])(\d{1,2}):?(\d{2})?$", name):
        ahead = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
        return timezone(ahead if offset[1] == "+" else -ahead)
    # CST is China's time here, not Chicago's.
    return {"": BEIJING, "CST": BEIJING}.get(name.upper(), UTC)


def _dated(found: re.Match[str], now: datetime) -> ParsedDate:
    month = found["month"]
    number = int(month) if month.isdigit() else _MONTHS.index(month[:3].lower()) // 3 + 1
    year = int(found["year"])
    return _on(date(year if year > 99 else 2000 + year, number, int(found["day"])), found)


def _yearless(found: re.Match[str], now: datetime) -> ParsedDate:
    for year in (now.year, now.year - 1):
        try:
            parsed = _on(date(year, int(found["month"]), int(found["day"])), found)
        except ValueError:
            continue  # the 29th of February
        if parsed.instant <= now + _A_DAY:
            return parsed
    raise ValueError(found[0])


def _ago(found: re.Match[str], now: datetime) -> ParsedDate:
    unit = found["unit"]
    count = 0.5 if found["count"] == "半" else int(found["count"])
    if unit in _SHORT_UNITS:
        return ParsedDate((now - count * _SHORT_UNITS[unit]).astimezone(UTC), "minute")
    return _on((now - count * _LONG_UNITS[unit]).date(), None)


def _just_now(found: re.Match[str], now: datetime) -> ParsedDate:
    return ParsedDate(now.astimezone(UTC), "minute")


def _worded(found: re.Match[str], now: datetime) -> ParsedDate:
    return _on(now.date() - "今昨前".index(found["word"]) * _A_DAY, found)


def _clocked(found: re.Match[str], now: datetime) -> ParsedDate:
    today = _on(now.date(), found)
    late = today.instant > now + timedelta(minutes=5)
    return _on(now.date() - _A_DAY, found) if late else today


def _weekday(found: re.Match[str], now: datetime) -> ParsedDate:
    back = (now.weekday() - "一二三四五六日".index(found["weekday"].replace("天", "日"))) % 7
    parsed = _on(now.date() - back * _A_DAY, found)
    return parsed if parsed.instant <= now else _on(now.date() - (back + 7) * _A_DAY, found)


def _epoch(found: re.Match[str], now: datetime) -> ParsedDate:
    number = float(found[0])
    seconds = number / 1000 if number >= 10**12 else number
    return ParsedDate(datetime.fromtimestamp(seconds, UTC), "minute")


_Resolve = Callable[[re.Match[str], datetime], ParsedDate]
_MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec"
_SHORT_UNITS = {
    "秒": timedelta(seconds=1),
    "分": timedelta(minutes=1),
    "时": timedelta(hours=1),
    "小时": timedelta(hours=1),
}
_LONG_UNITS = {"天": _A_DAY, "周": 7 * _A_DAY, "星期": 7 * _A_DAY, "月": 30 * _A_DAY}

# Building stones; all text is NFKC, so that full-width digits and colons are plain ones.
_YEAR = r"(?P<year>(?:19|20)\d{2})"
_MONTH = r"(?P<month>\d{1,2})"
_NAMED = r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DAY = r"(?P<day>\d{1,2})(?!\d)"
_WEEK = r"(?:星期|[周週])(?P<weekday>[一二三四五六日天])"
_GAP = r"(?:[T\s,-]|\(?(?:星期|[周週])[一二三四五六日天]\)?)*"
_TIME = (
    r"(?P<half>上午|下午|凌晨|早上|中午|晚上|早|晚)?\s*(?P<hour>\d{1,2})"
    r"(?:\s*[:时點点]\s*(?P<minute>\d{1,2})(?!\d)(?:\s*[:分]\s*(?P<second>\d{2})(?!\d)(?:\.\d+)?)?"
    r"\s*[分秒]?|\s*[时點点](?!\d))"
    r"(?:\s*(?P<ampm>[ap]m)\b)?"
    r"(?:\s*(?P<zone>(?:UTC|GMT)?[+-]\d{2}:?\d{2}(?!\d)|(?:UTC|GMT)[+-]\d{1,2}(?!\d)"
    r"|(?:UTC?|GMT|CST|Z)\b))?"
)
_AT = rf"(?:{_GAP}{_TIME})?"
# Not in the middle of a longer number, nor behind a year.
_BARE = r"(?<![\d年/.-])(?<!年\s)"


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


_LABEL = _pattern(r"^(?:发布|发表|更新)(?:时间|日期|于)?\s*:?\s*|^(?:时间|日期)\s*:?\s*")
_UPDATED = _pattern(r"(?:更新|修改|updated)\D{0,6}$")
_IN_URL = _pattern(
    r"(?<![0-9a-f])((?:199[5-9]|20\d\d))[-/]?(0[1-9]|1[0-2])[-/]?(0[1-9]|[12]\d|3[01])(?!\d)"
)
_ANYWHERE: tuple[tuple[re.Pattern[str], _Resolve], ...] = (
    (_pattern(rf"(?<!\d){_YEAR}\s*[年/.-]\s*{_MONTH}\s*[月/.-]\s*{_DAY}\s*[日号]?{_AT}"), _dated),
    (_pattern(rf"(?:\w{{3,9}},\s*)?(?<!\d){_DAY}[\s-]{_NAMED}[\s,-]+{_YEAR}(?!\d){_AT}"), _dated),
    (_pattern(rf"\b{_NAMED}\s+{_DAY}(?:st|nd|rd|th)?,?\s+{_YEAR}(?!\d){_AT}"), _dated),
    (_pattern(rf"{_BARE}{_MONTH}/(?P<day>\d{{1,2}})/{_YEAR}(?!\d){_AT}"), _dated),
    (_pattern(rf"{_BARE}(?P<year>\d{{2}})-{_MONTH}-{_DAY}{_GAP}{_TIME}"), _dated),
    (_pattern(rf"{_BARE}{_MONTH}\s*月\s*{_DAY}\s*[日号]{_AT}"), _yearless),
    (_pattern(rf"{_BARE}{_MONTH}[/-]{_DAY}{_GAP}{_TIME}"), _yearless),
    (
        _pattern(
            r"(?<!\d)(?P<count>\d{1,4}|半)\s*个?(?P<unit>小?时|分|秒|天|周|星期|月)钟?\s*[之以]?[前内]"
        ),
        _ago,
    ),
    (_pattern(rf"(?P<word>[今昨前])[天日]{_GAP}{_TIME}"), _worded),
)
# Too short to be dates in the middle of a line.
_ALONE: tuple[tuple[re.Pattern[str], _Resolve], ...] = (
    (_pattern(r"\d{9,13}(?:\.\d+)?"), _epoch),
    (
        _pattern(
            rf"{_YEAR}(?P<month>\d{{2}})(?P<day>\d{{2}})"
            r"(?:[T\s]?(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?(?P<zone>Z)?)?"
        ),
        _dated,
    ),
    (_pattern(rf"{_MONTH}[/-]{_DAY}"), _yearless),
    (_pattern(_TIME), _clocked),
    (_pattern(rf"{_WEEK}\s*(?:{_TIME})?"), _weekday),
    (_pattern(r"刚刚|刚才|just now"), _just_now),
    (_pattern(r"(?P<word>[今昨前])[天日]"), _worded),
)
