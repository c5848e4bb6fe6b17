"""Feed every parser of what publishers send with damaged input, for some minutes each.

python -m benchmarks.fuzz [--minutes 5] [--seed 1] [feed sitemap json state listing dates]

Inputs grow from a grammar of each format's tokens, or are documents of ours that were damaged:
cut, doubled, crossed, peppered with tokens and bytes, re-encoded, packed; some are blown up to five
megabytes. A parser may answer with links or with DiscoveryError: anything else, and any answer that
breaks its promises (addresses, counts, dates), is a finding. Each is saved, and the exit code is 1.
"""

import argparse
import gzip
import json
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from archive.models import FoundLink
from crawler.links import answers, apis, dates, feeds, listings, sitemaps, states
from crawler.sources.source import Entry, Source

NOW = datetime(2026, 3, 5, 6, 30, tzinfo=UTC)
BASE = "https://www.jia.example/list"
SLOW = 1.0
"""Seconds of processor time that an input may take."""
_JSON = {"items": "data.list", "title": "title", "date": "ctime", "link": "url", "content": "html"}
_KEYS = "data list title url link ctime date date_gmt html content rendered".split(" ")
_API = Entry.model_validate({"kind": "api", "url": BASE, **_JSON})
_WORDPRESS = Entry.model_validate({"kind": "wordpress", "url": BASE})
_STATE = Entry.model_validate({"kind": "state", "url": BASE, "variable": "allData", **_JSON})
_SOURCE = Source.model_validate(
    {
        "id": "jia",
        "name": "甲报",
        "homepage": BASE,
        "article": r"^https?://(?:www|m)\.jia\.example/(?:a|\d{4}/\d{4})/(\d+)",
        "entry": [{"kind": "listing", "url": BASE}],
    }
)

GRAMMAR = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))


def _links(found: list[FoundLink]) -> None:
    assert len(found) <= answers.MOST_LINKS
    assert len({link.url for link in found}) == len(found)
    for link in found:
        assert link.url.startswith(("http://", "https://"))
        assert len(link.title) <= 500
        assert "\n" not in link.title
        if when := link.published_at:
            # A feed's clock may have been put right by eight hours.
            assert dates.plausible(when, NOW) or dates.plausible(when + timedelta(hours=8), NOW)


def _feed(body: bytes) -> None:
    _links(feeds.feed(body, BASE, NOW))


def _sitemap(body: bytes) -> None:
    found, nested = sitemaps.sitemap(body, BASE, NOW)
    _links(found)
    assert len(nested) <= answers.MOST_LINKS
    assert all(url.startswith("http") for url in nested)


def _json(body: bytes) -> None:
    for entry in (_API, _WORDPRESS):
        try:
            _links(apis.api(body, entry, NOW))
        except answers.DiscoveryError:
            continue


def _state(body: bytes) -> None:
    _links(states.state(body, BASE, _STATE, NOW))


def _listing(body: bytes) -> None:
    found = listings.listing(body, BASE, _SOURCE, NOW)
    _links(found)
    assert all(_SOURCE.matches(link.url) for link in found)


def _dates(body: bytes) -> None:
    for text in answers.text(body, BASE)[:5_000].split("\n"):
        for parsed in (dates.parse_date(text, NOW), dates.find_date(text, NOW)):
            assert parsed is None or dates.plausible(parsed.instant, NOW)
        dates.date_in_url("https://a.example/" + text)


PARSERS: dict[str, Callable[[bytes], None]] = {
    "feed": _feed,
    "sitemap": _sitemap,
    "json": _json,
    "state": _state,
    "listing": _listing,
    "dates": _dates,
}


class Grower:
    """Makes the inputs for a parser; the same ones for the same seed."""

    def __init__(self, name: str, seed: int) -> None:
        self._chance = Random(f"{name} {seed}")
        self._name, self._json = name, name in ("json", "state")
        self._document = GRAMMAR[name]["document"]
        tokens = GRAMMAR[name]["tokens"].split()
        stated = GRAMMAR["dates"]["document"].split("\n")
        self._tokens = [
            *(token.replace("~", " ") for token in tokens),
            *stated,
            "\x00",
            "\ufeff",
            "中",
            " " * 50,
        ]

    def grow(self) -> bytes:
        chance = self._chance
        damages = chance.choice((0, 1, 1, 2, 4, 16))
        if self._json and chance.random() < 0.5:
            trees = [self._tree(4) for _ in range(chance.randrange(5))]
            tree = chance.choice(({"data": {"list": trees}}, trees, self._tree(5)))
            text = json.dumps(tree, ensure_ascii=chance.random() < 0.5)
            text = f"allData={text};" if self._name == "state" else text
            damages //= 4
        elif chance.random() < 0.6:
            text = self._document
        else:
            text = self._tokens[0] + self._sentence(chance.randrange(40))
        for _ in range(damages):
            text = self._damaged(text)
        if chance.random() < 0.003:
            text = self._blown_up(text)
        encoding = chance.choice(("utf-8", "utf-8", "gb18030", "utf-16", "big5"))
        body = text.encode(encoding, "replace")
        for _ in range(chance.choice((0, 0, 0, 0, 1, 5))):
            at = chance.randrange(len(body) + 1)
            body = body[:at] + chance.randbytes(chance.randrange(4)) + body[at + 1 :]
        return gzip.compress(body, 1) if chance.random() < 0.03 else body

    def _tree(self, depth: int) -> object:
        chance = self._chance
        match chance.randrange(8 if depth else 4):
            case 0:
                return chance.choice((None, True, chance.random() * 10**13, 10**30, -1, 1e999))
            case 1 | 2 | 3:
                return self._sentence(chance.randrange(4))
            case 4:
                return [self._tree(depth - 1) for _ in range(chance.randrange(5))]
        keys = chance.sample(_KEYS, chance.randrange(len(_KEYS)))
        return {key: self._tree(depth - 1) for key in keys}

    def _sentence(self, words: int) -> str:
        return "".join(self._chance.choices(self._tokens, k=words))

    def _damaged(self, text: str) -> str:
        chance = self._chance
        start, end = sorted(chance.randrange(len(text) + 1) for _ in range(2))
        match chance.randrange(6):
            case 0:
                return text[:start] + text[min(end, start + 20) :]
            case 1:
                return text[:end]
            case 2:
                return text[:end] + text[start:]
            case 3:
                return text[:start] + text[start:end] * chance.randrange(9) + text[end:]
            case 4:
                return text[:start] + chr(chance.randrange(0x11000)) + text[start + 1 :]
        return text[:start] + self._sentence(chance.randrange(4)) + text[start:]

    def _blown_up(self, text: str) -> str:
        """A piece of the document, or some tokens, again and again."""
        chance = self._chance
        start = chance.randrange(len(text) + 1)
        unit = text[start : start + chance.randrange(300)] or self._sentence(3) or "<"
        size = chance.choice((20_000, 300_000, answers.MOST_BYTES - 500))
        count = (size - len(text.encode("utf-8", "replace"))) // len(
            unit.encode("utf-8", "replace")
        )
        return text[:start] + unit * max(count, 1) + text[start:]


def fuzz(name: str, seconds: float, seed: int) -> bool:
    """Fuzz one parser and print one line of it; whether there was nothing to find."""
    grower, parse = Grower(name, seed), PARSERS[name]
    folder = Path(tempfile.mkdtemp(prefix="jianbao-fuzz-"))
    runs = worst = 0.0
    findings: dict[str, Path] = {}
    until = time.monotonic() + seconds
    slowest = b""
    while time.monotonic() < until:
        body = grower.grow()
        began = time.process_time()
        try:
            parse(body)
        except answers.DiscoveryError:
            pass
        except Exception as error:
            place = error.__traceback__
            while place and place.tb_next:
                place = place.tb_next
            kind = (
                f"{type(error).__name__} at line {place.tb_lineno if place else 0}: {error!s:.80}"
            )
            path = folder / f"{name}-{len(findings)}"
            if kind not in findings:
                path.write_bytes(body)
                findings[kind] = path
        took = time.process_time() - began
        runs += 1
        if took > worst:
            worst, slowest = took, body
    saved = ""
    if worst > SLOW:
        (folder / f"{name}-slowest").write_bytes(slowest)
        saved = f", saved as {folder}/{name}-slowest"
    print(
        f"{name}: {runs:,.0f} inputs in {seconds:.0f} s, {len(findings)} kinds of exceptions"
        f" (goal 0), worst input {worst:.2f} s of {len(slowest):,} bytes{saved}",
        flush=True,
    )
    for kind, path in findings.items():
        print(f"  {kind}; saved as {path}")
    if not findings and not saved:
        folder.rmdir()
    return not findings


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=5, help="for each parser")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("parsers", nargs="*", choices=[[], *PARSERS], help="all by default")
    given = parser.parse_args()
    names = given.parsers or list(PARSERS)
    return 0 if all([fuzz(name, given.minutes * 60, given.seed) for name in names]) else 1


if __name__ == "__main__":
    sys.exit(main())
