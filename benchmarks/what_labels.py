"""What real articles say, labelled by hand: the texts drawn by rule, their labels, their checks.

The definitions and the rule are in `what_labels.md`; the labels are offsets into texts that stay
outside the project.
"""

import hashlib
import json
import math
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive import taxonomy
from benchmarks import gold

LABELS = Path(__file__).with_name("what_labels.jsonl")
FRESH = Path(__file__).with_name("what_fresh.jsonl")
"""Labelled when rules had been chosen by `LABELS`; no rule is chosen by these."""
SUMMARIES = Path("../shared/summarization")
KINDS = (
    "发布 开源 融资 合作 收购 财报 统计 政策 备案 人事 处罚 会议 活动 研究 投产 事故 趋势 其他"
).split()
MEASURES = "stock flow price rate measure".split()
TECHNOLOGY = re.compile(
    "人工智能|机器学习|深度学习|神经网络|机器人|大数据|云计算|芯片|GPU|算力|自动驾驶|大模型|物联网|5G|半导体"
)

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Event:
    """A main event: the sentences that each tell it, what kinds are right, who did it."""

    kinds: tuple[str, ...]
    at: tuple[Span, ...]
    actor: Span | None
    date: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure: where its number stands, what it reads, and the places that name its subject.

    `value` has one number or, for a range, two, in the bare unit. The first of `units` is as
    the text has it; the others would be as right.
    """

    at: tuple[Span, ...]
    value: tuple[float, ...]
    units: tuple[str, ...]
    subjects: tuple[Span, ...]
    date: str
    kinds: tuple[str, ...]
    by: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """The labels of one text. What starts with `may_`, and all within `zones`, is not judged."""

    id: str
    text: str
    """The start of the SHA-256 of the text that was read."""
    tags: frozenset[str]
    may_tags: frozenset[str]
    events: tuple[Event, ...]
    may_events: tuple[Span, ...]
    figures: tuple[Figure, ...]
    zones: tuple[Span, ...]

    @property
    def group(self) -> str:
        return "technology" if self.id.startswith(("lctt-", "finna-")) else "news"


@dataclass(frozen=True, slots=True)
class Text:
    """What a labelled page says."""

    title: str
    text: str


def missing() -> str:
    """Why nothing can be measured; empty if it can."""
    if why := gold.missing(gold.FOLDER):
        return why
    lacking = [name for name in ("lctt", "finna") if not _texts_of(name).exists()]
    return (
        f"{_texts_of(lacking[0])} is not here (real texts, not part of the project)"
        if lacking
        else ""
    )


def drawn() -> dict[str, Text]:
    """The texts that the rule in `what_labels.md` draws, by id."""
    return (
        _first(_news(200), 45)
        | _first(_technical("lctt", 6), 9)
        | _first(_technical("finna", 1), 20)
    )


def fresh() -> dict[str, Text]:
    """The texts that its second rule draws: none of them among the first."""
    known = drawn()
    pools = ((_news(), 10), (_technical("lctt", 2, 2500), 12), (_technical("finna"), 18))
    texts: dict[str, Text] = {}
    for pool, many in pools:
        texts |= _first({name: pool[name] for name in pool.keys() - known.keys()}, many)
    return texts


def _news(length: int = 0) -> dict[str, Text]:
    return {
        page["id"]: Text(page.get("title") or "", page["text"])
        for page in gold.answers(gold.FOLDER).values()
        if page["kind"] == "news" and len(page["text"]) >= length
    }


def _texts_of(name: str) -> Path:
    return SUMMARIES / f"{name}.dev.jsonl.gz"


def _technical(name: str, mentions: int = 0, length: int = 4000) -> dict[str, Text]:
    return {
        row["id"]: Text(row.get("title") or "", row["article"])
        for row in gold.rows(_texts_of(name))
        if len(row["article"]) <= length and len(TECHNOLOGY.findall(row["article"])) >= mentions
    }


def _first(texts: dict[str, Text], many: int) -> dict[str, Text]:
    order = sorted(texts, key=lambda name: hashlib.sha256(name.encode()).hexdigest())
    return {name: texts[name] for name in order[:many]}


def load(path: Path = LABELS) -> list[Page]:
    """The labelled pages. Raises KeyError or ValueError for a file of another shape."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [_page(json.loads(line)) for line in lines]


def _page(row: dict[str, Any]) -> Page:
    return Page(
        row["id"],
        row["text"],
        frozenset(row["tags"]),
        frozenset(row["may_tags"]),
        tuple(
            Event(tuple(e["kinds"]), _spans(e["at"]), e["actor"] and tuple(e["actor"]), e["date"])
            for e in row["events"]
        ),
        _spans(row["may_events"]),
        tuple(
            Figure(
                _spans(f["at"]),
                tuple(f["value"]),
                tuple(f["units"]),
                _spans(f["subjects"]),
                f["date"],
                tuple(f["kinds"]),
                _spans(f["by"]),
            )
            for f in row["figures"]
        ),
        _spans(row["zones"]),
    )


def _spans(pairs: list[list[int]]) -> tuple[Span, ...]:
    return tuple((start, end) for start, end in pairs)


def mistakes(page: Page, text: str) -> list[str]:
    """What is wrong with the labels of a text, a line each."""
    found = []
    if hashlib.sha256(text.encode()).hexdigest()[:16] != page.text:
        found.append("the text is not the one that was read")
    known = taxonomy.load()
    names = {term.name for term in (*known.technologies, *known.industries)}
    found += [f"no tag is named {name}" for name in sorted((page.tags | page.may_tags) - names)]
    found += [f"{name} must and may" for name in sorted(page.tags & page.may_tags)]
    places = [*page.may_events, *page.zones]
    for event in page.events:
        places += [*event.at, *([event.actor] if event.actor else [])]
        found += [f"no event is a {kind}" for kind in event.kinds if kind not in KINDS]
    for figure in page.figures:
        places += [*figure.at, *figure.subjects, *figure.by]
        found += [f"no figure is a {kind}" for kind in figure.kinds if kind not in MEASURES]
        for start, end in figure.at:
            value, unit = reading(text[start:end])
            if value != figure.value or unit not in figure.units:
                found.append(f"{start}: reads {value} {unit!r}, not {figure.value} {figure.units}")
    found += [f"{span} is not within the text" for span in places if not _within(span, text)]
    return found


def _within(span: Span, text: str) -> bool:
    return 0 <= span[0] < span[1] <= len(text) and bool(text[slice(*span)].strip())


# Read here apart from archive/numbers.py, which these labels judge.
_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_POWERS = dict(zip("十百千万亿萬億", (10, 100, 1000, 10**4, 10**8, 10**4, 10**8), strict=True))
_NUMBER = r"\d+(?:\.\d+)?|[零〇一二三四五六七八九十百千万亿两]+"
_POWER = "(?:千(?!克)|[十百万亿萬億])*"
_AMOUNT = re.compile(rf"({_NUMBER})({_POWER})(?:[至到~—-]({_NUMBER})({_POWER}))?(.*)")


def reading(words: str) -> tuple[tuple[float, ...], str]:
    """The value in the bare unit (two for a range) and the unit of a written amount.

    Raises ValueError if it is none.
    """
    words = re.sub(r"[\s,]", "", unicodedata.normalize("NFKC", words))
    if part := re.fullmatch(rf"({_NUMBER})分之({_NUMBER})", words):
        return (_number(part[2])[0] / _number(part[1])[0],), ""
    words = re.sub(r"(?<=[\d一二三四五六七八九十百千万亿])[余餘多来](?=\D|$)", "", words)
    words = re.sub(r"(?<=[\d万亿])([^\d万亿至到~-]{1,3})([至到~-][\d.]+[万亿]?\1)$", r"\2", words)
    amount = _AMOUNT.fullmatch(words)
    if not amount:
        raise ValueError(f"{words!r} is no amount")
    low, power, high, high_power, unit = amount.groups()
    values = [value * _product(power or high_power or "") for value in _number(low)]
    if high:
        values += [value * _product(high_power) for value in _number(high)]
    return tuple(round(value, 6) for value in values), unit


def _product(powers: str) -> int:
    return math.prod(_POWERS[power] for power in powers)


def _number(word: str) -> list[float]:
    """The number of a word of digits or characters; two for 四五十."""
    if word[0].isdigit():
        return [float(word)]
    if about := re.fullmatch(r"([一二三四五六七八九]{2})([十百千万亿]+)", word):
        return [_DIGITS[digit] * float(_product(about[2])) for digit in about[1]]
    total = section = digit = 0
    for sign in word:
        if sign in _DIGITS:
            digit = _DIGITS[sign]
        elif _POWERS[sign] < 10**4:
            section, digit = section + (digit or 1) * _POWERS[sign], 0
        else:
            total, section, digit = (total + section + digit) * _POWERS[sign], 0, 0
    return [float(total + section + digit)]
