"""What search costs, and whether it finds what LIKE finds.

python -m benchmarks.search [ARTICLES] [--trgm URL]

Loads ARTICLES (default 200000) generated articles into a server of its own, asks it as the reader
over TCP, whole pages with snippets, and compares with scanning by LIKE; with pg_trgm as well if URL
is the address of a database for trials that has the extension at hand. Then 10,000 queries against
3,000 short articles, whose full sets must be those of LIKE. Exit status 1 if a goal is missed.
"""

import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial

import psycopg
from psycopg import Connection
from psycopg.rows import TupleRow

from archive import articles, database, links
from archive.models import Article, FoundLink
from archive.search import searchable
from benchmarks import shelf

ASKED, INGESTED, FUZZED, SHORT = 60, 2000, 10_000, 3000
P95_MS, INDEX_RATIO, ROWS_PER_SECOND, OF_LIKE, OF_TRGM = 50, 2.0, 100, 10, 20
_LIKE = "select article from {} where doc like all(%s) order by sort_at desc, article desc limit 20"
_ODD = "%_\\'-国體国体ＡaＢb…😀𠮷 "

Ask = Callable[[str], object]


def main() -> int:
    words = sys.argv[1:]
    url = words.pop(words.index("--trgm") + 1) if "--trgm" in words else ""
    number = int(next((word for word in words if word.isdigit()), 200_000))
    writer = shelf.Writer()
    good = True
    with shelf.server() as current, shelf.connection(current) as conn:
        began = time.monotonic()
        shelf.fill(conn, writer, number)
        print(f"load at the start {os.getloadavg()[0]:.1f}; {number} articles in bulk in"
              f" {time.monotonic() - began:.0f} s")  # fmt: skip
        rate = ingest(conn, writer, number)
        good &= told(
            "ingest, synchronous", rate, ROWS_PER_SECOND, "rows/s", INGESTED, at_least=True
        )
        sizes = conn.execute(
            "select pg_relation_size('archive.search_text_codes')::float8,"
            " pg_total_relation_size('archive.search_text')::float8,"
            " sum(octet_length(title) + 1 + octet_length(content))::float8, count(*),"
            " avg(length(content))::float8"
            " from archive.article join archive.text on hash = text_hash"
        ).fetchone()
        assert sizes is not None
        good &= told("index / UTF-8 text", sizes[0] / sizes[2], INDEX_RATIO, "", sizes[3])
        print(f"{'search, bytes per article':<28}{sizes[1] / sizes[3]:9.0f} {'':13}"
              f" of {sizes[4]:.0f} characters, text kept for search and all indexes")  # fmt: skip
        with psycopg.connect(database.reader_url(current), autocommit=True) as reader:

            def search(query: str, tag: str | None = None) -> object:
                return reader.execute(
                    "select * from search(%s, tag => %s)", (query, tag)
                ).fetchall()

            search("热身")
            asked = queries(conn, random.Random(2))
            for name, texts in asked.items():
                tag = {"frequent tag": "人工智能", "rare tag": "GPU"}.get(name)
                took = [milliseconds(partial(search, tag=tag), text) for text in texts]
                good &= told(f"{name}, p95", p95(took), P95_MS, "ms", len(took), median(took))
            good &= beside(conn, search, asked, url)
        load = os.getloadavg()[0]
    with shelf.server() as current, shelf.connection(current) as conn:
        differ = fuzz(conn, writer)
        good &= told("full sets unlike LIKE's", differ, 0, "queries", FUZZED)
    print(f"load at the end of the timings {load:.1f}")
    return 0 if good else 1


def told(
    name: str, value: float, goal: float, unit: str, n: int, p50: str = "", at_least: bool = False
) -> bool:
    sign = "≥" if at_least else "≤"
    met = value >= goal if at_least else value <= goal
    print(f"{name:<28}{value:9.2f} {unit:<8}goal {sign} {goal:<6} n={n:<7}{p50}"
          + ("" if met else " MISSED"), flush=True)  # fmt: skip
    return met


def ingest(conn: Connection[TupleRow], writer: shelf.Writer, number: int) -> float:
    """Articles stored per second, each in a transaction that is waited for."""
    ready = []
    for n in range(number + 1, number + INGESTED + 1):
        url = f"https://s.example/{n}"
        link = links.discover(conn, f"s{n % 200 + 1}", url, FoundLink(url), shelf.NOW)
        assert link is not None
        page = conn.execute(
            "insert into archive.page (link, url, fetched_at, status, sha256) values"
            " (%s, %s, %s, 200, '') returning id",
            (link, url, shelf.NOW),
        ).fetchone()
        assert page is not None
        ready.append((link, page[0], writer.article(shelf.NOW)))
    began = time.perf_counter()
    for link, page_id, article in ready:
        with conn.transaction():
            articles.put(conn, link, page_id, article, shelf.NOW)
    return INGESTED / (time.perf_counter() - began)


def queries(conn: Connection[TupleRow], dice: random.Random) -> dict[str, list[str]]:
    """Queries of each class, as frequent as what they ask for; the rare and the missing apart."""
    texts = [row[0] for row in conn.execute(
        "select doc from archive.search_text tablesample system (2) limit 2000")]  # fmt: skip

    def piece(length: int) -> str:
        while True:
            text = dice.choice(texts)
            start = dice.randrange(len(text) - length)
            found = text[start : start + length]
            if all("一" <= char <= "鿿" for char in found):
                return str(found)

    def hits(text: str) -> int:
        row = conn.execute("select count(*) from news.matches(%s)", (text,)).fetchone()
        return int(row[0]) if row else 0

    def such(make: Callable[[], str], low: int, high: int) -> list[str]:
        found: list[str] = []
        while len(found) < ASKED:
            if low <= hits(text := make()) <= high:
                found.append(text)
        return found

    letters = sorted({char for text in texts for char in text if "一" <= char <= "鿿"})
    return {
        "1 character": [piece(1) for _ in range(ASKED)],
        "2 characters": [piece(2) for _ in range(ASKED)],
        "4 characters": [piece(4) for _ in range(ASKED)],
        "2 terms": [f"{piece(2)} {piece(2)}" for _ in range(ASKED)],
        "3 terms": [f"{piece(2)} {piece(1)} {piece(2)}" for _ in range(ASKED)],
        "rare, 2 characters": such(lambda: piece(2), 1, 20),
        "miss, 2 characters": such(lambda: "".join(dice.sample(letters, 2)), 0, 0),
        "miss, 4 characters": such(lambda: piece(2) + piece(2), 0, 0),
        "exclusion": [f"{piece(2)} -{piece(2)}" for _ in range(ASKED)],
        "frequent tag": [piece(2) for _ in range(ASKED)],
        "rare tag": [piece(2) for _ in range(ASKED)],
    }


def beside(conn: Connection[TupleRow], search: Ask, asked: dict[str, list[str]], url: str) -> bool:
    """How many times as quick as a scan by LIKE on misses, as pg_trgm on two characters."""

    def scanned(conn: Connection[TupleRow], table: str, texts: list[str]) -> list[float]:
        statement = _LIKE.format(table).encode()
        return [
            milliseconds(lambda text: conn.execute(statement, ([f"%{text}%"],)).fetchall(), text)
            for text in texts
        ]

    misses = asked["miss, 4 characters"][:8]
    ours = statistics.median(milliseconds(search, text) for text in misses)
    theirs = statistics.median(scanned(conn, "archive.search_text", misses))
    good = told("misses: LIKE / ours", theirs / ours, OF_LIKE, "times", 8, at_least=True)
    if not url:
        print("2 characters: pg_trgm / ours: not measured: no --trgm URL of a server that has it")
        return good
    with psycopg.connect(url, autocommit=True) as trial:
        trial.execute("create extension if not exists pg_trgm")
        trial.execute("drop table if exists trial")
        trial.execute("create table trial (article bigint, sort_at timestamptz, doc text)")
        with (
            trial.cursor().copy("copy trial from stdin") as out,
            conn.cursor().copy(
                "copy (select article, sort_at, doc from archive.search_text) to stdout"
            ) as rows,
        ):
            for row in rows:
                out.write(row)
        trial.execute("set maintenance_work_mem = '1GB'")
        trial.execute("create index on trial using gin (doc gin_trgm_ops)")
        trial.execute("create index on trial (sort_at desc, article desc)")
        trial.execute("vacuum analyze trial")
        rare = asked["rare, 2 characters"][:8]
        ours = statistics.median(milliseconds(search, text) for text in rare)
        theirs = statistics.median(scanned(trial, "trial", rare))
        good &= told("rare: pg_trgm / ours", theirs / ours, OF_TRGM, "times", 8, at_least=True)
        trial.execute("drop table trial")
    return good


def fuzz(conn: Connection[TupleRow], writer: shelf.Writer) -> int:
    """How many of 10,000 queries have another full set of hits than LIKE."""
    dice = random.Random(3)
    shelf.fill(conn, writer, SHORT)
    conn.execute("delete from archive.search_text")
    for n in range(1, SHORT + 1):
        made = writer.article()
        odd = "".join(dice.choices(_ODD, k=dice.randrange(12)))
        text = (made.text[:200] + odd + made.text[200:230]).replace("\n", dice.choice("\n "))
        articles.put(conn, n, n, Article(odd[:3] + made.title, text), shelf.NOW)
    texts = [row[0] for row in conn.execute("select doc from archive.search_text")]

    def term() -> str:
        if dice.random() < 0.2:
            return "".join(dice.choices(_ODD, k=dice.randint(1, 3))).strip() or "_"
        text = dice.choice(texts)
        start = dice.randrange(len(text) - 5)
        return " ".join(text[start : start + dice.choice((1, 1, 2, 2, 2, 3, 4))].split()) or "%"

    def like(terms: list[str]) -> list[str]:
        folded = (searchable(term) for term in terms)
        return ["%" + "".join("\\" + c if c in "\\%_" else c for c in one) + "%" for one in folded]

    differ = 0
    for _ in range(FUZZED):
        wanted = [term() for _ in range(dice.choice((1, 1, 1, 2, 2, 3)))]
        unwanted = [term() for _ in range(dice.choice((0, 0, 0, 1)))]
        query = " ".join([f'"{one}"' for one in wanted] + [f'-"{one}"' for one in unwanted])
        differ += conn.execute(
            "select array(select id from news.matches(%s) order by 1) <> array(select article"
            " from archive.search_text where doc like all(%s) and doc not like all(%s) order by 1)",
            (query, like(wanted), like(unwanted)),
        ).fetchone() != (False,)
    return differ


def milliseconds(ask: Ask, text: str) -> float:
    began = time.perf_counter()
    ask(text)
    return (time.perf_counter() - began) * 1000


def p95(took: list[float]) -> float:
    return statistics.quantiles(took, n=20)[-1]


def median(took: list[float]) -> str:
    return f"p50 {statistics.median(took):.1f} ms"


if __name__ == "__main__":
    sys.exit(main())
