"""What the sample newsroom publishes: its outlets, and their articles with the dates filled in."""

import hashlib
import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import groupby
from pathlib import Path

from archive.clock import BEIJING

_HERE = Path(__file__).parent
_TOKEN = re.compile(r"(?:\{Y\}年)?\{(D|DATE)([+-]?\d+)\}|\{Y\}")
_CORRECTION = time(6, 10)  # Of the reference day: after everything else.
_MARKS = {"## ": "heading", "> ": "quote", "- ": "list", "| ": "table", "![": "picture"}

# Where and when the twins of the corpus documents appear; the labelled one is imported by hand.
_TWINS = {
    "two-articles": ("jiangcheng", "06:00"),
    "broken-interview": ("qianyan", "08:30"),
    "damaged-mirror": ("jingxiang", "09:42"),
    "hijacked-page": ("jingxiang", "03:43"),
}


@dataclass(frozen=True, slots=True)
class Outlet:
    """A fictional publisher: where it is, how it announces its articles, how it looks."""

    id: str
    name: str
    number: int
    form: str
    """`feed`, `listing`, `sitemap` or `api`."""
    entry: str
    article: str
    """The path of an article: a format string over `day`, `slug` and `number`."""
    template: str = ""
    """Whose template it uses; empty means its own."""
    full_text: bool = False
    zoned: bool = True
    """Whether the feed's dates name their time zone."""
    encoding: str = "utf-8"

    @property
    def address(self) -> str:
        """The loopback address of its own, 250 to each of 127.0.1.x, 127.0.2.x …"""
        return f"127.0.{1 + (self.number - 1) // 250}.{1 + (self.number - 1) % 250}"


OUTLETS = (
    Outlet(
        "xinghe", "星河科技报", 1, "feed", "/feed", "/ai/{day:%Y%m}/{number}.html", full_text=True
    ),
    Outlet("qianyan", "前沿观察网", 2, "feed", "/rss", "/a/{day:%Y}/{slug}.html", zoned=False),
    Outlet("jiangcheng", "江城商报", 3, "listing", "/news/", "/{day:%Y}/{day:%m%d}/{number}.shtml"),
    Outlet("zhidian", "智点快讯", 4, "api", "/api/flash", "/flash/{number}.html"),
    Outlet(
        "dongan",
        "东岸财经",
        5,
        "sitemap",
        "/sitemap.xml",
        "/finance/{day:%Y%m%d}/t{day:%Y%m%d}_{number}.html",
    ),
    Outlet(
        "jiuzhou",
        "九州电脑网",
        6,
        "listing",
        "/list.htm",
        "/html/{day:%Y}/{day:%m}/{number}.htm",
        encoding="gbk",
    ),
    Outlet("jingxiang", "AI镜像站", 7, "listing", "/list/", "/show-{number}.html"),
    Outlet("yueli", "月黎网", 8, "listing", "/news/", "/news/{number}.html"),
)


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading, quote, list, table or picture of an article's body."""

    kind: str
    lines: tuple[str, ...]

    @property
    def rows(self) -> list[list[str]]:
        return [[cell.strip() for cell in line.split("|")] for line in self.lines]


@dataclass(frozen=True, slots=True)
class Piece:
    """One publication of an outlet; times are Beijing time."""

    outlet: str
    slug: str
    title: str
    published: datetime
    updated: datetime
    blocks: tuple[Block, ...]
    author: str = ""
    editor: str = ""
    origin: str = ""
    section: str = "科技"
    document: str = ""
    """The whole page, when it is served as it is in the file."""
    locked: bool = False
    """Whether a login wall hides the rest."""

    @property
    def number(self) -> int:
        """Six digits that stay the same as long as the slug does."""
        digest = hashlib.sha256(f"{self.outlet}/{self.slug}".encode()).digest()
        return 100_000 + int.from_bytes(digest[:8]) % 900_000

    @property
    def size(self) -> int:
        return sum(len(line) for block in self.blocks for line in block.lines)

    def lead(self, limit: int) -> str:
        """The first `limit` characters of the running text."""
        return "".join(
            line for block in self.blocks if block.kind == "text" for line in block.lines
        )[:limit]


def dated(text: str, today: date) -> str:
    """`text` with its tokens filled in: {D-1}, {D+30} … as days like 11月21日, {DATE-1} … as days
    like 2026-11-21, {Y} as the year, which is that of the day when one follows."""

    def day(match: re.Match[str]) -> str:
        if match[1] is None:
            return str(today.year)
        that = today + timedelta(days=int(match[2]))
        if match[1] == "DATE":
            return that.isoformat()
        year = f"{that.year}年" if match[0].startswith("{Y}") else ""
        return f"{year}{that.month}月{that.day}日"

    return _TOKEN.sub(day, text)


def blocks(body: str) -> tuple[Block, ...]:
    """The blocks of a body in the articles' little Markdown."""

    def kind(line: str) -> str:
        return _MARKS.get(line[:3]) or _MARKS.get(line[:2], "text")

    found = []
    for chunk in re.split(r"\n\s*\n", body.strip()):
        for name, lines in groupby(chunk.splitlines(), kind):
            stripped = (
                line if name == "text" else line.lstrip("#>-|![ ").rstrip("]| ") for line in lines
            )
            found.append(Block(name, tuple(stripped)))
    return tuple(found)


def load(
    today: date, corrected: bool = False, articles: Path = _HERE / "articles"
) -> dict[str, tuple[Piece, ...]]:
    """Every outlet's pieces, newest first, for the edition of `today`.

    With `corrected`, <slug>.corrected.md stands in for the article: same address and time of
    publication, a later time of update. Raises ValueError when two articles share an address.
    """
    pieces = [
        _piece(path, today, corrected)
        for path in sorted(articles.glob("*/*.md"))
        if not path.stem.endswith(".corrected")
    ]
    pieces += _twins(today)
    shelves: dict[str, tuple[Piece, ...]] = {}
    for outlet in OUTLETS:
        shelf = [piece for piece in pieces if piece.outlet == outlet.id]
        if len({piece.number for piece in shelf}) < len(shelf):
            raise ValueError(f"two articles of {outlet.id} have the same number; rename one")
        shelves[outlet.id] = tuple(sorted(shelf, key=lambda piece: piece.published, reverse=True))
    return shelves


def is_corrected(state: Path) -> bool:
    """Whether a file says {"corrected": true}: that the correction is out."""
    try:
        said = json.loads(state.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # Not there yet, or being written.
        return False
    return isinstance(said, dict) and said.get("corrected") is True


def _piece(path: Path, today: date, corrected: bool) -> Piece:
    piece = _read(path, path.parent.name, path.stem, today)
    revision = path.with_name(f"{path.stem}.corrected.md")
    if not (corrected and revision.is_file()):
        return piece
    later = _read(revision, piece.outlet, piece.slug, today)
    updated = datetime.combine(today, _CORRECTION, BEIJING)
    return replace(later, published=piece.published, updated=updated)


def _twins(today: date) -> Iterator[Piece]:
    for name, (outlet, hour) in _TWINS.items():
        document = (_HERE / "twins" / f"{name}.html").read_text(encoding="utf-8")
        truth = _HERE / "twins" / f"{name}.truth.md"
        piece = _read(truth, outlet, name, today, hour)
        yield replace(piece, document=dated(document, today))


def _read(path: Path, outlet: str, slug: str, today: date, hour: str = "") -> Piece:
    _, front, body = path.read_text(encoding="utf-8").split("+++\n", 2)
    said = tomllib.loads(front)
    moment = time.fromisoformat(hour or said["time"])
    published = datetime.combine(today + timedelta(days=said["day"]), moment, BEIJING)
    return Piece(
        outlet,
        slug,
        dated(said["title"], today),
        published,
        published,
        blocks(dated(body, today)),
        **{key: said[key] for key in ("author", "editor", "origin", "section") if key in said},
    )
