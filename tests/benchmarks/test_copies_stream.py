"""The fixed interface: JSONL in, groups out."""

import gzip
import json
from pathlib import Path

import pytest

from benchmarks import copies

TEXT = (
    "临海港今天启用无人驾驶集卡车队，首批共40辆，由港口调度系统统一派车，夜间作业不再需要现场照明。"
)
ROWS = [
    {"id": "b", "title": "港口", "text": TEXT, "published_at": None, "site": "a.example"},
    {"id": "a", "title": None, "text": f"来源：湖区时讯\n{TEXT}", "published_at": None, "site": ""},
    {"id": "c", "title": "空", "text": "", "published_at": None, "site": "a.example"},
]


@pytest.mark.parametrize("name", ["stream.jsonl", "stream.jsonl.gz"])
def test_every_document_gets_a_group(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = "".join(json.dumps(row) + "\n" for row in ROWS).encode()
    (tmp_path / name).write_bytes(gzip.compress(lines) if name.endswith(".gz") else lines)
    monkeypatch.setattr("sys.argv", ["copies", str(tmp_path / name)])
    assert copies.main() == 0
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert said == [{"id": "b", "group": "b"}, {"id": "a", "group": "b"}, {"id": "c", "group": "c"}]
