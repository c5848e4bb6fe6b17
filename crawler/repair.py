"""Repair what scrapers and reposting sites do to Chinese text: every edit logged and reversible.

Undamaged text stays as it is, a genuine Traditional article too. The places an edit is looked for
are few, so that clean text costs little; how many are searched is bounded, so that no text costs
much. The kinds of edits: `hidden` (characters nobody sees, or that only look like others), `note`
(a pinyin annotation), `bytes`, `width` (half-width punctuation), `script` (Traditional forms).
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate

from archive.models import Edit
from archive.script import SIMPLIFIED, TRADITIONAL, simplified
from crawler.damage.lexicon import repeated
from crawler.damage.mending import Change, Mended, joined
from crawler.damage.misaligned import Damage, Note, realign, removed, suspects
from crawler.damage.swallowed import deleted, reopened

_TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ"
_SYLLABLE = rf"[a-zü]{{0,5}}[{_TONED}][a-zü]{{0,4}}"
_SPELLED = re.compile(rf"\(({_SYLLABLE})\)")
_NOTE = re.compile(rf"[(?]({_SYLLABLE})\)")
_NOTED = re.compile(rf"(.)((?:[(?]{_SYLLABLE}\))+)")
_LISTED = (
    """發fā 業yè 務wù 現xiàn 產chǎn 數shù 經jīng 濟jì 術shù 態tài 關guān 進jìn 網wǎng 認rèn
    應yīng 創chuàng 內nèi 聯lián 據jù 領lǐng 戰zhàn 復fù 轉zhuǎn 責zé 權quán 達dá 構gòu 機jī
    強qiáng 礎chǔ 設shè 導dǎo 規guī 統tǒng 學xué 當dāng 驅qū 負fù 結jié 調diào 訓xùn 優yōu
    節jié 預yù 絡luò 習xí 準zhǔn 質zhì 環huán 擔dān 續xù 農nóng
    監jiān 標biāo 醫yī 協xié 風fēng 衛wèi"""
).split()
"""Characters seen annotated in reposts, and how."""
_READ = defaultdict[str, str](str)
for _each in _LISTED:
    _READ[_each[1:]] += _each[0]
_TRACES = re.compile(
    rf"[?,!][^\x00-\x7f，。、：；？！“”（）《》—…]|[?]!|[?]{_SYLLABLE}\)|\({_SYLLABLE}\)"
)
_EATEN = re.compile(
    rf"[?](?<![0-9A-Za-z][?])(?:[?！？!](?:[?]|[^\x00-\x7f，。、：；？！“”（）《》—…])|{_SYLLABLE}\))"
)
_DOUBLED = re.compile("[?][？！]")
_COMMA = re.compile(rf"，(?=[A-Za-z]\([a-zü]*[{_TONED}])")
_HAN = "\u4e00-\u9fff"
_HIDDEN = re.compile(
    "[\u00ad\u200b\u200c\u2060\ufeff\u2e80-\u2fd5\uf900-\ufaff]"
    rf"|[\u200d-\u200f\u202a-\u202e\u2066-\u2069](?:(?=[{_HAN}])|(?<=[{_HAN}].))"
    "|[\U0001d400-\U0001d7ff]{2,}"
)
_ALIKE = "АВЕКМНОРСТУХаеорсухіІјЈѕЅΑΒΕΖΗΙΚΜΝΟΡΤΥΧο"
_LATIN = str.maketrans(_ALIKE, "ABEKMHOPCTYXaeopcyxiIjJsSABEZHIKMNOPTYXo")
"""Cyrillic and Greek letters, and the Latin ones that look so."""
_DISGUISED = re.compile(
    f"[{_ALIKE}](?:(?<![\u0370-\u052f].)[{_ALIKE}]*(?=[A-Za-z])"
    f"|(?<=[A-Za-z].)[{_ALIKE}]*(?![\u0370-\u052f]))"
)
_SPOKEN = re.compile("[б-дж-нптф-ьэ-я]|[α-ξπ-ω]{2}")
"""What is written in Cyrillic or Greek, and not only looks so."""
_HALF = re.compile(rf"[,?!:;](?<=[{_HAN}”》）\"%].)(?!\d)")
_SCRIPT = re.compile("[" + "".join(sorted(TRADITIONAL)) + "]")
_LASTING = re.compile(
    f"著(?![名作称者述录书译])(?<![名显编原专土遗巨论译合卓昭拙新撰所]著)(?=[{_HAN}])"
)
"""What is 着 in Simplified text: no work, and not its author's."""
_WIDE = {",": "，", "?": "？", "!": "！", ":": "：", ";": "；"}
_SURE = 7.0
"""What the bytes put back in a text must gain in all, in logarithms of likelihood."""
_LIKELIER, _LIKELIER_NARROW = 6.5, 1.0
"""What a character must gain that hides two: less in a text whose marks are all half-width."""
_WIDE_MARKS = re.compile("[，？！]")
_SEARCHED = 40_000
"""Characters from the beginning of a text that are searched for lost bytes."""
_LONGEST = 1500
"""Characters in a line from which on it is not searched for lost bytes."""
_READINGS = 100_000
"""Readings tried for a text; the lines that come after them keep their bytes as they are."""
_ROUNDS = 4
"""A repair can show the next one."""

_KNOWN = 20_000
"""Characters of a text from which its own words are learnt."""


def repair(text: str) -> str:
    """The text as it was before scrapers damaged it, as far as that is certain."""
    return repaired(text)[0]


def repaired(text: str) -> tuple[str, tuple[Edit, ...]]:
    """The repaired text, and its edits for `crawler.damage.mending.undo`."""
    return joined(mended(text.split("\n")))


def mended(lines: Sequence[str]) -> tuple[Mended, ...]:
    """The lines of one page, each repaired: what is damaged is learnt from all of them."""
    now = [Mended(line) for line in lines]
    if sound("\n".join(lines)):
        return tuple(now)
    left = _READINGS
    for _ in range(_ROUNDS):
        before, (now, left) = now, _once(now, left)
        if now == before:
            break
    return tuple(now)


def sound(text: str) -> bool:
    """Whether a text needs no repair, which is quick to see of most; no if it may need one."""
    return not (
        _HIDDEN.search(text)
        or _DISGUISED.search(text)
        or _SPELLED.search(text)
        or _EATEN.search(text)
        or _is_narrow(text)
        or deleted(text)
        or any(suspects(text[:_SEARCHED]))
    )


def _is_narrow(text: str) -> bool:
    """Whether a text has half-width punctuation, and hardly any Chinese."""
    return text.count("，") < 3 <= len(_HALF.findall(text))


def _once(lines: list[Mended], left: int) -> tuple[list[Mended], int]:
    """The lines after one round, and how many readings may still be tried."""
    lines = _substituted(lines, "hidden", _HIDDEN, _unhidden)
    text = "\n".join(line.text for line in lines)
    if _DISGUISED.search(text) and not _SPOKEN.search(text):
        lines = _substituted(lines, "hidden", _DISGUISED, lambda found: found.translate(_LATIN))
    annotated = _annotated(text)
    lines, left = _realigned(lines, annotated, left)
    text = "\n".join(line.text for line in lines)
    if deleted(text):
        least = _LIKELIER if _WIDE_MARKS.search(text) else _LIKELIER_NARROW
        known = text[:_SEARCHED]
        lines = [
            line.changed(reopened(line.text, known.count, least)) if near else line
            for line, near in zip(lines, _near([line.text for line in lines]), strict=True)
        ]
    if annotated or _is_narrow(text):
        lines = _substituted(lines, "width", _HALF, _WIDE.__getitem__)
    if annotated:
        lines = _substituted(lines, "script", _SCRIPT, simplified)
        lines = _substituted(lines, "script", _LASTING, lambda _: "着")
    return lines, left


def _substituted(
    lines: list[Mended], kind: str, pattern: re.Pattern[str], change: Callable[[str], str]
) -> list[Mended]:
    def found(line: str) -> Iterator[Change]:
        for match in pattern.finditer(line):
            if (after := change(match[0])) != match[0]:
                yield Change(match.start(), match.end(), after, kind)

    return [line.changed(found(line.text)) for line in lines]


def _unhidden(found: str) -> str:
    visible = "\u2e80" <= found != "\ufeff"
    return unicodedata.normalize("NFKC", found) if visible else ""


def _annotated(text: str) -> bool:
    """Whether a program put readings behind characters, which no author does so often."""
    if not _SPELLED.search(text):
        return False
    notes = Counter(
        (match[1], reading)
        for match in _NOTED.finditer(text)
        for reading in _SPELLED.findall(match[2])
    )
    listed = sum(count for note, count in notes.items() if note[0] in _READ[note[1]])
    others = sum(count for note, count in notes.items() if note[0] in TRADITIONAL)
    return (listed >= 2 or others >= 5) and max(listed, others) >= 0.6 * notes.total()


def _realigned(lines: list[Mended], annotated: bool, left: int) -> tuple[list[Mended], int]:
    """The lines without annotations, their lost bytes put back where the text gains enough."""
    text = "\n".join(line.text for line in lines)
    if not left or not _TRACES.search(text):
        return lines, left
    shadows = [_shadow(line.text) if annotated else line.text for line in lines]
    notes = [_notes(line) if annotated else {} for line in shadows]
    near = _near(shadows)
    odd = [list(suspects(line)) if each else [] for line, each in zip(shadows, near, strict=True)]
    eaten = any(map(_EATEN.search, shadows))
    if not annotated and not eaten and not any(odd):
        return lines, left
    sound = "\n".join(map(_blanked, shadows, odd))
    local = repeated(_NOTE.sub("", sound[:_KNOWN]))
    used = set(text)
    foreign = (
        SIMPLIFIED if len(used & TRADITIONAL) > len(used & SIMPLIFIED) else TRADITIONAL
    ) - used
    single = sum(
        line[start - 2 : start] not in ("??", "?!")
        for line, spans in zip(shadows, odd, strict=True)
        for start, _ in spans
    )
    eats = 2 * sum(len(_EATEN.findall(line)) for line in shadows) > single
    how, gained, found = Damage(eats, local, foreign), 0.0, []
    for line, marked, spans, searched in zip(shadows, notes, odd, near, strict=True):
        changes = removed(marked)
        torn = eats and ("?!" in line or "??" in line)
        if searched and (marked or spans or torn):
            changes, gain, spent = realign(line, how, marked, left)
            gained, left = gained + gain, left - spent
        found.append(changes)
    if not annotated and gained < _SURE:
        return lines, left
    return [line.changed(each) for line, each in zip(lines, found, strict=True)], left


def _near(lines: list[str]) -> list[bool]:
    """Which lines are searched for lost bytes."""
    ends = accumulate(len(line) + 1 for line in lines)
    return [end < _SEARCHED and len(line) < _LONGEST for line, end in zip(lines, ends, strict=True)]


def _shadow(line: str) -> str:
    """A line of the same length, in which a site did not make some marks wide again."""
    line = _DOUBLED.sub(lambda match: "?" + ("?" if match[0][1] == "？" else "!"), line)
    return _COMMA.sub(",", line)


def _notes(line: str) -> dict[int, Note]:
    found = {}
    for match in _NOTED.finditer(line):
        for note in _NOTE.finditer(line, *match.span(2)):
            likely = _READ[note[1]]
            fits = match[1] < "\x80" or match[1] in (likely or TRADITIONAL)
            sure = fits and note[0][0] == "("
            found[note.start()] = Note(note.end(), likely, sure)
    return found


def _blanked(line: str, spans: list[tuple[int, int]]) -> str:
    for start, end in reversed(spans):
        line = line[:start] + " " + line[end:]
    return line
