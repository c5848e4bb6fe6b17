"""Paragraphs that a line, a column or a page has broken, made whole."""

import re
import unicodedata
from collections.abc import Sequence

SUBTITLE = 25
"""A line of fewer characters may be a subtitle, which ends without a full stop."""
_END = re.compile(r"[。！？；：…!?;:”’\"'」』）)】\]》—.][\s\d]*$")
_OPENING = re.compile(r"\s*(?:[（(]?[一二三四五六七八九十\d]{1,3}[）)、.．]|[■▲●◆·•])")
# No line ends with the first or begins with the second; a full stop stands before neither.
_TORN = re.compile(r"[，、（《〈]\n|[^。！？；…：\W]\n[，。、；：！？）》〉]")
_OPEN, _CLOSED = "“‘「『", "”’」』"
_STOP = re.compile("[。！？]")
# Whole sentences and the beginning of one, which is no label, caption or address.
_BREAKS_OFF = re.compile(
    r"(?=.{40})(?:.*[。！？；][”’」』）)]*|.*[“「](?!.*[”」]))(?!.*[：:|／/—–]\s*[^，]{0,20}$)"
    r"(?!.*(?:[摄攝图圖电電]|报道|報導|\d{5}|\.\w{2,4})$)[^。！？；]*[\w、，,]"
)
_PROSE = re.compile(r"(?!.{1,16}：)(?:.*[，。！？；,].*[。！？”…]|.*。)\W*$")
_PARTS = 3
"""Of so many paragraphs one may lack its end; in lists and poems more do."""
_WIDE = 40, 120
"""Columns of text that is set in lines of one width; a hanzi takes two."""
_RAGGED = 12
"""Columns that such a line may lack, where a word or a mark did not fit."""


def is_broken(before: Sequence[str], after: str, parts: int = 10) -> bool:
    """Whether the last of these paragraphs has no end, and so goes on with `after`.

    Not where more than one in `parts` of those before it lacks its end too.
    """
    ends = [_END.search(line) for line in before if len(line.strip()) > SUBTITLE]
    after = after.strip()
    if not ends or len(before[-1].strip()) <= SUBTITLE or not after or _OPENING.match(after):
        return False
    return not ends[-1] and ends[:-1].count(None) <= len(ends) // parts


def rejoin(lines: Sequence[str]) -> list[str]:
    """Put together what a break inside a sentence has divided.

    That is where no sentence may break; or where a paragraph breaks off after whole sentences,
    as few others do, and more of them follow.
    """
    whole: list[str] = []
    for line in lines:
        if whole and (_is_torn(whole[-1], line) or _goes_on(whole, line)):
            whole[-1] += " " * _is_latin(whole[-1], line) + line
        else:
            whole.append(line)
    return whole


def unwrapped(text: str) -> str:
    """Text that is set in lines of one width, as in old mail, with a line for each paragraph."""
    lines = text.split("\n")
    widths = [_width(line.strip()) for line in lines if line.strip()]
    widest = max(widths, default=0)
    full = [line for line in lines if _width(line.strip()) >= widest - _RAGGED]
    open_ends = sum(not _END.search(line) for line in full)
    wrapped = 3 * len(full) >= len(widths) and 4 * open_ends >= 3 * len(full)
    if not wrapped or not _WIDE[0] <= widest <= _WIDE[1]:
        return text
    whole: list[str] = []
    flows = False
    for line in lines:
        shown = line.strip()
        if flows and shown and not line.startswith(("　", "  ", "\t")):
            whole[-1] += " " * _is_latin(whole[-1], shown) + shown
        else:
            whole.append(shown)
        flows = _width(shown) >= widest - _RAGGED
    return "\n".join(whole)


def _is_torn(before: str, after: str) -> bool:
    quoted = any(before.count(o) > before.count(c) for o, c in zip(_OPEN, _CLOSED, strict=True))
    opens = before[-1:] in _OPEN and before[-2:-1] not in "。！？…"
    closes = after[:1] in _CLOSED
    return bool(_TORN.match(f"{before[-1:]}\n{after[:1]}")) or (quoted and (opens or closes))


def _goes_on(whole: Sequence[str], line: str) -> bool:
    breaks_off = _BREAKS_OFF.fullmatch(whole[-1]) and _PROSE.match(line)
    return bool(breaks_off) and is_broken(whole, line, _PARTS)


def _is_latin(before: str, after: str) -> bool:
    return (before[-1:] + after[:1]).isascii() and bool(before) and before[-1].isalnum()


def _width(line: str) -> int:
    return sum(1 + (unicodedata.east_asian_width(each) in "WFA") for each in line)
