"""Numbers of a text with their places, by what they mean: 1.2亿元, 12000万元 and
一亿二千万元 are one amount. What counts as a unit is in `units.toml`.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from archive.days import DATE
from archive.numerals import CHARACTERS as HAN
from archive.numerals import DIGITS, product, whole
from archive.script import narrow

_TABLE = tomllib.loads(Path(__file__).with_name("units.toml").read_text(encoding="utf-8"))
KINDS = {
    kind: frozenset(_TABLE[kind]) for kind in ("money", "share", "duration", "measure", "count")
}
"""The units by what is measured."""
_ALIKE = {unit: group.split()[0] for group in _TABLE["alike"] for unit in group.split()}

_ARABIC = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?"
_ABOUT = "[余多来]?"
_NUMBER = (
    rf"{_ARABIC}(?: ?{_ABOUT}[十百千万亿]+(?:{_ARABIC}[千万]+)?)?(?: ?[余多来])?"
    rf"|(?<![第几数好每周初期拜图表{HAN}])[零〇一二两三四五六七八九十][{HAN}]*"
    rf"(?:点[零〇一二三四五六七八九]+[万亿]*)?{_ABOUT}[万亿]*{_ABOUT}"
)
_PART = re.compile(rf"({_ARABIC}|[{HAN}]+(?:点[{HAN}]+)?) ?{_ABOUT}([十百千万亿]*)")
_UNIT = "|".join(
    re.escape(unit)
    + ("(?![A-Za-z])" if unit.isascii() and unit.isalpha() else "")
    + (f"(?![{_TABLE['words'][unit]}])" if unit in _TABLE["words"] else "")
    for unit in sorted(set().union(*KINDS.values()), key=len, reverse=True)
)
_EACH = "年|月|日|天|小时|分钟|秒|股|人|吨|台|件|个|次|张|套|桶|平方米|平米|亩|公斤|千克|斤|升|度"
_AMOUNT = re.compile(
    # No piece of a name (GPT-4, S20, 5G), of a ratio (3:2) or of a product (3200×1440).
    rf"(?<![\dA-Za-z.第图表])(?<![A-Za-z]-)(?<!\d[,:×x*比])"
    rf"(?:(?P<whole>[百千万]|[{HAN}]+)分之(?P<part>{_NUMBER})"
    rf"|(?P<number>{_NUMBER})(?: ?(?P<unit>(?:{_UNIT})(?:/(?:{_EACH}))?)|(?![A-Za-z\d])))"
    rf"(?![.,]\d| ?[×*:]\d|分之|比\d)"
)
_RANGE = re.compile(r" ?(?:--?|——?|–|~|至|到) ?")
_ADDRESS = re.compile(r"(?:https?://|www\.)[\x21-\x7e]+")
_TIME = re.compile(
    r"(?<![\d.:,])(?:[01]?\d|2[0-4])"
    r"(?:(?::[0-5]\d){1,2}(?!\d)|[时点](?!\d*[余多]?[万亿])(?:[0-5]?\d分)?)"
)


@dataclass(frozen=True, slots=True)
class Amount:
    """A number of a text at [start, end), with its multiplier and unit.

    `values` has one number or, for a range, two, in the bare unit (7亿元 is 700000000 元); the
    unit is as written, empty where none follows. 三分之一 is 0.333… without a unit.
    """

    start: int
    end: int
    values: tuple[float, ...]
    unit: str
    written: bool = False
    """In Chinese characters (十二家), so that one below ten may be part of a phrase."""

    @property
    def kind(self) -> str:
        """What is measured: money, share, duration, measure or count; empty for a bare number."""
        for kind, units in KINDS.items():
            if self.unit in units or self.unit.partition("/")[0] in units:
                return kind
        return "share" if self.written and self.values[-1] < 1 else ""

    @property
    def meaning(self) -> tuple[tuple[float, ...], str]:
        """Values and unit by which equal amounts are equal."""
        return meaning(self.values, self.unit)


def meaning(values: tuple[float, ...], unit: str) -> tuple[tuple[float, ...], str]:
    """Values and unit in the form in which equal amounts are equal: 三成 is 30 %, 三名 are 3 人."""
    times, unit = {"成": (10.0, "%"), "‰": (0.1, "%")}.get(unit, (1.0, unit))
    if not unit and 0 < values[-1] < 1:
        times, unit = 100.0, "%"
    return tuple(round(times * value, 6) for value in values), _ALIKE.get(unit, unit)


def amounts(text: str) -> list[Amount]:
    """The numbers of a text in order, without those of its dates, times, addresses and names.

    Numbers in Chinese characters only with a unit; 半年, 数百, 几十, 第三 are none.
    """
    plain = narrow(text)
    for pattern in (_ADDRESS, DATE, _TIME):
        plain = pattern.sub(lambda found: "\0" * len(found[0]), plain)
    return list(_joined(plain, _singles(plain)))


def _singles(plain: str) -> Iterator[Amount]:
    for found in _AMOUNT.finditer(plain):
        if found["whole"]:
            base, (value, *_) = whole(found["whole"]), _values(found["part"])
            unit = {100: "%", 1000: "‰"}.get(base, "")
            worth = value if unit else value / base if base else 0.0
            yield Amount(found.start(), found.end(), (worth,), unit, True)
            continue
        written, unit = found["number"][0] in HAN, found["unit"] or ""
        if unit.startswith("点") and float(_values(found["number"])[0]) < 100:
            unit = ""
        end = found.end() if unit == (found["unit"] or "") else found.start("unit")
        end = found.start() + len(plain[found.start() : end].rstrip())
        yield Amount(found.start(), end, _values(found["number"]), unit, written)


def _joined(plain: str, singles: Iterator[Amount]) -> Iterator[Amount]:
    """Ranges made one: 10—15%, 3至5亿元, 10%～15%; from one to another is none."""
    last: Amount | None = None
    for one in singles:
        if last is not None:
            joined = _range(plain, last, one)
            if joined is None and _iswhole(last):
                yield last
            last = joined or one
        else:
            last = one
    if last is not None and _iswhole(last):
        yield last


def _iswhole(one: Amount) -> bool:
    """Whether it is no word with a number in it, such as 统一 and 第一线."""
    return bool(one.unit) or not one.written or 0 < one.values[-1] < 1 or one.values[-1] >= 10**4


def _range(plain: str, low: Amount, high: Amount) -> Amount | None:
    if len(low.values) > 1 or len(high.values) > 1 or low.unit not in ("", high.unit):
        return None
    if not _RANGE.fullmatch(plain, low.end, high.start) or plain[: low.start].endswith(
        ("从", "由", "自")
    ):
        return None
    first, last = low.values[0], high.values[0]
    power = _power(plain[high.start : high.end]) if not low.unit else 1
    if power > 1 and _power(plain[low.start : low.end]) == 1 and first * power < last:
        first *= power
    if first >= last or (not high.unit and power == 1):
        return None
    return replace(high, start=low.start, values=(first, last), written=low.written)


def _power(words: str) -> int:
    found = _PART.match(words)
    return product(found[2]) if found and words[0] not in HAN else 1


def _values(words: str) -> tuple[float, ...]:
    """The number of digits or characters with multipliers; two for 四五十."""
    if words[0] not in HAN:
        parts = [
            Decimal(part[1].replace(",", "")) * product(part[2]) for part in _PART.finditer(words)
        ]
        return (float(sum(parts)),)
    head, *tail = re.split("[余多来]", words)
    times = product("".join(tail)) if tail else 1
    if about := re.fullmatch(
        r"([一二两三四五六七八九])([一二两三四五六七八九])([十百千万亿]*)", head
    ):
        low, high = (
            float(DIGITS[digit] * product(about[3]) * times) for digit in about.group(1, 2)
        )
        return (low, high) if low < high else (high,)
    integer, _, rest = head.partition("点")
    powers = re.search("[万亿]*$", rest)
    digits = rest[: powers.start()] if powers else rest
    value = whole(integer) + sum(DIGITS[sign] / 10 ** (n + 1) for n, sign in enumerate(digits))
    return (round(float(value * (product(powers[0]) if powers else 1) * times), 6),)
