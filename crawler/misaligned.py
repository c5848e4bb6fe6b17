"""Undo edits of GBK bytes that ignored where characters begin, by a search over what was lost.

Such an edit leaves a lead byte without its second one; the decoder drops the lead byte (or turns
it and the next ASCII byte into `?`) and reads what follows one byte out of step, until it meets
ASCII. Putting the lost bytes back realigns the rest. Which bytes is chosen by likelihood.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from archive.script import TRADITIONAL, simplified
from crawler.lexicon import LONGEST, alone, extend, likelihood, words

NOTE = "\x02"
"""Where an annotation was taken out that does not fit the character before it."""
_OPENER = re.compile(r"[?,!][?!]?([^\x00-\x7f，。、：；？！“”（）《》—…]+)")
_REACH = 6
_UNLIKELY = -7.5
"""Mean likelihood of a character, below which what follows a mark may be out of step."""
_OPEN, _LOST, _EATEN, _WIDE, _UNREAD, _ODD = 2.0, 1.0, 1.0, 1.0, 12.0, 6.0
"""What each thing supposed must gain at least, in logarithms of likelihood."""
_BEAM = 120
_RARE = -15.5


@dataclass(frozen=True, slots=True)
class Damage:
    """What is known of a text before the search.

    `eats`: whether the decoder turned an orphan lead byte and the next ASCII byte into `?`;
    `words`: those of this text.
    """

    eats: bool
    words: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to read the bytes so far; `pending` is a lead byte that waits for its second one."""

    scores: tuple[float, ...]
    tail: str
    pending: int
    text: str
    local: Mapping[str, float]

    def add(self, character: str, cost: float = 0.0, pending: int = 0) -> "_Reading":
        tail = (self.tail + simplified(character))[-LONGEST:]
        best = self.scores if not cost else tuple(score - cost for score in self.scores)
        scores = (*best[1 - LONGEST :], extend(best, tail, self.local))
        return _Reading(scores, tail, pending, self.text + character, self.local)

    def wait(self, pending: int, cost: float) -> "_Reading":
        scores = tuple(score - cost for score in self.scores)
        return _Reading(scores, self.tail, pending, self.text, self.local)


def realign(line: str, how: Damage, annotated: Sequence[str] = ()) -> tuple[str, float]:
    """The line with its lost bytes put back where that makes it likelier, and by how much it does.

    `annotated` has for each NOTE in it the characters that may have stood there.
    """
    noted = iter(annotated)
    beam = [_Reading((0.0,), "", 0, "", how.words)]
    place = 0
    while place < len(line):
        grown: dict[tuple[int, str], _Reading] = {}
        characters = next(noted, "") if line[place] == NOTE else ""
        step = 2 if how.eats and line[place : place + 2] in {"??", "?!"} else 1
        for reading in beam:
            for each in _continued(reading, line, place, step, how, characters):
                key = (each.pending, each.tail)
                if key not in grown or grown[key].scores[-1] < each.scores[-1]:
                    grown[key] = each
        beam = sorted(grown.values(), key=lambda each: -each.scores[-1])[:_BEAM]
        place += step
    ends = [each for reading in beam for each in _ended(reading)]
    bare = line.replace(NOTE, "")
    if not ends:
        return bare, 0.0
    best = max(ends, key=lambda each: each.scores[-1])
    return best.text, best.scores[-1] - likelihood(bare, how.words) + _ODD * line.count("?!?")


def suspects(line: str) -> list[tuple[int, int]]:
    """Spans of what may be out of step: quick to find, and none in nearly all undamaged lines."""
    found = []
    for match in _OPENER.finditer(line):
        shifted = match[1][:_REACH]
        if likelihood(shifted) < _UNLIKELY * len(shifted):
            found.append(match.span(1))
    return found


def _ended(reading: _Reading) -> list[_Reading]:
    return _guessed(reading, _LOST) if reading.pending else [reading]


def _guessed(reading: _Reading, cost: float) -> list[_Reading]:
    """The readings of a lead byte whose second one is lost."""
    quoted = reading.text.rfind("“") > reading.text.rfind("”")
    odds = {"”": -3.0 if quoted else 6.0, "“": 6.0 if quoted else 0.0}
    return [reading.add(each, cost + odds.get(each, 0.0)) for each in _with_lead(reading.pending)]


def _continued(
    reading: _Reading, line: str, place: int, step: int, how: Damage, annotated: str
) -> list[_Reading]:
    character = line[place]
    following = line[place + step : place + step + 1]
    if step == 2:
        return _doubled(reading, line[place : place + 2], following)
    if character == NOTE:
        return _noted(reading, line[place - 1 : place], annotated)
    if character < "\x80":
        if reading.pending:
            return _after_lead(reading, character, following, how)
        found = [reading.add(character)]
        if not how.eats and character in "?,!" and following and following >= "@":
            wide = ord(character) + 0x80
            found += [reading.add(each, _OPEN, wide) for each in _with_second(0xA3)]
        return found
    if not reading.pending:
        return [reading.add(character)]
    if character == "€":
        whole = read(reading.pending, 0x80)
        return [reading.add(whole)] if whole else []
    pair = pair_of(character)
    if not pair or not (shifted := read(reading.pending, pair[0])):
        return []
    if pair[1] >= 0x80:
        return [reading.add(shifted, 0.0, pair[1])]
    return [reading.add(shifted).add(chr(pair[1]))]


def _noted(reading: _Reading, before: str, annotated: str) -> list[_Reading]:
    """The readings of a place where an annotated character's second byte was lost."""
    if reading.pending:
        sure = {read(reading.pending, pair_of(each)[1]) for each in annotated} & set(annotated)
        lost = _with_lead(reading.pending)
        return [
            *(reading.add(each) for each in sure),
            *(reading.add(each, _UNREAD if sure else 0.0) for each in lost if each not in sure),
        ]
    first = pair_of(before)[1:]
    known = {pair_of(each)[1] for each in annotated if pair_of(each)[:1] == first}
    cost = 0.0 if before in TRADITIONAL or not known else _UNREAD
    found = [reading.wait(lead, 0.0) for lead in known]
    if before not in TRADITIONAL and not known:
        found = [reading.wait(lead, _UNREAD) for lead in range(0x81, 0xF8)]
    return [reading.wait(0, cost), *found]


def _after_lead(reading: _Reading, character: str, following: str, how: Damage) -> list[_Reading]:
    """The readings of an ASCII character where a second byte is missing."""
    found = []
    if character >= "@" and (whole := read(reading.pending, ord(character))):
        found.append(reading.add(whole))
    if character > " " and (whole := read(reading.pending, 0xA3)):
        found.append(reading.add(whole, _WIDE, ord(character) + 0x80))
    if character < "@":
        if not how.eats:
            found += [each.add(character) for each in _guessed(reading, _LOST)]
        elif character == "?":
            kept = '"' if reading.text.count('"') % 2 else "\n"
            kept = "?" if following.isalnum() and following < "\x80" else kept
            found += [each.add(kept) for each in _guessed(reading, _EATEN)]
    return found


def _doubled(reading: _Reading, marks: str, following: str) -> list[_Reading]:
    """The readings of `??` and `?!`: a mark with a byte before it that ate a lead byte."""
    wide = ord(marks[1]) + 0x80
    if not reading.pending:
        odd = _ODD if marks == "?!" and following == "?" else 0.0
        found = [reading.add("?").add(marks[1], odd)]
        return found + [reading.add(each, _OPEN, wide) for each in _with_second(0xA3)]
    found = [each.add(marks[1]) for each in _guessed(reading, _EATEN)]
    if marks[1] == "?" and (whole := read(reading.pending, 0xA3)):
        found.append(reading.add(whole, _WIDE, wide))
    return found


@cache
def pair_of(character: str) -> bytes:
    """The two bytes of a character in GBK, user-defined areas included; b"" for none."""
    if character == "€":
        return b""
    pair = character.encode("gb18030", "replace")
    return pair if len(pair) == 2 else b""


@cache
def read(lead: int, second: int) -> str:
    """The character of two bytes in GBK; "" for none."""
    try:
        return bytes((lead, second)).decode("gbk")
    except UnicodeDecodeError:
        return ""


@cache
def _with_lead(lead: int) -> tuple[str, ...]:
    return _common(read(lead, second) for second in range(0x40, 0xFF))


@cache
def _with_second(second: int) -> tuple[str, ...]:
    return _common(read(lead, second) for lead in range(0x81, 0xF8))


def _common(characters: Iterable[str]) -> tuple[str, ...]:
    return tuple(
        each
        for each in characters
        if len(each) == 1 and simplified(each) in words() and alone(simplified(each)) > _RARE
    )
