"""The scorer of tags, events and figures, on a text of our own, and the labels' wholeness."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from archive import taxonomy
from benchmarks import what, what_labels
from benchmarks.what_labels import KINDS, Event, Figure, Page, Span, Text, mistakes, reading
from benchmarks.what_score import score

TEXT = (
    "青禾科技3月8日发布了开源大模型“青苗”。"
    "董事长林舟说，公司去年营收7亿元，研发人员约1200余名，占四分之三。"
    "同日，青禾科技与北湖大学签约共建实验室。"
    "发布会持续2小时，门票80元至120元。"
    "公司2020年成立，总部在山城。研发人员有1200名。"
)


def span(words: str, nth: int = 1) -> Span:
    start = -1
    for _ in range(nth):
        start = TEXT.index(words, start + 1)
    return start, start + len(words)


def sentence(number: int) -> Span:
    ends = [n + 1 for n, sign in enumerate(TEXT) if sign == "。"]
    return [0, *ends][number - 1], ends[number - 1]


def figure(words: str, *subjects: str, unit: str = "", **more: Any) -> Figure:
    value, own = reading(words)
    named = tuple(span(subject) for subject in subjects)
    fields = {"at": (span(words),), "date": "", "kinds": ("flow",), "by": ()} | more
    return Figure(value=value, units=(unit or own,), subjects=named, **fields)


PAGE = Page(
    "one",
    hashlib.sha256(TEXT.encode()).hexdigest()[:16],
    frozenset({"大模型", "软件业"}),
    frozenset({"开源模型"}),
    (
        Event(("发布", "开源"), (sentence(1), sentence(4)), span("青禾科技"), "3月8日"),
        Event(("合作",), (sentence(3),), span("青禾科技", 2), "同日"),
    ),
    (sentence(5),),
    (
        figure("7亿元", "公司去年营收", date="去年", by=(span("林舟"),)),
        figure("1200余名", "研发人员", at=(span("1200余名"), span("1200名"))),
        figure("四分之三", "研发人员"),
        figure("80元至120元", "门票"),
    ),
    (span("总部在山城"),),
)


def counts(answer: Mapping[str, Any], measure: str) -> tuple[int, int, int]:
    """Found, wrong and missed."""
    total = score(PAGE, TEXT, answer)
    return total[measure, "found"], total[measure, "wrong"], total[measure, "missed"]


def events(*told: tuple[Span, str]) -> dict[str, Any]:
    return {"events": [{"at": at, "kind": kind} for at, kind in told]}


def told(words: str, value: object, unit: str, subject: object, **more: Any) -> dict[str, Any]:
    one = {"at": span(words), "value": value, "unit": unit, "subject": subject}
    return {"figures": [one | more]}


def test_a_tag_is_found_missed_wrong_or_left_out() -> None:
    answer = {"tags": ["大模型", "开源模型", "旅游业"]}

    assert counts(answer, "tags") == (1, 1, 1)
    assert counts(answer, "technologies") == (1, 0, 0)
    assert counts(answer, "industries") == (0, 1, 1)


def test_nothing_told_is_nothing_wrong() -> None:
    assert counts({}, "tags") == (0, 0, 2)
    assert counts({}, "events") == (0, 0, 2)
    assert counts({}, "figures") == (0, 0, 4)


def test_an_event_is_found_by_any_of_its_sentences_once() -> None:
    answer = events((sentence(4), "开源"), (sentence(1), "发布"), (sentence(3), "政策"))

    assert counts(answer, "events") == (2, 0, 0)
    total = score(PAGE, TEXT, answer)
    assert (total["kind of event", "right"], total["kind of event", "other"]) == (1, 1)


def test_an_event_that_may_be_told_is_left_out_and_another_is_wrong() -> None:
    assert counts(events((sentence(5), "其他")), "events") == (0, 0, 2)
    assert counts(events((sentence(2), "财报")), "events") == (0, 1, 2)


def test_a_span_must_share_half_of_the_shorter_one() -> None:
    start, end = sentence(3)
    assert counts(events(((start - 4, end), "合作")), "events") == (1, 0, 1)
    assert counts(events(((start - 10, start + 9), "合作")), "events") == (0, 1, 2)


def test_a_whole_long_text_is_no_event() -> None:
    event = Event(("发布",), (sentence(1),), None, "")
    page = Page("long", "", frozenset(), frozenset(), (event,), (), (), ())
    answer = events(((0, 301), "发布"))

    assert score(page, TEXT * 9, answer)["events", "found"] == 0
    assert score(page, TEXT * 9, events(((0, 299), "发布")))["events", "found"] == 1


def test_one_prediction_finds_one_of_two_events_and_both_find_both() -> None:
    both = Event(("发布",), (sentence(1), sentence(3)), None, "")
    one = Event(("合作",), (sentence(1),), None, "")
    page = Page("two", "", frozenset(), frozenset(), (both, one), (), (), ())

    assert score(page, TEXT, events((sentence(1), "发布")))["events", "found"] == 1
    answer = events((sentence(1), "发布"), (sentence(3), "发布"))
    assert score(page, TEXT, answer)["events", "found"] == 2


@pytest.mark.parametrize(
    ("answer", "found", "wrong"),
    [
        (told("7亿元", 700000000, "元", "营收"), 1, 0),
        (told("7亿元", 7, "元", "营收"), 0, 1),
        (told("7亿元", 700000000, "元/年", "营收"), 1, 0),
        (told("7亿元", 700000000, "美元", "营收"), 0, 1),
        (told("7亿元", 700000000, "元", "利润"), 0, 1),
        (told("7亿元", 700000000, "元", span("去年营收")), 1, 0),
        (told("7亿元", 700000000, "元", "公司去年营收" * 6), 0, 1),
        (told("7亿元", 700000000, "元", ""), 0, 1),
        (told("1200余名", 1200, "人", "研发人员"), 1, 0),
        (told("四分之三", 75, "%", "研发人员"), 1, 0),
        (told("四分之三", 0.75, "", "研发人员"), 1, 0),
        (told("80元至120元", [80, 120], "元", "门票"), 1, 0),
        (told("80元至120元", 80, "元", "门票"), 0, 0),
        (told("80元至120元", 90, "元", "门票"), 0, 1),
        (told("2小时", 2, "小时", "发布会"), 0, 0),
        (told("2020年", 2020, "年", "公司"), 0, 1),
        (told("3月8日", 3, "月", "发布"), 0, 1),
        (told("山城", 1, "座", "山城"), 0, 0),
    ],
)
def test_a_figure_needs_place_value_unit_and_subject(
    answer: dict[str, Any], found: int, wrong: int
) -> None:
    assert counts(answer, "figures") == (found, wrong, 4 - found)


def test_a_figure_told_twice_counts_once_and_its_second_telling_of_one_place_is_wrong() -> None:
    first = told("1200余名", 1200, "名", "研发人员")["figures"]
    second = told("1200名", 1200, "名", "研发人员")["figures"]

    assert counts({"figures": first + second}, "figures") == (1, 0, 3)
    assert counts({"figures": first + first}, "figures") == (1, 1, 3)


def test_a_wrong_subject_is_seen_apart_from_a_wrong_number() -> None:
    answer = told("7亿元", 700000000, "元", "利润")
    assert counts(answer, "figures, any subject") == (1, 0, 3)


def test_kind_date_and_source_are_shares_of_the_figures_found() -> None:
    answer = told("7亿元", 700000000, "元", "营收", kind="flow", date="今年", by="董事长林舟")
    total = score(PAGE, TEXT, answer)

    assert total["kind of figure", "right"] == 1
    answer = told("7亿元", 700000000, "元", "营收", kind="stock")
    assert score(PAGE, TEXT, answer)["kind of figure", "other"] == 1
    assert total["date of figure", "other"] == 1
    assert total["by of figure", "right"] == 1


@pytest.mark.parametrize(
    ("words", "value", "unit"),
    [
        ("9.5 万元", (95000,), "元"),
        ("3万余人次", (30000,), "人次"),
        ("80万多人", (800000,), "人"),
        ("15%至20%", (15, 20), "%"),
        ("8～10斤", (8, 10), "斤"),
        ("200.5万元至300万元", (2005000, 3000000), "元"),
        ("二百三十多万元", (2300000,), "元"),
        ("四五千元", (4000, 5000), "元"),
        ("五分之一", (0.2,), ""),
        ("1,134 GB/s", (1134,), "GB/s"),
        ("２６億美元", (2600000000,), "美元"),
    ],
)
def test_a_written_amount_is_read(words: str, value: tuple[float, ...], unit: str) -> None:
    assert reading(words) == (value, unit)


def test_words_without_a_number_are_no_amount() -> None:
    with pytest.raises(ValueError, match="no amount"):
        reading("许多元")


def test_labels_that_fit_their_text_have_no_mistakes() -> None:
    assert mistakes(PAGE, TEXT) == []


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"text": "0" * 16}, "not the one that was read"),
        ({"tags": frozenset({"大魔型"})}, "no tag is named 大魔型"),
        ({"may_tags": frozenset({"大模型"})}, "大模型 must and may"),
        ({"may_events": ((0, 999),)}, "not within the text"),
        ({"events": (Event(("发怖",), (sentence(1),), None, ""),)}, "no event is a 发怖"),
        ({"figures": (figure("7亿元", "营收", kinds=("flov",)),)}, "no figure is a flov"),
        ({"figures": (figure("7亿元", "营收", at=(span("7亿"),)),)}, "reads (700000000.0,) ''"),
    ],
)
def test_mistakes_in_labels_are_named(change: dict[str, Any], line: str) -> None:
    fields = {name: getattr(PAGE, name) for name in Page.__slots__} | change
    assert line in "\n".join(mistakes(Page(**fields), TEXT))


def test_the_report_says_how_much_was_labelled_and_how_much_was_told() -> None:
    texts = {"one": Text("", TEXT)}

    assert what.report([PAGE], texts, None)[0] == "all: 1 texts, 2 tags, 2 events, 4 figures"
    lines = what.report([PAGE], texts, {"one": {"tags": ["大模型", "旅游业"]}})
    assert (
        next(line for line in lines if line.startswith("tags")).split()[1:5]
        == "1 1 1 0.500".split()
    )


@pytest.mark.parametrize("path", [what_labels.LABELS, what_labels.FRESH], ids=lambda one: one.stem)
def test_labels_are_of_many_pages_and_known_names(path: Path) -> None:
    pages = what_labels.load(path)
    known = taxonomy.load()
    names = {term.name for term in (*known.technologies, *known.industries)}

    assert len({page.id for page in pages}) == len(pages) >= 40
    assert {name for page in pages for name in page.tags | page.may_tags} <= names
    assert {kind for page in pages for event in page.events for kind in event.kinds} <= set(KINDS)
    assert all(len(page.events) <= 7 for page in pages)


def test_labels_belong_to_the_texts_that_the_rule_draws() -> None:
    if why := what_labels.missing():
        pytest.skip(why)

    texts = what_labels.drawn() | what_labels.fresh()
    pages = [*what_labels.load(), *what_labels.load(what_labels.FRESH)]

    assert [page.id for page in pages] == list(texts)
    assert len(texts) == 74 + 40
    assert [m for page in pages for m in mistakes(page, texts[page.id].text)] == []


def test_without_the_texts_nothing_is_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert what.main() == 0
    assert capsys.readouterr().out.startswith("skipped: ../shared/extraction/dev is not here")


def test_labels_with_a_mistake_are_not_scored(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(what_labels, "missing", lambda: "")
    monkeypatch.setattr(what_labels, "drawn", lambda: {"one": Text("", TEXT + "。")})
    monkeypatch.setattr(what_labels, "fresh", dict)
    monkeypatch.setattr(what_labels, "load", lambda *path: [] if path else [PAGE])
    assert what.main() == 1
    assert capsys.readouterr().out == "one: the text is not the one that was read\n"


def test_answers_come_from_a_file_or_a_function(tmp_path: Path) -> None:
    texts = {"one": Text("题", TEXT)}
    path = tmp_path / "told.jsonl"
    path.write_text(json.dumps({"id": "one", "tags": ["大模型"]}), encoding="utf-8")

    assert what.answers(str(path), texts)["one"]["tags"] == ["大模型"]
    assert what.answers("builtins:max", texts) == {"one": max("题", TEXT)}
