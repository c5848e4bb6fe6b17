"""The real pages with gold beside the project, and the scorers that come with them."""

import gzip
import importlib.util
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

FOLDER = Path("../shared/extraction")


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it was fetched, and what a person found in it."""

    markup: bytes
    gold: dict[str, Any]

    @property
    def url(self) -> str | None:
        return self.gold.get("url")


def absent(path: Path) -> bool:
    """Whether the texts to be measured are not here, which is then said."""
    if not path.exists():
        print(f"skipped: {path} is not here (real texts, not part of the project)")
    return not path.exists()


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a file of JSON lines, gzipped or not."""
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, filter(str.strip, lines))


def missing(folder: Path) -> str:
    """Why nothing can be measured; empty if it can."""
    if (folder / "dev").is_dir():
        return ""
    return f"{folder}/dev is not here (real pages with gold, not part of the project)"


def pages(folder: Path, kind: str = "news") -> list[Page]:
    """The pages of a kind (news, other, all), without those whose gold is doubtful."""
    chosen = scorer(folder).load_pages(folder / "dev", "all", kind, set(), False, None)
    return [Page(path.read_bytes(), gold) for path, gold in chosen]


def scorer(folder: Path) -> ModuleType:
    """The scorer of extracted pages."""
    return module(folder / "evaluate.py")


def module(path: Path) -> ModuleType:
    """A Python file as a module."""
    spec = importlib.util.spec_from_file_location(f"gold_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = loaded
    spec.loader.exec_module(loaded)
    return loaded


def answers(folder: Path) -> dict[str, dict[str, Any]]:
    """The gold of all pages, by id."""
    found = sorted(folder.glob("dev/*/gold.json"))
    return {path.parent.name: json.loads(path.read_text(encoding="utf-8")) for path in found}
