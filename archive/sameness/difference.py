"""What differs between two versions of a text: sentences that left, came and changed.

Blanks and the width of characters do not count. Time is bounded on any text: what stands once in
both versions anchors the comparison (patience diff, Bram Cohen, https://bramcohen.livejournal.com/
73318.html), and only so many sentences between two anchors are compared with each other.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archive.text import sentences

_DEPTH = 4
"""How often what is between two anchors is searched for anchors of its own."""
_LIKE = 0.5
"""The part of their characters and pairs of characters that two versions of a sentence share."""
_COMPARED = 400
"""Characters of a sentence that are compared for likeness."""
_CELLS = 4_000
_MOST_CELLS = 200_000
"""Comparisons of two sentences between two anchors before those are halved, and in all."""
_TOKEN = re.compile(r"\d+(?:[.,．，]\d+)*|[A-Za-z]+|\S")

Gap = tuple[int, int, int, int]
"""Start and end in the one version, start and end in the other."""


@dataclass(frozen=True, slots=True)
class Change:
    """A sentence that left (`after` is empty), came (`before` is empty) or changed."""

    at: int
    """The sentence of the earlier version that it is, or that it came in front of, from 1."""
    before: str
    after: str
    spans: tuple[Gap, ...] = ()
    """Of a changed one: the characters that differ."""


def changes(before: str, after: str) -> tuple[Change, ...]:
    """What makes the earlier text the later one, in its order; empty if only blanks differ."""
    old, new = _said(before), _said(after)
    found: list[Change] = []
    keys, others = [*map(plain, old)], [*map(plain, new)]
    cells = 0
    for start, end, low, high in _gaps(keys, others):
        # A line that ends elsewhere makes other sentences of the same words.
        if "".join(keys[start:end]) == "".join(others[low:high]):
            continue
        count = min((end - start) * (high - low), 64 * max(end - start, high - low))
        cells += count
        pairs = _pairs(old[start:end], new[low:high]) if cells <= _MOST_CELLS else []
        done, seen = start, low
        for i, j in [*((start + i, low + j) for i, j in pairs), (end, high)]:
            found += [Change(at + 1, old[at], "") for at in range(done, i)]
            found += [Change(i + 1, "", sentence) for sentence in new[seen:j]]
            if i < end:
                found.append(changed(i + 1, old[i], new[j]))
            done, seen = i + 1, j + 1
    return tuple(found)


def changed(at: int, before: str, after: str) -> Change:
    """A sentence that changed, with the characters that differ."""
    one, other = ([*_TOKEN.finditer(text)] for text in (before, after))
    keys, others = ([plain(token[0]) for token in each] for each in (one, other))
    spans = tuple(
        (*_span(one, start, end), *_span(other, low, high))
        for start, end, low, high in _gaps(keys, others)
        if "".join(keys[start:end]) != "".join(others[low:high])
    )
    return Change(at, before, after, spans)


def plain(text: str) -> str:
    """The form in which versions are compared: without blanks, all of one width."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def _said(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


def _span(tokens: Sequence[re.Match[str]], start: int, end: int) -> tuple[int, int]:
    if start < end:
        return tokens[start].start(), tokens[end - 1].end()
    place = tokens[start - 1].end() if start else 0
    return place, place


def _gaps(old: Sequence[str], new: Sequence[str]) -> Iterator[Gap]:
    """The stretches in which two sequences differ, in order."""
    yield from _within(old, new, (0, len(old), 0, len(new)), _DEPTH)


def _within(old: Sequence[str], new: Sequence[str], gap: Gap, depth: int) -> Iterator[Gap]:
    start, end, low, high = gap
    while start < end and low < high and old[start] == new[low]:
        start, low = start + 1, low + 1
    while start < end and low < high and old[end - 1] == new[high - 1]:
        end, high = end - 1, high - 1
    anchors = _anchors(old, new, (start, end, low, high)) if depth else []
    if not anchors:
        if start < end or low < high:
            yield start, end, low, high
        return
    for i, j in [*anchors, (end, high)]:
        yield from _within(old, new, (start, i, low, j), depth - 1)
        start, low = i + 1, j + 1


def _anchors(old: Sequence[str], new: Sequence[str], gap: Gap) -> list[tuple[int, int]]:
    """The most places, ascending on both sides, of what stands once in each."""
    start, end, low, high = gap
    there = _once(new, low, high)
    ends: list[int] = []
    chains: list[tuple[int, int, int]] = []
    heads: list[int] = []
    for text, i in _once(old, start, end).items():
        if (j := there.get(text)) is not None:
            at = bisect_left(ends, j)
            chains.append((i, j, heads[at - 1] if at else -1))
            ends[at : at + 1] = [j]
            heads[at : at + 1] = [len(chains) - 1]
    found = []
    link = heads[-1] if heads else -1
    while link >= 0:
        i, j, link = chains[link]
        found.append((i, j))
    return found[::-1]


def _once(texts: Sequence[str], start: int, end: int) -> dict[str, int]:
    places: dict[str, int] = {}
    for place in range(start, end):
        places[texts[place]] = -1 if texts[place] in places else place
    return {text: place for text, place in places.items() if place >= 0}


def _pairs(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """The sentences that are versions of each other, in order: those that are most alike in all."""
    if not old or not new:
        return []
    if len(old) * len(new) > _CELLS:
        half, other = len(old) // 2, len(new) // 2
        rest = _pairs(old[half:], new[other:])
        return _pairs(old[:half], new[:other]) + [(half + i, other + j) for i, j in rest]
    grams = [_grams(text) for text in new]
    best = [[0.0] * (len(new) + 1)]
    for text in old:
        own, above, row = _grams(text), best[-1], [0.0]
        for j, theirs in enumerate(grams):
            alike = 2 * len(own & theirs) / (len(own) + len(theirs))
            row.append(max(row[j], above[j + 1], above[j] + alike if alike >= _LIKE else 0.0))
        best.append(row)
    found = []
    i, j = len(old), len(new)
    while i and j:
        if best[i][j] == best[i - 1][j]:
            i -= 1
        elif best[i][j] == best[i][j - 1]:
            j -= 1
        else:
            i, j = i - 1, j - 1
            found.append((i, j))
    return found[::-1]


def _grams(text: str) -> set[str]:
    """The characters of a sentence, and each two that follow each other."""
    folded = plain(text[:_COMPARED])
    return {folded[place : place + size] for place in range(len(folded)) for size in (1, 2)}
