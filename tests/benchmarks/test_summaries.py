"""What the scorers outside the project read: a line for each text, as many sentences as asked."""

import gzip
import json
from pathlib import Path

import pytest

from benchmarks import keywords, summaries

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
