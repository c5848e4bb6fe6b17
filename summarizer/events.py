"""Main events (重大事件): who did what, each in the words of one sentence of the article.

The kinds of events and the wording that shows them are in `events.toml`.
"""

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from archive.models import Article, Event
from summarizer.ranking import REPEATS, Sentence, overlap, rank

MOST = 7
LONGEST = 120
"""Characters of an event; a longer sentence is cut to the clauses around what happened."""
FALLBACK = "要点"
"""Kind of the one event of an article in which no cue is found: its weightiest sentence."""

# Events are found all over a text: what a sentence owes to its place is mostly taken back.
_PLACE_BACK, _DATED, _NAMED = 0.8, 0.3, 0.2
_DATE = re.compile(r"\d{1,2}日|今日|昨日|近日|日前|\d月|20\d\d年")
_NAME = re.compile(r"[A-Za-z]{2,}|[“《「][^”》」]{2,20}[”》」]|\d")
_CLAUSE = re.compile(r"[^，,：:]*[，,：:]|[^，,：:]+$")


def events(article: Article, ranked: Sequence[Sentence] | None = None) -> tuple[Event, ...]:
    """At most MOST events in text order, each `article.text[start:end]`.

    Empty only for a text without a sentence. `ranked` saves ranking the sentences again.
    """
    ranked = rank(article) if ranked is None else ranked
    readable = [sentence for sentence in ranked if sentence.alone] or list(ranked)
    found = sorted(filter(None, map(_happening, readable)), key=lambda one: -one.worth)
    chosen: list[_Happening] = []
    for one in found:
        if all(overlap(one.sentence, other.sentence) <= REPEATS for other in chosen):
            chosen.append(one)
        if len(chosen) == MOST:
            break
    if not chosen and readable:
        top = max(readable, key=lambda sentence: sentence.score)
        return (Event(FALLBACK, top.text, top.start, top.end),)
    return tuple(sorted((one.event for one in chosen), key=lambda event: event.start))


class _Happening(NamedTuple):
    worth: float
    sentence: Sentence
    event: Event


def _happening(sentence: Sentence) -> _Happening | None:
    """The event that a sentence tells, if any; dated ones and ones with names are worth more."""
    not_yet, kinds = _cues()
    last_kind = kinds[-1][0]
    found = [
        (kind == last_kind, match.start(), kind, weight, match)
        for kind, weight, cues in kinds
        if (match := cues.search(sentence.text))
        and not not_yet.search(sentence.text, 0, match.start())
    ]
    if not found:
        return None
    # min() keeps the first of equals, so of two kinds at one place the earlier in the table wins.
    *_, kind, weight, match = min(found, key=lambda one: one[:2])
    worth = sentence.score - _PLACE_BACK * 0.3 * sentence.early
    worth += _DATED * bool(_DATE.search(sentence.text))
    worth += _NAMED * bool(_NAME.search(sentence.text))
    return _Happening(weight * worth, sentence, _event(kind, sentence, match))


def _event(kind: str, sentence: Sentence, match: re.Match[str]) -> Event:
    """The sentence, or when it is long the clauses from its start, or from the cue's, on."""
    start, end = 0, len(sentence.text)
    if end > LONGEST:
        bounds = [clause.end() for clause in _CLAUSE.finditer(sentence.text)]
        stop = next(bound for bound in bounds if bound >= match.end())
        if stop > LONGEST:
            start = max((bound for bound in bounds if bound <= match.start()), default=0)
        end = max(bound for bound in bounds if bound == stop or stop < bound <= start + LONGEST)
    text = sentence.text[start:end].rstrip("，,：:")
    return Event(kind, text, sentence.start + start, sentence.start + start + len(text))


@cache
def _cues() -> tuple[re.Pattern[str], list[tuple[str, float, re.Pattern[str]]]]:
    table = tomllib.loads(Path(__file__).with_name("events.toml").read_text(encoding="utf-8"))
    return re.compile("|".join(table["not_yet"])), [
        (kind["name"], kind["weight"], re.compile("|".join(kind["cues"]))) for kind in table["kind"]
    ]
