"""Undo edits of GBK bytes that ignored where characters begin, by a search over what was lost.

Such an edit leaves a lead byte without its second one; the decoder drops the lead byte (or turns
it and the next ASCII byte into `?`) and reads what follows one byte out of step, until it meets
ASCII. Putting the lost bytes back realigns the rest. Which bytes is chosen by likelihood.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from archive.script import TRADITIONAL, simplified
from crawler.damage.gbk import pair_of, read, with_lead, with_second
from crawler.damage.lexicon import EDGE, LONGEST, extend, likelihood, usual
from crawler.damage.mending import Change

_OPENER = re.compile(r"[?,!][?!]?([^\x00-\x7f，。、：；？！“”（）《》—…]+)")
_YEAR = re.compile(r"0[0-4]\d年|9\d\d年")
_REACH = 6
_UNLIKELY = -9.0
"""Mean likelihood of a character, below which what follows a mark may be out of step."""
_OPEN, _LOST, _EATEN, _FOREIGN, _WIDE, _UNREAD, _ODD = 2.0, 1.0, 1.0, 4.0, 1.0, 12.0, 6.0
"""What each thing supposed must gain at least, in logarithms of likelihood."""
_SHIFTED = 3.0
"""What such a text must gain if it is read in step."""
_BEAM, _BEHIND = 120, 14.0
"""How many readings are followed, and how far behind the likeliest."""


@dataclass(frozen=True, slots=True)
class Damage:
    """What is known of a text before the search.

    `eats`: whether the decoder turned an orphan lead byte and the next ASCII byte into `?`;
    `words`: those of this text; `foreign`: characters of the script it is not written in.
    """

    eats: bool
    words: Mapping[str, float]
    foreign: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Note:
    """An annotation in a line: where it ends, and the characters it may belong to.

    `sure` when it fits the character before it, so that no byte was lost there.
    """

    end: int
    likely: str
    sure: bool


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to read the bytes so far; `pending` is a lead byte that waits for its second one."""

    scores: tuple[float, ...]
    tail: str
    pending: int
    text: str
    how: Damage
    changes: tuple[Change, ...] = ()
    guesses: int = 0

    def add(
        self,
        text: str,
        cost: float = 0.0,
        pending: int = 0,
        guess: bool = False,
        as_if: str = "",
    ) -> "_Reading":
        """The reading with more text, which counts `as_if` it were another."""
        scores = self.scores if not cost else tuple(score - cost for score in self.scores)
        tail = self.tail
        if text == '"':
            as_if = "”" if self.text.count(text) % 2 else "“"
        for character in as_if or text:
            tail += simplified(character)
            scores = (*scores[1 - LONGEST :], extend(scores, tail, self.how.words))
            tail = tail[-LONGEST:]
        guesses = self.guesses + guess
        return _Reading(scores, tail, pending, self.text + text, self.how, self.changes, guesses)

    def read(self, before: "_Reading", line: str, start: int, end: int) -> "_Reading":
        """This reading, which followed `before` with the line up to `end`, with what it changes."""
        added = self.text[len(before.text) :]
        if not before.pending and not self.pending and added == line[start:end]:
            return self
        changes, guess = before.changes, self.guesses > before.guesses
        if changes and changes[-1].end == start:
            last = changes[-1]
            start, added, guess = last.start, last.after + added, last.guess or guess
            changes = changes[:-1]
        changes = (*changes, Change(start, end, added, "bytes", guess))
        return _Reading(
            self.scores, self.tail, self.pending, self.text, self.how, changes, self.guesses
        )


def removed(notes: Mapping[int, Note]) -> list[Change]:
    """What takes out of a line the annotations that fit."""
    return [Change(place, each.end, "", "note") for place, each in notes.items() if each.sure]


def realign(
    line: str, how: Damage, notes: Mapping[int, Note], allowed: int
) -> tuple[list[Change], float, int]:
    """What makes the line likelier if lost bytes are put back, by how much, and what it cost.

    `notes` has the annotations by the place where they begin; all of them go. The cost counts
    readings; in a line that costs more than `allowed` only annotations that fit go.
    """
    beam = [_Reading((0.0,), EDGE, 0, "", how)]
    bare = ""
    place = spent = 0
    while place < len(line):
        grown: dict[tuple[int, str], tuple[_Reading, _Reading]] = {}
        note = notes.get(place)
        end = note.end if note else place + 1
        if how.eats and line[place : place + 2] in {"??", "?!"} and not note:
            end = place + 2
        for reading in beam:
            for each in _continued(reading, line, place, end, how, note):
                spent += 1
                key = (each.pending, each.tail)
                if key not in grown or grown[key][0].scores[-1] < each.scores[-1]:
                    grown[key] = each, reading
        if spent > allowed:
            return removed(notes), 0.0, allowed
        likely = sorted(grown.values(), key=lambda pair: -pair[0].scores[-1])[:_BEAM]
        beam = [
            each.read(before, line, place, end)
            for each, before in likely
            if each.scores[-1] > likely[0][0].scores[-1] - _BEHIND
        ]
        bare += "" if note else line[place:end]
        place = end
    ends = [each for reading in beam for each in _ended(reading, line)]
    if not ends:
        return removed(notes), 0.0, spent
    best = max(ends, key=lambda each: each.scores[-1])
    gain = best.scores[-1] - likelihood(bare, how.words) + _ODD * line.count("?!?")
    changes = [each for each in best.changes if each.after != line[each.start : each.end]]
    return [_named(each, notes) for each in changes], gain, spent


def _named(change: Change, notes: Mapping[int, Note]) -> Change:
    whole = change.start in notes and notes[change.start].end == change.end
    return replace(change, kind="note") if whole and not change.after else change


def suspects(line: str) -> Iterator[tuple[int, int]]:
    """Spans of what may be out of step: quick to find, and none in nearly all undamaged lines."""
    for match in _OPENER.finditer(line):
        text = match[1][:_REACH]
        if usual(text[:2], text[:3], text[1:3]):
            continue
        score = likelihood(text)
        if score < _UNLIKELY * len(text):
            shifted = _shifted(ord(line[match.start(1) - 1]) + 0x80, text)
            if len(shifted) == len(text) and likelihood(shifted) > score + _SHIFTED:
                yield match.span(1)


def _shifted(lead: int, text: str) -> str:
    """A text read one byte out of step behind a lead byte, as far as that works."""
    found = ""
    for character in text:
        pair = pair_of(character)
        if not pair or not (whole := read(lead, pair[0])):
            break
        found, lead = found + whole, pair[1]
    return found


def _ended(reading: _Reading, line: str) -> list[_Reading]:
    if not reading.pending:
        return [reading]
    end = len(line)
    return [each.read(reading, line, end, end) for each in _guessed(reading, _LOST)]


def _guessed(reading: _Reading, cost: float, then: str = "") -> list[_Reading]:
    """The readings of a lead byte whose second one is lost; `then` follows."""
    quoted = reading.text.rfind("“") > reading.text.rfind("”")
    odds = {"”": 0.0 if quoted else 6.0, "“": 6.0 if quoted else 0.0}
    foreign = reading.how.foreign
    return [
        reading.add(
            each, cost + odds.get(each, _FOREIGN if each in foreign else 0.0), guess=True
        ).add(then)
        for each in with_lead(reading.pending)
    ]


def _eaten(reading: _Reading, line: str, end: int) -> Iterator[_Reading]:
    """The readings of a `?` that was an ASCII character which an orphan lead byte ate."""
    following = line[end : end + 1]
    digit = {"0": "2", "9": "1"}.get(following, "") if _YEAR.match(line, end) else "?"
    for each in _guessed(reading, _EATEN):
        yield each.add("", 0.0 if each.text[-1] in "。！？”：" else _ODD, as_if=EDGE)
        if following.isdigit() or following > "\x80":
            yield each.add(digit, 0.0 if following.isdigit() else _ODD, as_if="0")
        elif following.isalpha():
            yield each.add(" ")
        if reading.text.count('"') % 2:
            yield each.add('"')


def _continued(
    reading: _Reading, line: str, place: int, end: int, how: Damage, note: Note | None
) -> list[_Reading]:
    character, following = line[place], line[end : end + 1]
    if note:
        return _noted(reading, line[place - 1 : place], note)
    if end == place + 2:
        return _doubled(reading, line[place:end], following)
    if character < "\x80":
        if reading.pending:
            return _after_lead(reading, line, place, end)
        found = [reading.add(character)]
        if not how.eats and character in "?,!" and following and following >= "@":
            wide = ord(character) + 0x80
            odd = _ODD if line[place - 1 : place] == "?" else 0.0
            found += [reading.add(each, _OPEN + odd, wide) for each in with_second(0xA3)]
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
    return [reading.add(shifted + chr(pair[1]))]


def _noted(reading: _Reading, before: str, note: Note) -> list[_Reading]:
    """The readings of an annotation, before which a byte may have been lost."""
    if note.sure and not reading.pending:
        return [reading.add("")]
    annotated = note.likely
    if reading.pending:
        sure = {read(reading.pending, pair_of(each)[1]) for each in annotated} & set(annotated)
        lost = with_lead(reading.pending)
        return [
            *(reading.add(each) for each in sure),
            *(
                reading.add(each, _UNREAD if sure else 0.0, guess=True)
                for each in lost
                if each not in sure
            ),
        ]
    first = pair_of(before)[1:]
    known = {pair_of(each)[1] for each in annotated if pair_of(each)[:1] == first}
    cost = 0.0 if before in TRADITIONAL or not known else _UNREAD
    found = [reading.add("", 0.0, lead) for lead in known]
    if before not in TRADITIONAL and not known:
        found = [reading.add("", _UNREAD, lead) for lead in range(0x81, 0xF8)]
    return [reading.add("", cost), *found]


def _after_lead(reading: _Reading, line: str, place: int, end: int) -> list[_Reading]:
    """The readings of an ASCII character where a second byte is missing."""
    found: list[_Reading] = []
    character = line[place]
    if character >= "@" and (whole := read(reading.pending, ord(character))):
        found.append(reading.add(whole))
    if character > " " and (whole := read(reading.pending, 0xA3)):
        found.append(reading.add(whole, _WIDE, ord(character) + 0x80))
    if character < "@":
        if not reading.how.eats:
            found += _guessed(reading, _LOST, character)
        elif character == "?":
            found += _eaten(reading, line, end)
    return found


def _doubled(reading: _Reading, marks: str, following: str) -> list[_Reading]:
    """The readings of `??` and `?!`: a mark with a byte before it that ate a lead byte."""
    wide = ord(marks[1]) + 0x80
    if not reading.pending:
        odd = _ODD if marks == "?!" and following == "?" else 0.0
        found = [reading.add(marks, odd)]
        return found + [reading.add(each, _OPEN, wide) for each in with_second(0xA3)]
    found = _guessed(reading, _EATEN, marks[1])
    if marks[1] == "?" and (whole := read(reading.pending, 0xA3)):
        found.append(reading.add(whole, _WIDE, wide))
    return found
