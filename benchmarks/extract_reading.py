"""A hundred extracts to read one by one: does each open well, and read well alone?

python -m benchmarks.extract_reading [--skip N] [--count N] [SHARED]

Draws in the order of the SHA-256 of their ids: N pieces of news (pages with gold and, when these
are read, the stream of `dedup`), and N technology articles. `--skip` leaves out what was read
before. The verdicts are the reader's; only their counts belong into the project.
"""

import argparse
import hashlib
import sys
from collections.abc import Iterable
from itertools import chain, islice
from pathlib import Path

from archive.models import Article
from benchmarks import gold
from benchmarks.gold import rows
from summarizer.extractive import pick
from summarizer.keywords import keywords
from summarizer.ranking import rank

Drawn = tuple[str, Article]
"""Id and text."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path, nargs="?", default=gold.FOLDER.parent)
    parser.add_argument("--skip", type=int, default=0)
    parser.add_argument("--count", type=int, default=50)
    asked = parser.parse_args()
    if why := gold.missing(asked.shared / "extraction"):
        print(f"skipped: {why}")
        return 0
    shared = asked.shared
    news = chain(_pages(shared / "extraction"), _stream(shared / "dedup" / "dev"))
    articles = _texts(shared / "summarization" / "lctt.dev.jsonl.gz")
    for draw in (news, articles):
        for name, article in islice(draw, asked.skip, asked.skip + asked.count):
            show(name, article)
    return 0


def show(name: str, article: Article) -> None:
    """Print one extract, a line for each of its sentences, and the keywords."""
    chosen, method = pick(article, rank(article))
    print(f"# {name} ({method}, {len(article.text)} characters) {article.title}")
    for sentence in chosen:
        print(f"  {sentence.start}: {sentence.text}")
    print(f"  = {', '.join(keywords(article.title, article.text))}\n")


def _pages(folder: Path) -> list[Drawn]:
    pages = {name: page for name, page in gold.answers(folder).items() if page["kind"] == "news"}
    return _drawn((name, page.get("title"), page["text"]) for name, page in pages.items())


def _stream(folder: Path) -> list[Drawn]:
    """News without copies; others of the stream are invented."""
    real = {row["id"] for row in rows(folder / "gold.jsonl.gz") if row["kind"] == "unseen"}
    stream = rows(folder / "stream.jsonl.gz")
    return _drawn((row["id"], row["title"], row["text"]) for row in stream if row["id"] in real)


def _texts(path: Path) -> list[Drawn]:
    return _drawn((row["id"], row.get("title"), row["article"]) for row in rows(path))


def _drawn(found: Iterable[tuple[str, str | None, str]]) -> list[Drawn]:
    drawn = [(name, Article(title or "", text)) for name, title, text in found]
    return sorted(drawn, key=lambda one: hashlib.sha256(one[0].encode()).digest())


if __name__ == "__main__":
    sys.exit(main())
