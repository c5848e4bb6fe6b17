"""350 real titles by which the rule of relevance is judged, and their labels made by hand.

python -m benchmarks.relevance_titles [../shared]

Prints dataset, id, hash, label and title. The titles are their publishers' and stay in ../shared:
the project keeps their ids, short hashes and labels only (relevance_labels.tsv, which states the
guideline). Chosen by a hash of the id, each title once:

- lctt: 100 titles of translated technology articles (summarization/lctt.dev);
- finna: 150 headlines of financial flashes (summarization/finna.dev, the field "reference");
- dedup: 100 titles of general television news (dedup/dev/stream, kinds "base" and "unseen": the
  titles of all other kinds are generated).
"""

import hashlib
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.gold import rows

LABELS = Path(__file__).with_name("relevance_labels.tsv")
SHARED = Path("../shared")


@dataclass(frozen=True, slots=True)
class Title:
    """One title of ../shared, named by dataset and id."""

    dataset: str
    id: str
    text: str

    @property
    def hash(self) -> str:
        """Twelve hex digits, by which a title that changed under its label is noticed."""
        return _digest(self.text)[:12]


@dataclass(frozen=True, slots=True)
class Label:
    """One line of the label file: is the title with this hash relevant?"""

    dataset: str
    id: str
    relevant: bool
    hash: str


def missing(shared: Path = SHARED) -> str | None:
    """Why the titles cannot be read here; None when they can."""
    wanted = ("summarization/lctt.dev.jsonl.gz", "summarization/finna.dev.jsonl.gz", "dedup/dev")
    absent = [name for name in wanted if not (shared / name).exists()]
    if not absent:
        return None
    return f"{shared}/{absent[0]} is not here (real titles, not part of the project)"


def titles(shared: Path = SHARED) -> Iterator[Title]:
    """The 350 titles: 100 of lctt, 150 of finna, 100 of dedup; see `missing` before."""
    kinds = {row["id"]: row["kind"] for row in rows(shared / "dedup/dev/gold.jsonl.gz")}
    lctt = rows(shared / "summarization/lctt.dev.jsonl.gz")
    finna = rows(shared / "summarization/finna.dev.jsonl.gz")
    dedup = rows(shared / "dedup/dev/stream.jsonl.gz")
    yield from _chosen("lctt", 100, ((row["id"], row["title"]) for row in lctt))
    yield from _chosen("finna", 150, ((row["id"], row["reference"]) for row in finna))
    real = (row for row in dedup if kinds[row["id"]] in ("base", "unseen"))
    yield from _chosen("dedup", 100, ((row["id"], row["title"]) for row in real))


def labels(path: Path = LABELS) -> list[Label]:
    """The labels, in the order of the file; raises ValueError at a line that is not one."""
    found = []
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        dataset, id_, label, hash_ = line.split("\t")
        if label not in ("0", "1"):
            raise ValueError(f"{path.name}: {id_} has the label {label!r}, not 0 or 1")
        found.append(Label(dataset, id_, label == "1", hash_))
    return found


def main() -> int:
    shared = Path(sys.argv[1]) if len(sys.argv) > 1 else SHARED
    if why := missing(shared):
        print(f"skipped: {why}")
        return 0
    known = {(label.dataset, label.id): label.relevant for label in labels()}
    for title in titles(shared):
        relevant = known.get((title.dataset, title.id))
        mark = "?" if relevant is None else int(relevant)
        print(title.dataset, title.id, title.hash, mark, title.text, sep="\t")
    return 0


def _chosen(dataset: str, count: int, pairs: Iterable[tuple[str, str]]) -> Iterator[Title]:
    seen: set[str] = set()
    for id_, text in sorted(pairs, key=lambda pair: _digest(pair[0])):
        if text not in seen and len(seen) < count:
            seen.add(text)
            yield Title(dataset, id_, text)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
