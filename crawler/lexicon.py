"""How likely a string is as Chinese: its best division into words of a frequency list."""

import math
import re
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from archive.script import simplified

LONGEST = 4
"""Characters in the longest word of the list."""
_UNKNOWN, _PRIVATE, _ASCII, _OTHER, _CLASH = -19.0, -25.0, -5.0, -14.0, -6.0
_NEVER = -1e9
_HAN = re.compile("[\u4e00-\u9fff]+")
_MARKS = "，。、；：？！“”‘’《》（）"
_STOPS = "，。；,"
_JOINING = "和与及在把被将对从向以于为并而或但"
_COUNTING = "约近达第过至超"
_SINGLE = dict.fromkeys(_MARKS + "\"'?!,:;·—…% \n", -4.5) | {"，": -2.5, "。": -3.0}
_ENDED = dict.fromkeys(
    ("。”", "：“", "，“", "”，", "呢？", "吗？", "呢?", "吗?", "啊。", "啊”"), -5.0
)
_PAIRS = (
    _ENDED
    | dict.fromkeys(
        (
            "。“",
            "。《",
            "？“",
            "！“",
            "，《",
            "、“",
            "”。",
            "！”",
            "？”",
            "”、",
            "》，",
            "》。",
            "）。",
            "）、",
            "）的",
            "、《",
            "：《",
        ),
        -6.5,
    )
    | dict.fromkeys("”“ 》《 ，” （《 》） 》（ ”（ ”） ）” 。（".split(), -8.0)
)


@cache
def words() -> dict[str, float]:
    """Natural logarithm of the frequency of Simplified words of one to four characters.

    Source: the dictionary of jieba 0.42.1 (https://github.com/fxsjy/jieba, MIT), words that occur
    9 times or more, in classes of half a power of two.
    """
    found = {}
    path = Path(__file__).with_name("words.txt")
    for line in path.read_text(encoding="utf-8").splitlines():
        size, *listed = line.split(" ")
        found.update(dict.fromkeys(listed, int(size) * math.log(2) / 2))
    return found | _SINGLE | _PAIRS


def alone(character: str) -> float:
    """The logarithm of the probability of a character that is no part of a longer word."""
    if (known := words().get(character)) is not None:
        return known
    if character < "\x80":
        return _ASCII
    if "\u4e00" <= character <= "\u9fff":
        return _UNKNOWN
    return _PRIVATE if "\ue000" <= character <= "\uf8ff" else _OTHER


def extend(best: tuple[float, ...], tail: str, local: Mapping[str, float]) -> float:
    """The score of a text that grew by one character.

    `best` has the scores before each of the last characters, the latest last; `tail` ends in the
    new character and is Simplified; `local` has words of the text at hand.
    """
    listed = words()
    top = best[-1] + alone(tail[-1])
    if tail[-2:-1] in _MARKS and tail[-1] in _MARKS and len(tail) > 1:
        top += _CLASH
    elif tail[-2:-1] in _JOINING and tail[-1] in _STOPS and len(tail) > 1:
        top += _CLASH / 2
    elif tail[-2:-1] in _COUNTING and tail[-1].isdigit() and len(tail) > 1:
        top -= _CLASH / 2
    for length in range(2, min(LONGEST, len(tail), len(best)) + 1):
        word = tail[-length:]
        known = max(listed.get(word, _NEVER), local.get(word, _NEVER))
        if best[-length] + known > top:
            top = best[-length] + known
    return top


def likelihood(text: str, local: Mapping[str, float] = MappingProxyType({})) -> float:
    """The logarithm of the probability of `text`, 0 for none; about -5 for a common character."""
    text = simplified(text)
    best: tuple[float, ...] = (0.0,)
    for end in range(1, len(text) + 1):
        tail = text[max(0, end - LONGEST) : end]
        best = (*best[1 - LONGEST :], extend(best, tail, local))
    return best[-1]


def repeated(text: str) -> dict[str, float]:
    """The words that only this text knows: what it says at least twice, two to four characters."""
    text = simplified(text)
    found = Counter(
        text[start : start + length]
        for run in _HAN.finditer(text)
        for length in range(2, LONGEST + 1)
        for start in range(run.start(), run.end() - length + 1)
    )
    return {each: math.log(count / len(text)) - 2 for each, count in found.items() if count > 1}
