"""All that shows the product to be safe, together: what was shown, suite by suite, in the end.

python -m benchmarks.security

1 is returned when anything failed, or when a suite shows nothing: its tests are gone, are left
out, or are skipped without a reason.
"""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from archive.settings import PROJECT

SUITES = {
    "secrets": ("test_secrets.py",),
    "private addresses": ("crawler/pages/test_guard.py", "crawler/pages/test_spider.py"),
    "certificates": ("crawler/pages/test_tls.py",),
    "hostile pages": ("crawler/articles/test_child.py", "archive/test_text.py"),
    "roles": ("archive/test_roles.py",),
    "SQL in searches": ("archive/test_search.py",),
    "scripts and headers in mails": ("digest/test_compose.py", "digest/test_message.py"),
    "orders to models": ("summarizer/test_orders.py", "summarizer/model"),
}
"""What is shown, and by which tests."""
PROGRAMS = {"guard as a wall": "guard_wall", "licences": "licences", "dependencies": "audit"}


class Tally:
    """A plugin of pytest that counts by suite what became of the tests."""

    def __init__(self) -> None:
        self.counts: dict[str, Counter[str]] = {name: Counter() for name in SUITES}
        self.reasons: dict[str, set[str]] = {name: set() for name in SUITES}

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        for item in items:
            self.counts[suite(item.nodeid)]["left out"] += 1

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.outcome != "passed":
            self._note(report.nodeid, report.outcome, report.longrepr)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.outcome != "passed" or report.when == "call":
            self._note(report.nodeid, report.outcome, report.longrepr)

    def _note(self, test: str, outcome: str, told: object) -> None:
        name = suite(test)
        self.counts[name][outcome] += 1
        if outcome == "skipped":
            reason = str(told[-1]) if isinstance(told, tuple) else str(told)
            self.reasons[name].add(reason.removeprefix("Skipped: ").strip())


def suite(test: str) -> str:
    """The suite of a test, by its address."""
    path = test.partition("::")[0].removeprefix("tests/")
    return next(
        name for name, places in SUITES.items() if any(path.startswith(each) for each in places)
    )


def verdict(tally: Tally) -> tuple[list[str], bool]:
    """A line for each suite, and whether all of them show what they should."""
    lines, good = [], True
    for name, counts in tally.counts.items():
        reasons = sorted(tally.reasons[name])
        shown = counts["passed"] and counts.keys() <= {"passed", "skipped"}
        fine = bool(shown) and "" not in reasons and "unconditional skip" not in reasons
        good = good and fine
        told = ", ".join(f"{number} {what}" for what, number in sorted(counts.items()))
        why = f" ({'; '.join(reasons)})" if reasons else ""
        lines.append(f"{'shown' if fine else 'NOT SHOWN':<10} {name:<30} {told or 'no test'}{why}")
    return lines, good


def main() -> int:
    tally = Tally()
    paths = [str(PROJECT / "tests" / place) for places in SUITES.values() for place in places]
    missing = [path for path in paths if not Path(path).exists()]
    code = pytest.main(["-q", "-m", "chaos or not chaos", *paths], plugins=[tally])
    lines, good = verdict(tally)
    lines += [f"NOT SHOWN  missing: {path}" for path in missing]
    good = good and not code and not missing
    for name, module in PROGRAMS.items():
        done = subprocess.run(
            [sys.executable, "-m", f"benchmarks.{module}"],
            stdout=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
        last = (done.stdout.strip().splitlines() or ["it said nothing"])[-1]
        print(done.stdout, end="")
        said = "NOT SHOWN" if done.returncode else "skipped" if "skipped" in last else "shown"
        lines.append(f"{said:<10} {name:<30} {last.removeprefix('skipped: ')}")
        good = good and not done.returncode
    print("\n".join(["", *lines, "All of it was shown." if good else "Not all was shown."]))
    return int(not good)


if __name__ == "__main__":
    sys.exit(main())
