"""Where a summary's numbers, dates, quotations, names and addresses stand in its article."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import combinations, pairwise

from archive.days import Day, dates
from archive.models import Check
from archive.numbers import KINDS, Amount, amounts
from archive.script import narrow
from archive.text import fold
from summarizer.keywords import segmenter
from summarizer.named import named

_QUOTATION = re.compile(r"[“「『《\"]([^“”「」『』《》\"\n]{2,})[”」』》\"]")
_URL = re.compile(r"(?:https?://|www\.)[^\s\u4e00-\u9fff，。；）)”」』》]+", re.IGNORECASE)
_ABOUT = re.compile("(?:[近约超逾达过破]|接近|大约|至少|跨[过越上入]|[重升跌站迈][回返上至破入])$")
_AND_MORE = re.compile("[余多]|左右|以[上下]")
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
        *named(summary, source),
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


def _check(kind: str, start: int, end: int, at: int, words: str) -> Check:
    return Check(kind, start, end, at, "" if at >= 0 else words)
