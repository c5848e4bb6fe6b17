"""Every bar of tags, events and figures: by labelled texts, and told apart between articles.

python -m benchmarks.what_bars [../shared]

Against the labels of `benchmarks.what`: for the first 74 texts, for the half of them by which rules
were not chosen at first, and for the 40 fresh ones; and over the corpus's documents, in an archive
of their own. Exit status 1 if a goal is missed.
"""

import hashlib
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from archive import articles, clock, links, pages, sources, summaries
from archive.models import Article, FoundLink, Page
from benchmarks import gold, shelf, what_labels
from benchmarks.bars import Bars
from benchmarks.what_score import Score, score
from crawler.articles.documents import read_document
from summarizer.extractive import summarize

_PAIRS = """
select relation, left(o.title, 4), c.written, left(p.title, 4), c.other_written
  from news.figure_comparisons c
  join news.articles o on o.id = c.id join news.articles p on p.id = c.other_id
"""
_GOALS = {"tags": (0.90, 0.80), "events": (0.85, 0.70), "figures": (0.95, 0.80)}
"""Precision and recall."""
# What the documents are known to say; titles by their first words.
_KNOWN = {
    "143 and 170 亿元 of one industry conflict": ("conflict", "143亿元", "170亿元"),
    "5000亿元 agree": ("agreement", "5000亿元", "5000亿元"),
    "4300家 agree": ("agreement", "4300家", "4300家"),
    "238, a stock and a flow, are of other kinds": ("other kind", "238个", "238个"),
}


def told(title: str, text: str) -> dict[str, Any]:
    """What the product says of a text, as an answer to `benchmarks.what`."""
    summary = summarize(Article(title, text))
    return {
        "tags": [*summary.technologies, *summary.industries],
        "events": [{"at": [one.start, one.end], "kind": one.kind} for one in summary.events],
        "figures": [
            {
                "at": [one.start, one.end],
                "value": list(one.values) if len(one.values) > 1 else one.values[0],
                "unit": one.unit,
                "subject": one.subject,
                "kind": one.kind,
                "date": one.date,
                "by": one.by,
            }
            for one in summary.figures
        ],
    }


def main() -> int:
    shared = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared")
    bars = Bars()
    if why := what_labels.missing():
        print(f"skipped: {why}")
    else:
        _labelled(bars)
    if not gold.absent(shared / "corpus"):
        _corpus(bars, shared / "corpus")
    return int(bars.missed)


def _labelled(bars: Bars) -> None:
    texts = what_labels.drawn() | what_labels.fresh()
    totals: dict[str, Score] = {}
    for path in (what_labels.LABELS, what_labels.FRESH):
        for page in what_labels.load(path):
            its = score(page, texts[page.id].text, told(texts[page.id].title, texts[page.id].text))
            other_half = hashlib.sha256(page.id.encode()).digest()[0] % 2
            first = ("all texts", *(("texts not chosen by",) if other_half else ()))
            for name in ("fresh texts",) if path == what_labels.FRESH else first:
                totals[name] = totals.get(name, Counter()) + its
    for what, (precision, recall) in _GOALS.items():
        for name, total in totals.items():
            found, wrong, missed = (total[what, part] for part in ("found", "wrong", "missed"))
            said, there = found + wrong, found + missed
            bars.bar(f"{what}, precision, {name}", found / said, precision, said)
            bars.bar(f"{what}, recall, {name}", found / there, recall, there)


def _corpus(bars: Bars, folder: Path) -> None:
    with shelf.server() as current, shelf.connection(current) as conn:
        sources.sync(conn, [("s", "来源", "https://s.example", True)], shelf.NOW)
        for path in sorted(folder.glob("*.txt")):
            document = read_document(path.read_bytes(), path.name, clock.now())
            links.discover(
                conn, "s", path.name, FoundLink(f"https://s.example/{path.name}"), shelf.NOW
            )
            link = links.get(conn, path.name)
            assert link is not None
            pages.add(conn, Page(link.id, link.url, path.read_bytes(), shelf.NOW))
            row = conn.execute("select id from archive.page where link = %s", (link.id,)).fetchone()
            assert row is not None
            for article in document.reading.articles:
                articles.put(conn, link.id, row[0], article, shelf.NOW)
        while found := articles.claim_unsummarized(conn):
            for stored in found:
                summary = summarize(stored.article)
                summaries.put(conn, stored.id, stored.article.text, summary, shelf.NOW)
        rows = conn.execute(_PAIRS).fetchall()
        foreign = conn.execute(
            "select count(*) from news.figures where written ~ '4300' and subject ~ '国外|初创'"
        ).fetchone()
    for name, known in _KNOWN.items():
        bars.bar(name, sum((r[0], *sorted((r[2], r[4]))) == known for r in rows), 1, 1)
    bars.bar("foreign start-ups with 4300 companies", foreign[0] if foreign else 1, 0, 1, False)
    others = [r for r in rows if (r[0], *sorted((r[2], r[4]))) not in _KNOWN.values()]
    for row in others:
        print("  also", *row)


if __name__ == "__main__":
    sys.exit(main())
