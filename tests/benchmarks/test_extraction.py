"""The bench of clean text says what it cannot do here, and misses what is missed."""

from pathlib import Path

import pytest

from benchmarks import extraction
from benchmarks.bars import Bars


def test_without_the_real_pages_it_is_skipped_with_its_reason(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr("sys.argv", ["extraction", str(tmp_path)])
    assert extraction.main() == 0
    assert capsys.readouterr().out.startswith("skipped: ")


def test_a_bar_is_met_from_either_side_or_missed(capsys: pytest.CaptureFixture[str]) -> None:
    bars = Bars()
    bars.bar("F1", 0.98, 0.975, 55)
    bars.bar("false edits", 0.5, 1.0, 55, False)
    assert not bars.missed
    bars.bar("false edits", 1.5, 1.0, 55, False)
    assert bars.missed
    assert [line.endswith("MISSED") for line in capsys.readouterr().out.splitlines()] == [
        False,
        False,
        True,
    ]
