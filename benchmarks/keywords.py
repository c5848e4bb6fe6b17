"""Keywords of a file of texts, for a scorer outside the project.

python -m benchmarks.keywords DATA

DATA: JSON lines of {id, text, title?}, gzipped or not. Prints a line {id, keywords} for each, the
best first, and on standard error the documents per second of CPU time.
"""

import json
import sys
import time
from pathlib import Path

from benchmarks.gold import rows
from summarizer.keywords import keywords


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    documents, started = 0, time.process_time()
    for row in rows(Path(sys.argv[1])):
        found = keywords(row.get("title") or "", row["text"])
        print(json.dumps({"id": row["id"], "keywords": found}, ensure_ascii=False))
        documents += 1
    speed = documents / (time.process_time() - started)
    print(f"{documents} documents, {speed:.0f} per second of CPU time", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
