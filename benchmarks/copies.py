"""Group the near-duplicates of a stream as they arrive.

python -m benchmarks.copies STREAM: JSONL or JSONL.gz of {id, title, text, …} in order of arrival;
writes JSONL of {id, group}, in the same order, when the stream has ended.
"""

import json
import sys
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from archive.sameness.copies import Known, Placement, place
from archive.sameness.marks import traits
from benchmarks.gold import rows


def main() -> int:
    stream = Path(sys.argv[1])
    shelf, ids, took = Shelf(), [], []
    for number, article in enumerate(rows(stream)):
        ids.append(article["id"])
        start = time.process_time()
        shelf.add(number, article.get("title") or "", article.get("text") or "")
        took.append(time.process_time() - start)
    for number, name in enumerate(ids):
        print(json.dumps({"id": name, "group": ids[shelf.group(number)]}, ensure_ascii=False))
    took.sort()
    middle, slow = (1000 * took[int(len(took) * part)] if took else 0 for part in (0.5, 0.95))
    print(f"{len(ids)} articles, CPU ms p50 {middle:.1f}, p95 {slow:.1f}", file=sys.stderr)
    return 0


class Shelf:
    """Articles that have their place, in memory, numbered by who adds them."""

    def __init__(self) -> None:
        self._known: dict[int, Known] = {}
        self._holders: dict[int, dict[int, int]] = {}
        self._joined: dict[int, int] = {}
        """Groups that are no more, and what each became."""

    def holders(self, marks: Sequence[int], cap: int) -> Mapping[int, Mapping[int, int]]:
        found: dict[int, dict[int, int]] = {}
        for mark in marks:
            # The earliest article of a group comes last.
            for group, article in reversed(self._holders.get(mark, {}).items()):
                found.setdefault(mark, {})[self._now(group)] = article
        return found

    def members(self, articles: Collection[int]) -> Mapping[int, Known]:
        known = ((each, self._known[each]) for each in articles if each in self._known)
        return {each: replace(its, group=self._now(its.group)) for each, its in known}

    def group(self, article: int) -> int:
        return self._now(self._known[article].group)

    def add(self, article: int, title: str, text: str) -> Placement:
        """Place an article and keep it."""
        its = traits(title, text)
        placement = place(its, self)
        group = article if placement.group is None else placement.group
        self._joined.update(dict.fromkeys(placement.merged, group))
        self._known[article] = Known(group, title, text, bool(placement.pieces))
        for whole in placement.wholes:
            self._known[whole.article] = replace(self._known[whole.article], contains_others=True)
        for mark in its.marks:
            self._holders.setdefault(mark, {}).setdefault(group, article)
        return placement

    def _now(self, group: int) -> int:
        while group in self._joined:
            group = self._joined[group]
        return group


if __name__ == "__main__":
    sys.exit(main())
