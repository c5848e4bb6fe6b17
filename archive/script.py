"""Traditional characters read as Simplified ones, one by one: for comparing and for repair."""

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
