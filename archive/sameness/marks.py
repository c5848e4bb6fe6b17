"""What of an article is compared with others: its text folded, and a few marks to find it by."""

import re
import unicodedata
import zlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from archive.script import simplified

GRAM = 6
"""Characters of a passage that becomes a mark."""
WINDOW = 16
"""Of so many passages in a row at least one is a mark, in texts up to `FULL` passages."""
FULL = 1200

_TONES = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ"
_SYLLABLE = rf"[a-zü{_TONES}]{{1,6}}[1-5]?"
# 發(fā), 發（fa1 zhan3）, 發[fā], and without brackets where a tone tells it from a word
_NOTE = re.compile(
    rf"(?<=[\u3400-\u9fff])\s*(?:[(\[]\s*{_SYLLABLE}(?:\s+{_SYLLABLE})*\s*[)\]]"
    rf"|[a-z]{{0,3}}[{_TONES}][a-zü]{{0,3}})"
)
_DROPPED = re.compile(r"[^0-9a-z\u3400-\u9fff]+")
_NUMBER = re.compile(r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
_SLOT = "\ue000"
_NOT_AROUND = re.compile(rf"[^0-9a-z\u3400-\u9fff{_SLOT}]+")
# Only lines of prose: those of a page's frame (time, views, licence number) have no such mark.
_PROSE = re.compile(r"[,;。]|\.(?:\s|$)")


@dataclass(frozen=True, slots=True)
class Traits:
    """An article as it is compared."""

    title: str
    """Folded."""
    text: str
    """Folded."""
    numbers: Mapping[str, Sequence[str]]
    """The numbers of its prose, in order, by what stands directly before and after them."""

    @property
    def marks(self) -> tuple[int, ...]:
        """By these it is found: 32 bits, signed, ascending, distinct; none for an empty text."""
        return marks(self.text)


def traits(title: str, text: str) -> Traits:
    """What is compared of an article with this title and text."""
    plain = _plain(text)
    return Traits(fold(title), _DROPPED.sub("", plain), _numbers(plain))


def fold(text: str) -> str:
    """Only Simplified characters, Latin letters in lower case and digits; no pinyin notes."""
    return _DROPPED.sub("", _plain(text))


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


def _plain(text: str) -> str:
    return simplified(_NOTE.sub("", unicodedata.normalize("NFKC", text).lower()))


def _numbers(plain: str) -> dict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for line in plain.split("\n"):
        if not _PROSE.search(line):
            continue
        values = [_value(number) for number in _NUMBER.findall(line)]
        around = _NOT_AROUND.sub("", _NUMBER.sub(_SLOT, line))
        at = -1
        for value in values:
            at = around.index(_SLOT, at + 1)
            context = around[max(0, at - 4) : at + 3]
            if len(context) > 4:
                found[context].append(value)
    return dict(found)


def _value(number: str) -> str:
    number = number.replace(",", "")
    return number.rstrip("0").rstrip(".") if "." in number else number
