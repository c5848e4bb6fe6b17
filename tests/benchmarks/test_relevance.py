"""The bench of relevance says what it cannot do here, and counts rightly."""

import pytest

from benchmarks import relevance
from benchmarks.relevance_titles import Label, Title
from crawler.sources.relevance import Decision


def test_without_the_real_titles_it_is_skipped_with_its_reason(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path
) -> None:
    monkeypatch.setattr("sys.argv", ["relevance", str(tmp_path)])

    assert relevance.main() == 0
    assert capsys.readouterr().out.startswith("skipped: ")


# relevant?, what the rule says
SAID = [(True, True), (True, None), (False, True), (False, False), (True, False), (True, False)]


def test_precision_recall_and_lost_titles_are_counted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path
) -> None:
    monkeypatch.setattr("sys.argv", ["relevance", str(tmp_path)])
    monkeypatch.setattr(relevance, "missing", lambda shared: None)
    monkeypatch.setattr(
        relevance,
        "labels",
        lambda: [Label("finna", str(n), relevant, "") for n, (relevant, _) in enumerate(SAID)],
    )
    monkeypatch.setattr(
        relevance, "titles", lambda shared: [Title("finna", str(n), str(n)) for n in range(6)]
    )
    monkeypatch.setattr(relevance, "by_title", lambda _, text: Decision(SAID[int(text)][1], ""))

    assert relevance.main() == 1
    out = capsys.readouterr().out
    assert "0.500   0.250   1 of 2 right, 3 missed" in out
    assert "refused before fetching: 1 of 2 irrelevant titles, 2 relevant ones lost" in out
