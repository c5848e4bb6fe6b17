"""Whose turn it is: the sources of one domain take turns, with one request under way in all."""

import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from archive.models import Link
from crawler.sources.source import Entry, Source


@dataclass(frozen=True, slots=True)
class Look:
    """One look at an entry point: its page, counted from 1."""

    source: Source
    entry: Entry
    page: int = 1
    depth: int = 0
    """How many sitemap indexes led here."""

    @property
    def url(self) -> str:
        return self.entry.address(self.page)


class Turn:
    """What one source has to do in this run: look at its entry points, then fetch its links.

    With `links` only these are fetched, which somebody brought.
    """

    def __init__(
        self, source: Source | None, looks: Iterable[Look] = (), links: Iterable[Link] = ()
    ) -> None:
        self.source = source
        self.looks = deque(looks)
        self.links = deque(links)
        self.began = 0.0
        """When it was first drawn, in monotonic seconds."""
        self.asked = bool(self.links)
        """Whether its pending links are in `links`."""


class Lane:
    """The sources of one domain. `pending` tells a source's links, once it has been looked at, and
    the stored ones to look at again, for which the links of all its sources come first."""

    def __init__(self, pending: Callable[[Source], tuple[list[Link], list[Link]]]) -> None:
        self.turns: deque[Turn] = deque()
        self._stored: deque[tuple[Turn, Link]] = deque()
        self._pending = pending

    def draw(self) -> tuple[Turn, Look | Link] | None:
        """What is next, and whose; None when there is no more to do."""
        while self.turns:
            turn = self.turns.popleft()
            turn.began = turn.began or time.monotonic()
            task: Look | Link
            if turn.looks:
                task = turn.looks.popleft()
            else:
                if turn.source and not turn.asked:
                    turn.asked = True
                    links, stored = self._pending(turn.source)
                    turn.links.extend(links)
                    self._stored.extend((turn, link) for link in stored)
                if not turn.links:
                    continue
                task = turn.links.popleft()
            self.turns.append(turn)
            return turn, task
        return self._stored.popleft() if self._stored else None

    def drop(self, turn: Turn) -> None:
        """Leave what is left of a turn to the next run."""
        self.turns = deque(each for each in self.turns if each is not turn)
        self._stored = deque(each for each in self._stored if each[0] is not turn)
