"""An index of articles in memory: for streams that are grouped once, and for tests."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from archive.sameness.copies import Known, Placement, place
from archive.sameness.marks import traits


class Shelf:
    """Articles that have their place, numbered by who adds them."""

    def __init__(self) -> None:
        self._known: dict[int, Known] = {}
        self._holders: dict[int, dict[int, int]] = {}

    def holders(self, marks: Sequence[int], cap: int) -> Mapping[int, Mapping[int, int]]:
        return {mark: self._holders[mark] for mark in marks if mark in self._holders}

    def members(self, articles: Collection[int]) -> Mapping[int, Known]:
        return {each: self._known[each] for each in articles if each in self._known}

    def group(self, article: int) -> int:
        return self._known[article].group

    def add(self, article: int, title: str, text: str) -> Placement:
        """Place an article and keep it."""
        its = traits(title, text)
        placement = place(its, self)
        group = article if placement.group is None else placement.group
        if placement.merged:
            self._merge(placement.merged, group)
        self._known[article] = Known(group, title, text, bool(placement.pieces))
        for whole in placement.wholes:
            self._known[whole.article] = replace(self._known[whole.article], contains_others=True)
        for mark in its.marks:
            self._holders.setdefault(mark, {}).setdefault(group, article)
        return placement

    def _merge(self, old: tuple[int, ...], group: int) -> None:
        for article, known in self._known.items():
            if known.group in old:
                self._known[article] = replace(known, group=group)
        for held in self._holders.values():
            for was in old:
                if was in held:
                    held.setdefault(group, held.pop(was))
