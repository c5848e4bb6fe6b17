"""The plan, the tests and benchmarks that it names, and the page that tells how they ended."""

import importlib.util
import re

from archive.settings import PROJECT
from benchmarks.chaos import PLAN, TABLE, plan


def test_every_fault_is_planned_once_and_shown_by_something() -> None:
    assert [fault.id for fault in plan()] == [f"F{number}" for number in range(1, 31)]
    assert all(fault.tests or fault.benchmarks for fault in plan())


def test_what_it_names_is_there() -> None:
    for name in {name for fault in plan() for name in fault.tests}:
        path, _, test = name.partition("::")
        text = (PROJECT / path).read_text("utf-8")
        assert re.search(rf"^(async )?def {test or 'test_'}", text, re.MULTILINE), name
    for command in {command for fault in plan() for command in fault.benchmarks}:
        python, option, module = command.split()[:3]
        assert (python, option) == ("python", "-m")
        assert importlib.util.find_spec(module), command


def test_every_fault_test_is_part_of_the_plan() -> None:
    named = PLAN.read_text("utf-8")
    for path in PLAN.parent.glob("test_*_faults.py"):
        for test in re.findall(r"^def (test_\w+)", path.read_text("utf-8"), re.MULTILINE):
            assert f"{path.name}::{test}" in named


def test_the_page_tells_of_the_plan() -> None:
    rows = [line.split(" | ") for line in TABLE.read_text("utf-8").splitlines() if "| F" in line]
    told = [(one.removeprefix("| "), two, three, last.removesuffix(" |"))
            for one, two, three, _, last in rows]  # fmt: skip
    assert told == [(f"{f.id} {f.fault}", f.injector, f.expected, f.shown_by) for f in plan()]
