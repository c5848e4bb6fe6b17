"""Bytes of a Chinese page to text, whatever its header and meta tags say.

Strict GB18030 accepts nearly all that is Big5, and much damaged UTF-8, so no decoder's yes is
believed: of the readings that are possible, the one with the most common characters is the text.
"""

import codecs
import re
from pathlib import Path

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CHARSET = re.compile(r"""(?:charset|encoding)\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)
_HEAD = 4096
# Only what a Chinese page can be; servers name ISO-8859-1 when nobody told them anything.
_READ_AS = {
    "utf-8": "utf-8",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "big5": "big5hkscs",
    "cp950": "big5hkscs",
    "big5hkscs": "big5hkscs",
}
_ENCODINGS = ("utf-8", "gb18030", "big5hkscs")
_PIECE = re.compile(rb"[\x80-\xff][^<>\r\n]*")
"""From the first foreign byte to a tag or line end, whose bytes no foreign character has."""
_SAMPLE = 50_000
"""So many bytes of such pieces show the encoding."""
_STATED = 0.1
"""What a statement adds to the part of common characters: it decides where the text does not."""
_MISREAD = 10
"""One bad character in so many: more than damage does to UTF-8, far less than any other encoding
gives when it is read as UTF-8."""
_CHINESE = 0.3
"""Between the part of common characters in Chinese (0.6) and in misread bytes (0.1)."""
_COMMON = frozenset(Path(__file__).with_name("common.txt").read_text("utf-8")) - {"\n"}
"""The 400 commonest hanzi, by the words of jieba's dictionary (see lexicon.words), and their
Traditional forms in the first level of Big5, by OpenCC's (see archive.script)."""


def decode(body: bytes, content_type: str = "", hint: str = "") -> str:
    """The page's text: by its mark, else strict UTF-8, else what looks most like Chinese.

    What is stated counts a little: what the Content-Type and the page's own labels agree on;
    where they are silent or contradict each other, the `hint`; without one the header goes first.
    Pieces in another encoding than the page, such as a UTF-8 text in a GBK frame, are read in
    theirs. Never raises; undecodable bytes are U+FFFD.
    """
    if body.startswith(_UTF16):
        return body.decode("utf-16", "replace")
    body = body.removeprefix(codecs.BOM_UTF8)
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return _judged(body, _stated(body, content_type, hint))


def _judged(body: bytes, stated: str) -> str:
    sample = _sample(body)
    encoding = max(
        _ENCODINGS,
        key=lambda each: _likeness(sample.decode(each, "replace")) + _STATED * (each == stated),
    )
    unicode = sample.decode("utf-8", "replace")
    if _MISREAD * unicode.count("\ufffd") < _foreign(unicode):
        encoding = "utf-8"
    other = "utf-8" if encoding != "utf-8" else stated if stated in _ENCODINGS[1:] else "gb18030"
    return _PIECE.sub(lambda piece: _piece(piece[0], encoding, other).encode(), body).decode()


def _sample(body: bytes) -> bytes:
    pieces: list[bytes] = []
    left = _SAMPLE
    for match in _PIECE.finditer(body):
        pieces.append(match[0][:left])
        left -= len(pieces[-1])
        if not left:
            break
    return b"\n".join(pieces)


def _piece(piece: bytes, encoding: str, other: str) -> str:
    text = piece.decode(encoding, "replace")
    if encoding == "utf-8" and "\ufffd" not in text:
        return text
    try:
        another = piece.decode(other)
    except UnicodeDecodeError:
        return text
    return another if _likeness(another) > max(_likeness(text), _CHINESE) else text


def _likeness(text: str) -> float:
    """The part of a text's foreign characters that is common in Chinese, less what is bad."""
    common = sum(map(_COMMON.__contains__, text))
    return (common - text.count("\ufffd")) / max(1, _foreign(text))


def _foreign(text: str) -> int:
    return sum(character > "\x7f" for character in text)


def _stated(body: bytes, content_type: str, hint: str) -> str:
    head = body[:_HEAD].decode("latin-1")
    labels = [*_CHARSET.findall(content_type), *_CHARSET.findall(head)]
    stated = [name for name in map(_known, labels) if name]
    if len(set(stated)) == 1:
        return stated[0]
    return _known(hint) or next(iter(stated), "")


def _known(label: str) -> str:
    try:
        return _READ_AS.get(codecs.lookup(label).name, "")
    except LookupError:
        return ""
