"""Characters that hide two, between which a site deleted the bytes A1 A1 (a full-width space)."""

import re
from collections.abc import Callable, Iterator
from functools import cache

from archive.script import simplified
from crawler.lexicon import likelihood, words
from crawler.mending import Change
from crawler.misaligned import pair_of, read

_AROUND, _QUOTED = 6, 300
_HAN = re.compile("[\u4e00-\u9fff]")
_COUNTED = re.compile(r"\d|[.月日年]")
_MOST = 1000
_SURE, _AGAIN = 99.0, 4.0
"""The gain of what needs no more; what a text says twice is less likely an accident, and so is
what makes no word."""


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
    return not _intact().search(text) and 0 < len(_pattern().findall(text)) <= _MOST


def reopened(line: str, times: Callable[[str], int], least: float) -> Iterator[Change]:
    """The characters of a line that hide two, which are likelier by `least` (a logarithm).

    `times` tells how often the text says something.
    """
    for match in _pattern().finditer(line):
        first, mark = _hidden()[match[0]]
        if _gain(line, match.start(), first, mark, times) >= least:
            yield Change(match.start(), match.end(), first + mark, "bytes")


def _gain(line: str, at: int, first: str, mark: str, times: Callable[[str], int]) -> float:
    whole = line[at]
    left = simplified(line[max(0, at - _AROUND) : at])
    right = simplified(line[at + 1 : at + 1 + _AROUND])
    if first == "！":
        earlier = line[max(0, at - _QUOTED) : at]
        quoted = mark == "”" and earlier.rfind("“") > earlier.rfind("”")
        sure = quoted and bool(_HAN.match(left[-1:])) and not _COUNTED.match(right)
        return _SURE if sure else 0.0
    exclaimed = first == "啊" and (right[:1] or "”") in "”，、。"
    if (mark in "—…" and right[:1] != mark) or (first == "啊" and not exclaimed):
        return 0.0
    gain = likelihood(left + first + mark + right) - likelihood(left + whole + right)
    if first != "啊" and not any(left[-n:] + first in words() for n in (1, 2, 3)):
        gain -= _AGAIN
    if exclaimed and gain > 0:
        return _SURE
    return gain - _AGAIN if right and times(whole + line[at + 1]) > 1 else gain
