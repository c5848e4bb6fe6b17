"""The words of the frame in one language, from `words.toml`; articles stay as they are."""

import tomllib
from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

from archive.clock import BEIJING

Language = Literal["zh", "en"]
_FILE = Path(__file__).with_name("words.toml")
_MOST_NAMES = 30


class Words:
    """What the frame says; times are told in the zone of the edition."""

    def __init__(self, language: Language, window_end: datetime) -> None:
        self._said = _languages()[language]
        self._end = window_end

    def __call__(self, key: str, **given: object) -> str:
        """The words of this key with what is given filled in. Raises KeyError."""
        said: str = self._said[key]
        return said.format(**given)

    @property
    def is_beijing(self) -> bool:
        return self._end.tzinfo == BEIJING

    @property
    def zone(self) -> str:
        return str(self._end.tzinfo)

    def topic(self, name: str) -> str:
        """The heading of a topic; of what has none, that of the rest."""
        topics: dict[str, str] = self._said.get("topics", {})
        return topics.get(name, name) or self("other")

    def day(self, day: date) -> str:
        return self("day", **_of(day))

    def weekday(self, day: date) -> str:
        return str(self._said["weekdays"][day.weekday()])

    def instant(self, instant: datetime, is_day: bool = False) -> str:
        """The day and, unless only that is known, the time; the year if not the edition's."""
        local = instant.astimezone(self._end.tzinfo)
        key = "instant" if local.year == self._end.year else "instant_of_year"
        return self(key, **_of(local)) + ("" if is_day else f" {local:%H:%M}")

    def joined(self, words: Sequence[str]) -> str:
        return str(self._said["between"]).join(words)

    def names(self, names: Sequence[str]) -> str:
        """All of the names, or the first and how many they are."""
        shown = self.joined(names[:_MOST_NAMES])
        return shown if len(names) <= _MOST_NAMES else self("more_names", names=shown, n=len(names))


_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def _of(day: date) -> dict[str, object]:
    return {
        "year": day.year,
        "month": day.month,
        "day": day.day,
        "month_name": _MONTHS[day.month - 1],
    }


@cache
def _languages() -> dict[str, dict[str, Any]]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
