"""Traditional characters read as Simplified ones, one by one: for comparing and for repair."""

import re
from pathlib import Path

_TRADITIONAL, _SIMPLIFIED = (
    Path(__file__).with_name("script.txt").read_text(encoding="utf-8").split()
)
"""The pairs of OpenCC's TSCharacters (https://github.com/BYVoid/OpenCC, Apache-2.0) and five more.

A character that Simplified text uses as well (乾, 著) stands for itself."""
_TABLE = str.maketrans(_TRADITIONAL, _SIMPLIFIED)
TRADITIONAL = frozenset(_TRADITIONAL)
SIMPLIFIED = frozenset(_SIMPLIFIED)
"""Some of them (后, 里) are used in Traditional text too."""


def simplified(text: str) -> str:
    """The text with its Traditional characters replaced; its length stays the same."""
    return text.translate(_TABLE)


def narrow(text: str) -> str:
    """The text with half-width signs and Simplified characters; its length stays the same."""
    text = re.sub("(?<=[０-９])，(?=[０-９])", ",", text)
    return simplified(text.translate(_WIDTHS))


_WIDTHS = {
    code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if chr(code) not in "，；！？（）"
} | {0x3000: " ", 0xA0: " ", 0x2013: "-", 0xFE6A: "%", 0x301C: "~", 0x223C: "~"}
