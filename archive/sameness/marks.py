"""What of an article is compared with others: its text folded, and a few marks to find it by."""

import re
import unicodedata
import zlib
from dataclasses import dataclass

from archive.script import simplified

GRAM = 6
"""Characters of a passage: the unit that two texts share or do not share."""
WINDOW = 16
"""Passages of which at least one is a mark, in texts up to `FULL` characters."""
FULL = 1200

_NOTE = re.compile(r"[(（][a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü]{1,6}[)）]")
_DROPPED = re.compile(r"[^0-9a-z\u3400-\u9fff]+")


@dataclass(frozen=True, slots=True)
class Traits:
    """An article as it is compared: folded title, folded text, and marks (32 bits, signed)."""

    title: str
    text: str
    marks: tuple[int, ...]


def traits(title: str, text: str) -> Traits:
    """The traits of an article; marks ascend and are distinct, none for an empty text."""
    folded = fold(text)
    return Traits(fold(title), folded, marks(folded))


def fold(text: str) -> str:
    """Only Simplified characters, Latin letters in lower case and digits; no pinyin notes."""
    text = _NOTE.sub("", unicodedata.normalize("NFKC", text))
    return _DROPPED.sub("", simplified(text).lower())


def marks(folded: str) -> tuple[int, ...]:
    """Winnowing (Schleimer, Wilkerson, Aiken 2003): the least hash of every window of passages.

    The marks with a larger window are among those with a smaller one, so that long texts can
    have fewer to the page and still meet short ones.
    """
    coded = folded.encode("utf-16-le")
    width = 2 * GRAM
    hashes = [
        zlib.crc32(coded[at : at + width]) - 0x80000000
        for at in range(0, max(2, len(coded) - width + 2) if coded else 0, 2)
    ]
    window = max(WINDOW, WINDOW * len(hashes) // FULL)
    last = max(1, len(hashes) - window + 1)
    return tuple(sorted({min(hashes[at : at + window]) for at in range(last)} if hashes else ()))
