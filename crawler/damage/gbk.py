"""Characters as pairs of bytes in GBK."""

from collections.abc import Iterable
from functools import cache

from archive.script import simplified
from crawler.damage.lexicon import alone, words

_RARE = -15.5
"""Likelihood, in logarithms, of a character that is guessed only if it is more usual than this."""


@cache
def pair_of(character: str) -> bytes:
    """The two bytes of a character in GBK, user-defined areas included; b"" for none."""
    if character == "€":
        return b""
    pair = character.encode("gb18030", "replace")
    return pair if len(pair) == 2 else b""


@cache
def read(lead: int, second: int) -> str:
    """The character of two bytes in GBK; "" for none."""
    try:
        return bytes((lead, second)).decode("gbk")
    except UnicodeDecodeError:
        return ""


@cache
def with_lead(lead: int) -> tuple[str, ...]:
    """The common characters with this first byte."""
    return _common(read(lead, second) for second in range(0x40, 0xFF))


@cache
def with_second(second: int) -> tuple[str, ...]:
    """The common characters with this second byte."""
    return _common(read(lead, second) for lead in range(0x81, 0xF8))


def _common(characters: Iterable[str]) -> tuple[str, ...]:
    return tuple(
        each
        for each in characters
        if len(each) == 1 and simplified(each) in words() and alone(simplified(each)) > _RARE
    )
