"""Characters that hide two, between which a site deleted the bytes A1 A1 (a full-width space)."""

import re
from collections.abc import Callable, Iterator
from functools import cache

from archive.script import simplified
from crawler.damage.gbk import pair_of, read
from crawler.damage.lexicon import likelihood, usual, words
from crawler.damage.mending import Change

_AROUND, _QUOTED = 4, 300
_HAN = re.compile("[\u4e00-\u9fff]")
_COUNTED = re.compile(r"\d|[.月日年]")
_MOST = 1000
_SURE, _AGAIN = 99.0, 4.0
"""The gain of what needs no more; what a text says twice is less likely an accident."""


@cache
def _hidden() -> dict[str, tuple[str, str]]:
    """What each character may hide: its lead byte with A1, and A1 with its second byte."""
    found = {}
    for lead in range(0xB0, 0xF8):
        first = read(lead, 0xA1)
        for mark in "、。—…“”《》":
            whole = read(lead, pair_of(mark)[1])
            if len(whole) == 1 and first in words():
                found[whole] = (first, mark)
    return found | {read(0xA3, pair_of(mark)[1]): ("！", mark) for mark in "“”》"}


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile("[" + "".join(_hidden()) + "]")


@cache
def _intact() -> re.Pattern[str]:
    firsts = {first for first, _ in _hidden().values()}
    return re.compile("\u3000|[" + "".join(firsts) + "][、。—…“”‘’《》]")


def deleted(text: str) -> bool:
    """Whether the bytes A1 A1 may have been deleted from a text: none of them are left.

    A text with very many places to look at is left alone.
    """
    found = _pattern().findall(text) if not _intact().search(text) else ()
    return 0 < len(found) <= _MOST and any(_places(text))


def reopened(line: str, times: Callable[[str], int], least: float) -> Iterator[Change]:
    """The characters of a line that hide two, which are likelier by `least` (a logarithm).

    `times` tells how often the text says something.
    """
    for at, first, mark in _places(line):
        left, right = line[max(0, at - _AROUND) : at], line[at + 1 : at + 1 + _AROUND]
        if first == "！":
            earlier = line[max(0, at - _QUOTED) : at]
            sure = earlier.rfind("“") > earlier.rfind("”") and not _COUNTED.match(right)
            gain = _SURE if sure else 0.0
        else:
            gain = likelihood(left + first + mark + right) - likelihood(left + line[at] + right)
            if first == "啊" and gain > 0:
                gain = _SURE
            elif right and times(line[at : at + 2]) > 1:
                gain -= _AGAIN
        if gain >= least:
            yield Change(at, at + 1, first + mark, "bytes")


def _places(text: str) -> Iterator[tuple[int, str, str]]:
    """Where characters may hide two, which fit their neighbours: hardly anywhere in sound text."""
    listed, hidden = words(), _hidden()
    for match in _pattern().finditer(text):
        at, (first, mark) = match.start(), hidden[match[0]]
        following = text[at + 1 : at + 2]
        if first == "！":
            fits = mark == "”" and bool(_HAN.match(text[at - 1 : at]))
        elif first == "啊":
            fits = (following or "”") in "”，、。\r\n"
        else:
            left = simplified(text[max(0, at - 3) : at])
            fits = (
                left[2:] + first in listed or left[1:] + first in listed or left + first in listed
            )
            fits = fits and not usual(
                text[at - 1 : at + 1], text[at : at + 2], text[at - 2 : at + 1], text[at : at + 3]
            )
        if fits and (mark not in "—…" or following == mark):
            yield at, first, mark
