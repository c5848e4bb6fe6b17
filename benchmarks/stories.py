"""How well reports of one event find each other, by 300 hard pairs of real reports labelled before.

python -m benchmarks.stories [../shared]

All real reports run through the grouping in the order of their times; a pair is "same" when both
are in one story. Precision and recall of the half of the pairs by which the rules and thresholds
were chosen, and of the half that was held back; beside them two plain rules for single pairs, with
the threshold that is best on the first half. Then fictional technology reports amid the real ones,
and the time for one report.
"""

import hashlib
import math
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Callable
from csv import DictReader
from datetime import timedelta
from itertools import combinations
from pathlib import Path

from archive.sameness.stories import Window, report
from benchmarks.story_pairs import Report, grams, reports

LABELS = Path(__file__).with_name("story_labels.tsv")
EVENTS = Path(__file__).with_name("story_events.toml")
Pairs = list[tuple[str, str, bool]]
"""Both ids, and whether they tell one event."""


def main() -> int:
    shared = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared")
    if not (shared / "dedup").exists():
        print(f"skipped: {shared}/dedup is not here (real texts, not part of the project)")
        return 0
    found = sorted(reports(shared / "dedup/dev"))
    stories, took = group(found)
    sizes = Counter(Counter(stories.values()).values())
    print(f"{len(found)} reports; stories of n reports: {dict(sorted(sizes.items()))}")
    chosen, held = halves()
    known = {each.id: each for each in found}
    rules: dict[str, Callable[[str, str], float]] = {
        "stories": lambda a, b: float(stories[a] == stories[b]),
        "Dice of title bigrams": lambda a, b: dice(known[a], known[b]),
        "TF-IDF cosine": cosine(found),
    }
    print(f"{'':22} chosen on ({len(chosen)} pairs)   held back ({len(held)} pairs)")
    for name, likeness in rules.items():
        least = max(
            {likeness(a, b) for a, b, _ in chosen} - {0.0},
            key=lambda least: quality(chosen, likeness, least)[2],
        )
        shown = [quality(pairs, likeness, least) for pairs in (chosen, held)]
        print(f"{name:22}", *("P {:.2f} R {:.2f} F1 {:.2f}  ".format(*each) for each in shown))
    invented = events(found[-1])
    stories, _ = group(sorted([*found, *invented]))
    pairs = [(a.id, b.id, a.id.split()[0] == b.id.split()[0]) for a, b in combinations(invented, 2)]
    best = quality(pairs, lambda a, b: float(stories[a] == stories[b]), 1.0)
    print("{:22} P {:.2f} R {:.2f} F1 {:.2f}".format("technology", *best),
          f"  of {sum(same for *_, same in pairs)} pairs that are the same")  # fmt: skip
    took.sort()
    print(f"{took[len(took) // 2]:.1f} CPU ms a report, p95 {took[len(took) * 95 // 100]:.1f} ms")
    return 0


def group(found: list[Report]) -> tuple[dict[str, int], list[float]]:
    """The story of each report, told one after another; CPU milliseconds of each."""
    window, stories, took = Window(), dict[str, int](), list[float]()
    for number, each in enumerate(found, 1):
        began = time.process_time()
        new = report(number, each.at, each.title, each.text)
        stories[each.id] = window.join(new).story
        window.add(new, stories[each.id])
        took.append((time.process_time() - began) * 1000)
    return stories, took


def events(last: Report) -> list[Report]:
    """The fictional reports, told after another report; the event is the first word of the id."""
    known = tomllib.loads(EVENTS.read_text(encoding="utf-8"))
    return [
        Report(last.at + timedelta(hours=one["hours"]), f"{event} {n}", one["title"], one["text"])
        for event, its in known.items()
        for n, one in enumerate(its)
    ]


def halves() -> tuple[Pairs, Pairs]:
    """The pairs that are sure: those to choose by, those held back."""
    parts: tuple[Pairs, Pairs] = [], []
    for row in DictReader(LABELS.read_text(encoding="utf-8").splitlines(), delimiter="\t"):
        if row["label"] != "unsure":
            ids = sorted((row["id_a"], row["id_b"]))
            part = hashlib.sha256(" ".join(ids).encode()).digest()[0] % 2
            parts[part].append((ids[0], ids[1], row["label"] == "same"))
    return parts


def quality(
    pairs: Pairs, likeness: Callable[[str, str], float], least: float
) -> tuple[float, float, float]:
    """Precision, recall and F1 when a pair is "same" from a likeness on."""
    said = [(likeness(a, b) >= least, same) for a, b, same in pairs]
    hits = said.count((True, True))
    precision = hits / (hits + said.count((True, False)) or 1)
    recall = hits / (hits + said.count((False, True)) or 1)
    return precision, recall, 2 * precision * recall / (precision + recall or 1)


def dice(one: Report, other: Report) -> float:
    both = grams(one.title, 2), grams(other.title, 2)
    return 2 * len(both[0] & both[1]) / (len(both[0]) + len(both[1]))


def cosine(found: list[Report]) -> Callable[[str, str], float]:
    """Likeness of title and lead by their bigrams, weighted by how few reports have them."""
    texts = {each.id: grams(each.title + each.text[:200], 2) for each in found}
    held = Counter(gram for text in texts.values() for gram in text)

    def weight(a: str, b: str) -> float:
        return sum(math.log(len(found) / held[gram]) ** 2 for gram in texts[a] & texts[b])

    return lambda a, b: weight(a, b) / math.sqrt(weight(a, a) * weight(b, b))


if __name__ == "__main__":
    sys.exit(main())
