"""Every fault of tests/chaos/faults.toml, by the tests and benchmarks that inject it.

python -m benchmarks.chaos [F3 F6 …]

Prints a line for each fault, and 1 is returned when one is not as expected. What was seen of those
that are goes into docs/reference/faults.md.
"""

import subprocess
import sys
import time
import tomllib
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import cache

import pytest

from archive.settings import PROJECT

PLAN = PROJECT / "tests" / "chaos" / "faults.toml"
TABLE = PROJECT / "docs" / "reference" / "faults.md"
OK, NOT_HERE, WRONG = "ok", "cannot be run here", "NOT AS EXPECTED"
HEAD = """\
# Faults 故障

What goes wrong, and what then happens: every fault is injected by `make chaos`, which writes this
page. Expected of all: no acknowledged row lost, none twice, one clear line, recovery without hands.

每种故障都由 `make chaos` 实际注入，本页由它生成。共同的要求：已提交的数据不丢失、不重复，
只报一行清楚的错误，无需人工即可恢复。

| fault | injected by | expected | seen | shown by |
|---|---|---|---|---|
"""


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault: what is done, what is expected, and the tests and benchmarks that show it."""

    id: str
    fault: str
    injector: str
    expected: str
    tests: list[str] = field(default_factory=list)
    benchmarks: list[str] = field(default_factory=list)

    @property
    def shown_by(self) -> str:
        """As the table names it."""
        return "<br>".join(f"`{name}`" for name in (*self.tests, *self.benchmarks))


def plan() -> list[Fault]:
    """The faults in order."""
    text = PLAN.read_text(encoding="utf-8")
    return [Fault(**table) for table in tomllib.loads(text)["fault"]]


class Seen:
    """A pytest plugin: how each test ended, what it recorded, and why it could not be run."""

    def __init__(self) -> None:
        self.ended: dict[str, Counter[str]] = defaultdict(Counter)
        self.told: dict[str, list[str]] = defaultdict(list)
        self.missing: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.outcome != "passed":
            name = report.nodeid.partition("[")[0]
            self.ended[name][report.outcome] += 1
            self.told[name] += [str(text) for key, text in report.user_properties if key == "seen"]
            if report.skipped and isinstance(report.longrepr, tuple):
                self.missing[name] = report.longrepr[2].removeprefix("Skipped: ")


def main() -> int:
    faults = plan()
    chosen = [fault for fault in faults if fault.id in sys.argv[1:]] or faults
    seen = Seen()
    names = sorted({name for fault in chosen for name in fault.tests})
    # A fault may take its time on a busy machine.
    words = ["-q", "--no-header", "--timeout=1200", "-m", "chaos or not chaos", *names]
    sys.stderr.write(f"{len(names)} tests of {len(chosen)} faults\n")
    pytest.main(words, plugins=[seen])
    ok, known = True, dict[str, str]()
    for fault in chosen:
        verdict, told = judge(fault, seen)
        print(f"{fault.id:<4} {fault.fault}: {fault.expected}: {told}: {verdict}", flush=True)
        if verdict == WRONG:
            ok = False
        else:
            known[fault.id] = told if verdict == OK else f"{verdict}; {told}"
    write(faults, told_before() | known)
    return 0 if ok else 1


def told_before() -> dict[str, str]:
    """What the page says was seen of each fault."""
    lines = TABLE.read_text(encoding="utf-8").splitlines() if TABLE.exists() else []
    rows = [line.split(" | ") for line in lines if line.startswith("| F")]
    return {row[0].split()[1]: row[3] for row in rows}


def write(faults: list[Fault], known: dict[str, str]) -> None:
    """Write the page."""
    rows = []
    for one in faults:
        seen = known.get(one.id, "not run yet")
        cells = (f"{one.id} {one.fault}", one.injector, one.expected, seen, one.shown_by)
        rows.append("| " + " | ".join(cells) + " |\n")
    TABLE.write_text(HEAD + "".join(rows), encoding="utf-8")


def judge(fault: Fault, seen: Seen) -> tuple[str, str]:
    """The verdict, and what was seen."""
    met = [one for one in seen.ended if any(f"{one}::".startswith(f"{t}::") for t in fault.tests)]
    ended = sum((seen.ended[one] for one in met), Counter[str]())
    told = [text for one in met for text in seen.told[one]]
    lost = [t for t in fault.tests if not any(f"{one}::".startswith(f"{t}::") for one in met)]
    missing = sorted({seen.missing[one] for one in met if one in seen.missing})
    failed = bool(ended["failed"] or lost)
    if fault.tests:
        told.append(f"{ended['passed']} of {ended.total()} tests pass")
    told += [f"not here: {reason}" for reason in missing]
    for command in fault.benchmarks:
        good, words = measured(command)
        failed |= not good
        told.append(words)
    if failed:
        return WRONG, "; ".join(told)
    ran = ended["passed"] or fault.benchmarks
    return (OK if ran else NOT_HERE), "; ".join(told)


@cache
def measured(command: str) -> tuple[bool, str]:
    """Run a benchmark, once for all faults that name it: whether its bars are met, and in words."""
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", *command.split()[2:]],
        cwd=PROJECT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    sys.stderr.write(f"{command}: {time.monotonic() - began:.0f} s\n{done.stdout}")
    if done.returncode:
        sys.stderr.write(done.stderr)
    name = command.split()[2].removeprefix("benchmarks.")
    skipped = [line for line in done.stdout.splitlines() if line.startswith("skipped")]
    bars = sum("goal" in line for line in done.stdout.splitlines())
    met = f"not all of its {bars} bars met" if done.returncode else f"all {bars} bars met"
    return not done.returncode, f"{name}: {'; '.join(skipped) or met}"


if __name__ == "__main__":
    sys.exit(main())
