"""Every bar of copies on the stream of real reports: the groups of `benchmarks.copies`, scored.

python -m benchmarks.sameness [../shared]

Exit status 1 if a goal is missed.
"""

import json
import runpy
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.bars import Bars
from benchmarks.gold import absent, rows

_HARDEST = "combo"


def main() -> int:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared") / "dedup"
    if absent(folder):
        return 0
    judge = runpy.run_path(str(folder / "evaluate.py"))
    with tempfile.TemporaryFile("w+") as groups:
        stream = folder / "dev" / "stream.jsonl.gz"
        command = [sys.executable, "-m", "benchmarks.copies", str(stream)]
        subprocess.run(command, stdout=groups, check=True)
        groups.seek(0)
        told = {row["id"]: row["group"] for row in map(json.loads, groups)}
    gold = {row["id"]: row for row in rows(folder / "dev" / "gold.jsonl.gz")}
    scores: dict[str, Any] = judge["evaluate"](gold, told)
    bars, number = Bars(), scores["documents"]
    bars.bar("BCubed F1", scores["bcubed"]["F1"], 0.99, number)
    bars.bar("precision of pairs", scores["pairs"]["P"], 0.98, number)
    bars.bar("recall of pairs", scores["pairs"]["R"], 0.97, number)
    for kind, share in scores["recall_by_kind"].items():
        count = sum(row["kind"] == kind for row in gold.values())
        bars.bar(f"recall, {kind}", share, 0.93 if kind == _HARDEST else 0.99, count)
    forms = [its for kind, its in scores["false_merges"].items() if kind.startswith("template-")]
    of = sum(its["of"] for its in forms)
    merged = sum(its["documents"] for its in forms) / max(1, of)
    bars.bar("reports of one form merged", merged, 0.01, of, least=False)
    return int(bars.missed)


if __name__ == "__main__":
    sys.exit(main())
