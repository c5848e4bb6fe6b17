"""What a later report of an event tells that no earlier one did: one sentence, as it stands."""

import re
from collections.abc import Iterable

from archive.sameness.difference import plain
from archive.text import sentences

_KNOWN = 0.5
"""A sentence is told before if so much of its pairs of characters stands in an earlier report."""
_LENGTHS = range(12, 161)
_NUMBER = re.compile(r"\d[\d,.]*")


def addition(earlier: Iterable[str], report: str) -> str:
    """The first sentence of `report` with a new number, else the newest; empty if none is new."""
    texts = [plain(text) for text in earlier]
    pairs = {pair for text in texts for pair in _pairs(text)}
    numbers = {number for text in texts for number in _NUMBER.findall(text)}
    found: list[tuple[bool, float, int, str]] = []
    for place, (start, end) in enumerate(sentences(report)):
        sentence = report[start:end]
        own = _pairs(plain(sentence))
        known = len(own & pairs) / max(1, len(own))
        if len(sentence) in _LENGTHS and known < _KNOWN:
            has_new = bool({*_NUMBER.findall(plain(sentence))} - numbers)
            found.append((not has_new, 0 if has_new else known, place, sentence))
    return min(found)[3] if found else ""


def _pairs(text: str) -> set[str]:
    return {text[place : place + 2] for place in range(len(text) - 1)}
