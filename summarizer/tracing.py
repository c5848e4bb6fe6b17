"""Where a summary's numbers, dates, quotations, names and addresses stand in its article."""

import math
import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from archive import names
from archive.days import Day, dates
from archive.models import Check
from archive.numbers import KINDS, Amount, amounts
from archive.script import narrow
from archive.text import fold
from archive.words import Finder
from summarizer.keywords import segmenter

_QUOTATION = re.compile(r"[“「『《\"]([^“”「」『』《》\"\n]{2,})[”」』》\"]")
_URL = re.compile(r"(?:https?://|www\.)[^\s\u4e00-\u9fff，。；）)”」』》]+", re.IGNORECASE)
_LATIN = re.compile(
    r"(?<![A-Za-z0-9</])[A-Za-z](?:[A-Za-z]|\d(?!\d{3}|\d?[月日年号])(?![月日年号]))+(?:[-.+/][A-Za-z0-9]+)*"
)
_NAMES = frozenset("nr nrt nt ns nrfg".split())
_NO_NAMES = frozenset(
    tomllib.loads(Path(__file__).with_name("grounding.toml").read_text(encoding="utf-8"))[
        "no_names"
    ]
)
_ABOUT = re.compile("^[近约超逾达过]|[余多]|左右$")
_TAIL = frozenset("同和与在说称等将被向对于为是的答近约超任及")
_SUFFIX = re.compile("(?<=..)[省市县区州镇]$")
_HAN_DIGITS = dict(zip("两三四五六七八九", range(2, 10), strict=False))


def traced(summary: str, source: str) -> list[Check]:
    """A check for each number, date, quotation, name and address of a summary, in its order."""
    found = [
        *_numbers(summary, source),
        *_dates(summary, source),
        *_texts("quotation", _QUOTATION, summary, _quoted(source)),
        *_texts("address", _URL, summary, lambda words: source.find(words.rstrip(".,;"))),
        *_named(summary, source),
    ]
    return sorted(found, key=lambda check: check.start)


def _numbers(summary: str, source: str) -> Iterator[Check]:
    there = amounts(source)
    plain = narrow(source)
    for one in amounts(summary):
        if one.written and one.values == (1.0,):
            continue
        written = summary[one.start : one.end]
        if _ABOUT.search(summary[max(0, one.start - 1) : one.end + 2]):
            written = re.sub(r"(?<=\d)(0+)(?![\d.])", _blanks, written)
        ends = [replace(one, values=(value,)) for value in one.values]
        places = [_place(end, there, written) for end in (one, *ends)]
        at = places[0] if places[0] >= 0 else min(places[1:])
        if at < 0:
            at = _said(one, written, plain)
        yield _check("number", one.start, one.end, at, written)


def _blanks(zeros: re.Match[str]) -> str:
    return "·" * len(zeros[0])


def _place(one: Amount, there: Sequence[Amount], written: str) -> int:
    return next((other.start for other in there if equal(one, other, written)), -1)


def equal(one: Amount, other: Amount, written: str) -> bool:
    """Whether an amount of a summary is one of its article, perhaps rounded or one of its ends."""
    (values, unit), (others, its) = one.meaning, other.meaning
    if unit != its and unit and its and not _alike(unit, its):
        return False
    step = _step(written, values[0])
    return all(any(_rounds(value, each, step) for each in others) for value in values)


def _alike(unit: str, other: str) -> bool:
    """Whether two units may be said of one thing: 例 and 人, 美元 and 美元/桶."""
    if "/" in unit + other:
        return unit.partition("/")[0] == other.partition("/")[0]
    return {unit, other} <= _PEOPLE or ("个" in (unit, other) and {unit, other} <= _COUNTED)


_PEOPLE = frozenset("人 例 人次 个".split())
_COUNTED = KINDS["count"]


def _rounds(value: float, exact: float, step: float) -> bool:
    """Whether a number is another, rounded or cut off at a step."""
    if math.isclose(value, exact, rel_tol=1e-9):
        return True
    return step > 0 and any(
        math.isclose(value, cut(exact / step) * step, rel_tol=1e-9) for cut in (round, math.floor)
    )


def _step(written: str, value: float) -> float:
    """The last place of a written number: 10000 for 1080万; a dot stands for a zero that is one
    only because the number is not meant exactly."""
    found = re.search(r"\d+(·*)(?:\.(\d+))?", narrow(written).replace(",", ""))
    number = float(found[0].replace("·", "0")) if found else 0.0
    if not found or not number or value < 2:
        return 0.0
    return 10.0 ** (len(found[1]) - len(found[2] or "")) * max(1.0, value / number)


def _said(one: Amount, written: str, plain: str) -> int:
    """Where a small number stands in other words: 三 in 三大运营商."""
    if one.written and one.values[0] < 10 and one.kind == "count":
        digit = narrow(written)[0]
        return max(plain.find(digit), plain.find(str(_HAN_DIGITS.get(digit, digit))))
    return -1


def _dates(summary: str, source: str) -> Iterator[Check]:
    there = dates(source)
    plain = narrow(source)
    years = {day.year for day in there} | {int(y) for y in re.findall(r"(?:19|20)\d\d", plain)}
    for one in dates(summary):
        at = next((day.start for day in there if _agrees(one, day, years)), -1)
        if at < 0 and not one.month and not one.day and one.year in years:
            at = plain.find(str(one.year))
        part = one.part.removeprefix("第").removesuffix("度")
        if at >= 0 and part and part not in plain:
            at = -1
        yield _check("date", one.start, one.end, at, summary[one.start : one.end])


def _agrees(one: Day, other: Day, years: set[int]) -> bool:
    return (
        (not one.year or one.year == other.year or (not other.year and one.year in years))
        and (not one.month or one.month == other.month)
        and (not one.day or one.day == other.day)
    )


def _texts(
    kind: str, pattern: re.Pattern[str], summary: str, find: Callable[[str], int]
) -> Iterator[Check]:
    for found in pattern.finditer(summary):
        group = pattern.groups
        yield _check(kind, *found.span(group), find(found[group]), found[group].rstrip(".,;"))


def _quoted(source: str) -> Callable[[str], int]:
    folded = fold(source)
    return lambda words: folded.find(fold(words)) if fold(words) else 0


def _named(summary: str, source: str) -> Iterator[Check]:
    lowered = narrow(source).lower()
    known = _finder()
    theirs = {name: start for name, start, _ in known.mentions(source)}
    done = 0
    for start, end, name in sorted({*_mentions(summary, known)}):
        if start < done:
            continue
        done = end
        at = theirs.get(name, -1)
        if at < 0:
            at = _stands(narrow(summary[start:end]).lower(), lowered)
        yield _check("name", start, end, at, summary[start:end])


def _mentions(summary: str, known: Finder) -> Iterator[tuple[int, int, str]]:
    yield from ((start, end, name) for name, start, end in known.mentions(summary))
    for found in _LATIN.finditer(summary):
        if not found[0].islower() and not set(re.split("[-./+]", found[0])) <= _NO_NAMES:
            yield found.start(), found.end(), ""
    at = 0
    for word, tag in segmenter().tag(summary):
        is_name = tag in _NAMES and len(word) > 1 and not word.isascii()
        if is_name and word not in _NO_NAMES:
            yield at, at + len(word), ""
        at += len(word)


def _stands(name: str, source: str) -> int:
    """Where a name stands, perhaps shortened: 北京 for 北京市, 美 for 美国; -1 if nowhere."""
    at = source.find(name)
    if at < 0 and name.isascii():
        places = [source.find(piece.removesuffix("s")) for piece in re.split(r"[-./+]", name)]
        return min(places)
    if at < 0:
        at = source.find(_SUFFIX.sub("", name))
    if at < 0 and len(name) == 2 and name[1] == "国":
        at = source.find(name[0])
    if at < 0 and len(name) > 2 and name[-1] in _TAIL:
        at = source.find(name[:-1])
    if at < 0 and len(name) > 3:
        at = source.find(name[1:])
    if at < 0 and len(name) > 2:
        short = re.search("[^，。\\n]{0,4}?".join(map(re.escape, name)), source)
        at = short.start() if short else -1
    return at


@cache
def _finder() -> Finder:
    return Finder(names.known())


def _check(kind: str, start: int, end: int, at: int, words: str) -> Check:
    return Check(kind, start, end, at, "" if at >= 0 else words)
