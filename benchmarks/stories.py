"""How well reports of one event find each other, by 300 hard pairs of real reports labelled before.

python -m benchmarks.stories [../shared]

All real reports run through the grouping in the order of their times; a pair is "same" when both
are in one story. Precision and recall of the half of the pairs by which the rules and thresholds
were chosen, and of the half that was held back; beside them two plain rules for single pairs, with
the threshold that gives the best F1 on the first half, and with the most precise of those that
find as many there. Then fictional technology reports amid the real ones, and
the time for one report.
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
from benchmarks import gold
from benchmarks.story_pairs import Report, grams, reports

LABELS = Path(__file__).with_name("story_labels.tsv")
EVENTS = Path(__file__).with_name("story_events.toml")
Pairs = list[tuple[str, str, bool]]
"""Both ids, and whether they tell one event."""
Rule = Callable[[str, str], float]
"""How alike two reports are."""


def main() -> int:
    shared = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared")
    if gold.absent(shared / "dedup"):
        return 0
    found = sorted(reports(shared / "dedup/dev"))
    stories, took = group(found)
    sizes = Counter(Counter(stories.values()).values())
    print(f"{len(found)} reports; stories of n reports: {dict(sorted(sizes.items()))}")
    chosen, held = halves()
    known = {each.id: each for each in found}

    def ours(a: str, b: str) -> float:
        return float(stories[a] == stories[b])

    plain: dict[str, Rule] = {
        "Dice of title bigrams": lambda a, b: dice(known[a], known[b]),
        "TF-IDF cosine": cosine(found),
    }
    print(f"{'':36} chosen on ({len(chosen)} pairs)  held back ({len(held)} pairs)")
    show("stories", quality(chosen, ours, 1.0), quality(held, ours, 1.0))
    recall = quality(chosen, ours, 1.0)[1]
    for name, rule in plain.items():
        levels = {least: quality(chosen, rule, least) for least in {rule(*p[:2]) for p in chosen}}
        best = max(levels, key=lambda least: levels[least][2])
        precise = max(levels, key=lambda least: (levels[least][1] >= recall, levels[least][0]))
        for why, least in (("best F1", best), ("as many found", precise)):
            show(f"{name}, {why}", levels[least], quality(held, rule, least))
    invented = events(found[-1])
    stories |= group(sorted([*found, *invented]))[0]
    pairs = [(a.id, b.id, a.id.split()[0] == b.id.split()[0]) for a, b in combinations(invented, 2)]
    same = sum(each[2] for each in pairs)
    show(f"technology, {same} pairs are the same", quality(pairs, ours, 1.0))
    took.sort()
    print(f"{took[len(took) // 2]:.1f} CPU ms a report, p95 {took[len(took) * 95 // 100]:.1f} ms")
    return 0


def show(name: str, *qualities: tuple[float, float, float]) -> None:
    print(f"{name:36}", *("P {:.2f} R {:.2f} F1 {:.2f}  ".format(*each) for each in qualities))


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


def quality(pairs: Pairs, likeness: Rule, least: float) -> tuple[float, float, float]:
    """Precision, recall and F1 when a pair is "same" from a likeness on."""
    said = [(likeness(a, b) >= least, same) for a, b, same in pairs]
    hits = said.count((True, True))
    precision = hits / (hits + said.count((True, False)) or 1)
    recall = hits / (hits + said.count((False, True)) or 1)
    return precision, recall, 2 * precision * recall / (precision + recall or 1)


def dice(one: Report, other: Report) -> float:
    both = grams(one.title, 2), grams(other.title, 2)
    return 2 * len(both[0] & both[1]) / (len(both[0]) + len(both[1]))


def cosine(found: list[Report]) -> Rule:
    """Likeness of title and lead by their bigrams, weighted by how few reports have them."""
    texts = {each.id: grams(each.title + each.text[:200], 2) for each in found}
    held = Counter(gram for text in texts.values() for gram in text)

    def weight(a: str, b: str) -> float:
        return sum(math.log(len(found) / held[gram]) ** 2 for gram in texts[a] & texts[b])

    return lambda a, b: weight(a, b) / math.sqrt(weight(a, a) * weight(b, b))


if __name__ == "__main__":
    sys.exit(main())
