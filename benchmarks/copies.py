"""Group the near-duplicates of a stream as they arrive.

python -m benchmarks.copies STREAM: JSONL or JSONL.gz of {id, title, text, …} in order of arrival;
writes JSONL of {id, group}, in the same order, when the stream has ended.
"""

import gzip
import json
import sys
import time
from pathlib import Path

from archive.sameness.shelf import Shelf


def main() -> int:
    stream = Path(sys.argv[1])
    shelf, ids, took = Shelf(), [], []
    with (gzip.open if stream.suffix == ".gz" else open)(stream, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(filter(str.strip, lines)):
            article = json.loads(line)
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


if __name__ == "__main__":
    sys.exit(main())
