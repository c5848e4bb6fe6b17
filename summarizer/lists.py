"""Whose number is which where a sentence lists them: 江城、山城分别有3家和5家."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from archive.days import Day, dates
from archive.numbers import Amount
from summarizer.subjects import CLAUSE, GENERIC, bare, nouns, split

_EACH = re.compile("分别")
_FIRST = re.compile(r"[^，。；：、\n\d]{0,10}")
_SIGN = re.compile(r"^ ?(?:、|，|,|和|及|与|以及) ?")
_NEXT = re.compile(rf"{_SIGN.pattern[1:]}(?:(?!分别)[^，。；：、\n\d]){{0,6}}")
_MARKS = re.compile("、|以及|[和与及]")


class Share(NamedTuple):
    """What one number of a list is of; `when` and `day` if the list is one of dates."""

    subject: str
    when: str
    day: Day | None


def shares(plain: str, begin: int, end: int, ones: Sequence[Amount]) -> dict[int, Share]:
    """The subject of each number of the lists in [begin, end), by the number's start."""
    found: dict[int, Share] = {}
    last: list[Share] = []
    for each in _EACH.finditer(plain, begin, end):
        run = _run(plain, each.end(), ones)
        start = max((m.end() for m in CLAUSE.finditer(plain, begin, each.start())), default=begin)
        lead = plain[start : each.start()]
        whose = _whose(lead, len(run)) if len(run) > 1 else []
        change = bare(lead) if {word.text for word in split(lead)} <= GENERIC else ""
        if (change or not lead) and len(last) == len(run):
            whose = last
        place, verb = each.end(), ""
        counted = (
            nouns(split(plain[run[-1].end : end])) if whose and run[-1].kind == "count" else ""
        )
        for one, share in zip(run, whose, strict=False):
            verb = bare(_SIGN.sub("", plain[place : one.start])) or verb
            subject = f"{share.subject}{change}{verb} {counted}".strip()
            found[one.start] = share._replace(subject=subject)
            place = one.end
        last = whose
    return found


def _whose(lead: str, many: int) -> list[Share]:
    """The members of a list of so many, each with what is measured of all; empty if it is none."""
    for marks in (_MARKS, re.compile("、")):
        members = [part.strip() for part in marks.split(lead)]
        if len(members) == many and all(members):
            break
    else:
        return []
    days = [next(iter(dates(member)), None) for member in members]
    stated = [day for day in days if day]
    if len(stated) == many:
        of = bare(members[0][: stated[0].start] + members[-1][stated[-1].end :])
        named = zip(members, stated, strict=True)
        return [Share(of, member[day.start : day.end], day) for member, day in named]
    tail = _measure(members[-1])
    if tail == members[-1]:
        # 公司营收、净利润: what is listed are measures of one.
        of = members[0].removesuffix(_measure(members[0]))
        return [Share(bare(of + member.removeprefix(of)), "", None) for member in members]
    return [Share(bare(member.removesuffix(tail) + tail), "", None) for member in members]


def _run(plain: str, place: int, ones: Sequence[Amount]) -> list[Amount]:
    """The numbers that follow one another from a place on."""
    run: list[Amount] = []
    for one in ones:
        gap = _NEXT if run else _FIRST
        if one.start >= place and gap.fullmatch(plain, place, one.start):
            run.append(one)
            place = one.end
    return run


def _measure(member: str) -> str:
    """The measure that the last of a list names for all: 营收 in 山城公司营收, 的门店."""
    if "的" in member:
        return member[member.index("的") :]
    words = split(member)
    while words and words[-1].text in GENERIC:
        words.pop()
    return member[sum(len(word.text) for word in words) :]
