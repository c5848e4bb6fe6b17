"""A simulated week on the sample newsroom: our commands alone, four rounds a day, without Airflow.

python -m benchmarks.week [--days N]

The commands' clock is JIANBAO_NOW. Every round crawls, reads and summarizes all there is, and
mails the edition that is due, once more if it was mailed before.
"""

import argparse
import sys
import time as wall
from collections import Counter
from datetime import date, datetime, time, timedelta

from archive import clock, database
from archive.clock import BEIJING
from archive.query import ask
from benchmarks.trial import Trial, trial
from demo.newsroom import OUTLETS

CUTOFF = time(7)
READERS = 2
FIRST = date(2026, 11, 16)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--days", type=int, default=7)
    days = options.parse_args().days
    with trial(FIRST, days, READERS) as place:
        began = wall.monotonic()
        behind = [now for number in range(days * 4) if not play(place, now := instant(number))]
        for line in lines(place, days, behind):
            print(line)
        print(f"seconds                {wall.monotonic() - began:6.0f}    n={days * 4} rounds")
    return 0


def instant(number: int) -> datetime:
    """When a round is: 13:15, 19:15, 01:15, 07:15 from the first day on."""
    start = datetime.combine(FIRST, time(13, 15), BEIJING)
    return start + timedelta(hours=6 * number)


def play(place: Trial, now: datetime) -> bool:
    """One round; whether nothing is pending after it."""
    place.room.now = now
    for command in ("crawl", "extract", "dedupe", "summarize"):
        place.run(command, now=now)
    due = clock.edition_day(now, CUTOFF) - timedelta(days=1)
    if due > FIRST:
        place.run("digest", "--day", due.isoformat(), "--send", now=now)
    left = ask(database.reader_url(place.settings), "select stage, pending from backlog").rows
    sys.stderr.write(f"{now:%m-%d %H:%M} {' '.join(f'{stage} {n}' for stage, n in left)}\n")
    return not any(pending for _, pending in left)


def lines(place: Trial, days: int, behind: list[datetime]) -> list[str]:
    """The bars: name, value, goal."""
    url = database.reader_url(place.settings)
    shown = sum(len(place.room.shown(outlet)) for outlet in OUTLETS)
    links, pending, articles, revisions = ask(
        url,
        "select (select count(*) from ledger), (select count(*) from ledger"
        " where outcome = 'pending'), (select count(*) from articles),"
        " (select count(*) from revisions)",
    ).rows[0]
    twice = ask(
        url,
        "select (select count(*) - count(distinct url) from ledger)"
        " + (select count(*) - count(distinct (url, part)) from articles)",
    ).rows[0][0]
    editions = ask(url, "select day, html, (counts ->> 'articles')::integer from editions").rows
    addresses = [str(row[0]) for row in ask(url, "select distinct url from articles").rows]
    told = Counter(a for _, html, _ in editions for a in addresses if f'"{a}"' in str(html))
    mails = place.mailed()
    counts = [int(str(row[2])) for row in editions]
    return [
        f"editions               {len(editions):6d}    goal = {days}     n={days} days",
        f"mails                  {mails.total():6d}    goal = {days * READERS}    "
        f"{READERS} readers",
        f"most of one edition    {max(mails.values()):6d}    goal = 1     to one reader",
        f"rounds with a backlog  {len(behind):6d}    goal = 0     n={days * 4}",
        f"links                  {links:6d}    goal = {shown}    all that was shown",
        f"links without outcome  {pending:6d}    goal = 0",
        f"duplicates             {twice:6d}    goal = 0     links and articles",
        f"articles told twice    {sum(n > 1 for n in told.values()):6d}    goal = 0     "
        f"of {articles}, {len(told)} of them in editions",
        f"corrections            {revisions:6d}    goal = 1",
        f"articles per edition   {min(counts):6d} to {max(counts)}",
    ]


if __name__ == "__main__":
    sys.exit(main())
