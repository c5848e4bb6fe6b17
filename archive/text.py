"""Text that every room agrees on: clean at the door, fold for comparing, split into sentences."""

import hashlib
import re
import unicodedata

_CONTROL = re.compile(
    # C0 and C1 without tab and newline, surrogates, bidi controls, zero-width, BOM, and what
    # Unicode says is no character
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff"
    "\u061c\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufdd0-\ufdef\ufffe\uffff"
    + "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(1, 17))
    + "]"
)
_LINE_ENDS = re.compile("\r\n?|[\u2028\u2029]")
_BLANKS = re.compile(r"[^\S\n]+")
_BREAKS = re.compile(r" *\n\s*")
_NON_WORD = re.compile(r"[\W_]+")
_SENTENCE = re.compile(r"[^。！？!?；\n]*(?:[。！？!?；]+[”’」』）)\]]*|\n|$)")
# A closing quotation mark directly after an end mark belongs to the sentence, but a sentence
# whose quotation is still open goes on until it closes.
_OPEN, _CLOSE = "“「『（(", "”」』）)"


def clean(text: str) -> str:
    """Make text from outside safe to store and show.

    NFC, no control, bidi, zero-width or surrogate characters, blanks collapsed, one newline
    between paragraphs. Punctuation keeps its width: NFKC would damage Chinese text.
    """
    text = _CONTROL.sub("", _LINE_ENDS.sub("\n", text))
    text = _BLANKS.sub(" ", unicodedata.normalize("NFC", text))
    return _BREAKS.sub("\n", text).strip()


def clean_line(text: str, limit: int = 500) -> str:
    """`clean` for text that is one line, such as titles and names; at most `limit` characters."""
    return clean(text).replace("\n", " ")[:limit].strip()


def fold(text: str) -> str:
    """The form two texts are compared in: width, case, spacing and punctuation do not count."""
    return _NON_WORD.sub("", unicodedata.normalize("NFKC", text).casefold())


def fingerprint(text: str) -> bytes:
    """32 bytes that are equal for texts that are equal when folded."""
    return hashlib.sha256(fold(text).encode("utf-8", "replace")).digest()


def agree(one: str, other: str) -> bool:
    """Whether two texts are versions of one: half of the shorter also stands in the other."""
    pieces, others = _pieces(one), _pieces(other)
    return 2 * len(pieces & others) >= min(len(pieces), len(others))


def sentences(text: str) -> list[tuple[int, int]]:
    """Spans (start, end) of the sentences of `text`, in order, without surrounding blanks.

    A sentence ends at 。！？； with the closing marks that follow, or at a line end; it does not
    end inside a quotation or bracket that closes in the same line.
    """
    spans: list[tuple[int, int]] = []
    start = depth = line_end = last_close = 0
    for match in _SENTENCE.finditer(text):
        piece, end = match[0], match.end()
        if match.start() >= line_end:
            line_end = text.find("\n", line_end) + 1 or len(text)
            last_close = max(text.rfind(mark, match.start(), line_end) for mark in _CLOSE)
        depth += sum(map(piece.count, _OPEN)) - sum(map(piece.count, _CLOSE))
        if depth > 0 and end <= last_close:
            continue
        spans.append(_strip(text, start, end))
        start, depth = end, 0
    return [span for span in spans if span[0] < span[1]]


def _strip(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _pieces(text: str) -> set[str]:
    folded = fold(text)
    return {folded[start : start + 8] for start in range(max(1, len(folded) - 7))}
