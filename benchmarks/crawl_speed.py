"""What a page costs the crawler, side by side with a bare Scrapy spider and with news-please.

python -m benchmarks.crawl_speed                3,000 pages, page to article too
python -m benchmarks.crawl_speed --pages 20000  and what memory and cost do over so many pages

All pages come from generated outlets (demo/scale.py), served by a process of its own. The bare
spider fetches the same pages with Scrapy's defaults and drops them. news-please is installed into
a virtual environment of its own, which needs a package index.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from archive import embedded
from archive.settings import PROJECT
from demo import scale

DAY = date(2026, 11, 22)
PER_SOURCE = 500
_TICK = os.sysconf("SC_CLK_TCK")
_NEWS_PLEASE = "news-please"

_BARE = """
import re, sys
from scrapy import Request, Spider
from scrapy.crawler import CrawlerProcess
class Bare(Spider):
    name = "bare"
    async def start(self):
        for feed in sys.argv[1:]:
            yield Request(feed, self.parse_feed)
    def parse_feed(self, response):
        for url in re.findall(r"<link>(http[^<]+/n/[^<]+)</link>", response.text):
            yield Request(url, self.parse_page)
    def parse_page(self, response):
        pass
process = CrawlerProcess({"LOG_LEVEL": "WARNING"})
process.crawl(Bare)
process.start()
"""
_PLEASE = """
import sys
from newsplease import NewsPlease
read = 0
for url in sys.stdin.read().split():
    article = NewsPlease.from_url(url)
    read += bool(article and article.maintext)
print(read)
"""


@dataclass
class Newsroom:
    """The generated outlets, and a log of what was asked of them."""

    sources: int
    port: int
    log: Path

    @property
    def homes(self) -> list[str]:
        return re.findall(r'homepage = "([^"]+)/"', scale.registry(self.sources, self.port))

    def asked(self) -> list[str]:
        """The addresses of articles that were asked for since the last time, in order."""
        lines = self.log.read_text().splitlines()
        self.log.write_text("")
        return [
            f"http://{address}:{self.port}{path}"
            for _, address, path in map(str.split, lines)
            if path.startswith("/n/")
        ]


@dataclass
class Cost:
    """What a command took: seconds of the CPU and of the wall, memory in MB."""

    cpu: float
    wall: float
    memory: float
    marks: list[tuple[int, float]] = field(default_factory=list)
    """(articles asked for, CPU seconds) as time went by."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.crawl_speed", description=__doc__)
    parser.add_argument("--pages", type=int, default=3000)
    given = parser.parse_args()
    print(f"load {os.getloadavg()[0]:.1f} at the start, {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory(prefix="jianbao-speed-") as folder:
        Path(folder).chmod(0o711)
        with newsroom(Path(folder), -(-given.pages // PER_SOURCE)) as room:
            compare(Path(folder), room)
    print(f"load {os.getloadavg()[0]:.1f} at the end")
    return 0


def compare(folder: Path, room: Newsroom) -> None:
    """Print every bar."""
    feeds = [f"{home}/feed" for home in room.homes]
    # Python's compiled files are kept for all three, and made before anything is measured.
    os.environ |= {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(folder / "cache")}
    run([sys.executable, "-c", "import crawler.importing, crawler.commands"], {}, room)
    bare = run([sys.executable, script(folder, _BARE), *feeds], {}, room)
    dropped = len(room.asked())
    with deployment(folder, room) as (env, server):
        before = postgres_cpu(server)
        ours = run([jianbao(), "crawl", "--force"], env, room)
        kept = len(room.asked())
        postgres = postgres_cpu(server) - before
        if kept != dropped:
            print(f"not the same pages: {kept} kept, {dropped} dropped")
        speed, bare_speed = kept / ours.cpu, dropped / bare.cpu
        bar("store only, pages per CPU s", speed / bare_speed, 0.8, kept, "x bare Scrapy")
        print(f"  ours {speed:.0f}, bare Scrapy {bare_speed:.0f} pages per CPU second;", end=" ")
        print(
            f"Postgres {1000 * postgres / kept:.2f} CPU ms a page; wall {ours.wall:.0f} s", end=""
        )
        print(f" and {bare.wall:.0f} s")
        bar("peak memory, MB", ours.memory, 400, kept, at_most=True)
        flat(ours)
        if room.sources * PER_SOURCE <= 5000:
            read = run([jianbao(), "extract"], env, room)
            both = kept / (ours.cpu + read.cpu)
            against(folder, room, both, kept)


def against(folder: Path, room: Newsroom, ours: float, kept: int) -> None:
    """Print how much faster than news-please an article comes out of a page."""
    python = folder / "please" / "bin" / "python"
    made = subprocess.run([sys.executable, "-m", "venv", folder / "please"], check=False)
    wanted = [_NEWS_PLEASE, "jieba"]
    if (
        made.returncode
        or subprocess.run([python, "-m", "pip", "install", "-q", *wanted]).returncode
    ):
        print(f"skipped: {_NEWS_PLEASE} could not be installed")
        return
    urls = [
        f"{home}/n/{number:05}.html" for home in room.homes for number in range(1, PER_SOURCE + 1)
    ]
    urls = urls[:1000]
    theirs = run([str(python), script(folder, _PLEASE)], {}, room, "\n".join(urls))
    speed = len(urls) / theirs.cpu
    bar("page to article, pages per CPU s", ours / speed, 2, kept, f"x {_NEWS_PLEASE}")
    print(
        f"  ours {ours:.1f} (crawl and extract), {_NEWS_PLEASE} {speed:.1f} over {len(urls)} pages"
    )


def flat(cost: Cost) -> None:
    """Print what the last thousand pages cost in comparison with the first after a thousand."""

    def at(pages: int) -> float:
        (n0, c0), (n1, c1) = next(
            (a, b) for a, b in zip(cost.marks, cost.marks[1:], strict=False) if b[0] >= pages
        )
        return c0 + (c1 - c0) * (pages - n0) / max(n1 - n0, 1)

    last = cost.marks[-1][0]
    if last >= 3000:
        ratio = (at(last) - at(last - 1000)) / (at(2000) - at(1000))
        bar("cost of a page, last 1,000 to second", ratio, 1.2, last, at_most=True)


def run(command: Sequence[str], env: dict[str, str], room: Newsroom, given: str = "") -> Cost:
    """Run a command to its end. Raises CalledProcessError."""
    began = time.monotonic()
    cost = Cost(0, 0, 0)
    with (
        tempfile.TemporaryFile("w+") as said,
        subprocess.Popen(
            command, env=os.environ | env, stdin=subprocess.PIPE, stdout=said, text=True
        ) as child,
    ):
        assert child.stdin
        child.stdin.write(given)
        child.stdin.close()
        while True:
            pid, status, usage = os.wait4(child.pid, os.WNOHANG)
            if pid:
                break
            cost.marks.append((_lines(room.log), _cpu(child.pid)))
            time.sleep(0.25)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            raise subprocess.CalledProcessError(child.returncode, command)
    cost.cpu, cost.wall = usage.ru_utime + usage.ru_stime, time.monotonic() - began
    cost.memory = usage.ru_maxrss / 1024
    return cost


@contextmanager
def newsroom(folder: Path, sources: int) -> Iterator[Newsroom]:
    """The outlets, answering."""
    log = folder / "asked"
    command = [
        *(sys.executable, "-m", "demo.server", "--reference-day", str(DAY), "--log", str(log)),
        *("--sources", str(sources), "--pages", str(PER_SOURCE)),
    ]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        room = Newsroom(sources, int(server.stdout.readline().split()[1]), log)
        try:
            yield room
        finally:
            server.terminate()


@contextmanager
def deployment(folder: Path, room: Newsroom) -> Iterator[tuple[dict[str, str], int]]:
    """The environment of an empty archive that may crawl the outlets, and its server's pid."""
    home = folder / "home"
    registry = folder / "sources.toml"
    registry.write_text(scale.registry(room.sources, room.port), "utf-8")
    env = {
        "JIANBAO_ENV_FILE": os.devnull,
        "JIANBAO_HOME": str(home),
        "JIANBAO_SOURCES": str(registry),
        "JIANBAO_ALLOW": ",".join(each.removeprefix("http://") for each in room.homes),
        "CRAWL_DELAY_FACTOR": "0",
        "CRAWL_ARTICLES_PER_SOURCE": str(PER_SOURCE),
        "CRAWL_SECONDS": "3000",
        "CRAWL_SOURCE_SECONDS": "3000",
    }
    subprocess.run([jianbao(), "migrate"], env=os.environ | env, check=True, capture_output=True)
    try:
        pid = int((home / "postgres" / "data" / "postmaster.pid").read_text().split()[0])
        yield env, pid
    finally:
        embedded.stop(home / "postgres")


def postgres_cpu(server: int) -> float:
    """CPU seconds of a Postgres server and all its processes, past ones included."""
    children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    return _cpu(server, 4) + sum(_cpu(int(child)) for child in children)


def bar(
    name: str, value: float, goal: float, n: int, unit: str = "", *, at_most: bool = False
) -> None:
    good = value <= goal if at_most else value >= goal
    print(
        f"{name:<38} {value:8.2f}  goal {'<=' if at_most else '>='} {goal:g} {unit}"
        f"  n={n}  {'ok' if good else 'MISSED'}"
    )


def script(folder: Path, text: str) -> str:
    """A file with a program; Scrapy wants to see the sources of what it runs."""
    path = folder / f"{len(text)}.py"
    path.write_text(text)
    return str(path)


def jianbao() -> str:
    return str(Path(sys.executable).with_name("jianbao"))


def _cpu(pid: int, times: int = 2) -> float:
    """CPU seconds of a process; with 4 times, of its ended children too."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, stat[11 : 11 + times])) / _TICK


def _lines(path: Path) -> int:
    return path.read_bytes().count(b" /n/") if path.exists() else 0


if __name__ == "__main__":
    sys.exit(main())
