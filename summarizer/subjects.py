"""What a number is the number of: its subject, in the words of its clause.

What is counted stands after its number (238个大模型), what is measured before it (规模约143亿元); a
clause that only says what became of something takes it from the number before. Words are told by
rjieba's parts of speech and by the lists of `figures.toml`.
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

from archive import taxonomy
from archive.numbers import Amount
from summarizer.keywords import segmenter

LONGEST = 30
"""Characters of a subject."""
_BEFORE, _AFTER = 20, 16

WORDING = tomllib.loads(Path(__file__).with_name("figures.toml").read_text(encoding="utf-8"))
_LEADS, _DROPPED = frozenset(WORDING["leads"]), frozenset(WORDING["dropped"])
GENERIC = frozenset(WORDING["generic"])
_CHANGE = re.compile(
    r"(?:与|较|比)?(?:上年|去年|上一代|上月|上季度)?(?:相比)?(?:同期)?(?:相比)?(?:将|约|近)?"
    rf"(?:{'|'.join(WORDING['change'])}){{1,6}}"
)
_CHANGED = re.compile("增|减|降|升|涨|跌|提高|同比|环比|扩大|缩小|回落|下滑")
_NOUNS = frozenset("n nr ns nt nz nrt nrfg vn eng an b j l i s g ng k vg".split())
_IDIOMS = frozenset("l i".split())
_INSIDE = _NOUNS | {"a", "ag", "uj", "c", "ad", "t"}
_LINKS = frozenset("、和及与或“”《》·- ")
_EDGE = frozenset("d p c x u uj uz ud ug uv zg r y e o f".split())
_PARTNERS = dict(zip("“《「（”》」）", "”》」）“《「（", strict=True))
CLAUSE = re.compile(r"[，；;：:。！？!?\n]|,(?!\d\d\d)|(?<=[：:])“")
"""What parts one clause from another."""
SINCE = re.compile(r"(?:截至|截止|到|至|自|从)?$")
UNTIL = re.compile(r" ?(?:底|初|末|以来|前[\d一二三十]+个?(?:季度|月)|[上下]半年|[一二三四]季度)")
"""What belongs to a date before and after it."""
# What is left of a clause after a number, when it is short; not what only modifies the number.
_SHORT = re.compile(
    r" ?(?!左右|以[上下内外]|之[间多]|不等|上下|起|余|多|[左右上下前后以]|[的、和与及])"
    r"[\u4e00-\u9fffA-Za-z]{2,8}(?=[，。；、,;\n +]|$)"
)
_REFERS = re.compile("(?:这一|这个|该|上述|此)(?:数字|数据|比例|数值|金额|规模|数量)")


class Word(NamedTuple):
    """A word and its part of speech."""

    text: str
    tag: str


@dataclass(slots=True)
class Subject:
    """The subject of the number that ends at `at`, while it is put together."""

    at: int
    end: int
    """Where what is counted ends."""
    before: str = ""
    after: str = ""
    bearer: str = ""

    @property
    def text(self) -> str:
        return " ".join(filter(None, (self.bearer + self.before, self.after)))


class Clauses:
    """A text by its clauses; `when` has start and end of what is said of time."""

    def __init__(self, plain: str, when: Sequence[tuple[int, int, str]]) -> None:
        self.plain = plain
        self.when = when
        self._last: Subject | None = None

    def clause_start(self, begin: int, place: int) -> int:
        start = begin
        for found in CLAUSE.finditer(self.plain, begin, len(self.plain[:place].rstrip())):
            start = found.end()
        return start

    def clause_end(self, place: int, end: int) -> int:
        found = CLAUSE.search(self.plain, place, end)
        return found.start() if found else end

    def subject(
        self, one: Amount, begin: int, low: int, end: int, previous: Subject | None
    ) -> Subject:
        """The subject of an amount in the sentence [begin, end), of which what stands before `low`
        is spoken for; `previous` is that of the number before it, if that is near."""
        start = max(low, self.clause_start(begin, one.start))
        before = self._before(start, one.start)
        ends = self.clause_end(one.end, end)
        after = self._after(one, ends, before)
        found = Subject(one.end, self.plain.find(after, one.end) + len(after), before, after)
        if _REFERS.search(self.plain, start, one.start):
            previous, found.before, before = self._last, "", ""
        self._last = found
        leans = not (before or after) or (before and _CHANGE.fullmatch(before))
        if leans and previous is not None:
            found.bearer = (previous.after or previous.text)[: LONGEST - len(before)]
            return found
        if not before and not after:
            found.after = self._verbal(one.end, ends)
        if not found.text and start > begin:
            found.bearer = self._before(self.clause_start(begin, start - 1), start - 1)
        if start > begin and not before:
            if self.plain[start - 1] in ":：":
                found.bearer = self._before(self.clause_start(begin, start - 1), start - 1)
        elif before and set(terms(before)) <= GENERIC and not after:
            found.bearer = self._bearer(begin, start, previous, of=bool(terms(before)))
        return found

    def _bearer(self, begin: int, start: int, previous: Subject | None, of: bool) -> str:
        """Whose measure it is when the clause does not say: of the clause before, or the line."""
        if previous is not None and self.clause_start(begin, start) <= previous.at + 1:
            text = previous.bearer or previous.before
            words = split(text)
            while of and words and words[-1].text in GENERIC:
                words.pop()
            return "".join(word.text for word in words)
        if start <= begin:
            return ""
        lead = self.clause_start(begin, start - 1)
        words = split(self.plain[lead : start - 1])
        head = ""
        for word in words:
            if word.tag not in _NOUNS or word.tag in _IDIOMS:
                break
            head += word.text
        return head

    def _before(self, start: int, end: int) -> str:
        """What stands before a number in its clause, without dates and what leads to the number."""
        pieces, done = [], start
        for low, high, _ in self.when:
            if low >= done and high <= end:
                cut = SINCE.search(self.plain, done, low)
                pieces.append(self.plain[done : cut.start() if cut else low])
                follows = UNTIL.match(self.plain, high, end)
                done = follows.end() if follows else high
        pieces.append(self.plain[done:end])
        words = split(bare("".join(pieces).replace("\n", "")))
        while len(words) > 1 and sum(len(word.text) for word in words) > _BEFORE:
            words.pop(0)
        while words and _is_loose(words[0], words):
            words.pop(0)
        return "".join(word.text for word in words).strip()

    def _after(self, one: Amount, end: int, before: str) -> str:
        """What is counted: the nouns after a number."""
        text = self.plain[one.end : end].lstrip(" ")
        if text[:1] in tuple("、和及与或"):
            return ""
        of = text.startswith("的")
        if one.kind == "share" and not of and before:
            return ""
        words = split(text[of:])
        head = nouns(words)
        if of and one.kind != "share" and any(w.tag in _NOUNS for w in split(before)[-1:]):
            return head
        goes_on = text[len(head) :][:1] not in ("", "，", "。")
        of_before = one.kind == "money" and before and goes_on
        if head and not of and (one.kind == "share" or of_before):
            return "" if any(word.tag in _NOUNS for word in split(before)) else head
        rest = _SHORT.match(text)
        if rest and not of and len(rest[0]) > len(head) and (one.kind != "money" or not before):
            return rest[0].strip()
        follows = re.match(
            rf"{re.escape(head)}[超达大高低不近约过到于足]{{0,2}}\d[^的，]{{0,8}}的", text
        )
        if head and follows:
            head = nouns(split(text[follows.end() :])) or head
        if not head and words and (of or one.kind == "count"):
            for skipped in range(1, min(3, len(words))):
                if head or words[skipped - 1].tag[0] in "xmu":
                    break
                if more := nouns(words[skipped:]):
                    head = "".join(word.text for word in words[:skipped]) + more
            parts = re.match(r"[^的，。；、]{1,24}的", text)
            if not head and parts:
                head = nouns(split(text[parts.end() :]))
        return head

    def _verbal(self, start: int, end: int) -> str:
        words = split(self.plain[start:end])
        while words and sum(len(word.text) for word in words) > _AFTER:
            words.pop()
        return "".join(word.text for word in words).strip("的 以上左右")


def split(text: str) -> list[Word]:
    """The words of a text with their parts of speech."""
    return [Word(word, "ns" if word == "我国" else tag) for word, tag in segmenter().tag(text)]


def bare(text: str) -> str:
    """A text without what only leads to or from a number at its edges."""
    words = split(text)
    while words and _is_loose(words[-1], words):
        words.pop()
    while words and _is_loose(words[0], words):
        words.pop(0)
    return "".join(word.text for word in words).strip()


def leads_up(line: str) -> bool:
    """Whether a line ends in words that lead up to a number: 产业规模达."""
    words = split(line)
    return bool(words) and words[-1].text in _LEADS


def _is_loose(word: Word, words: Sequence[Word]) -> bool:
    """Whether a word at an edge is no part of a subject; a mark that has its partner is."""
    partner = _PARTNERS.get(word.text)
    if partner:
        return all(other.text != partner for other in words)
    return word.tag in _EDGE or word.text in _LEADS


def nouns(words: Sequence[Word]) -> str:
    """The nouns that words begin with, with what links them."""
    kept = length = 0
    for number, word in enumerate(words):
        length += len(word.text)
        if word.tag in _NOUNS:
            kept = number + 1
        elif word.tag not in _INSIDE and word.text not in _LINKS:
            break
        if length > _AFTER:
            break
    return "".join(word.text for word in words[:kept]).strip()


def terms(subject: str) -> tuple[str, ...]:
    """The nouns of a subject, each once, in the form in which subjects are compared."""
    words = [
        WORDING["same"].get(word.text.lower()) or _names().get(word.text.lower(), word.text.lower())
        for word in split(subject)
        if word.tag in _NOUNS and word.tag not in _IDIOMS
    ]
    if _CHANGED.search(subject):
        words.append("增减")
    return tuple(sorted({word for word in words if word not in _DROPPED}))


@cache
def _names() -> dict[str, str]:
    """The name of the dictionary for each of its words."""
    return {word.lower(): term.name for term in taxonomy.load().technologies for word in term.words}
