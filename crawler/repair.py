"""Repair what reposting sites do to Chinese text: every edit logged and reversible.

Undamaged text stays as it is, a genuine Traditional article too. The places an edit is looked for
are few, so that clean text costs little.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable
from difflib import SequenceMatcher
from functools import cache

from archive.models import Edit
from archive.script import TRADITIONAL, simplified
from crawler.lexicon import likelihood, repeated, words
from crawler.misaligned import NOTE, Damage, pair_of, read, realign, suspects

_TONED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ"
_SYLLABLE = rf"[a-zü]{{0,5}}[{_TONED}][a-zü]{{0,4}}"
_SPELLED = re.compile(rf"\(({_SYLLABLE})\)")
_NOTE = re.compile(rf"[(?]{_SYLLABLE}\)")
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
_TRACES = re.compile(rf"[?,!][?!]?[\u4e00-\uf8ff€]|[?]!|[?]{_SYLLABLE}\)|\({_SYLLABLE}\)")
_EATEN = re.compile(rf"[?](?:[?！？!][?\u4e00-\uf8ff]|{_SYLLABLE}\))")
_SURE = 7.0
"""What the bytes put back in a text must gain in all, in logarithms of likelihood."""
_DOUBLED = re.compile("[?][？！]")
_COMMA = re.compile(rf"，(?=[A-Za-z]\([a-zü]*[{_TONED}])")
_HIDDEN = re.compile("[\u00ad\u200b\u200c\u2060\ufeff\u2e80-\u2fd5\uf900-\ufaff]")
_HALF = re.compile(r"(?<=[\u4e00-\u9fff”》）\"%])[,?!:;](?!\d)")
_SCRIPT = re.compile("[" + "".join(sorted(TRADITIONAL)) + "]+")
_LONGEST = 1500
"""Characters in a line from which on it is not searched: time and memory grow with its square."""
_WIDE = {",": "，", "?": "？", "!": "！", ":": "：", ";": "；"}
_AROUND, _QUOTED = 6, 300
_HAN = re.compile("[\u4e00-\u9fff]")
_COUNTED = re.compile(r"\d|[.月日年]")
_SWALLOWED = 3.0
"""What the two characters that A1 A1 hid between must gain, in logarithms of likelihood."""
_ROUNDS = 4
"""A repair can show the next one; what is repaired is left alone by another call."""


def repair(text: str) -> str:
    """The text as it was before scrapers damaged it, as far as that is certain."""
    return repaired(text)[0]


def repaired(text: str) -> tuple[str, tuple[Edit, ...]]:
    """The repaired text, and the edits in the order they were made."""
    log: list[Edit] = []
    for _ in range(_ROUNDS):
        before, text = text, _once(text, log)
        if text == before:
            break
    return text, tuple(log)


def _once(text: str, log: list[Edit]) -> str:
    text = _substituted("hidden", _HIDDEN, _unhidden, text, log)
    text, annotated = _realigned(text, log)
    text = _reopen(text, log)
    if annotated or len(_HALF.findall(text)) >= 3 > text.count("，"):
        text = _substituted("width", _HALF, lambda match: _WIDE[match[0]], text, log)
    if annotated:
        text = _substituted("script", _SCRIPT, lambda match: simplified(match[0]), text, log)
    return text


def undo(text: str, edits: tuple[Edit, ...]) -> str:
    """The text before the edits that made `text`."""
    for edit in reversed(edits):
        text = text[: edit.at] + edit.before + text[edit.at + len(edit.after) :]
    return text


def _log(before: str, after: str, start: int, log: list[Edit]) -> None:
    """Add the edits that turn `before`, which begins at `start`, into `after`."""
    if before == after:
        return
    for how, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if how != "equal":
            note = not after[c:d] and _NOTE.fullmatch(before[a:b])
            log.append(Edit("note" if note else "bytes", start + c, before[a:b], after[c:d]))


def _by_line(text: str, changed: list[str], log: list[Edit]) -> str:
    start = 0
    for before, after in zip(text.split("\n"), changed, strict=True):
        _log(before, after, start, log)
        start += len(after) + 1
    return "\n".join(changed)


def _substituted(
    kind: str,
    pattern: re.Pattern[str],
    change: Callable[[re.Match[str]], str],
    text: str,
    log: list[Edit],
) -> str:
    grown = 0

    def changed(match: re.Match[str]) -> str:
        nonlocal grown
        after = change(match)
        if after != match[0]:
            log.append(Edit(kind, match.start() + grown, match[0], after))
            grown += len(after) - len(match[0])
        return after

    return pattern.sub(changed, text)


def _unhidden(match: re.Match[str]) -> str:
    visible = "\u2e80" <= match[0] != "\ufeff"
    return unicodedata.normalize("NFKC", match[0]) if visible else ""


def _realigned(text: str, log: list[Edit]) -> tuple[str, bool]:
    if not _TRACES.search(text):
        return text, False
    notes = Counter(
        (match[1], reading)
        for match in _NOTED.finditer(text)
        for reading in _SPELLED.findall(match[2])
    )
    listed = sum(count for note, count in notes.items() if note[0] in _READ[note[1]])
    others = sum(count for note, count in notes.items() if note[0] in TRADITIONAL)
    annotated = (listed >= 2 or others >= 5) and max(listed, others) >= 0.6 * notes.total()
    places = [suspects(line) for line in text.split("\n")]
    eaten = _EATEN.search(text) is not None
    if not annotated and not eaten and not any(places):
        return text, False
    sound = "\n".join(
        _blanked(line, spans) for line, spans in zip(text.split("\n"), places, strict=True)
    )
    local = repeated(_NOTE.sub("", sound))

    def bare(line: str) -> tuple[str, list[str]]:
        uncertain: list[str] = []

        def stripped(match: re.Match[str]) -> str:
            found = match[1]
            for note in _NOTE.findall(match[2]):
                likely = _READ[note[1:-1]]
                fits = match[1] < "\x80" or match[1] in (likely or TRADITIONAL)
                if note[0] == "?" or not fits:
                    uncertain.append(likely)
                    found += NOTE
            return found

        if annotated:
            line = _DOUBLED.sub(lambda match: "?" + ("?" if match[0][1] == "？" else "!"), line)
            line = _NOTED.sub(stripped, _COMMA.sub(",", line))
        return line, uncertain

    best: list[str] = []
    highest = 0.0
    for eats in (False, True) if eaten else (False,):
        how = Damage(eats, local)
        lines = []
        gained = 0.0
        for line in text.split("\n"):
            after, uncertain = bare(line)
            touched = after != line or suspects(after) or _EATEN.search(after)
            if touched and len(after) < _LONGEST:
                after, gain = realign(after, how, uncertain)
                gained += gain
            lines.append(after.replace(NOTE, ""))
        if not best or gained > highest:
            best, highest = lines, gained
    if not annotated and highest < _SURE:
        return text, False
    return _by_line(text, best, log), annotated


def _blanked(line: str, spans: list[tuple[int, int]]) -> str:
    for start, end in reversed(spans):
        line = line[:start] + " " + line[end:]
    return line


@cache
def _swallowed() -> dict[str, tuple[str, str]]:
    """A character that hides two: its lead byte with A1, and A1 with its second byte."""
    found = {}
    for lead in range(0xB0, 0xF8):
        first = read(lead, 0xA1)
        for mark in "、。—…“”《》":
            whole = read(lead, pair_of(mark)[1])
            if len(whole) == 1 and first in words():
                found[whole] = (first, mark)
    return found | {read(0xA3, pair_of(mark)[1]): ("！", mark) for mark in "“”》"}


@cache
def _hiding() -> re.Pattern[str]:
    return re.compile("[" + "".join(_swallowed()) + "]")


def _reopen(text: str, log: list[Edit]) -> str:
    def change(match: re.Match[str]) -> str:
        whole, (first, mark) = match[0], _swallowed()[match[0]]
        at = match.start()
        left, right = text[max(0, at - _AROUND) : at], text[at + 1 : at + 1 + _AROUND]
        left, right = simplified(left.rpartition("\n")[2]), simplified(right.partition("\n")[0])
        if first == "！":
            earlier = text[max(0, at - _QUOTED) : at]
            quoted = mark == "”" and earlier.rfind("“") > earlier.rfind("”")
            alone = _HAN.match(left[-1:]) and not _COUNTED.match(right)
            return first + mark if quoted and alone else whole
        exclaimed = first == "啊" and (right[:1] or "”") in "”，、。"
        if (mark in "—…" and right[:1] != mark) or (first == "啊" and not exclaimed):
            return whole
        if first != "啊" and not any(left[-n:] + first in words() for n in (1, 2, 3)):
            return whole
        if right and text.count(whole + text[at + 1], max(0, at - _LONGEST), at + _LONGEST) > 1:
            return whole
        gain = likelihood(left + first + mark + right) - likelihood(left + whole + right)
        return first + mark if gain >= (0 if exclaimed else _SWALLOWED) else whole

    return _substituted("bytes", _hiding(), change, text, log)
