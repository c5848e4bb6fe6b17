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
_GAIN = 3.0
"""What the two characters must gain, in logarithms of likelihood."""


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


def reopened(line: str, times: Callable[[str], int]) -> Iterator[Change]:
    """The characters of a line that hide two; `times` tells how often a text says something."""
    for match in _pattern().finditer(line):
        first, mark = _hidden()[match[0]]
        if _opens(line, match.start(), first, mark, times):
            yield Change(match.start(), match.end(), first + mark, "bytes")


def _opens(line: str, at: int, first: str, mark: str, times: Callable[[str], int]) -> bool:
    whole = line[at]
    left = simplified(line[max(0, at - _AROUND) : at])
    right = simplified(line[at + 1 : at + 1 + _AROUND])
    if first == "！":
        earlier = line[max(0, at - _QUOTED) : at]
        quoted = mark == "”" and earlier.rfind("“") > earlier.rfind("”")
        return quoted and bool(_HAN.match(left[-1:])) and not _COUNTED.match(right)
    exclaimed = first == "啊" and (right[:1] or "”") in "”，、。"
    if (mark in "—…" and right[:1] != mark) or (first == "啊" and not exclaimed):
        return False
    if first != "啊" and not any(left[-n:] + first in words() for n in (1, 2, 3)):
        return False
    gain = likelihood(left + first + mark + right) - likelihood(left + whole + right)
    if gain < (0 if exclaimed else _GAIN):
        return False
    return not right or times(whole + line[at + 1]) < 2
