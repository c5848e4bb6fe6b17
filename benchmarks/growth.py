"""What an archive of a year costs: milliseconds of every query of the cookbook, bytes by table.

python -m benchmarks.growth [ARTICLES]

Loads ARTICLES (default 200000; a million is a year of 200 sources) generated articles without raw
pages into a server of its own, and asks it the queries of `sql/queries/` as the reader over TCP,
each three times. Exit status 1 if the best of one is over the goal.
"""

import os
import sys
import time

import psycopg

from archive import database
from archive.settings import PROJECT
from benchmarks import shelf
from benchmarks.search import told

GOAL_MS, ASKED = 2000, 3
_SIZES = """
select c.relname, pg_table_size(c.oid)::float8, pg_indexes_size(c.oid)::float8
  from pg_class c where c.relnamespace = 'archive'::regnamespace and c.relkind = 'r'
 order by pg_total_relation_size(c.oid) desc limit 6
"""


def main() -> int:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    good = True
    with shelf.server() as current:
        began = time.monotonic()
        with shelf.connection(current) as conn:
            shelf.fill(conn, shelf.Writer(), number)
            conn.execute("update archive.deployment set fixed_at = %s", (shelf.NOW,))
            print(f"load {os.getloadavg()[0]:.1f}; {number} articles in"
                  f" {time.monotonic() - began:.0f} s")  # fmt: skip
            for name, table, indexes in conn.execute(_SIZES):
                print(f"{name:<16}{table / number:9.0f} bytes per article, its indexes"
                      f" {indexes / number:.0f}")  # fmt: skip
        with psycopg.connect(database.reader_url(current), autocommit=True) as reader:
            reader.execute("set statement_timeout = 0")
            for path in sorted((PROJECT / "sql" / "queries").glob("*.sql")):
                query, best, rows = path.read_bytes(), float("inf"), 0
                for _ in range(ASKED):
                    began = time.monotonic()
                    rows = len(reader.execute(query).fetchall())
                    best = min(best, (time.monotonic() - began) * 1000)
                good &= told(path.stem, best, GOAL_MS, "ms", rows)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
