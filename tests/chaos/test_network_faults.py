"""The network fails: names, connections, lines, publishers that never come to an end."""

import os
import random
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from archive.query import ask
from benchmarks import injectors
from benchmarks.crowd import JIANBAO, Place, place
from demo import scale
from demo.server import Newsroom

PAGES = 4
OUTCOMES = "select outcome, count(*) from ledger group by 1"


class Troubled(Newsroom):
    """A newsroom of which one outlet, or all of them, treat connections badly."""

    def __init__(self, crowd: scale.Crowd, harm: Callable[..., Any], outlets: int = 1) -> None:
        super().__init__(crowd.today, crowd=crowd)
        self._harm = harm
        self._bad = {outlet.address for outlet in crowd.outlets[:outlets]}

    async def _talk(self, reader: Any, writer: Any) -> None:
        if writer.get_extra_info("sockname")[0] not in self._bad or not await self._harm(writer):
            await super()._talk(reader, writer)


def outcomes(here: Place) -> dict[str, int]:
    return {str(name): int(str(n)) for name, n in ask(here.url, OUTCOMES).rows}


def state(here: Place, source: str) -> str:
    told = ask(here.url, "select state || ': ' || why from source_health() where id = %s", source)
    return str(told.rows[0][0])


async def endless_header(writer: Any) -> bool:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while not writer.is_closing():
        writer.write(b"X-More: x\r\n" * 50)
        await writer.drain()
    return True


async def silence(writer: Any) -> bool:
    await writer.wait_closed()
    return True


def resetting(chance: random.Random) -> Callable[..., Any]:
    async def harm(writer: Any) -> bool:
        if bad := chance.random() < 0.3:
            injectors.end_with_reset(writer.get_extra_info("socket"))
        return bad

    return harm


@pytest.mark.parametrize("harm", [endless_header, silence])
def test_a_publisher_that_never_comes_to_an_end_costs_its_own_time_only(
    crowd: Any, harm: Any, record_property: Any
) -> None:
    here = crowd(3, PAGES, room=partial(Troubled, harm=harm), CRAWL_TIMEOUT="3")
    began = time.monotonic()
    here.run("crawl", "--force")
    seconds = time.monotonic() - began
    here.run("extract")
    assert outcomes(here) == {"stored": 2 * PAGES}
    assert state(here, here.crowd.outlets[0].id).startswith("failing: ")
    assert seconds < 60
    record_property("seen", f"{harm.__name__.replace('_', ' ')}: given up, the others complete")


@pytest.mark.chaos
def test_connections_that_are_reset_are_made_again(
    crowd: Any, facts: Any, record_property: Any
) -> None:
    room = partial(Troubled, harm=resetting(random.Random(22)), outlets=4)
    here = crowd(4, PAGES, room=room)
    for rounds in range(1, 9):
        now = f"2026-11-{20 + rounds}T08:00+08:00"
        with here.start("crawl", "--force", now=now) as command:
            assert "Traceback" not in command.communicate()[1]
        here.run("extract", now=now)
        if outcomes(here) == {"stored": 4 * PAGES}:
            break
    assert facts(here) == (4 * PAGES,) * 3
    record_property("seen", f"all pages after {rounds} rounds, none twice")


@pytest.mark.chaos
def test_a_stopped_crawl_is_ended_by_the_clock_and_its_source_taken_up(
    crowd: Any, facts: Any, record_property: Any
) -> None:
    here = crowd(1, PAGES, room=partial(Troubled, harm=silence), CRAWL_TIMEOUT="60")
    # As the DAGs do.
    limit = ["timeout", "--kill-after=2", "30", JIANBAO, "crawl"]
    with subprocess.Popen(limit, env=here.env, stderr=subprocess.DEVNULL) as hung:
        children = Path(f"/proc/{hung.pid}/task/{hung.pid}/children")
        while not ask(here.url, "select 1 from runs where command ^@ 'crawl'").rows:
            assert hung.poll() is None
            time.sleep(0.1)
        crawl = int(children.read_text().split()[0])
        os.kill(crawl, signal.SIGSTOP)
        assert hung.wait(60) in (124, -signal.SIGKILL, 137)
    assert not Path("/proc", str(crawl)).exists()
    here.room._bad.clear()
    here.run("crawl", "--force", "--wait", "75")
    here.run("extract")
    assert facts(here) == (PAGES,) * 3
    record_property("seen", "ended by its limit of 30 s; the next crawl has all pages")


NAMED = """
[[source]]
id = "named"
name = "有名网"
homepage = "http://www.youming.example/"
article = '^https?://[^/]+/a/(.+)$'
https = false
[[source.entry]]
kind = "feed"
url = "http://www.youming.example/feed"
"""


@pytest.mark.chaos
@pytest.mark.parametrize("how", ["dead", "silent", "NXDOMAIN"])
def test_names_that_nobody_resolves_cost_their_own_source_only(
    tmp_path: Path, how: str, record_property: Any
) -> None:
    def fault() -> None:
        (tmp_path / "resolv.conf").write_text("nameserver 127.0.0.53\n")
        (tmp_path / "nsswitch.conf").write_text("hosts: files dns\n")
        for name in ("resolv.conf", "nsswitch.conf"):
            if Path("/etc", name).exists():
                injectors.tool("mount", "--bind", tmp_path / name, f"/etc/{name}")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server, place(2, PAGES) as here:
            if how != "dead":
                server.bind(("127.0.0.53", 53))
            if how == "NXDOMAIN":
                threading.Thread(target=unknown, args=[server], daemon=True).start()
            registry = here.home / "sources.toml"
            registry.write_text(registry.read_text("utf-8") + NAMED, "utf-8")
            began = time.monotonic()
            here.run("crawl", "--force")
            seconds = time.monotonic() - began
            here.run("extract")
            assert outcomes(here) == {"stored": 2 * PAGES}
            assert state(here, "named").startswith("failing: ")
            assert seconds < 120
            record_property("seen", f"{how}: flagged, the others complete")

    injectors.apart(fault)


def unknown(server: socket.socket) -> None:
    """Answer every question with: no such name."""
    while True:
        question, client = server.recvfrom(512)
        server.sendto(question[:2] + b"\x81\x83" + question[4:6] + bytes(6) + question[12:], client)


@pytest.mark.chaos
def test_a_slow_line_brings_all_pages(facts: Any, record_property: Any) -> None:
    def fault() -> None:
        injectors.tool(*"tc qdisc add dev lo root tbf rate 64kbit burst 8kb latency 5s".split())
        with place(2, PAGES) as here:
            began = time.monotonic()
            here.run("crawl", "--force")
            seconds = time.monotonic() - began
            here.run("extract")
            assert facts(here) == (2 * PAGES,) * 3
            record_property("seen", f"all {2 * PAGES} pages, {seconds:.0f} s")

    injectors.apart(fault)
