"""Which publication of a text is the original, and who wrote it: from what the publications say."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from archive.sameness.outlets import outlets, written

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Publication:
    """One publication of a text, with what it says of where the text is from."""

    id: int
    publisher: str
    origin: str
    """Whom it names as the writer; empty if nobody."""
    origin_kind: str
    """What names it, see Article.origin_kind."""
    published_at: datetime | None
    date_precision: str
    first_seen: datetime
    length: int
    """Characters of its text."""


@dataclass(frozen=True, slots=True)
class Lineage:
    """Where a text comes from."""

    original: int
    """The publication that stands for all: its origin's own, else the nearest to it."""
    origin: str
    """Who wrote it, also when no publication of theirs was seen."""
    origin_seen: bool


def trace(publications: Iterable[Publication]) -> Lineage:
    """The lineage of a text from all its publications (at least one), in any order.

    Credits are followed to the end of their chain, so that of a reprint of a reprint the origin is
    whom the first names. Where they contradict each other most publishers win, then what the text
    itself says (dateline, byline), then the earlier publication. The origin's own publication is
    the original, else that with the fewest reprints between, then the earliest, then the longest.
    """
    ordered = sorted(publications, key=_age)
    homes = _homes(ordered)

    def named(each: Publication) -> str:
        known = sorted(outlets(each.origin))
        return next((homes[key] for key in known if key in homes), known[0] if known else "")

    said: dict[str, Publication] = {}
    for each in ordered:
        if named(each):
            said.setdefault(homes[each.publisher], each)
    names = {publisher: named(each) for publisher, each in said.items()}
    present = list(dict.fromkeys(homes[each.publisher] for each in ordered))
    chains = {publisher: _chain(publisher, names, present) for publisher in present}
    votes = Counter(chains[publisher][-1] for publisher in said)
    in_text = Counter(
        chains[publisher][-1]
        for publisher, each in said.items()
        if each.origin_kind in ("dateline", "byline")
    )
    # The order of insertion is that of the publications: of equal counts the first stays.
    ends = dict.fromkeys(chains[publisher][-1] for publisher in present)
    end = max(ends, key=lambda each: (votes[each], in_text[each]))
    far = len(present)

    def distance(each: Publication) -> int:
        chain = chains[homes[each.publisher]]
        return chain.index(end) if end in chain else far

    original = min(ordered, key=distance)
    if distance(original) == 0:
        return Lineage(original.id, original.publisher, True)
    spelt = Counter(written(each.origin) for each in ordered if named(each) == end)
    name = min(spelt, key=lambda each: (-spelt[each], len(each), each))
    return Lineage(original.id, name, False)


def _age(each: Publication) -> tuple[datetime, int, int]:
    """By when it was out for certain; of those out as early the longest is first."""
    out = each.published_at or each.first_seen
    if each.date_precision == "day":
        out += _DAY
    return min(out, each.first_seen), -each.length, each.id


def _homes(publications: Iterable[Publication]) -> dict[str, str]:
    """Publishers, and all that they are called, to one key of each."""
    homes: dict[str, str] = {}
    for name in sorted({each.publisher for each in publications}):
        keys = sorted(outlets(name)) or [name]
        homes[name] = next((homes[key] for key in keys if key in homes), keys[0])
        for key in keys:
            homes.setdefault(key, homes[name])
    return homes


def _chain(publisher: str, names: dict[str, str], present: list[str]) -> list[str]:
    """From a publisher over whom it names to the end; one who leads back ends at the earliest."""
    chain = [publisher]
    while (named := names.get(chain[-1], chain[-1])) not in chain:
        chain.append(named)
    if named != chain[-1]:
        circle = chain[chain.index(named) :]
        first = min(circle, key=present.index)
        return chain[: chain.index(first) + 1]
    return chain
