"""What goes wrong in the child process costs one page, three tries, and nothing else."""

import ctypes
import importlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from archive import clock, links, pages, sources
from archive.child import Child, ChildError, Unanswered
from archive.models import FoundLink, Page
from crawler.articles import reader, reading
from crawler.articles.reading import read_pending
from crawler.sources import registry
from crawler.sources.relevance import Rule

TEXT = "云岭智能今天在江城发布了第三代大模型，并把调用价格下调三成，首批客户有十二家医院。"
GOOD = f"<title>云岭智能发布大模型</title><h1>云岭智能发布大模型</h1><p>{TEXT}</p><p>{TEXT}</p>"


@pytest.fixture
def hired() -> Iterator[Callable[..., Child]]:
    """Makes a child with limits that tests can wait for."""
    made: list[Child] = []

    def hire(**limits: float) -> Child:
        limits = {"seconds": 20, "cpu": 10, "megabytes": 512} | limits
        made.append(Child("reading", "crawler.articles.reader", **limits))
        return made[-1]

    yield hire
    for each in made:
        each.close()


def reason(of: Child, function: Callable[..., object], *arguments: object) -> str:
    with pytest.raises(Unanswered) as raised:
        of.call(function, *arguments)
    return raised.value.reason


def test_many_calls_are_answered_by_one_process(hired: Callable[..., Child]) -> None:
    worker = hired()
    first = worker.call(os.getpid)
    assert first != os.getpid()
    assert worker.call(str.upper, "x" * 10_000_000) == "X" * 10_000_000
    assert worker.call(os.getpid) == first


def test_what_raises_is_told_and_costs_no_process(hired: Callable[..., Child]) -> None:
    worker = hired()
    process = worker.call(os.getpid)
    assert reason(worker, int, "x").startswith("reading raised ValueError: invalid literal")
    assert worker.call(os.getpid) == process


@pytest.mark.parametrize(
    ("said", "limits", "function", "arguments"),
    [
        ("reading took more than 2 s", {"seconds": 2}, time.sleep, [60]),
        ("reading took more than 0.2 s of processor time", {"cpu": 0.2}, sum, [range(10**12)]),
        ("reading needed more than 300 MB", {"megabytes": 300}, bytearray, [2**30]),
        ("reading ended by exit code 7", {}, os._exit, [7]),
        ("reading ended by signal 11 (Segmentation fault)", {}, ctypes.string_at, [0]),
        ("reading ended by signal 6 (Aborted)", {}, os.abort, []),
    ],
)
def test_a_child_that_dies_says_why_and_another_takes_its_place(
    hired: Callable[..., Child],
    said: str,
    limits: dict[str, float],
    function: Callable[..., object],
    arguments: list[object],
) -> None:
    worker = hired(**limits)
    assert reason(worker, function, *arguments) == said
    assert worker.call(len, "again") == 5


def test_limits_are_those_of_one_call(hired: Callable[..., Child]) -> None:
    worker = hired(seconds=2)
    for _ in range(3):
        worker.call(time.sleep, 0.7)
    time.sleep(2.1)
    assert worker.call(len, "idle") == 4


def test_a_child_that_cannot_start_is_nobodys_page(
    monkeypatch: pytest.MonkeyPatch, hired: Callable[..., Child]
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(ChildError, match=r"does not start \(exit code 1\)"):
        hired().call(len, "")


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("busy", [True, False])
def test_nothing_is_left_when_the_parent_goes(how: int, busy: bool) -> None:
    call = "ours.call(time.sleep, 50)" if busy else "time.sleep(50)"
    code = (
        "import os, time; from crawler.articles.reader import ours;"
        "print(ours.call(os.getpid), flush=True);" + call
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as parent:
        assert parent.stdout
        worker = int(parent.stdout.readline())
        time.sleep(0.3)
        parent.send_signal(how)
    deadline = time.monotonic() + 60
    while _runs(worker) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _runs(worker)


def _runs(process: int) -> bool:
    with suppress(OSError):
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        return state != "Z"
    return False


@pytest.fixture
def desk(conn: Connection) -> Callable[[str, str], None]:
    """Keeps a page, to be read."""
    rule = registry.load()[0]
    sources.sync(conn, [(rule.id, rule.name, rule.homepage, True)], clock.now())

    def keep(name: str, body: str) -> None:
        url = f"https://xinghe.example/{name}"
        key = url.removeprefix("https://")
        links.discover(conn, rule.id, key, FoundLink(url), clock.now())
        link = links.get(conn, key)
        assert link
        pages.add(conn, Page(link.id, url, body.encode(), clock.now()))

    return keep


def ledger(conn: Connection) -> dict[str, tuple[Any, ...]]:
    rows = conn.execute("select key, outcome, reason from archive.link").fetchall()
    return {key.partition("/")[2]: tuple(rest) for key, *rest in rows}


def test_all_pages_beside_the_poison_are_read(
    conn: Connection,
    desk: Callable[[str, str], None],
    hired: Callable[..., Child],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = Path(__file__).parent
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setenv("PYTHONPATH", str(folder))
    monkeypatch.setattr(reading, "read_page", importlib.import_module("poisoned_reader").read_page)
    monkeypatch.setattr(reader, "ours", hired(cpu=0.7))
    poison = ("hang", "eat", "exit", "crash", "raise")
    for name in poison:
        desk(name, f"{name} {GOOD}")
        desk(f"after-{name}", GOOD.replace("云岭", name))
    counts = read_pending(conn, Rule.load((), None))
    assert counts == {"failed": 15 - 5, "quarantined": 5, "new": 5}
    assert ledger(conn) == {
        **{f"after-{name}": ("stored", "") for name in poison},
        "hang": ("quarantined", "reading took more than 0.7 s of processor time"),
        "eat": ("quarantined", "reading needed more than 512 MB"),
        "exit": ("quarantined", "reading ended by exit code 7"),
        "crash": ("quarantined", "reading ended by signal 11 (Segmentation fault)"),
        "raise": ("quarantined", "reading raised LookupError: no such table"),
    }
    assert read_pending(conn, Rule.load((), None)) == {}


def test_a_document_that_is_too_much_for_its_limit_is_quarantined(
    conn: Connection,
    desk: Callable[[str, str], None],
    hired: Callable[..., Child],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reader, "ours", hired(cpu=1))
    desk("huge", GOOD + f"<p>{TEXT * 20}</p>" * 3000)
    desk("good", GOOD)
    assert read_pending(conn, Rule.load((), None)) == {"failed": 2, "quarantined": 1, "new": 1}
    assert ledger(conn)["huge"][1] == "reading took more than 1 s of processor time"


def test_a_page_is_not_to_blame_for_a_database_that_goes_away(
    conn: Connection,
    database_url: str,
    desk: Callable[[str, str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def end(of: Connection, *_: object) -> None:
        conn.execute("select pg_terminate_backend(%s)", (of.info.backend_pid,))

    desk("good", GOOD)
    with monkeypatch.context() as patch:
        patch.setattr(reading, "_judged", end)
        for _ in range(pages.MAX_ATTEMPTS + 1):
            lost = psycopg.connect(database_url, autocommit=True)
            with lost, pytest.raises(psycopg.OperationalError):
                read_pending(lost, Rule.load((), None))
    assert read_pending(conn, Rule.load((), None)) == {"new": 1}


def test_a_page_that_kills_the_whole_program_is_tried_three_times(
    conn: Connection, desk: Callable[[str, str], None]
) -> None:
    desk("deadly", GOOD)
    for _ in range(3):
        pages.claim_unread(conn)  # And the program dies.
    desk("good", GOOD)
    assert read_pending(conn, Rule.load((), None)) == {"new": 1, "quarantined": 1}
    why = "the program died each time it read this page, 3 times"
    assert ledger(conn) == {"deadly": ("quarantined", why), "good": ("stored", "")}
