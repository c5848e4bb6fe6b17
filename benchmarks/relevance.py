"""How well the rule of relevance judges 350 real titles that were labelled by hand before.

python -m benchmarks.relevance [../shared] [--errors]

By the title alone, without source and text: precision and recall, pooled and for each data set,
then what the refusal before fetching would lose, and the time for one title. Exit status 1 if a
goal is missed. The rule was tuned on other titles; `--errors` shows those it gets wrong.
"""

import sys
import time
from pathlib import Path

from benchmarks.relevance_titles import SHARED, Label, labels, missing, titles
from crawler.sources import topics
from crawler.sources.relevance import Decision, by_title

PRECISION, RECALL, LOST = 0.95, 0.90, 1


def main() -> int:
    arguments = [argument for argument in sys.argv[1:] if argument != "--errors"]
    shared = Path(arguments[0]) if arguments else SHARED
    if why := missing(shared):
        print(f"skipped: {why}")
        return 0
    dictionary = topics.load()
    known = {(label.dataset, label.id): label for label in labels()}
    judged: list[tuple[Label, Decision, str]] = []
    read = list(titles(shared))
    start = time.perf_counter()
    for title in read:
        label = known[title.dataset, title.id]
        judged.append((label, by_title(dictionary, title.text), title.text))
    seconds = time.perf_counter() - start
    print(f"{'':8}{'titles':>8}{'relevant':>10}{'precision':>11}{'recall':>8}")
    for dataset in ("lctt", "finna", "dedup"):
        _row(dataset, [each for each in judged if each[0].dataset == dataset])
    precision, recall = _row("all", judged)
    refused = [label for label, decision, _ in judged if decision.relevant is False]
    lost = sum(label.relevant for label in refused)
    negative = sum(not label.relevant for label, _, _ in judged)
    print(f"goal for all: precision ≥ {PRECISION}, recall ≥ {RECALL}")
    print(
        f"refused before fetching: {len(refused) - lost} of {negative} irrelevant titles,"
        f" {lost} relevant ones lost (goal ≤ {LOST})"
    )
    print(f"{seconds / len(judged) * 1e6:.0f} µs per title")
    if "--errors" in sys.argv:
        for label, decision, text in judged:
            if bool(decision.relevant) != label.relevant:
                print(f"{label.dataset} {label.id} {int(label.relevant)}", decision.reason, text)
    return int(precision < PRECISION or recall < RECALL or lost > LOST)


def _row(name: str, judged: list[tuple[Label, Decision, str]]) -> tuple[float, float]:
    """Print and return precision and recall; 1 where nothing was there to find."""
    said = [label.relevant for label, decision, _ in judged if decision.relevant]
    relevant = sum(label.relevant for label, _, _ in judged)
    precision = sum(said) / len(said) if said else 1.0
    recall = sum(said) / relevant if relevant else 1.0
    print(
        f"{name:8}{len(judged):8}{relevant:10}{precision:11.3f}{recall:8.3f}"
        f"   {sum(said)} of {len(said)} right, {relevant - sum(said)} missed"
    )
    return precision, recall


if __name__ == "__main__":
    sys.exit(main())
