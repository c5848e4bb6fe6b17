"""Floors of quality: on the sample newsroom always, on real pages where they are.

They stand in floors.toml. `pytest tests/crawler/test_quality.py --floors raise` lifts those that
are surpassed, and only `--floors lower` takes one down: in a commit that says why.
"""

import random
import statistics
import tomllib
from collections import Counter
from collections.abc import Sequence
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import pytest

from archive.script import simplified
from archive.text import fold
from benchmarks import changed_pages, extraction, gold
from benchmarks.gold import Page
from crawler.articles.decode import decode
from crawler.extract import extract
from crawler.repair import repair
from demo.newsroom import OUTLETS, load
from demo.sites import Site

FLOORS = Path(__file__).with_name("floors.toml")
PAGES = Path("..") / "shared" / "extraction"
DAY = date(2026, 11, 22)
_MARGIN = 0.005
"""A floor is put so far below what was measured."""


def hold(request: pytest.FixtureRequest, name: str, measured: dict[str, float]) -> None:
    """Compare with the floors of a section, or move them where the command line asks for it."""
    floors = tomllib.loads(FLOORS.read_text(encoding="utf-8"))
    section = floors.setdefault(name, {})
    moved = request.config.getoption("--floors")
    if moved:
        limit = max if moved == "raise" else min
        for key, value in measured.items():
            new = int((value - _MARGIN) * 1000) / 1000
            section[key] = limit(section.get(key, new), new)
        parts = (
            f'["{title}"]\n' + "".join(f'"{key}" = {floor}\n' for key, floor in values.items())
            for title, values in floors.items()
        )
        FLOORS.write_text("\n".join(parts), encoding="utf-8")
    below = {key: value for key, value in measured.items() if value < section[key]}
    assert below == {}


def newsroom() -> list[Page]:
    shelves = load(DAY)
    pages = []
    for outlet in OUTLETS:
        site = Site(outlet, shelves[outlet.id], DAY, 80)
        routes = site.routes()
        for piece in shelves[outlet.id]:
            if not piece.document and not piece.locked:
                lines = [line for block in piece.blocks for line in block.lines]
                answer = {"text": "\n".join(lines), "title": piece.title}
                pages.append(Page(routes[site.path(piece)]().body, answer))
    return pages


def agreement(pages: Sequence[Page]) -> dict[str, float]:
    """Mean F1 of pairs of characters, and the part of the titles that is right."""
    f1, titles = [], []
    for page in pages:
        read = extract(page.markup)
        said, wanted = (
            Counter(zip(fold(text), fold(text)[1:], strict=False))
            for text in (read["text"], page.gold["text"])
        )
        f1.append(2 * (said & wanted).total() / (said.total() + wanted.total()))
        titles.append(fold(read["title"]) == fold(page.gold["title"]))
    return {"F1": statistics.mean(f1), "title": statistics.mean(titles)}


def test_the_sample_newsroom_is_read_no_worse_than_before(request: pytest.FixtureRequest) -> None:
    hold(request, "newsroom", agreement(newsroom()))


@pytest.mark.parametrize("name", changed_pages.CHANGES)
def test_what_stands_around_an_article_and_its_names_matter_little(
    request: pytest.FixtureRequest, name: str
) -> None:
    pages = random.Random(1).sample(newsroom(), 24)
    changed = [*changed_pages.changed(pages, changed_pages.CHANGES[name])]
    hold(request, f"newsroom, {name}", {"F1": agreement(changed)["F1"]})


@pytest.mark.parametrize("change", ["", "without names", "two articles below"])
def test_real_pages_are_read_no_worse_than_before(
    request: pytest.FixtureRequest, change: str
) -> None:
    folder = request.config.rootpath / PAGES
    if gold.missing(folder):
        pytest.skip(f"the real pages are not there: {PAGES}")
    news, scorer = gold.pages(folder), gold.scorer(folder)
    pages = [*changed_pages.changed(news, changed_pages.CHANGES[change])] if change else news
    totals = scorer.aggregate(
        [
            row | {"cpu_seconds": 1, "error": None}
            for row in extraction.score(scorer, pages, extract)
        ]
    )
    measured = {key: totals[key] for key in ("P", "R", "F1", ">=.9")}
    hold(request, f"real pages, {change}" if change else "real pages", measured)


def test_injected_damage_is_repaired_no_worse_than_before(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = request.config.rootpath / PAGES
    if gold.missing(folder):
        pytest.skip(f"the texts to damage are not there: {PAGES}")
    maker = gold.module(folder / "damage" / "make_damage.py")
    kinds = list(maker.TYPES)
    if not find_spec("opencc"):
        # Only Traditional texts get annotations, and our own table cannot make these.
        kinds = [kind for kind in kinds if not maker.TYPES[kind][0]]
        monkeypatch.setattr(maker, "converter", lambda _: SimpleNamespace(convert=simplified))
    report = maker.score(maker.load_texts(folder / "dev", 300, 2500), kinds, repair)
    assert report.pop("clean")["false_edits_per_million"] == 0
    hold(request, "injected damage", {kind: row["restored"] for kind, row in report.items()})


def test_real_pages_are_decoded_from_whatever_encoding(request: pytest.FixtureRequest) -> None:
    folder = request.config.rootpath / PAGES / "dev"
    if not folder.exists():
        pytest.skip(f"the real pages are not there: {PAGES}")
    pages = [decode(path.read_bytes()) for path in sorted(folder.glob("*/page.html"))]
    wrong = []
    for encoding in ("gb18030", "gbk", "big5hkscs", "utf-16"):
        for page in pages:
            body = page.encode(encoding, "ignore")
            wrong += [encoding] * (decode(body) != body.decode(encoding))
    assert (len(pages), wrong) == (70, [])
