"""What two texts have in common: long runs, numbers at the same places, what their titles name."""

from collections import Counter

from archive.sameness.marks import Traits

RUN = 12
"""Characters in a row that both texts have: shorter runs are phrases that anyone may use."""
_SEED = 6
_NAMED = 8
"""A title of so many characters says which article it is."""


def runs(text: str, other: str) -> list[tuple[int, int, int]]:
    """(place in `text`, place in `other`, length) of the runs both have, by place in `text`.

    They do not overlap in `text`.
    """
    places = {other[at : at + _SEED]: at for at in range(len(other) - _SEED + 1)}
    found, at = [], 0
    while at <= len(text) - _SEED:
        there = places.get(text[at : at + _SEED])
        if there is None:
            at += 1
            continue
        length, longest = _SEED, min(len(text) - at, len(other) - there)
        while length < longest and text[at + length] == other[there + length]:
            length += 1
        if length >= RUN:
            found.append((at, there, length))
        at += length
    return found


def numbers(one: Traits, other: Traits) -> tuple[int, int]:
    """How many numbers at the same places agree, and how many do not.

    What one text says more often than the other is no disagreement: it may have been cut.
    """
    agreeing = conflicting = 0
    for context in one.numbers.keys() & other.numbers.keys():
        here, there = Counter(one.numbers[context]), Counter(other.numbers[context])
        equal = (here & there).total()
        agreeing += equal
        conflicting += min(here.total(), there.total()) - equal
    return agreeing, conflicting


def foreign(one: Traits, other: Traits) -> float:
    """Of the pairs of characters that the title has from its own text, those the other has not."""
    pairs = {one.title[at : at + 2] for at in range(len(one.title) - 1)}
    own = [pair for pair in pairs if pair in one.text]
    if len(own) < 4:
        return 0.0
    return sum(pair not in other.text and pair not in other.title for pair in own) / len(own)


def same_title(one: Traits, other: Traits) -> bool:
    """Whether both have one title, but for what one of them puts before or after it."""
    short, long = sorted((one.title, other.title), key=len)
    return bool(short) and (short == long or (len(short) >= _NAMED and short in long))
