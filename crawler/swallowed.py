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
    return not _intact().search(text) and 0 < len(_pattern().findall(text)) <= _MOST


def reopened(line: str, times: Callable[[str], int], least: float) -> Iterator[Change]:
    """The characters of a line that hide two, which are likelier by `least` (a logarithm).

    `times` tells how often the text says something.
    """
    plain = simplified(line)
    for match in _pattern().finditer(line):
        at = match.start()
        first, mark = _hidden()[match[0]]
        left, right = plain[max(0, at - _AROUND) : at], plain[at + 1 : at + 1 + _AROUND]
        if first == "！":
            sure = mark == "”" and _closes(line[max(0, at - _QUOTED) : at], right)
            gain = _SURE if sure else 0.0
        else:
            gain = _gain(left, line[at], right, first, mark)
            if first != "啊" and gain >= least and right and times(line[at : at + 2]) > 1:
                gain -= _AGAIN
        if gain >= least:
            yield Change(at, at + 1, first + mark, "bytes")


def _closes(earlier: str, right: str) -> bool:
    """Whether a quotation may end with an exclamation between two texts."""
    quoted = earlier.rfind("“") > earlier.rfind("”")
    return quoted and bool(_HAN.match(earlier[-1:])) and not _COUNTED.match(right)


def _gain(left: str, whole: str, right: str, first: str, mark: str) -> float:
    """What a text gains if a character was two; nothing, as nearly always, if these fit not."""
    exclaimed = first == "啊" and (right[:1] or "”") in "”，、。"
    ends = first != "啊" and any(left[-n:] + first in words() for n in (1, 2, 3))
    if not (exclaimed or ends) or (mark in "—…" and right[:1] != mark):
        return 0.0
    gain = likelihood(left + first + mark + right) - likelihood(left + whole + right)
    return _SURE if exclaimed and gain > 0 else gain
