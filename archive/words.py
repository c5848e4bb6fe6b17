"""Finding the words of a dictionary in text."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import chain


class Finder:
    """Finds words in text: the longest at each place, case aside, Latin ones at word boundaries."""

    def __init__(self, names: Mapping[str, str]) -> None:
        """`names` leads from each word to the name it stands for; "" for words to step over."""
        self._by_start: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for word in sorted(names, key=len, reverse=True):
            self._by_start[word[:2].lower()].append((word.lower(), names[word]))

    def mentions(self, text: str) -> Iterator[tuple[str, int, int]]:
        """(name, start, end) of each mention, in order, never overlapping."""
        # İ is the one letter whose lower case is longer, which would move all that follows.
        text, end = text.replace("İ", "ı").lower(), 0
        for start, char in enumerate(text):
            if start < end:
                continue
            by_two = self._by_start.get(text[start : start + 2], ())
            for word, name in chain(by_two, self._by_start.get(char, ())):
                stop = start + len(word)
                if text.startswith(word, start) and not (
                    _is_inside_word(text, start) or _is_inside_word(text, stop)
                ):
                    end = stop
                    if name:
                        yield name, start, end
                    break


def _is_inside_word(text: str, place: int) -> bool:
    """Whether the characters on both sides of `place` belong to one Latin word or number."""
    around = text[place - 1 : place + 1] if place else ""
    return len(around) == 2 and around.isascii() and around.isalnum()
