"""Every bar of clean text: real pages beside public tools, pages changed, the corpus, repairs.

python -m benchmarks.extraction [../shared] [--without-tools]

readability-lxml and opencc, which the project does not need, are installed into a folder that goes
away; that takes a package index. Differences are paired, with intervals resampled by publisher.
Exit status 1 if a goal is missed.
"""

import logging
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from archive.clock import BEIJING
from archive.settings import PROJECT
from benchmarks import changed_pages, gold, repairs
from benchmarks.bars import Bars
from benchmarks.gold import Page
from crawler.articles.documents import read_document
from crawler.extract import extract

TOOLS = ("readability-lxml", "opencc")
_ROUNDS = 3
_WORST = 10
_DRAWS = 5000
_PUNCTUATION = "，。！？；：、”」,.!?;"

Row = dict[str, Any]
Reader = Callable[[bytes, str | None], dict[str, Any]]


def main() -> int:
    arguments = [each for each in sys.argv[1:] if not each.startswith("--")]
    shared = Path(arguments[0]) if arguments else gold.FOLDER.parent
    folder = shared / "extraction"
    if why := gold.missing(folder):
        print(f"skipped: {why}")
        return 0
    warnings.filterwarnings("ignore")
    logging.disable(logging.CRITICAL)
    bars = Bars()
    with _tools("--without-tools" not in sys.argv) as tools:
        _pages(bars, folder, tools)
        _corpus(bars, shared / "corpus")
        repairs.measure(bars.bar, shared, tools)
    return int(bars.missed)


def _pages(bars: Bars, folder: Path, tools: bool) -> None:
    news, scorer = gold.pages(folder), gold.scorer(folder)
    own = score(scorer, news, extract)
    f1 = [row["f1"] for row in own]
    bars.bar("F1, mean", statistics.mean(f1), 0.975, len(f1))
    bars.bar("precision", statistics.mean(row["precision"] for row in own), 0.97, len(f1))
    bars.bar("recall", statistics.mean(row["recall"] for row in own), 0.98, len(f1))
    bars.bar("pages with F1 < .5", sum(each < 0.5 for each in f1) / len(f1), 0, len(f1), False)
    bars.bar("pages with F1 ≥ .9", sum(each >= 0.9 for each in f1) / len(f1), 0.95, len(f1))
    for key, goal in (("title", 0.98), ("date", 0.97), ("author", 0.75), ("source", 0.85)):
        stated = [row[key] for row in own if key in row]
        bars.bar("origin" if key == "source" else key, statistics.mean(stated), goal, len(stated))
    gbk = [row["f1"] for row in own if "gbk" in row["tags"].split()]
    bars.bar("GBK pages, F1", statistics.mean(gbk), 0.97, len(gbk))
    short = [row["f1"] for row, page in zip(own, news, strict=True) if _size(page) < 300]
    bars.bar("pages under 300 characters, F1", statistics.mean(short), 0.93, len(short))
    _speed(bars, scorer, news)
    public = {"trafilatura": score(scorer, news, scorer.BASELINES["trafilatura"])}
    if tools:
        readability = scorer.BASELINES["readability-lxml"]
        public["readability-lxml"] = score(scorer, news, readability)
        public["the naive combination"] = score(scorer, news, _naive(scorer))
    for name, rows in public.items():
        found = scorer.paired_bootstrap(rows, own, "publisher", _DRAWS)
        theirs = statistics.mean(row["f1"] for row in rows)
        about = f"gain over {name} ({theirs:.3f}): {found['difference']:+.3f}, up to"
        print(f"{about} {found['high']:+.3f} with 95 %")
        bars.bar(f"gain over {name}, lower bound", found["low"], 0.0, len(rows))
    _changed(bars, scorer, news, own)
    others = gold.pages(folder, "other")
    rows = score(scorer, others, extract)
    called = sum(not row["empty"] for row in rows)
    print(f"other pages: {called} of {len(rows)} read, F1 {statistics.mean(_f1(rows)):.3f}")
    print(f"the {_WORST} worst: F1, pairs of characters missing, too much")
    for row in sorted(own, key=lambda row: row["f1"])[:_WORST]:
        print(f"  {row['id']:<20}{row['f1']:.3f}{row['missing']:>7}{row['too much']:>7}")


def _changed(bars: Bars, scorer: Any, news: Sequence[Page], own: list[Row]) -> None:
    goals = {"without names": 0.975}
    for name, change in changed_pages.CHANGES.items():
        rows = score(scorer, [*changed_pages.changed(news, change)], extract)
        found = scorer.paired_bootstrap(own, rows, "publisher", _DRAWS)
        bars.bar(f"F1, {name}", statistics.mean(_f1(rows)), goals.get(name, 0.95), len(rows))
        print(f"    {found['difference']:+.3f}, 95 % [{found['low']:+.3f}, {found['high']:+.3f}]")


def _f1(rows: Iterable[Row]) -> list[float]:
    return [row["f1"] for row in rows]


def _size(page: Page) -> int:
    return len(page.gold["text"])


def score(scorer: Any, pages: Iterable[Page], reader: Reader) -> list[Row]:
    """A row for each page, as the scorer makes it, with the pairs missing and too much."""
    rows = []
    for page in pages:
        try:
            answer = reader(page.markup, page.url) or {}
        except Exception:  # any failure of a tool is a result
            answer = {}
        said, wanted = scorer.bigrams(answer.get("text")), scorer.bigrams(page.gold["text"])
        row: Row = scorer.score_page(answer, page.gold)
        row["missing"], row["too much"] = (wanted - said).total(), (said - wanted).total()
        rows.append(row)
    return rows


def _speed(bars: Bars, scorer: Any, news: Sequence[Page]) -> None:
    """CPU time of both, page by page in turn, in one process; the median of the rounds."""
    theirs = scorer.BASELINES["trafilatura"]
    ratios, speeds = [], []
    for _ in range(_ROUNDS):
        spent: Counter[bool] = Counter()
        for page in news:
            for mine, reader in ((True, extract), (False, theirs)):
                start = time.process_time_ns()
                reader(page.markup, page.url)
                spent[mine] += time.process_time_ns() - start
        speeds.append(len(news) / spent[True] * 1e9)
        ratios.append(spent[False] / spent[True])
    bars.bar("pages per CPU second", statistics.median(speeds), 15, len(news))
    bars.bar("speed beside trafilatura", statistics.median(ratios), 0.8, len(news))


def _naive(scorer: Any) -> Reader:
    """readability-lxml, but trafilatura where that is short, or much shorter and hardly prose."""

    def read(page: bytes, url: str | None) -> dict[str, Any]:
        answers = []
        for name in ("readability-lxml", "trafilatura-decoded"):
            try:
                answers.append(scorer.BASELINES[name](page, url) or {})
            except Exception:  # as above
                answers.append({})
        first, second = answers
        said = str(first.get("text") or "").strip()
        other = str(second.get("text") or "").strip()
        marks = sum(said.count(mark) for mark in _PUNCTUATION)
        if len(said) < 60 or (len(said) < 0.35 * len(other) and marks < 3):
            return second
        return first

    return read


def _corpus(bars: Bars, folder: Path) -> None:
    """What the issue expects of the five documents, each a figure of 0 or 1."""
    if gold.absent(folder):
        return
    now = datetime.now(UTC)
    paths = sorted(folder.glob("*.txt"))
    found = [read_document(path.read_bytes(), path.name, now) for path in paths]
    for number, expected in _EXPECTED.items():
        articles = found[number].reading.articles
        for name, holds in expected.items():
            try:
                met = holds(*articles)
            except TypeError:
                met = False
            bars.bar(f"corpus {number:03}: {name}", float(met), 1, 1)


def _day(article: Any) -> str:
    at = article.published_at
    return at.astimezone(BEIJING).date().isoformat() if at else ""


_EXPECTED: dict[int, dict[str, Callable[..., bool]]] = {
    0: {
        "two articles": lambda *found: len(found) == 2,
        "their reporters": lambda one, two: (one.authors, two.authors) == (("魏蔚",), ("杨月涵",)),
    },
    1: {
        "one article": lambda *found: len(found) == 1,
        "three named contributors": lambda one: len(one.contributors) == 3,
    },
    2: {
        "origin": lambda one: one.origin == "证券日报",
        "no furniture": lambda one: "举报" not in one.text and bool(one.title),
    },
    3: {
        "origin": lambda one: one.origin == "中国经济周刊",
        "author": lambda one: one.authors == ("孙冰",),
        "no annotation": lambda one: not repairs.ANNOTATION.search(one.text),
        "repaired": lambda one: len(one.repairs) > 0,
    },
    4: {
        "origin": lambda one: one.origin.startswith("新民周刊"),
        "author": lambda one: one.authors == ("金姬",),
        "day": lambda one: _day(one) == "2024-03-05",
        "no list of places or others": lambda one: (
            max(line.count("|") for line in one.text.split("\n")) < 9 and "猜你喜欢" not in one.text
        ),
        "no annotation": lambda one: not repairs.ANNOTATION.search(one.text),
    },
}


@contextmanager
def _tools(wanted: bool) -> Any:
    """Whether the public tools can be imported meanwhile; says why not."""
    with tempfile.TemporaryDirectory(prefix="jianbao-tools-") as folder:
        uv = str(PROJECT / ".venv" / "bin" / "uv")
        command = [uv, "pip", "install", "-q", "--target", folder, *TOOLS]
        done = (
            subprocess.run(command, capture_output=True, text=True, check=False) if wanted else None
        )
        if done is None or done.returncode:
            why = done.stderr.strip().split("\n")[-1] if done else "--without-tools"
            print(f"skipped: {' and '.join(TOOLS)}: {why}")
            yield False
            return
        sys.path.append(folder)
        try:
            yield True
        finally:
            sys.path.remove(folder)


if __name__ == "__main__":
    sys.exit(main())
