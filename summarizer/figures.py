"""Figures: the numbers of an article with what they measure, when, and whose estimate they are."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from archive.days import dates
from archive.models import Figure
from archive.numbers import Amount, amounts
from archive.script import narrow
from archive.text import sentences
from summarizer.lists import Share, shares
from summarizer.subjects import (
    GENERIC,
    LONGEST,
    SINCE,
    UNTIL,
    WORDING,
    Clauses,
    Subject,
    leads_up,
    terms,
)

_READ = 20_000
"""Characters of a text that are read."""

_WHEN = re.compile(
    r"(?:截至|截止|到|至|自|从)?(?:目前|今年以来|今年|去年|前年|本月|上月|当年|近年来|同期|当日|今日|昨日"
    r"|如今|此前|现在)"
    r"(?:上半年|下半年|[一二三四]季度|前[\d一二三]+个?(?:季度|月)|\d{1,2}月(?:\d{1,2}日|底|初|末)?)?"
)
_SAID = re.compile(
    r"(?:据|根据)(?P<by>[^，。：；]{2,24}?)的?(?:最新)?(?:不完全)?(?:统计|数据|预测|测算|估算|估计|介绍"
    r"|调查|研究(?![院所员中])|报告|消息|报道|分析|显示|说|披露|透露)"
    r"|(?:^|[，。；：“”\n])(?:尽管|但是?|而|不过|因为?|同时|此外)?(?P<who>[^，。：；“”]{2,24}?)"
    r"(?:的?(?:最新)?(?:研究|报告|数据|统计|调查|预测|模型))*(?:(?<=[据告计查究P台])显示|表示|称"
    r"|预计(?!会|将)|预测|指出|认为|发现|透露|披露|估计|介绍|说|声称|宣布|威胁称)"
)
_STOCK, _FLOW, _PRICE = (re.compile("|".join(WORDING[kind])) for kind in ("stock", "flow", "price"))
_SKIPPED = re.compile("(?:[每第](?:隔|逾)?|[东西]经|[南北]纬) ?$")


def figures(text: str, today: date | None = None) -> tuple[Figure, ...]:
    """The figures of a text in order, each once; durations and bare numbers are none.

    If `today` is known, the day on which it was published, 去年 and 昨日 have their day."""
    found: list[Figure] = []
    for figure in told(text, today):
        if not any(_same(figure, other) for other in found):
            found.append(figure)
    return tuple(one if _is_special(one.terms) else replace(one, terms=()) for one in found)


def told(text: str, today: date | None = None) -> Iterator[Figure]:
    """The figures of a text as often as it tells them."""
    return _Reading(text[:_READ], today).figures()


def _is_special(words: Sequence[str]) -> bool:
    """Whether a subject says enough to be compared with that of another article."""
    return len(words) > 1 and not set(words) <= GENERIC


def _same(one: Figure, other: Figure) -> bool:
    if (one.values, one.unit) != (other.values, other.unit) or one.kind in ("rate", "measure"):
        return False
    words, others = set(one.terms), set(other.terms)
    return min(len(words), len(others)) > 1 and (words <= others or others <= words)


class _Reading:
    def __init__(self, text: str, today: date | None) -> None:
        self.text = text
        self.today = today
        self.plain = narrow(text)
        self.amounts = [
            one
            for one in amounts(text)
            if _counts(one, bool(re.search("[万亿]", self.plain[one.start : one.end])))
        ]
        self.when = self._times()
        self.clauses = Clauses(self.plain, self.when)

    def _times(self) -> list[tuple[int, int, str]]:
        """Start, end and ISO form of what is said of time; a month is of the last year named."""
        words = [found.span() for found in _WHEN.finditer(self.plain)]
        days = dates(self.text, self.today)
        stated = {one.start: one for one in dates(self.text)}
        spans: list[tuple[int, int, str]] = []
        year = month = last = 0
        for one in days:
            if self._parted(last, one.start):
                year = month = 0
            named = stated.get(one.start, one)
            if year and not named.year:
                one = replace(one, year=year, month=named.month or month)
            year, month, last = one.year or year, one.month, one.end
            if self.today or not any(low < one.start < high for low, high in words):
                spans.append((one.start, one.end, _iso(one.year, one.month, one.day)))
        for low, high in words:
            if not any(start <= low < end for start, end, _ in spans):
                spans.append((low, high, ""))
        return sorted(spans)

    def _parted(self, start: int, end: int) -> bool:
        return bool(re.search("[。！？\n]", self.plain[start:end]))

    def figures(self) -> Iterator[Figure]:
        spans = sentences(self.text)
        at = 0
        last: Subject | None = None
        for index, (start, end) in enumerate(spans):
            ones = []
            while at < len(self.amounts) and self.amounts[at].start < end:
                ones.append(self.amounts[at])
                at += 1
            if not ones:
                continue
            begin = start
            if index and self._goes_on(spans[index - 1], start, ones[0]):
                begin = spans[index - 1][0]
            listed = shares(self.plain, begin, end, ones)
            previous: Subject | None = None
            if last is not None and self.plain[last.at : start].strip() == "":
                previous = last
            for number, one in enumerate(ones):
                lead = self.plain[max(start, one.start - 2) : one.start]
                if _SKIPPED.search(lead):
                    continue
                spoken = previous.end if number and previous else begin
                low = max(spoken, ones[number - 1].end) if number else begin
                found = self.clauses.subject(one, begin, low, end, previous)
                share = listed.get(one.start)
                subject = (share.subject if share else found.text)[:LONGEST].strip()
                if len(subject) < 2:
                    continue
                previous = found
                yield self._figure(one, subject, begin, end, share)
            last = previous

    def _goes_on(self, before: tuple[int, int], start: int, one: Amount) -> bool:
        """Whether a line begins with the number that the line before leads up to."""
        return one.start == start and leads_up(self.plain[slice(*before)])

    def _figure(
        self, one: Amount, subject: str, begin: int, end: int, share: Share | None
    ) -> Figure:
        clause = self.plain[self.clauses.clause_start(begin, one.start) : one.start]
        stated, as_of = self._date(begin, one.start)
        if share and share.day:
            stated, as_of = share.when, _iso(share.day.year, share.day.month, share.day.day)
        return Figure(
            subject=subject,
            values=one.values,
            unit=one.unit,
            kind=_kind(one, clause + subject, stated),
            date=stated,
            as_of=as_of,
            by=self._by(begin, one.start),
            text=self.text[one.start : one.end],
            start=one.start,
            end=one.end,
            sentence=(begin, end),
            terms=terms(subject),
        )

    def _date(self, begin: int, place: int) -> tuple[str, str]:
        """The date that a number holds for, as stated and in ISO form: the last of its clause, else
        the last that a clause begins with, else the first of its sentence."""
        spans = [one for one in self.when if begin <= one[0] and one[1] <= place]
        if not spans:
            return "", ""
        clause = self.clauses.clause_start(begin, place)
        low, high, iso = next(
            (
                one
                for one in spans[::-1]
                if one[0] >= clause or one[0] - self.clauses.clause_start(begin, one[0]) <= 3
            ),
            spans[0],
        )
        lead, follows = SINCE.search(self.plain, begin, low), UNTIL.match(self.plain, high)
        start, end = lead.start() if lead else low, follows.end() if follows else high
        stated = self.text[start:end].strip()
        return stated, "" if "以来" in stated or "自" in stated else iso

    def _by(self, begin: int, end: int) -> str:
        said = [found for found in _SAID.finditer(self.plain, begin, end)]
        if not said:
            return ""
        found = said[-1]
        return self.text[slice(*found.span("by" if found["by"] else "who"))].strip()


def _counts(one: Amount, has_power: bool) -> bool:
    """Whether an amount can be a figure."""
    kind = one.kind
    if one.written and one.unit == "块" and one.values[-1] < 10:
        return False
    if kind in ("", "duration"):
        return not kind and has_power
    return not one.written or kind in ("money", "share") or one.values[-1] >= 10


def _kind(one: Amount, clause: str, date: str) -> str:
    kind = one.kind
    if kind == "share":
        return "rate"
    if kind == "measure":
        return "measure"
    if kind == "money" and ("/" in one.unit or _PRICE.search(clause)):
        return "price"
    flows, stocks = (len(pattern.findall(clause + date)) for pattern in (_FLOW, _STOCK))
    if kind == "money":
        return "stock" if stocks > flows else "flow"
    return "flow" if flows > stocks else "stock"


def _iso(year: int, month: int, day: int) -> str:
    if not year:
        return ""
    return "-".join(
        [str(year), *([f"{month:02}"] if month else []), *([f"{day:02}"] if month and day else [])]
    )
