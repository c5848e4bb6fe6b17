"""What the scorers outside the project read: a line for each text, as many sentences as asked."""

import gzip
import json
from pathlib import Path

import pytest

from archive.models import Article
from benchmarks import extract_reading, keywords, summaries

TEXT = (
    "星阶科技3月2日在云汐市发布垂直大模型“青禾”，面向种植业。青禾的训练数据来自两百个示范农场。" * 3
)


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_one_sentence_of_each_article(
    packed: bool,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / ("texts.jsonl.gz" if packed else "texts.jsonl")
    line = json.dumps({"id": "a", "title": "星阶科技发布青禾", "article": TEXT})
    with (gzip.open if packed else open)(path, "wt", encoding="utf-8") as file:
        file.write(f"{line}\n")
    monkeypatch.setattr("sys.argv", ["summaries", str(path), "--sentences", "1"])
    assert summaries.main() == 0
    (answer,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert answer["id"] == "a"
    assert answer["summary"] == TEXT.split("。")[0] + "。"


def test_keywords_of_each_text(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "texts.jsonl"
    path.write_text(json.dumps({"id": "a", "text": TEXT}), encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["keywords", str(path)])
    assert keywords.main() == 0
    (answer,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert answer["id"] == "a"
    assert "青禾" in answer["keywords"]


def test_a_piece_to_read_shows_its_extract_and_keywords(capsys: pytest.CaptureFixture[str]) -> None:
    extract_reading.show("a", Article("星阶科技发布青禾", TEXT))
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.startswith("# a (lead, ")
    assert lines[0] == f"  0: {TEXT.split('。')[0]}。"
    assert any(line.startswith("  = ") and "青禾" in line for line in lines)


def test_nothing_to_read_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["extract_reading", str(tmp_path)])
    assert extract_reading.main() == 0
    assert capsys.readouterr().out.startswith("skipped: ")
