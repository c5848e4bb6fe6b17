"""Summaries of a file of articles, for a scorer outside the project.

python -m benchmarks.summaries DATA [--sentences N]

DATA: JSON lines of {id, article, title?}, gzipped or not. Prints a line {id, summary} for each, of
N sentences if told so, and on standard error the documents per second of CPU time.
"""

import argparse
import json
import sys
import time
from pathlib import Path

from archive.models import Article
from benchmarks.gold import rows
from summarizer.extractive import FEWEST, MOST, joined, pick
from summarizer.ranking import rank


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path, metavar="DATA")
    parser.add_argument("--sentences", type=int, default=0)
    asked = parser.parse_args()
    many = (asked.sentences, asked.sentences) if asked.sentences else (FEWEST, MOST)
    documents, started = 0, time.process_time()
    for row in rows(asked.path):
        article = Article(row.get("title") or "", row["article"])
        chosen, _ = pick(article, rank(article), *many)
        print(json.dumps({"id": row["id"], "summary": joined(chosen)}, ensure_ascii=False))
        documents += 1
    speed = documents / (time.process_time() - started)
    print(f"{documents} documents, {speed:.0f} per second of CPU time", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
