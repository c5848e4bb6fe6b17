"""Workers that store and place copies of one text at the same time: groups split, rows lost, locks.

python -m benchmarks.copies_race [GROUPS] [WORKERS]

WORKERS (default 8) processes each store a publication of their own of GROUPS (default 1000) texts,
in an order of their own, and place what waits after every few, in one archive on a server of its
own. Exit status 1 if a goal is missed.
"""

import os
import random
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import psycopg
from psycopg import Connection
from psycopg.rows import TupleRow

from archive import articles, database, links, pages, sources
from archive.models import FoundLink, Page
from archive.sameness.stored import place_pending
from benchmarks import shelf
from benchmarks.copies_scale import reprint
from benchmarks.search import told

EVERY = 20
"""So many articles a worker stores before it places what waits."""
_SPLIT = """
select count(*) from (select split_part(l.key, ' ', 1) from archive.copy c
  join archive.article a on a.id = c.article join archive.link l on l.id = a.link
 group by 1 having count(distinct c.copy_group) > 1) u
"""
_MIXED = """
select count(*) from (select c.copy_group from archive.copy c
  join archive.article a on a.id = c.article join archive.link l on l.id = a.link
 group by 1 having count(distinct split_part(l.key, ' ', 1)) > 1) u
"""
_LOST = """
select count(*) from archive.article a left join archive.copy c on c.article = a.id
 where c.text_hash is distinct from a.text_hash
"""


def main() -> int:
    groups, workers = (
        int(sys.argv[n]) if len(sys.argv) > n else default for n, default in ((1, 1000), (2, 8))
    )
    with shelf.server() as current, shelf.connection(current) as conn:
        known = [(f"s{n}", f"来源{n}", "https://s.example", True) for n in range(workers)]
        sources.sync(conn, known, shelf.NOW)
        began = time.monotonic()
        with ProcessPoolExecutor(workers) as pool:
            work = partial(publish, database.owner_dsn(current), groups)
            ended: Counter[str] = sum(pool.map(work, range(workers)), Counter())
        seconds = time.monotonic() - began
        stored = workers * groups
        print(f"{workers} workers, {groups} texts, {dict(ended)}, load {os.getloadavg()[0]:.1f}")
        good = True
        for name, value, n in (
            ("groups split", _value(conn, _SPLIT), groups),
            ("groups of several texts", _value(conn, _MIXED), groups),
            ("articles without a place", _value(conn, _LOST), stored),
            ("articles lost", stored - _value(conn, "select count(*) from archive.copy"), stored),
            ("placed twice or never", abs(stored - ended["placed"]), stored),
            ("errors, deadlocks included", ended["errors"], stored),
        ):
            good &= told(name, value, 0, "", n)
        print(f"{'stored and placed':<28}{stored / seconds:9.2f} articles a second")
    return 0 if good else 1


def publish(dsn: str, groups: int, worker: int) -> Counter[str]:
    """Store a publication of every text, in any order, and place what waits now and then."""
    writer, dice = shelf.Writer(), random.Random(worker)
    texts = list(enumerate(writer.article() for _ in range(groups)))
    dice.shuffle(texts)
    counts: Counter[str] = Counter()
    with psycopg.connect(dsn, autocommit=True) as conn:
        for number, (n, text) in enumerate(texts, 1):
            try:
                url = f"https://s.example/{n}/{worker}"
                with conn.transaction():
                    link = links.discover(
                        conn, f"s{worker}", f"{n} {worker}", FoundLink(url), shelf.NOW
                    )
                    assert link is not None
                    pages.add(conn, Page(link, url, url.encode(), shelf.NOW))
                    page = _value(conn, "select max(id) from archive.page where link = %s", link)
                    articles.put(conn, link, page, reprint(text, dice), shelf.NOW)
                if number % EVERY == 0 or number == groups:
                    counts.update(place_pending(conn, shelf.NOW))
            except psycopg.Error as error:
                counts["errors"] += 1
                print(f"worker {worker}: {error}", file=sys.stderr)
    return counts


def _value(conn: Connection[TupleRow], query: str, *values: object) -> int:
    row = conn.execute(query.encode(), values).fetchone()
    assert row is not None
    return int(row[0])


if __name__ == "__main__":
    sys.exit(main())
