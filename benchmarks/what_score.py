"""What of an answer about one text is right: tags, events and figures against its labels.

An answer is a plain dictionary; offsets count characters of the text, ends are exclusive:
{"tags": ["大模型"],
 "events": [{"at": [12, 60], "kind": "发布"}],
 "figures": [{"at": [30, 35], "value": 700000000 or [3, 5], "unit": "元",
              "subject": "中标价" or [26, 29], "kind": "price", "date": "", "by": ""}]}
The rules are in `what_labels.md`.
"""

import difflib
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from archive import taxonomy
from archive.script import simplified
from benchmarks.what_labels import Figure, Page, Span

Answer = Mapping[str, Any]
Score = Counter[tuple[str, str]]
"""How many of a measure were found, wrong or missed; of a share of those found, right or other."""

MEASURES = ("tags", "technologies", "industries", "events", "figures", "figures, any subject")
SHARES = ("kind of event", "kind of figure", "date of figure", "by of figure")
_DURATIONS = frozenset("年 个月 周 星期 天 晚 小时 个小时 钟头 分钟 秒 秒钟".split())
_ALIKE = {
    unit: group.split()[0]
    for group in (
        "人 名 位 口 人口",
        "元 块 块钱 人民币 元人民币 人民币元",
        "美元 美金",
        "百分点 个百分点",
        "公里 千米 km",
        "厘米 公分 cm",
        "克 g",
        "毫升 ml",
        "平方米 ㎡ m²",
        "瓦 w",
    )
    for unit in group.split()
}


def score(page: Page, text: str, answer: Answer) -> Score:
    """What of an answer is right for a page."""
    total: Score = Counter()
    _tags(page, answer.get("tags", ()), total)
    _events(page, answer.get("events", ()), total)
    _figures(page, text, answer.get("figures", ()), total)
    return total


def _tags(page: Page, told: Iterable[str], total: Score) -> None:
    known = taxonomy.load()
    technologies = {term.name for term in known.technologies}
    for name in page.tags | (set(told) - page.may_tags):
        what = "missed" if name not in told else "found" if name in page.tags else "wrong"
        total["tags", what] += 1
        total["technologies" if name in technologies else "industries", what] += 1


def _events(page: Page, told: Sequence[Mapping[str, Any]], total: Score) -> None:
    spans = [(event["at"][0], event["at"][1]) for event in told]
    hits = [
        [n for n, span in enumerate(spans) if any(_tells(span, one) for one in event.at)]
        for event in page.events
    ]
    owners = _paired(hits)
    for number, event in enumerate(told):
        if number in owners:
            total["events", "found"] += 1
            right = event.get("kind") in page.events[owners[number]].kinds
            total["kind of event", "right" if right else "other"] += 1
        elif not (
            any(number in each for each in hits)
            or any(_tells(spans[number], one) for one in page.may_events)
        ):
            total["events", "wrong"] += 1
    total["events", "missed"] += len(page.events) - len(owners)


def _tells(span: Span, sentence: Span) -> bool:
    length, least = span[1] - span[0], sentence[1] - sentence[0]
    return length <= max(300, 1.5 * least) and _common(span, sentence) * 2 >= min(length, least) > 0


def _common(one: Span, other: Span) -> int:
    return max(0, min(one[1], other[1]) - max(one[0], other[0]))


def _paired(hits: Sequence[Sequence[int]]) -> dict[int, int]:
    """As many labels as possible, each with a prediction of its own: label by prediction."""
    owners: dict[int, int] = {}

    def place(label: int, tried: set[int]) -> bool:
        for number in hits[label]:
            if number not in tried:
                tried.add(number)
                if number not in owners or place(owners[number], tried):
                    owners[number] = label
                    return True
        return False

    for label in range(len(hits)):
        place(label, set())
    return owners


def _figures(page: Page, text: str, told: Sequence[Mapping[str, Any]], total: Score) -> None:
    for measure, with_subject in (("figures", True), ("figures, any subject", False)):
        found: dict[int, Span] = {}
        for figure in told:
            span = (figure["at"][0], figure["at"][1])
            if _is_duration(figure) or any(_common(span, zone) for zone in page.zones):
                continue
            label, place = _label_at(page, span)
            wanted = page.figures[label] if label is not None else None
            if wanted is None or place is None or not _same(wanted, figure):
                if wanted is None or not _is_an_end(wanted, figure):
                    total[measure, "wrong"] += 1
            elif with_subject and not _names(figure.get("subject", ""), wanted.subjects, text):
                total[measure, "wrong"] += 1
            elif label is not None and label not in found:
                found[label] = place
                total[measure, "found"] += 1
                if with_subject:
                    _share(wanted, figure, text, total)
            elif label is not None and found[label] == place:
                total[measure, "wrong"] += 1
        total[measure, "missed"] += len(page.figures) - len(found)


def _is_duration(figure: Mapping[str, Any]) -> bool:
    is_a_year = figure["unit"] == "年" and _values(figure)[0] >= 1000
    return figure["unit"] in _DURATIONS and not is_a_year


def _label_at(page: Page, span: Span) -> tuple[int | None, Span | None]:
    """The figure, and which of its places, that a span shares most characters with."""
    places = [(_common(span, at), n, at) for n, fig in enumerate(page.figures) for at in fig.at]
    common, label, place = max(places, default=(0, 0, (0, 0)), key=lambda one: one[0])
    return (label, place) if common else (None, None)


def _same(wanted: Figure, figure: Mapping[str, Any]) -> bool:
    amount, unit = _values(figure), _unit(figure["unit"])
    if unit == "%" and wanted.units[0] == "" and wanted.value[0] < 1:
        return _close(amount, [100 * value for value in wanted.value])
    units = {_unit(one) for one in wanted.units}
    return bool(units & {unit, unit.partition("/")[0]}) and _close(amount, wanted.value)


def _is_an_end(wanted: Figure, figure: Mapping[str, Any]) -> bool:
    one = _values(figure)
    return len(wanted.value) == 2 > len(one) and any(_close(one, [end]) for end in wanted.value)


def _values(figure: Mapping[str, Any]) -> Sequence[float]:
    value = figure["value"]
    return value if isinstance(value, list | tuple) else [value]


def _close(one: Sequence[float], other: Sequence[float]) -> bool:
    return len(one) == len(other) and all(map(math.isclose, map(abs, one), other))


def _unit(unit: str) -> str:
    unit = simplified(unit.replace("％", "%").strip()).lower()
    return _ALIKE.get(unit, unit)


def _names(subject: str | Sequence[int], places: Iterable[Span], text: str) -> bool:
    words = simplified(subject if isinstance(subject, str) else text[slice(*subject)]).lower()
    return len(words) <= 30 and any(
        _have_in_common(words, simplified(text[slice(*place)]).lower()) for place in places
    )


def _have_in_common(one: str, other: str) -> bool:
    match = difflib.SequenceMatcher(None, one, other, autojunk=False).find_longest_match()
    least = min(len(one), len(other))
    return match.size >= min(2, least) and match.size * 2 >= least > 0


def _share(wanted: Figure, figure: Mapping[str, Any], text: str, total: Score) -> None:
    date, by = figure.get("date", ""), figure.get("by", "")
    right = {
        "kind of figure": figure.get("kind") in wanted.kinds,
        "date of figure": _have_in_common(date, wanted.date) if wanted.date else not date,
        "by of figure": _names(by, wanted.by, text) if wanted.by else not by,
    }
    for name, is_right in right.items():
        total[name, "right" if is_right else "other"] += 1
