from collections import Counter

import pytest

from archive.settings import PROJECT
from benchmarks.security import SUITES, Tally, suite, verdict


def tally(**counts: int) -> Tally:
    made = Tally()
    made.counts = {name: Counter(passed=3) for name in SUITES} | {"roles": Counter(counts)}
    return made


def test_every_suite_has_its_tests() -> None:
    for name, places in SUITES.items():
        for place in places:
            assert (PROJECT / "tests" / place).exists()
            assert suite(f"tests/{place}::test_it") == name


def test_what_was_shown_is_said_suite_by_suite() -> None:
    lines, good = verdict(tally(passed=9))
    assert good
    assert "shown      roles                          9 passed" in lines


@pytest.mark.parametrize(
    "counts", [{}, {"skipped": 2}, {"passed": 9, "failed": 1}, {"passed": 9, "left out": 1}]
)
def test_a_suite_that_shows_nothing_or_not_all_fails(counts: dict[str, int]) -> None:
    assert not verdict(tally(**counts))[1]


@pytest.mark.parametrize(
    ("reason", "good"), [("no network namespace without root", True), ("", False)]
)
def test_a_test_is_skipped_for_a_reason(reason: str, good: bool) -> None:
    made = tally(passed=9, skipped=1)
    made.reasons["roles"].add(reason)
    assert verdict(made)[1] is good
