"""A hundred extracts to read one by one: does each open well, and read well alone?

python -m benchmarks.extract_reading [--skip N] [--count N] [SHARED]

Draws in the order of the SHA-256 of their ids: news pages with gold (first the others' `text`
when they run out), and technology articles with editors' summaries. `--skip` leaves out what was
read before. The verdicts are a reader's; only their counts belong into the project.
"""

import argparse
import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

from archive.models import Article
from benchmarks import gold
from benchmarks.summaries import rows
from summarizer.extractive import pick
from summarizer.keywords import keywords
from summarizer.ranking import rank

Drawn = tuple[str, Article]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path, nargs="?", default=gold.FOLDER.parent)
    parser.add_argument("--skip", type=int, default=0)
    parser.add_argument("--count", type=int, default=50)
    asked = parser.parse_args()
    if why := gold.missing(asked.shared / "extraction"):
        print(f"skipped: {why}")
        return 0
    for draw in (_news(asked.shared / "extraction"), _articles(asked.shared / "summarization")):
        for name, article in sorted(draw, key=_order)[asked.skip : asked.skip + asked.count]:
            show(name, article)
    return 0


def show(name: str, article: Article) -> None:
    """Print one extract, a line for each of its sentences, and the keywords."""
    chosen, method = pick(article, rank(article))
    print(f"# {name} ({method}, {len(article.text)} characters) {article.title}")
    for sentence in chosen:
        print(f"  {sentence.start}: {sentence.text}")
    print(f"  = {', '.join(keywords(article.title, article.text))}\n")


def _order(drawn: Drawn) -> bytes:
    return hashlib.sha256(drawn[0].encode()).digest()


def _news(folder: Path) -> Iterator[Drawn]:
    for name, page in gold.answers(folder).items():
        if page["kind"] == "news":
            yield name, Article(page.get("title") or "", page["text"])


def _articles(folder: Path) -> Iterator[Drawn]:
    for row in rows(folder / "lctt.dev.jsonl.gz"):
        yield row["id"], Article(row.get("title") or "", row["article"])


if __name__ == "__main__":
    sys.exit(main())
