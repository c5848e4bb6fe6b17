"""What an article costs on disk, its raw page included: bytes by table.

python -m benchmarks.archive_cost [../shared/extraction]

The real pages there are stored and go through all our stages in a private archive; without
them pages of generated outlets are crawled. Only tables that grow with the articles count, and of
those not what they take when empty.
"""

import json
import statistics
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from archive import clock, database, links, pages, sources
from archive.models import FoundLink, Page
from archive.roles import OWNER
from archive.sameness.stored import place_pending
from archive.sameness.telling import tell_pending
from archive.settings import Settings
from benchmarks.crowd import place
from crawler.articles.reading import read_pending
from crawler.sources.relevance import Rule
from summarizer.stage import summarize_pending

GOAL = 25.0
SEARCH = 8000
"""Bytes per article of the text for search and its indexes among 200,000: benchmarks.growth."""
# Sources and pages of each, where no real ones are here.
GENERATED = (20, 30)

_SIZES = """
select c.relname, pg_total_relation_size(c.oid), c.reltuples from pg_class c
 where c.relnamespace = 'archive'::regnamespace and c.relkind in ('r', 'm')
"""


def main() -> int:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/extraction") / "dev"
    real = folder.is_dir()
    with place(*GENERATED) as made:
        current = Settings(jianbao_home=made.home, jianbao_kind="demo")
        with database.connect(current, OWNER) as conn:
            empty = {name: size for name, size, _ in conn.execute(_SIZES)}
            if real:
                _load(conn, folder)
            else:
                made.run("crawl")
                read_pending(conn, Rule.load(()))
            place_pending(conn, clock.now())
            tell_pending(conn)
            summarize_pending(conn, current)
            conn.execute("vacuum analyze")
            for line in _lines(conn, empty, "real" if real else "generated"):
                print(line)
    return 0


def _load(conn: Any, folder: Path) -> None:
    """Store the pages as pages of one source, as if somebody had brought them, and read them."""
    now = clock.now()
    sources.sync(conn, [("dev", "dev", "https://dev.example", True)], now)
    for path in sorted(folder.glob("*/page.html")):
        url = json.loads(path.with_name("gold.json").read_text())["url"]
        url = url or f"https://dev.example/{path.parent.name}"
        key = path.parent.name
        links.discover(conn, "dev", key, FoundLink(url), now)
        links.bring(conn, key)
        link = links.get(conn, key)
        assert link
        pages.add(conn, Page(link.id, url, path.read_bytes(), now))
    read_pending(conn, Rule.load(()))


def _lines(conn: Any, empty: Mapping[str, int], kind: str) -> list[str]:
    (articles,) = conn.execute("select count(*) from archive.article").fetchone()
    bodies = [row[0] for row in conn.execute("select octet_length(bytes) from archive.body")]
    grown = {
        name: size - empty.get(name, 0)
        for name, size, rows in conn.execute(_SIZES)
        # An index of few texts has hardly a character twice: its cost is that of many articles.
        if rows >= articles / 2 and name != "search_text"
    } | {"search_text": SEARCH * articles}
    total = sum(grown.values()) / articles / 1000
    page = grown["body"] / articles / 1000
    return [
        f"archive per article     {total:6.1f} KB   goal <= {GOAL:.0f}   n={articles} {kind} pages",
        *(
            f"  {name:<22}{size / articles / 1000:6.1f} KB"
            for name, size in sorted(grown.items(), key=lambda pair: -pair[1])
        ),
        f"raw page, compressed    {statistics.mean(bodies) / 1000:6.1f} KB   mean;"
        f" median {statistics.median(bodies) / 1000:.1f} KB",
        f"  with a median page    {total - page + statistics.median(bodies) / 1000:6.1f} KB",
        f"  a year, pages 180 days{total - page * (1 - 180 / 365):6.1f} KB",
    ]


if __name__ == "__main__":
    sys.exit(main())
