"""kill -9 of the crawler at random moments: no link is lost, none is there twice.

python -m benchmarks.crawl_kills [--kills 100] [--seed 1]

Crawls of one source each are killed, a few at a time, in two rounds: the second takes up what the
first left, once its claims have run out. Then one crawl finishes what is pending.
"""

import argparse
import os
import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from archive.claims import LEASE_SECONDS
from archive.query import ask
from benchmarks.crowd import Place, place

PAGES = 12
ROUNDS = 2
AT_ONCE = 4
MOMENTS = (0.8, 5.0)
"""Seconds after its start in which a crawl is killed: from connecting to nearly done."""
FACTS = """
select (select count(*) from ledger), (select count(*) from ledger where outcome = 'stored'),
    (select count(*) from ledger) - (select count(distinct url) from ledger),
    (select count(*) from articles) - (select count(distinct (url, part)) from articles),
    (select coalesce(sum(pending), 0) from backlog where stage in ('fetch', 'read'))
"""


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=100)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    chance = random.Random(given.seed)
    sources = given.kills // ROUNDS
    load, began = os.getloadavg()[0], time.monotonic()
    with place(sources, PAGES) as here:
        met: list[bool] = []
        kept: set[tuple[object, ...]] = set()
        lost = 0
        for number in range(ROUNDS):
            if number:
                time.sleep(LEASE_SECONDS)
            moments = [chance.uniform(*MOMENTS) for _ in range(sources)]
            with ThreadPoolExecutor(AT_ONCE) as several:
                names = [outlet.id for outlet in here.crowd.outlets]
                met += several.map(lambda name, after: kill(here, name, after), names, moments)
            now = rows(here)
            lost += len(kept - now)
            kept = now
        here.run("crawl", "--force", "--wait", str(LEASE_SECONDS + 10))
        here.run("extract")
        lost += len(kept - rows(here))
        links, stored, twice, copies, pending = (int(str(n)) for n in ask(here.url, FACTS).rows[0])
    shown, n = sources * PAGES, f"n={len(met)} kills, {sum(met)} met a running crawl"
    for name, value, goal in (
        ("kills", len(met), given.kills),
        ("rows lost", lost, 0),
        ("links missing", shown - links, 0),
        ("links without article", links - stored, 0),
        ("duplicates", twice + copies, 0),
        ("left pending", pending, 0),
    ):
        print(f"{name:<22} {value:5d}  goal {goal:<4} {n}")
    seconds = time.monotonic() - began
    print(f"seconds                {seconds:5.0f}  {os.cpu_count()} cores, load {load:.1f} before")
    return 0 if links == stored == shown and not lost + twice + copies + pending else 1


def kill(here: Place, source: str, after: float) -> bool:
    """Start a crawl of one source and kill it; whether it was still running."""
    process = here.start("crawl", source)
    time.sleep(after)
    ran = process.poll() is None
    process.kill()
    process.communicate()
    return ran


def rows(here: Place) -> set[tuple[object, ...]]:
    """What the archive has acknowledged."""
    return set(ask(here.url, "select id, url from ledger").rows)


if __name__ == "__main__":
    sys.exit(main())
