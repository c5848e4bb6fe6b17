"""Scale-out without containers: what is new, to the last summary, by 1, 2 and 4 Celery workers.

python -m benchmarks.celery [--workers 1 2 4] [--sources 200] [--pages 3] [--delay-factor 5]
python -m benchmarks.celery --workers 2 --pages 100    20,000 pages, an hour or more on two cores

Redis, embedded Postgres, Airflow and the workers run under the service's own supervisor, each time
in a new folder, against a generated newsroom. crawl_news runs as often as there are links to fetch,
since a source gives no more than CRAWL_ARTICLES_PER_SOURCE in one round. Needs the program
redis-server.
"""

import argparse
import os
import re
import shutil
import sys
from collections.abc import Iterable
from statistics import median

from benchmarks.celery_day import Outcome, measure
from demo import scale

DAY = 20_000
"""Pages of a day, which take no longer than GOAL_SECONDS."""
GOAL_SECONDS = 7200
# Seconds by which a loaded machine may see the first of two requests late.
TOLERANCE = 0.3


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--sources", type=int, default=200)
    parser.add_argument("--pages", type=int, default=3, help="of each source")
    parser.add_argument("--delay-factor", type=float, default=5, help="of .2 s between two pages")
    parser.add_argument("--seconds", type=int, help="at most; 300, and one for every two pages")
    given = parser.parse_args()
    if not shutil.which("redis-server"):
        sys.exit("redis-server is not installed; on Debian: apt install redis-server")
    good = True
    for count in given.workers:
        expected = given.sources * given.pages
        limit = given.seconds or 300 + expected / 2
        outcome, left = measure(count, given.sources, given.pages, given.delay_factor, limit)
        for line, holds in judged(outcome, expected, left, given.delay_factor):
            good &= holds
            print(line, flush=True)
        print("\n".join(costs(outcome)), flush=True)
    return 0 if good else 1


def judged(outcome: Outcome, expected: int, left: int, factor: float) -> Iterable[tuple[str, bool]]:
    """Lines of name, value, goal and n; whether each goal is met."""
    n = f"n={expected}"
    delay = _min_delay() * factor
    rows, asked = outcome.rows, outcome.requests
    lost = expected - min(rows.links, rows.stored, rows.summarized)
    again = asked.total() - len(asked) - rows.looks
    double = rows.stored - min(rows.addresses, rows.texts) + again
    early = sum(gap < delay - TOLERANCE for gap in outcome.gaps)
    seconds, failed = outcome.seconds, outcome.failed
    goal = f"goal {GOAL_SECONDS}" if expected >= DAY else "no goal"
    return [
        (f"workers                {outcome.workers}, tasks of each {outcome.tasks}", True),
        (f"links lost             {lost:5d}  goal 0  {n}", lost == 0),
        (
            f"stored or asked twice  {double:5d}  goal 0  {n}; {rows.looks} second looks",
            double == 0,
        ),
        (
            f"too early for the host {early:5d}  goal 0  n={len(outcome.gaps)} gaps; shortest"
            f" {min(outcome.gaps):.3f} s, median {median(outcome.gaps):.3f} of {delay:g}",
            early == 0,
        ),
        (f"commands failed        {len(failed):5d}  {'; '.join(sorted(set(failed)))}", True),
        (
            f"seconds to the last    {seconds:5.0f}  {goal}  {outcome.rounds} rounds,"
            f" {rows.stored / seconds * 60:.0f} articles a minute",
            expected < DAY or seconds <= GOAL_SECONDS,
        ),
        (f"processes left         {left:5d}  goal 0", left == 0),
    ]


def costs(outcome: Outcome) -> Iterable[str]:
    """What the parts took, and the machine."""
    usage, n = outcome.usage, max(outcome.rows.stored, 1)
    for name, cpu in sorted(usage.cpu.items(), key=lambda each: -each[1]):
        wall = outcome.stages.get(name, 0)
        speed = f"at work {wall:6.0f} s, {n / wall:6.1f} a second" if wall else ""
        yield (
            f"  {name:<21}{cpu:8.1f} CPU s {1000 * cpu / n:7.2f} ms an article"
            f" {usage.memory[name]:6d} MiB  {speed}"
        )
    own = sum(usage.cpu.values())
    yield f"  all                  {own:8.1f} CPU s {1000 * own / n:7.2f} ms an article"
    yield f"  all                  {usage.most:8.0f} MiB at most"
    yield f"  archive {outcome.rows.size / n:.0f} bytes an article, log {outcome.rows.wal / n:.0f}"
    yield f"machine                {os.cpu_count()} cores, load {usage.load:.1f}"


def _min_delay() -> float:
    (delay,) = re.findall(r"^min_delay = (.*)$", scale.registry(1, 1), re.MULTILINE)
    return float(delay)


if __name__ == "__main__":
    sys.exit(main())
