"""What a change means to those who read the earlier version: other numbers, names, another title.

A sentence that only came changes nothing that was said before; nor does what moved. A style of
writing counts as it is written: from 12 to 十二 is another number.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest

from archive import names
from archive.numerals import CHARACTERS as _HAN
from archive.sameness.difference import Change, changed, changes, plain
from archive.text import fold
from archive.words import Finder

_MEASURE = (
    "年|月|日|天|时|点|分|秒|岁|人|位|名|家|个|台|款|项|件|次|座|条|所|期|季度|万?[吨度股]|成|倍|元"
)
_FIGURE = re.compile(
    rf"(?P<value>(?<![A-Za-z\d])(?<!\d\.)(?<![A-Za-z]-)\d+(?:,\d{{3}})*(?:\.\d+)?[十百千万亿兆]*"
    rf"(?:美元|欧元|日元|港元|元|%|‰|个百分点|倍)?|第[{_HAN}]+|(?:(?<![{_HAN}])[{_HAN}]{{2,12}}|[二两三四五六七八九十])"
    rf"(?={_MEASURE}))(?P<measure>{_MEASURE})?"
)
_QUOTED = re.compile(
    r"(?<=《)[^《》]{1,30}(?=》)|(?<=〈)[^〈〉]{1,30}(?=〉)|(?<=“)[^“”，。！？；：]{1,12}(?=”)"
    r"|(?<=「)[^「」，。！？；：]{1,12}(?=」)"
)
_LATIN = re.compile(r"(?<![\dA-Za-z])[A-Za-z][A-Za-z\d]*(?:[ .+&'-]{1,2}[A-Za-z\d]+)*")
_PERSON = re.compile(
    r"(?:首席[\u4e00-\u9fff]{1,3}官|董事长|总裁|总经理|创始人|院长|院士|教授|研究员|分析师|主任|局长|部长|负责人"
    r"|记者|工程师)([\u4e00-\u9fff]{2,3}?)(?=说|表示|认为|介绍|称|指出|解释|告诉|透露|坦言|预计)"
)
_MOST = 3
"""So many numbers and names are told in one line."""
_LONGEST = 40

Swap = tuple[str, str]
"""What was said and what is said now; one of them is empty if it only left or came."""


@dataclass(frozen=True, slots=True)
class Version:
    """An article as it was or is; `people` are those whom its page names."""

    title: str
    text: str
    people: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Corrected:
    """A change, and the numbers and names of it that are others now."""

    change: Change
    numbers: tuple[Swap, ...] = ()
    names: tuple[Swap, ...] = ()


@dataclass(frozen=True, slots=True)
class Correction:
    """What one version made of the one before; without `places` only blanks differ."""

    places: tuple[Corrected, ...]

    @property
    def flags(self) -> tuple[str, ...]:
        """`title`, `number`, `name`; `text` if the wording changed and neither of the last two."""
        found = {
            "title": any(not place.change.at for place in self.places),
            "number": any(place.numbers for place in self.places),
            "name": any(place.names for place in self.places),
        }
        wording = any(place.change.at for place in self.places)
        found["text"] = wording and not (found["number"] or found["name"])
        return tuple(flag for flag, is_so in found.items() if is_so)

    @property
    def account(self) -> str:
        """The change in one line of Chinese; empty if there is none."""
        told = [
            *_told("数字", (swap for place in self.places for swap in place.numbers)),
            *_told("名称", (swap for place in self.places for swap in place.names)),
        ]
        if any(not place.change.at for place in self.places):
            told.append("标题改动")
        body = [place.change for place in self.places if place.change.at]
        counts = {
            "改": sum(bool(each.before and each.after) for each in body),
            "增": sum(not each.before for each in body),
            "删": sum(not each.after for each in body),
        }
        if body:
            told.append("正文" + "、".join(f"{how}{n}句" for how, n in counts.items() if n))
        return "；".join(told)


def compare(before: Version, after: Version) -> Correction:
    """What the later version changes. Its title is the change at 0."""
    found = changes(before.text, after.text)
    if plain(before.title) != plain(after.title):
        found = (changed(0, before.title, after.title), *found)
    if not found:
        return Correction(())
    finder = _finder(before.people | after.people)
    said, says = (_Said(f"{each.title}\n{each.text}", finder) for each in (before, after))
    return Correction(tuple(_corrected(change, said, says, finder) for change in found))


Told = tuple[str, str]
"""What is compared, and how it is told."""


class _Said:
    """All that a version says."""

    def __init__(self, text: str, finder: Finder) -> None:
        self.numbers = Counter(told for _, told in _figures(text))
        self._names = {key for key, _ in _names(text, finder)}
        self._text = fold(text)

    def name(self, told: Told) -> bool:
        return told[0] in self._names or fold(told[1]) in self._text


def _corrected(change: Change, said: _Said, says: _Said, finder: Finder) -> Corrected:
    if not change.before:
        return Corrected(change)

    def is_moved(one: Told | None, other: Told | None) -> bool:
        if one and other:
            left = says.numbers[one[1]] < said.numbers[one[1]]
            came = says.numbers[other[1]] > said.numbers[other[1]]
            return not (left or came)
        return all(
            version.numbers[told[1]] for told, version in ((one, says), (other, said)) if told
        )

    def is_known(one: Told | None, other: Told | None) -> bool:
        return (not one or says.name(one)) and (not other or said.name(other))

    before, after = change.before, change.after
    return Corrected(
        change,
        _swaps(_figures(before), _figures(after), is_moved),
        _swaps(_names(before, finder), _names(after, finder), is_known),
    )


def _swaps(
    before: Iterable[Told],
    after: Iterable[Told],
    elsewhere: Callable[[Told | None, Told | None], bool],
) -> tuple[Swap, ...]:
    """What left a sentence beside what came, without what only stands in another sentence now."""
    old, new = list(before), list(after)
    pairs = zip_longest(_surplus(old, new), _surplus(new, old))
    return tuple(
        (one[1] if one else "", other[1] if other else "")
        for one, other in pairs
        if not elsewhere(one, other)
    )


def _surplus(these: list[Told], others: list[Told]) -> list[Told]:
    counts = Counter(key for key, _ in others)
    only = []
    for told in these:
        counts[told[0]] -= 1
        if counts[told[0]] < 0:
            only.append(told)
    return only


def _figures(text: str) -> Iterator[Told]:
    """The numbers of a text: their value with its unit, and with what is counted."""
    for match in _FIGURE.finditer(_narrow(text)):
        value = match["value"].replace(",", "")
        yield value, f"{value}{match['measure'] or ''}"[:_LONGEST]


def _names(text: str, finder: Finder) -> Iterator[Told]:
    """What a text names: what the archive has a name for, people, titles in marks, Latin words."""
    whole = rest = _narrow(text)
    found = [(start, end, name) for name, start, end in finder.mentions(whole)]
    for patterns in ((_QUOTED, _PERSON), (_LATIN,)):
        rest = _without(rest, found)
        spans = [m.span(m.re.groups) for each in patterns for m in each.finditer(rest)]
        found += [(start, end, whole[start:end]) for start, end in spans]
    for start, end, name in sorted(found):
        yield fold(name), whole[start:end][:_LONGEST]


def _without(text: str, found: Iterable[tuple[int, int, str]]) -> str:
    """The text with what was found in it blotted out."""
    kept, done = [], 0
    for start, end, _ in sorted(found):
        kept += [text[done:start], "_" * (end - max(start, done))]
        done = max(done, end)
    return "".join([*kept, text[done:]])


def _narrow(text: str) -> str:
    """All of one width, and one blank only between Latin words."""
    text = " ".join(unicodedata.normalize("NFKC", text).split())
    return re.sub(r"(?<![A-Za-z]) | (?![A-Za-z])", "", text)


def _finder(people: Iterable[str]) -> Finder:
    return Finder({**names.known(), **{name: name for name in people if len(name) > 1}})


def _told(what: str, swaps: Iterable[Swap]) -> list[str]:
    distinct = list(dict.fromkeys(swaps))
    told = [_one(what, *swap) for swap in distinct[:_MOST]]
    if len(distinct) > _MOST:
        told[-1] += f"等{len(distinct)}处"
    return told


def _one(what: str, old: str, new: str) -> str:
    if old and new:
        return f"{what}由{old}改为{new}"
    return f"删去{what}{old}" if old else f"增加{what}{new}"


def stored(correction: Correction) -> list[dict[str, object]]:
    """The places as they are kept: numbers, lists and strings only."""
    return [
        {
            "at": place.change.at,
            "before": place.change.before,
            "after": place.change.after,
            "spans": place.change.spans,
            "numbers": place.numbers,
            "names": place.names,
        }
        for place in correction.places
    ]
