"""How well are tags, events and figures told? Against 74 texts labelled by hand, and 40 fresh ones.

python -m benchmarks.what                        checks the labels and counts them
python -m benchmarks.what predictions.jsonl      scores a line {"id": …, …} for each text
python -m benchmarks.what package.module:name    scores a function of title and text

What an answer is: `what_score.py`.
"""

import importlib
import json
import math
import random
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmarks import what_labels
from benchmarks.what_labels import Page, Text
from benchmarks.what_score import MEASURES, SHARES, Answer, Score, score


def main() -> int:
    if why := what_labels.missing():
        print(f"skipped: {why}")
        return 0
    texts = what_labels.drawn() | what_labels.fresh()
    sets = {"first": what_labels.load(), "fresh": what_labels.load(what_labels.FRESH)}
    wrong = [
        f"{page.id}: {mistake}"
        for pages in sets.values()
        for page in pages
        for mistake in what_labels.mistakes(page, texts[page.id].text)
    ]
    if wrong:
        print("\n".join(wrong))
        return 1
    told = answers(sys.argv[1], texts) if sys.argv[1:] else None
    for name, pages in sets.items():
        print(f"{name} texts", *report(pages, texts, told), sep="\n")
    return 0


def answers(source: str, texts: Mapping[str, Text]) -> dict[str, Answer]:
    """What is told of each text: by a function, `module:name`, or in a file of JSON lines."""
    module, _, name = source.partition(":")
    if name:
        tell: Callable[[str, str], Answer] = getattr(importlib.import_module(module), name)
        return {page: tell(text.title, text.text) for page, text in texts.items()}
    rows = map(json.loads, Path(source).read_text(encoding="utf-8").splitlines())
    return {row["id"]: row for row in rows}


def report(
    pages: Sequence[Page], texts: Mapping[str, Text], answers: Mapping[str, Answer] | None
) -> list[str]:
    """The lines to print. Without answers: how much is labelled."""
    groups = {"all": list(pages)}
    for page in pages:
        groups.setdefault(page.group, []).append(page)
    lines = []
    for name, members in groups.items():
        tags, events, figures = (
            sum(len(getattr(page, what)) for page in members)
            for what in ("tags", "events", "figures")
        )
        lines.append(
            f"{name}: {len(members)} texts, {tags} tags, {events} events, {figures} figures"
        )
        if answers is not None:
            scores = [
                score(page, texts[page.id].text, answers.get(page.id, {})) for page in members
            ]
            lines += _table(scores)
    return lines


def _table(scores: Sequence[Score]) -> list[str]:
    draw = random.Random(8)
    again = [sum(draw.choices(scores, k=len(scores)), Counter()) for _ in range(1000)]
    total: Score = sum(scores, Counter())
    lines = [
        f"{'':22}{'found':>6}{'wrong':>6}{'missed':>7}   precision          recall             F1"
    ]
    for name in MEASURES:
        cells = "".join(f"{total[name, what]:>{width}}" for what, width in _COLUMNS)
        ratios = zip(_ratios(total, name), *(_ratios(one, name) for one in again), strict=True)
        lines.append(f"{name:22}{cells}   " + "  ".join(_interval(*row) for row in ratios))
    for name in SHARES:
        right, of = total[name, "right"], total[name, "right"] + total[name, "other"]
        lines.append(f"{name:22}{right:>6} of {of} found" + (f"  {right / of:.2f}" if of else ""))
    return lines


_COLUMNS = (("found", 6), ("wrong", 6), ("missed", 7))


def _ratios(total: Score, name: str) -> tuple[float, float, float]:
    """Precision, recall and F1; not a number where nothing was told or nothing labelled."""
    found, wrong, missed = (total[name, what] for what, _ in _COLUMNS)
    told, labelled = found + wrong, found + missed
    return (
        found / told if told else math.nan,
        found / labelled if labelled else math.nan,
        2 * found / (told + labelled) if told + labelled else math.nan,
    )


def _interval(value: float, *drawn: float) -> str:
    known = sorted(one for one in drawn if not math.isnan(one))
    if math.isnan(value) or not known:
        return f"{'–':17}"
    low, high = known[int(0.025 * len(known))], known[int(0.975 * len(known))]
    return f"{value:.3f} [{low:.2f}, {high:.2f}]"


if __name__ == "__main__":
    sys.exit(main())
