"""A crowd of generated outlets, for trying the crawler at scale.

Every article is made from the words in scale.toml, seeded with (seed, source, article): the same
arguments always give the same texts, different articles give different ones.
"""

import random
import re
import tomllib
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path

from archive.clock import BEIJING
from demo.newsroom import Block, Outlet, Piece

_LOOKS = ("xinghe", "qianyan", "jiangcheng", "dongan")
_DAYS = 5
_LENGTHS = (400, 1300)
_RANGES = {"n": (12, 980), "k": (2, 29)}

_SCRIPT = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
_LISTS: dict[str, list[str]] = {slot: words.split() for slot, words in _SCRIPT["words"].items()}


class _Words(dict[str, str]):
    """Fills the sentences' slots: fresh words at each use, but one company, product and day."""

    def __init__(self, rng: random.Random, day: date) -> None:
        self._rng = rng
        self["company"] = self["other"]
        self["person"] = "{company}{post}{name}".format_map(self)
        self["product"] = "“{a}{b}”{thing}".format_map(self)
        self["day"] = f"{day.month}月{day.day}日"

    def __missing__(self, slot: str) -> str:
        match slot:
            case "other":
                return "{a}{b}{kind}".format_map(self)
            case "name":
                return "{family}{given}".format_map(self)
            case "p" | "q" | "m":
                return f"{self._rng.uniform(2, 79):.1f}"
            case "n" | "k":
                return str(self._rng.randint(*_RANGES[slot]))
        return self._rng.choice(_LISTS[slot])

    def sentence(self, patterns: Sequence[str]) -> str:
        return self._rng.choice(patterns).format_map(self)


class Crowd:
    """`sources` outlets with `pages` articles each, published in the five days up to `today`."""

    def __init__(self, sources: int, pages: int, seed: int, today: date) -> None:
        self.outlets = tuple(_outlet(number) for number in range(1, sources + 1))
        self._pages, self._seed, self.today = pages, seed, today

    def pieces(self, outlet: Outlet) -> tuple[Piece, ...]:
        """The outlet's articles, newest first."""
        found = [self._piece(outlet, n) for n in range(1, self._pages + 1)]
        return tuple(sorted(found, key=lambda piece: piece.published, reverse=True))

    def _piece(self, outlet: Outlet, n: int) -> Piece:
        rng = random.Random(f"{self._seed}/{outlet.number}/{n}")
        age = timedelta(minutes=rng.randrange(_DAYS * 24 * 60))
        published = datetime.combine(self.today, time(6), BEIJING) - age
        words = _Words(rng, published.date())
        title = words.sentence(_SCRIPT["titles"])
        paragraphs = [words.sentence(_SCRIPT["openings"])]
        length, wanted = len(paragraphs[0]), rng.randint(*_LENGTHS)
        while length < wanted:
            chosen = rng.sample(_SCRIPT["sentences"], rng.randint(2, 4))
            paragraphs.append("".join(words.sentence([pattern]) for pattern in chosen))
            length += len(paragraphs[-1])
        body = tuple(Block("text", (paragraph,)) for paragraph in paragraphs)
        author = words["name"]
        return Piece(outlet.id, f"{n:05}", title, published, published, body, author)


def registry(sources: int, port: int) -> str:
    """The registry (TOML) of a crowd that is served on `port`."""
    return "\n".join(_entry(_outlet(number), port) for number in range(1, sources + 1))


def _outlet(number: int) -> Outlet:
    look = _LOOKS[number % len(_LOOKS)]
    identity, name = f"scale{number:04}", f"万象{number:04}站"
    return Outlet(identity, name, number, "feed", "/feed", "/n/{slug}.html", template=look)


def _entry(outlet: Outlet, port: int) -> str:
    home = f"http://{outlet.address}:{port}"
    return f"""\
[[source]]
id = "{outlet.id}"
name = "{outlet.name}"
homepage = "{home}/"
article = '^{re.escape(home)}/n/(\\d+)\\.html$'
min_delay = 0.2
poll_minutes = 30

[[source.entry]]
kind = "feed"
url = "{home}/feed"
"""
