"""The 300 hard pairs of real reports by which stories are judged; the rule: story_labels.md.

python -m benchmarks.story_pairs [../shared]: both ids, then day, title and lead of each.
"""

import hashlib
import re
import sys
from collections import Counter
from datetime import datetime, timedelta
from itertools import chain, combinations
from pathlib import Path
from typing import NamedTuple

from benchmarks import gold

# Likeness of titles from and below, shared passages in at most 8 leads from and below, pairs then.
STRATA = [(0.25, 0.8, 16, 9999, 60), (0.0, 0.25, 8, 9999, 115), (0.25, 0.8, 8, 16, 190)]
STRATA += [(0.25, 0.8, 4, 8, 250), (0.25, 0.8, 0, 4, 300)]


class Report(NamedTuple):
    at: datetime
    id: str
    title: str
    text: str


def pairs(shared: Path) -> list[tuple[Report, Report]]:
    """The chosen pairs, the earlier report first."""
    found = sorted(reports(shared / "dedup/dev"))
    titles = Counter(report.title for report in found)
    single = [r for r in found if titles[r.title] == 1 and "快讯" not in r.title]
    headlines = {r: grams(r.title, 2) for r in single}
    leads = {r: grams(r.title + r.text[:200], 4) for r in found}
    held = Counter(chain.from_iterable(leads.values()))
    shingles = {r: grams(r.text, 6) for r in single}
    likeness: dict[tuple[Report, Report], tuple[float, int]] = {}
    for a, b in combinations(single, 2):
        least = 0.3 * min(len(shingles[a]), len(shingles[b]))
        if b.at - a.at <= timedelta(days=3) and len(shingles[a] & shingles[b]) < least:
            dice = len(headlines[a] & headlines[b]) / (len(headlines[a]) + len(headlines[b]))
            likeness[a, b] = 2 * dice, sum(held[four] <= 8 for four in leads[a] & leads[b])
    uses, chosen = Counter[Report](), list[tuple[Report, Report]]()
    for low, high, few, many, full in STRATA:
        for pair in sorted(likeness, key=_draw):
            fits = low <= likeness[pair][0] < high and few <= likeness[pair][1] < many
            if fits and len(chosen) < full and max(uses[report] for report in pair) < 2:
                uses.update(pair)
                chosen.append(pair)
    return sorted(chosen, key=_draw)


def reports(folder: Path) -> list[Report]:
    real = {r["id"] for r in gold.rows(folder / "gold.jsonl.gz") if r["kind"] in ("base", "unseen")}
    rows = [row for row in gold.rows(folder / "stream.jsonl.gz") if row["id"] in real]
    at = datetime.fromisoformat
    return [Report(at(r["published_at"]), r["id"], r["title"], r["text"].strip()) for r in rows]


def grams(text: str, length: int) -> frozenset[str]:
    plain = re.sub(r"【.*?】|\W", "", text)  # without the names of columns
    return frozenset(plain[i : i + length] for i in range(max(1, len(plain) - length + 1)))


def _draw(pair: tuple[Report, Report]) -> str:
    return hashlib.sha256(f"stories {pair[0].id} {pair[1].id}".encode()).hexdigest()


if __name__ == "__main__":
    texts = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared")
    for a, b in [] if gold.absent(texts / "dedup") else pairs(texts):
        shown = [(f"{r.at:%F}", r.title, " ".join(r.text[:220].split())) for r in (a, b)]
        print(a.id, b.id, *shown[0], *shown[1], sep="\t")
