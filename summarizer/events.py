"""Main events (重大事件): who did what when, each in the words of one sentence of the article.

The kinds of events and the wording that shows them are in `events.toml`.
"""

import math
import re
import tomllib
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from archive import clock
from archive.days import Day, dates
from archive.models import Article, Event
from archive.names import companies
from archive.script import simplified
from archive.words import Finder
from summarizer.ranking import REPEATS, Sentence, overlap, rank

MOST = 7
LONGEST = 120
"""Characters of an event; a longer sentence is cut to the clauses around what happened."""
TREND, OTHER = "趋势", "其他"
"""The last kind of the table, and the kind of an event that no wording of the table shows."""

# What speaks for a sentence as a main event; the sum must reach _ENOUGH. Fitted on one half of the
# texts of benchmarks/what_labels.md, scored on the other.
WEIGHTS = {
    "alone": 0.95,
    "score": 0.6,
    "among_ten": 0.7,
    "place": 0.4,
    "like_title": 0.65,
    "short": 1.3,
    "length": 1.05,
    "dated": 0.4,
    "person": -0.5,
    "cue": 0.8,
    "trend": 1.15,
    "essay": 0.5,
    "done": 0.45,
    "body": 0.55,
    "digits": 1.15,
    "quoted": 0.65,
    "label": -0.75,
    "claim": 2.0,
    "cites": -0.5,
}
_ENOUGH = 4.55
_SHORT = 300
_ESSAY = 20, 1 / 6
"""Sentences that an essay has, and the share of them that tells the course of things."""
_CLAIM = 3
"""Wordings of the course of things in one sentence that are as many as can be."""
_PERSON = re.compile("我(?!国|们)|你|您")
_DONE = re.compile(
    "了|获|成立|举行|召开|发布|公布|宣布|签|完成|启动|推出|击败|决定|通报|成功|投入|新增|终止|表示"
)
_BODY = re.compile("公司|集团|局|部|委|政府|法院|大学|警方|研究|企业|银行|协会|机构|中心")
_WHEN = re.compile(
    r"\d{1,2}日|今[日天晨]|昨[日天]|近日|日前|\d月|20\d\d年|本月|今年|去年|凌晨|刚刚"
)
_LABEL = re.compile("[^，。：:]{2,12}[：:]")
_CLAUSE = re.compile(r"[^，,：:]*[，,：:]|[^，,：:]+$")
_TITLE = re.compile(r"《([^《》]{4,40}(?<![报刊]))》")


def events(article: Article, ranked: Sequence[Sentence] | None = None) -> tuple[Event, ...]:
    """At most MOST events in text order, each `article.text[start:end]`.

    None where nothing happens. `ranked` saves ranking the sentences again.
    """
    ranked = rank(article) if ranked is None else ranked
    worth = [
        sum(WEIGHTS[name] * value for name, value in measures.items())
        for measures in measure(article, ranked)
    ]
    # An essay's claims are those of all its sections.
    apart = len(ranked) / (2 * MOST) if _is_essay(ranked) else 0
    chosen: list[int] = []
    for index in sorted(range(len(ranked)), key=lambda index: -worth[index]):
        if worth[index] < _ENOUGH or len(chosen) == MOST:
            break
        if all(
            overlap(ranked[index], ranked[other]) <= REPEATS and abs(index - other) >= apart
            for other in chosen
        ):
            chosen.append(index)
    today = clock.day_of(article.published_at)
    return tuple(_event(ranked[index], today) for index in sorted(chosen))


def measure(article: Article, ranked: Sequence[Sentence]) -> Iterator[dict[str, float]]:
    """What is measured of each sentence, between 0 and 1."""
    title = frozenset().union(*(one.pairs for one in rank(Article("", article.title))))
    texts = [simplified(one.text) for one in ranked]
    kinds = [_kind(text)[0] for text in texts]
    # In an essay, most of which is about the course of things, its claims are the events.
    essay = min(1, 3 * kinds.count(TREND) / (len(kinds) or 1))
    claims = essay * _is_essay(ranked)
    claim, cites = _essay_cues()
    best = max((one.score for one in ranked), default=0) or 1
    for index, (one, text, kind) in enumerate(zip(ranked, texts, kinds, strict=True)):
        yield {
            "score": one.score / best,
            "alone": one.alone,
            "among_ten": index < 10,
            "place": 1 / (1 + index),
            "like_title": len(one.pairs & title) / math.sqrt(len(one.pairs) * len(title) or 1),
            "short": min(1, _SHORT / len(article.text)),
            "length": min(1, len(text) / 40),
            "dated": bool(_WHEN.search(text)),
            "person": bool(_PERSON.search(text)),
            "cue": kind not in (TREND, OTHER),
            "trend": kind == TREND,
            "essay": essay * (kind == TREND),
            "done": bool(_DONE.search(text)),
            "body": bool(_BODY.search(text)),
            "digits": bool(re.search(r"\d", text)),
            "quoted": "“" in text,
            "label": bool(_LABEL.match(text)),
            "claim": claims * min(_CLAIM, len(set(claim.findall(text)))) / _CLAIM,
            "cites": claims * bool(cites.search(text)),
        }


def _is_essay(ranked: Sequence[Sentence]) -> bool:
    """Whether the text is long and much of it tells the course of things."""
    trends = sum(_kind(simplified(one.text))[0] == TREND for one in ranked)
    sentences, share = _ESSAY
    return len(ranked) >= sentences and trends >= share * len(ranked)


@lru_cache(maxsize=1024)
def _kind(text: str) -> tuple[str, re.Match[str] | None]:
    """The kind of event that a sentence tells, and the wording that shows it."""
    not_yet, kinds = _cues()
    found = [
        (kind == TREND, match.start(), kind, match)
        for kind, cues in kinds
        if (match := cues.search(text)) and not not_yet.search(text, 0, match.start())
    ]
    if not found:
        return OTHER, None
    # min() keeps the first of equals, so of two kinds at one place the earlier in the table wins.
    *_, kind, match = min(found, key=lambda one: one[:2])
    return kind, match


def _event(sentence: Sentence, today: date | None) -> Event:
    """The sentence, or when it is long the clauses from its start, or from the cue's, on."""
    kind, match = _kind(simplified(sentence.text))
    cue_start, cue_end = match.span() if match else (0, 1)
    start, end = 0, len(sentence.text)
    if end > LONGEST:
        bounds = [clause.end() for clause in _CLAUSE.finditer(sentence.text)]
        stop = next(bound for bound in bounds if bound >= cue_end)
        if stop > LONGEST:
            start = max((bound for bound in bounds if bound <= cue_start), default=0)
        end = max(bound for bound in bounds if bound == stop or stop < bound <= start + LONGEST)
    text = sentence.text[start:end].rstrip("，,：:")
    return told(text, sentence.start + start, sentence.start + start + len(text), kind, today)


def kinds(text: str) -> frozenset[str]:
    """The kinds of events, trends apart, whose wording a text has."""
    text = simplified(text)
    return frozenset(kind for kind, cues in _cues()[1] if kind != TREND and cues.search(text))


def told(text: str, start: int, end: int, kind: str = "", today: date | None = None) -> Event:
    """The event that some words tell of what stands at [start, end) in an article of `today`."""
    kind = kind or _kind(simplified(text))[0]
    days = dates(text, today)
    stated = text[days[0].start : days[0].end] if days else ""
    return Event(kind, text, start, end, stated, _keys(kind, text, days))


def _keys(kind: str, text: str, days: Sequence[Day]) -> tuple[str, ...]:
    """What tells it from other events: each document or company that it names, with each day.

    Two sentences with a key in common tell one event: 《…办法》|07-13, 某公司|发布|03-02.
    """
    named = {f"《{title}》" for title in _TITLE.findall(text)}
    named |= {f"{name}|{kind}" for name, _, _ in _companies().mentions(text)}
    when = {f"{day.month:02}-{day.day:02}" for day in days if day.month and day.day}
    return tuple(sorted(f"{name}|{day}" for name in named for day in when))


@cache
def _companies() -> Finder:
    return Finder(companies())


@cache
def _cues() -> tuple[re.Pattern[str], list[tuple[str, re.Pattern[str]]]]:
    table = _table()
    return re.compile("|".join(table["not_yet"])), [
        (kind["name"], re.compile("|".join(kind["cues"]))) for kind in table["kind"]
    ]


@cache
def _essay_cues() -> tuple[re.Pattern[str], re.Pattern[str]]:
    table = _table()
    return re.compile("|".join(table["claim"])), re.compile("|".join(table["cites"]))


def _table() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("events.toml").read_text(encoding="utf-8"))
