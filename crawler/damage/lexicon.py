"""How likely a string is as Chinese: its best division into words, and how well these join."""

import math
import re
from collections import Counter
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType

from archive.script import simplified

LONGEST = 4
"""Characters in the longest word of the list."""
EDGE = "$"
"""Stands before and behind a line."""
_UNKNOWN, _PRIVATE, _ASCII, _OTHER = -19.0, -25.0, -5.0, -14.0
_NEVER = -1e9
_USUAL = -13.0
_HALF = math.log(2) / 2
_SEEN = 3.0
_TOTAL = 3_330_222
"""Pairs of neighbouring words counted, and how many of each pair are added to those seen."""
_QUOTED = dict.fromkeys(("。”", "？”", "！”", "：“", "，“", "”，", "”。", "”$", "$“"), 3.0)
_QUOTED |= dict.fromkeys(("。。", "，，", "、、", "，。", "、，", "、。"), -9.0)
_QUOTED |= dict.fromkeys(("年0", "月0"), 0.0)
"""What the articles counted lack, as they quote in other ways."""
_HAN = re.compile("[\u4e00-\u9fff]+")
_TOKENS = {
    **dict.fromkeys("0123456789", "0"),
    **dict.fromkeys("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "a"),
    **dict(zip(",?!:;()", "，？！：；（）", strict=True)),
}


def _listed(name: str) -> list[str]:
    return Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines()


@cache
def words() -> dict[str, float]:
    """Natural logarithm of the frequency of Simplified words of one to four characters.

    Source: the dictionary of jieba 0.42.1 (see NOTICE), without rare words; half
    the frequency is theirs in Chinese news and technical articles, as are the groups of words that
    occur together there. In classes of half a power of two.
    """
    found = {}
    for line in _listed("words.txt"):
        size, *listed = line.split(" ")
        found.update(dict.fromkeys(listed, int(size) * _HALF))
    found |= {half: found[wide] for half, wide in _TOKENS.items() if wide not in "0a"}
    return found | dict.fromkeys("\"'\n- ", -4.5)


def _classes(line: str, zero: int, unit: float) -> dict[str, float]:
    """Logarithms; a capital letter has those of the characters behind it."""
    found, size = {}, 0.0
    for character in line:
        if "A" <= character <= "Z":
            size = (ord(character) - 65 - zero) * unit
        else:
            found[character] = size
    return found


@cache
def _pairs() -> tuple[dict[str, float], dict[str, float], dict[str, str]]:
    """How often words end in and begin with a character, and what follows the ends of words.

    Source: counts of articles.
    """
    ends, begins, *lines = _listed("pairs.txt")
    following = {line[0]: line[1:] for line in lines}
    return _classes(ends, 34, _HALF), _classes(begins, 34, _HALF), following


@cache
def _worth(before: str) -> dict[str, float]:
    """What the words behind a word that ends in `before` are worth: how much more often than by
    chance these begin so."""
    return _classes(_pairs()[2].get(before, ""), 8, 0.5)


@lru_cache(1 << 16)
def _joint(before: str, after: str) -> float:
    """What it is worth that a word ends in `before` and the next begins with `after`."""
    before, after = _TOKENS.get(before, before), _TOKENS.get(after, after)
    ends, begins, _ = _pairs()
    if before not in ends or after not in begins or (before == after and before in "0a"):
        return 0.0
    if (known := _QUOTED.get(before + after, _worth(before).get(after))) is not None:
        return known
    return math.log(_SEEN / (_TOTAL * math.exp(ends[before] + begins[after]) + _SEEN))


def alone(character: str) -> float:
    """The logarithm of the probability of a character that is no part of a longer word."""
    if (known := words().get(character)) is not None:
        return known
    if character < "\x80":
        return _ASCII
    if "\u4e00" <= character <= "\u9fff":
        return _UNKNOWN
    return _PRIVATE if "\ue000" <= character <= "\uf8ff" else _OTHER


def usual(*pieces: str) -> bool:
    """Whether any of them is a frequent word of more than one character."""
    listed = words()
    return any(len(each) > 1 and listed.get(each, _USUAL) > _USUAL for each in pieces)


def extend(best: tuple[float, ...], tail: str, local: Mapping[str, float]) -> float:
    """The score of a text that grew by one character.

    `best` has the scores before each of the last characters, the latest last; `tail` ends in the
    new character, is Simplified and has a character more than the longest word; `local` has words
    of the text at hand.
    """
    listed = words()
    top = best[-1] + alone(tail[-1]) + _joint(tail[-2:-1], tail[-1])
    for length in range(2, min(LONGEST, len(tail), len(best)) + 1):
        word = tail[-length:]
        known = listed.get(word)
        if local and (own := local.get(word, _NEVER)) > (_NEVER if known is None else known):
            known = own
        if known is not None:
            known += best[-length] + _joint(tail[-length - 1 : -length], word[0])
            if known > top:
                top = known
    return top


def likelihood(text: str, local: Mapping[str, float] = MappingProxyType({})) -> float:
    """The logarithm of the probability of `text`, 0 for none; about -5 for a common character."""
    text = _curled(simplified(text))
    best: tuple[float, ...] = (0.0,)
    for end in range(1, len(text) + 1):
        tail = text[max(0, end - LONGEST - 1) : end]
        best = (*best[1 - LONGEST :], extend(best, tail, local))
    return best[-1]


def _curled(text: str) -> str:
    first, *others = text.split('"')
    return first + "".join("“”"[number % 2] + each for number, each in enumerate(others))


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
