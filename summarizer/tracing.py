"""Where a summary's numbers, dates, quotations, names and addresses stand in its article."""

import math
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import combinations, pairwise
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
_PEOPLES = frozenset("nr nrt nrfg".split())
_NAMES = _PEOPLES | {"nt", "ns"}
_WORDS = tomllib.loads(Path(__file__).with_name("grounding.toml").read_text(encoding="utf-8"))
_NO_NAMES = frozenset(_WORDS["no_names"])
_SAME = {name.lower(): group.lower().split() for group in _WORDS["same"] for name in group.split()}
_SURNAMES, _SOUNDS = (frozenset(_WORDS[name]) - {"\n"} for name in ("surnames", "sounds"))
_ABOUT = re.compile("(?:[近约超逾达过破]|接近|大约|至少|跨[过越上入]|[重升跌站迈][回返上至破入])$")
_AND_MORE = re.compile("[余多]|左右|以[上下]")
_TAIL = frozenset("同和与在说称等将被向对于为是的答近约超任及谈拟要获遭再又")
_SUFFIX = re.compile("(?<=..)(?:[省市县区州镇]|地区|政府)$")
_STATES = re.compile("[中美英俄欧日韩朝法德印澳台港京沪津渝深]{2,5}")
_SAID = re.compile("[:：]|说|称|表示|认为|指出|写道|强调|回应|谈")
_THINGS = (
    "模型|机器人|系统|平台|计划|行动|工程|芯片|卫星|火箭|飞船|手机|汽车|车型|游戏|品牌|公司|企业|项目|战略|算法|产品"
    "|软件|应用|程序|工具|语言|活动|框架|引擎|助手|技术|大会|论坛|展|奖|基金|部门|实验室|版|号|型|款"
)
_CALLED = re.compile(
    rf"(?:{_THINGS}|名为|代号|叫作?|称为|发布|推出|开源|上线|亮相|命名为?|取名|《)$"
)
_CALLED_SO = re.compile(rf"[\u4e00-\u9fff]{{0,2}}(?:{_THINGS})")
_LIST = re.compile(r"[^，。；：、\n]{2,24}(?:、[^，。；：、\n]{2,24})+")
_HAN_DIGITS = dict(zip("两三四五六七八九", range(2, 10), strict=False))


def traced(summary: str, source: str, today: date | None = None) -> list[Check]:
    """A check for each number, date, quotation, name and address of a summary, in its order.

    `today` is the day on which the article was published, if it is known."""
    found = [
        *_numbers(summary, source, today),
        *_dates(summary, source, today),
        *_quotations(summary, source),
        *_addresses(summary, source),
        *_named(summary, source),
    ]
    return sorted(found, key=lambda check: check.start)


def _numbers(summary: str, source: str, today: date | None) -> Iterator[Check]:
    there = amounts(source)
    plain = narrow(source)
    computed = [*_sums(there, plain), *_counts(plain), *_spans(plain, today)]
    for one in amounts(summary):
        if one.written and one.values == (1.0,):
            continue
        written = summary[one.start : one.end]
        about = _ABOUT.search(summary, max(0, one.start - 2), one.start)
        if about or _AND_MORE.search(summary, one.start, one.end + 2):
            written = re.sub(r"(?<=\d)(0+)(?![\d.])", _blanks, written)
        ends = [replace(one, values=(value,)) for value in one.values]
        places = [_place(end, there, written) for end in (one, *ends)]
        at = places[0] if places[0] >= 0 else min(places[1:])
        if at < 0:
            at = _said(one, written, plain)
        if at < 0:
            at = next((each.start for each in computed if _equals(one, each)), -1)
        yield _check("number", one.start, one.end, at, written)


def _equals(one: Amount, other: Amount) -> bool:
    alike = other.unit == one.unit or (not other.unit and one.kind == "count") or not one.unit
    return alike and one.values == other.values


def _sums(there: Sequence[Amount], plain: str) -> Iterator[Amount]:
    """What two neighbouring numbers of a sentence come to: 80%股权 and 20%股权."""
    for one, other in pairwise(there):
        near = not re.search("[。！？\n]", plain[one.end : other.start])
        if near and one.unit == other.unit and one.kind in ("count", "share", "money"):
            yield replace(one, values=(one.values[-1] + other.values[0],))


def _counts(plain: str) -> Iterator[Amount]:
    """How many a list names, without a unit."""
    for found in _LIST.finditer(plain):
        many = found[0].count("、") + 1 + bool(re.search("[和及与](?=[^、]+$)", found[0]))
        yield Amount(*found.span(), (float(many),), "")


def _spans(plain: str, today: date | None) -> Iterator[Amount]:
    """The years between two years that are named, or to that of the article: 53年 since 1973."""
    years = {int(found[0]): found.start() for found in re.finditer(r"(?<!\d)(?:19|20)\d\d", plain)}
    if today:
        years.setdefault(today.year, 0)
    for one, other in combinations(sorted(years), 2):
        if other - one > 1:
            yield Amount(years[one], years[one] + 4, (float(other - one),), "年")


def _blanks(zeros: re.Match[str]) -> str:
    return "·" * len(zeros[0])


def _place(one: Amount, there: Sequence[Amount], written: str) -> int:
    return next((other.start for other in there if equal(one, other, written)), -1)


def equal(one: Amount, other: Amount, written: str) -> bool:
    """Whether an amount of a summary is one of its article, perhaps rounded or one of its ends."""
    (values, unit), (others, its) = one.meaning, other.meaning
    if unit != its and unit and its and not _alike(unit, its):
        return False
    if "分之" in written:
        return unit == "%" and any(abs(values[0] - each) < 1.5 for each in others)
    step = 10.0 if written.endswith("成") else _step(written, values[0])
    return all(any(_rounds(value, each, step) for each in others) for value in values)


def _alike(unit: str, other: str) -> bool:
    """Whether two units may be said of one thing: 例 and 人, 美元 and 美元/桶."""
    if "/" in unit + other:
        return unit.partition("/")[0] == other.partition("/")[0]
    return (
        {unit, other} <= _PEOPLE
        or {unit, other} <= {"股", "只"}
        or {unit, other} <= {"户", "用户"}
        or ("个" in (unit, other) and {unit, other} <= _COUNTED)
    )


_PEOPLE = frozenset("人 例 人次 个 宗".split())
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


def _dates(summary: str, source: str, today: date | None) -> Iterator[Check]:
    there = dates(source, today)
    plain = narrow(source)
    years = {day.year for day in there} | {int(y) for y in re.findall(r"(?:19|20)\d\d", plain)}
    if today:
        years.add(today.year)
    for one in dates(summary, today):
        at = next((day.start for day in there if _agrees(one, day, years)), -1)
        if at < 0 and not one.month and not one.day and one.year in years:
            at = max(0, plain.find(str(one.year)))
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


def _quotations(summary: str, source: str) -> Iterator[Check]:
    folded = fold(source)
    titles = [found[1] for found in _QUOTATION.finditer(source) if found[0][0] == "《"]
    for found in _QUOTATION.finditer(summary):
        words = found[1]
        start = max(summary.rfind(mark, 0, found.start()) for mark in "。！？\n")
        own = not _SAID.search(summary, start + 1, found.start()) and _is_wording(summary, found)
        if found[0][0] == "《":
            own = any(words.endswith(title) for title in titles)
        at = folded.find(fold(words)) if fold(words) else 0
        if at >= 0 or not own:
            yield _check("quotation", *found.span(1), at, words)


def _is_wording(summary: str, quoted: re.Match[str]) -> bool:
    """Whether what is quoted is a word of the language that says something, and no name."""
    if _CALLED.search(summary, 0, quoted.start()) or _CALLED_SO.match(summary, quoted.end()):
        return False
    if quoted[1].isascii() or len(segmenter().cut(quoted[1], hmm=False)) > 1:
        return False
    before = segmenter().tag(summary[max(0, quoted.start() - 8) : quoted.start()])[-1:]
    says = segmenter().tag(quoted[1])[0][1][0] in "vailz"
    return says or not any(tag[0] == "n" for _, tag in before)


def _addresses(summary: str, source: str) -> Iterator[Check]:
    for found in _URL.finditer(summary):
        words = found[0].rstrip(".,;")
        yield _check("address", *found.span(), source.find(words), words)


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
        for form in _forms(narrow(summary[start:end]).lower()) if at < 0 else ():
            at = max(at, _stands(form, lowered))
        if at < 0 and summary[end - 1] in _TAIL and end - start == 2:
            # The segmenter took the end of a word and the start of the next for somebody.
            at = source.find(summary[max(0, start - 1) : end - 1])
        yield _check("name", start, end, at, summary[start:end])


def _mentions(summary: str, known: Finder) -> Iterator[tuple[int, int, str]]:
    yield from ((start, end, name) for name, start, end in known.mentions(summary))
    for found in _LATIN.finditer(summary):
        if not found[0].islower() and not set(re.split("[-./+]", found[0])) <= _NO_NAMES:
            yield found.start(), found.end(), ""
    at = 0
    for word, tag in segmenter().tag(summary):
        is_name = tag in _NAMES and len(word) > 1 and not word.isascii()
        if tag in _PEOPLES:
            is_name = is_name and _is_person(summary[max(0, at - 1) : at], word)
        if is_name and word not in _NO_NAMES:
            yield at, at + len(word), ""
        at += len(word)


def _is_person(before: str, word: str) -> bool:
    """Whether a word begins with a surname, or has the sounds of a foreign name."""
    foreign = sum(sign in _SOUNDS for sign in word) >= max(2, len(word) - 1)
    return foreign or (len(word) < 4 and word[0] in _SURNAMES) or before in _SURNAMES


def _forms(name: str) -> list[str]:
    return [name, *_SAME.get(name, ())]


def _stands(name: str, source: str) -> int:
    """Where a name stands, perhaps shortened: 北京 for 北京市, 美 for 美国; -1 if nowhere."""
    at = source.find(name)
    if at < 0 and name.isascii():
        places = [source.find(piece.removesuffix("s")) for piece in re.split(r"[-./+]", name)]
        return min(places)
    if at < 0:
        at = source.find(_SUFFIX.sub("", name))
    if at < 0 and _STATES.fullmatch(name):
        at = min(map(source.find, name))
    if at < 0 and len(name) == 2 and name[1] == "国":
        at = source.find(name[0])
    if at < 0 and len(name) > 2 and name[-1] in _TAIL:
        at = source.find(name[:-1])
    if at < 0 and (len(name) > 3 or (len(name) > 2 and name[0] in "于和与向对")):
        at = source.find(name[1:])
    if at < 0 and len(name) > 4 and not name.isascii():
        halves = ((source.find(name[:n]), source.find(name[n:])) for n in range(2, len(name) - 1))
        at = max((min(both) for both in halves), default=-1)
    if at < 0 and len(name) > 2:
        short = re.search("[^，。\\n]{0,4}?".join(map(re.escape, name)), source)
        at = short.start() if short else -1
    return at


@cache
def _finder() -> Finder:
    return Finder(names.known())


def _check(kind: str, start: int, end: int, at: int, words: str) -> Check:
    return Check(kind, start, end, at, "" if at >= 0 else words)
