"""Where the names of a summary stand in its article: people, places, firms, and Latin words."""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from archive import names
from archive.models import Check
from archive.script import narrow
from archive.words import Finder
from summarizer.keywords import segmenter

_LATIN = re.compile(
    r"(?<![A-Za-z0-9</])[A-Za-z](?:[A-Za-z]|\d(?!\d{3}|\d?[月日年号])(?![月日年号]))+(?:[-.+/][A-Za-z0-9]+)*"
)
_WORDS = tomllib.loads(Path(__file__).with_name("grounding.toml").read_text(encoding="utf-8"))
_NO_NAMES = frozenset(_WORDS["no_names"])
_SAME = {name.lower(): group.lower().split() for group in _WORDS["same"] for name in group.split()}
_SURNAMES, _SOUNDS = (frozenset(_WORDS[name]) - {"\n"} for name in ("surnames", "sounds"))
_PEOPLES = frozenset("nr nrt nrfg".split())
_NAMES = _PEOPLES | {"nt", "ns"}
_TAIL = frozenset("同和与在说称等将被向对于为是的答近约超任及谈拟要获遭再又")
_SUFFIX = re.compile("(?<=..)(?:[省市县区州镇]|地区|政府)$")
_STATES = re.compile("[中美英俄欧日韩朝法德印澳台港京沪津渝深]{2,5}")


def named(summary: str, source: str) -> Iterator[Check]:
    """A check for each name of a summary."""
    lowered = narrow(source).lower()
    known = _finder()
    theirs = {name: start for name, start, _ in known.mentions(source)}
    done = 0
    for start, end, name in sorted({*_mentions(summary, known)}):
        if start < done:
            continue
        done = end
        at = theirs.get(name, -1)
        for form in _forms(narrow(summary[start:end]).lower()) if at < 0 else ():
            at = max(at, _stands(form, lowered))
        if at < 0 and summary[end - 1] in _TAIL and end - start == 2:
            # The segmenter took the end of a word and the start of the next for somebody.
            at = source.find(summary[max(0, start - 1) : end - 1])
        yield Check("name", start, end, at, "" if at >= 0 else summary[start:end])


def _mentions(summary: str, known: Finder) -> Iterator[tuple[int, int, str]]:
    yield from ((start, end, name) for name, start, end in known.mentions(summary))
    for found in _LATIN.finditer(summary):
        if not found[0].islower() and not set(re.split("[-./+]", found[0])) <= _NO_NAMES:
            yield found.start(), found.end(), ""
    at = 0
    for word, tag in segmenter().tag(summary):
        is_name = tag in _NAMES and len(word) > 1 and not word.isascii()
        if tag in _PEOPLES:
            is_name = is_name and _is_person(summary[max(0, at - 1) : at], word)
        if is_name and word not in _NO_NAMES:
            yield at, at + len(word), ""
        at += len(word)


def _is_person(before: str, word: str) -> bool:
    """Whether a word begins with a surname, or has the sounds of a foreign name."""
    foreign = sum(sign in _SOUNDS for sign in word) >= max(2, len(word) - 1)
    return foreign or (len(word) < 4 and word[0] in _SURNAMES) or before in _SURNAMES


def _forms(name: str) -> list[str]:
    return [name, *_SAME.get(name, ())]


def _stands(name: str, source: str) -> int:
    """Where a name stands, perhaps shortened: 北京 for 北京市, 美 for 美国; -1 if nowhere."""
    at = source.find(name)
    if at < 0 and name.isascii():
        places = [source.find(piece.removesuffix("s")) for piece in re.split(r"[-./+]", name)]
        return min(places)
    if at < 0:
        at = source.find(_SUFFIX.sub("", name))
    if at < 0 and _STATES.fullmatch(name):
        at = min(map(source.find, name))
    if at < 0 and len(name) == 2 and name[1] == "国":
        at = source.find(name[0])
    if at < 0 and len(name) > 2 and name[-1] in _TAIL:
        at = source.find(name[:-1])
    if at < 0 and (len(name) > 3 or (len(name) > 2 and name[0] in "于和与向对")):
        at = source.find(name[1:])
    if at < 0 and len(name) > 4 and not name.isascii():
        halves = ((source.find(name[:n]), source.find(name[n:])) for n in range(2, len(name) - 1))
        at = max((min(both) for both in halves), default=-1)
    if at < 0 and len(name) > 2:
        short = re.search("[^，。\\n]{0,4}?".join(map(re.escape, name)), source)
        at = short.start() if short else -1
    return at


@cache
def _finder() -> Finder:
    return Finder(names.known())
