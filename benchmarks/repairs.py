"""How much injected damage is repaired, and how often undamaged text is touched."""

import contextlib
import io
import re
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import gold
from crawler.repair import repair

ANNOTATION = re.compile(r"\([a-zü]*[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ][a-zü]*\)")
_CLEAN = 3_000_000
_RESTORED, _FALSE = 0.80, 1.0
_UNDAMAGED = ("base", "unseen")


def measure(bar: Callable[..., None], shared: Path, tools: bool) -> None:
    """Print the share of damaged runs restored, and false edits in a million characters."""
    if tools:
        _restored(bar, shared / "extraction")
    else:
        print("skipped: injected damage, which takes opencc")
    size = changed = 0
    for text in _clean_texts(shared):
        size += len(text)
        changed += _edits(text, repair(text))
        if size >= _CLEAN:
            break
    if size:
        bar("false edits per million characters", changed / size * 1e6, _FALSE, size, False)


def _restored(bar: Callable[..., None], folder: Path) -> None:
    maker = gold.module(folder / "damage" / "make_damage.py")
    texts = maker.load_texts(folder / "dev", 300, 2500)
    with contextlib.redirect_stdout(io.StringIO()):
        report = maker.score(texts, list(maker.TYPES), repair)
    del report["clean"]
    for kind, row in report.items():
        print(f"    {kind:<16}{row['restored']:.3f} of {row['runs']} runs restored")
    runs = sum(row["runs"] for row in report.values())
    restored = sum(row["restored"] * row["runs"] for row in report.values())
    bar("injected damage restored, all kinds", restored / runs, _RESTORED, runs)


def _clean_texts(shared: Path) -> Iterator[str]:
    """The articles of the other data sets that nobody damaged, Simplified."""
    dedup = shared / "dedup" / "dev"
    if dedup.is_dir():
        kinds = {row["id"]: row["kind"] for row in gold.rows(dedup / "gold.jsonl.gz")}
        for row in gold.rows(dedup / "stream.jsonl.gz"):
            if kinds[row["id"]] in _UNDAMAGED:
                yield row["text"]
    for path in sorted((shared / "summarization").glob("*.train.jsonl.gz")):
        yield from (row["article"] for row in gold.rows(path))


def _edits(before: str, after: str) -> int:
    """How many lines read otherwise: two edits in one line of clean text are one accident."""
    if before == after:
        return 0
    pairs = zip(_shown(before).split("\n"), _shown(after).split("\n"), strict=False)
    return sum(one != two for one, two in pairs)


def _shown(text: str) -> str:
    """What a reader sees: characters without width, and of other widths, make no difference."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(each for each in folded if unicodedata.category(each) != "Cf")
