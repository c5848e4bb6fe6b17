"""`jianbao explain A B`: whether two articles are one text or one story, and why."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from archive import console
from archive.errors import KnownError
from crawler.explaining import resolve, shown_time, wrapped

if TYPE_CHECKING:
    from archive.sameness.pairs import Pair, Side
    from archive.settings import Settings

_SHOWN, _LONGEST, _NUMBERS = 3, 120, 16


class NoArticle(KnownError):
    """What was named has no article in the archive."""

    def __init__(self, typed: str) -> None:
        super().__init__(
            f"the archive has no article {typed[:200]}; name a number or an address that"
            " `jianbao explain URL` shows with an article"
        )
        self.typed = typed


def tell(current: "Settings", one: str, other: str, as_json: bool) -> None:
    """Show what two articles, named by number or address, have in common. Raises NoArticle."""
    from archive import database
    from archive.sameness import pairs

    with database.connect(current) as conn:
        both = pairs.pair(*(side(conn, current, typed) for typed in (one, other)))
    if as_json:
        told = asdict(both)
        for each in (told["one"], told["other"]):
            each["characters"] = len(each.pop("text"))
        sys.stdout.write(json.dumps(told, ensure_ascii=False, default=str) + "\n")
        return
    console.out.print("\n".join(screen(both)), markup=False, emoji=False)


def screen(both: "Pair") -> list[str]:
    """The pair for people, in lines of at most 80 columns."""
    return [line for label, text in _lines(both) for line in wrapped(label, text) if text]


def side(conn: Any, current: "Settings", typed: str) -> "Side":
    """The article that was typed, by number or address. Raises NoArticle."""
    from archive import biography
    from archive.sameness import pairs
    from crawler.sources import registry

    if typed.strip().isdecimal():
        found = [min(int(typed), 2**63 - 1)]
    else:
        meant = resolve(registry.load(current.jianbao_sources), typed)
        link = biography.find(conn, meant.key, meant.url)
        found = [each.id for each in biography.of_link(conn, link).articles] if link else []
    its = pairs.side(conn, found[0]) if found else None
    if its is None:
        raise NoArticle(typed)
    return its


def _lines(both: "Pair") -> Iterator[tuple[str, str]]:
    for label, each in (("first", both.one), ("second", both.other)):
        yield label, f"number {each.id}, {each.source_name}: {each.title}"
        yield "", each.url
        origin = f", from {each.origin}" if each.origin else ""
        yield "", f"{shown_time(each.at)}, {len(each.text):,} characters{origin}"
        yield "", _place(each)
    its = both.comparison
    yield "verdict", f"{its.verdict}: {its.reason}"
    yield "kept as", _kept(both)
    yield (
        "text",
        f"{its.share:.0%} of the first stands in the second, {its.other_share:.0%} of the second"
        " in the first",
    )
    yield "shared", f"passages: {len(its.runs)}; the longest:" if its.runs else "no passage"
    for run in its.runs[:_SHOWN]:
        yield "", f"「{run[:_LONGEST]}{'…' * (len(run) > _LONGEST)}」"
    yield "numbers", f"at the same places {its.agreeing} agree, {its.conflicting} differ"
    for words, numbers in (("first", both.numbers), ("second", both.other_numbers)):
        more = f" and {len(numbers) - _NUMBERS} more" if len(numbers) > _NUMBERS else ""
        yield "", f"only in the {words}: {', '.join(numbers[:_NUMBERS])}{more}" if numbers else ""


def _place(each: "Side") -> str:
    if each.group is None:
        return "not compared yet: jianbao dedupe"
    role = "the original" if each.original == each.id else f"whose original is {each.original}"
    by = f", recognized by {each.matched}" if each.matched else ""
    story = f"; story {each.story}" if each.story else ""
    return f"copy group {each.group}, {role}{by}{story}"


def _kept(both: "Pair") -> str:
    one, other = both.one, both.other
    if one.group is not None and one.group == other.group:
        return "copies of one text"
    if one.story is None or one.story != other.story:
        return "two texts of two stories"
    joined = next((each for each in (other, one) if each.story_matched), None)
    by = f", which {joined.group} joined by {joined.story_matched}" if joined else ""
    score = f" with score {joined.story_score:.2f}" if joined and joined.story_score else ""
    return f"two reports of one story{by}{score}"
