"""The labels are whole and still belong to the titles that were read."""

import gzip
import json
from collections import Counter

import pytest

from benchmarks.relevance_titles import Title, labels, main, missing, titles


def test_350_titles_are_labelled_each_once() -> None:
    found = labels()

    assert Counter(label.dataset for label in found) == {"lctt": 100, "finna": 150, "dedup": 100}
    assert len({(label.dataset, label.id) for label in found}) == 350
    assert {label.relevant for label in found} == {True, False}


def test_labels_belong_to_the_titles_that_were_read() -> None:
    if why := missing():
        pytest.skip(why)

    read = {(label.dataset, label.id, label.hash) for label in labels()}

    assert {(title.dataset, title.id, title.hash) for title in titles()} == read


def test_a_label_that_is_neither_yes_nor_no_is_refused(tmp_path) -> None:
    path = tmp_path / "labels.tsv"
    path.write_text("# a comment\nlctt\tlctt-1\tyes\t0123456789ab\n", "utf-8")

    with pytest.raises(ValueError, match="lctt-1 has the label 'yes'"):
        labels(path)


def test_only_real_titles_are_chosen_and_each_once(shared) -> None:
    chosen = list(titles(shared))

    assert sorted(title.text for title in chosen if title.dataset == "dedup") == ["乙", "甲"]
    assert Title("finna", "f-1", "某公司发布新芯片") in chosen
    assert list(titles(shared)) == chosen


def test_says_that_it_is_skipped_without_the_titles(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setattr("sys.argv", ["relevance_titles", str(tmp_path / "shared")])

    assert main() == 0
    assert capsys.readouterr().out.startswith("skipped: ")


def test_prints_titles_without_a_label_as_unknown(shared, monkeypatch, capsys) -> None:
    monkeypatch.setattr("sys.argv", ["relevance_titles", str(shared)])

    assert main() == 0
    assert "\t?\t某公司发布新芯片" in capsys.readouterr().out


@pytest.fixture
def shared(tmp_path):
    """A folder laid out as ../shared, with texts of our own."""
    documents = [("d-1", "甲", "base"), ("d-2", "甲", "unseen"), ("d-3", "丙", "cut")]
    documents.append(("d-4", "乙", "unseen"))
    rows = {
        "summarization/lctt.dev": [{"id": "l-1", "title": "开源编辑器入门"}],
        "summarization/finna.dev": [{"id": "f-1", "reference": "某公司发布新芯片"}],
        "dedup/dev/stream": [{"id": id_, "title": title} for id_, title, _ in documents],
        "dedup/dev/gold": [{"id": id_, "kind": kind} for id_, _, kind in documents],
    }
    for name, lines in rows.items():
        path = tmp_path / f"{name}.jsonl.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress("\n".join(map(json.dumps, lines)).encode()))
    return tmp_path
