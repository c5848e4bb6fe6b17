"""What placing an article costs in a full archive: milliseconds, articles a second, bytes.

python -m benchmarks.copies_scale [ARTICLES]

Loads ARTICLES (default 1000000) articles into a server of its own, all first seen within the window
in which copies are looked for: every tenth is written, three of ten of these the reprint of
another; the others have random marks, as many and as often shared. Then places new ones, three of
ten a reprint of one that is written, one transaction each. Beside it datasketch's MinHashLSH in
memory, if that is installed. Exit status 1 if a goal is missed.
"""

import hashlib
import os
import sys
import time
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import pairwise
from random import Random

from psycopg import Connection
from psycopg.rows import TupleRow

from archive.models import Article
from archive.sameness import copies, index, stored
from archive.sameness.marks import traits
from archive.text import fingerprint
from benchmarks import shelf
from benchmarks.search import median, p95, told

P95_MS, PER_SECOND = 30, 50
REPRINTED, WRITTEN, MARKS, AT_ONCE = 0.3, 10, 45, 2000
WARMING, PLACED = 2000, 6000
_SIZES = """
select c.relname, pg_table_size(c.oid)::float8, pg_indexes_size(c.oid)::float8 from pg_class c
 where c.relnamespace = 'archive'::regnamespace and c.relname in ('mark', 'copy', 'copy_group')
 order by 2 desc
"""
# Marks are the least of a window of hashes, so they are small. One of ten is of a phrase in use.
_NUMBERS = "from generate_series(1, %(number)s) n where n %% %(written)s <> 0"
_RANDOM = (
    f"insert into archive.text select sha256(n::text::bytea), n::text {_NUMBERS}",
    "insert into archive.article (id, link, page, part, title, text_hash, fingerprint, authors,"
    " editor, origin, date_precision, section, page_keywords, first_seen, extracted_at)"
    " overriding system value select n, n, n, 1, n, sha256(n::text::bytea), sha256(n::text::bytea),"
    " '{}', '', '', '', '', '{}', first_seen, first_seen from archive.link l, lateral"
    " (select l.id as n) where n <= %(number)s and n %% %(written)s <> 0",
    f"insert into archive.copy_group (id, original, told_at) select n, n, %(now)s {_NUMBERS}",
    "insert into archive.copy (article, copy_group, text_hash, method, placed_at)"
    f" select n, n, sha256(n::text::bytea), %(method)s, %(now)s {_NUMBERS}",
    "insert into archive.mark select 4294967295 * (1 - power(case when random() < 0.1 then"
    " (hashint4((1000000 * random() ^ 2)::integer) + 2147483649) / 4294967297 else random() end,"
    " 1.0 / 16)) - 2147483648, n from generate_series(1, %(number)s) n,"
    " generate_series(1, %(marks)s) where n %% %(written)s <> 0",
)


def main() -> int:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    good = True
    with shelf.server() as current, shelf.connection(current) as conn:
        began = time.monotonic()
        fill(conn, number)
        print(f"load {os.getloadavg()[0]:.1f}; {number} articles in"
              f" {time.monotonic() - began:.0f} s", flush=True)  # fmt: skip
        for name, table, indexes in conn.execute(_SIZES):
            print(f"{name:<16}{table / number:9.0f} bytes per article, its indexes"
                  f" {indexes / number:.0f}")  # fmt: skip
        place(conn, number, WARMING)
        took, seconds = place(conn, number + WARMING, PLACED)
        load = os.getloadavg()[0]
        good &= told("placing one, p95", p95(took), P95_MS, "ms", len(took), median(took))
        good &= told("articles a second", len(took) / seconds, PER_SECOND, "", len(took), "", True)
        print(f"{'its slowest':<28}{max(took):9.2f} ms; load {load:.1f}")
    beside()
    return 0 if good else 1


def written(seed: int, number: int) -> Iterator[tuple[int, int, Article]]:
    """`number` articles, each with its own number and that of the one it is a reprint of."""
    writer = shelf.Writer(seed)
    known: list[tuple[int, Article]] = []
    for n in range(1, number + 1):
        if known and writer.dice.random() < REPRINTED:
            origin, article = writer.dice.choice(known)
            yield n, origin, reprint(article, writer.dice)
        else:
            known.append((n, writer.article()))
            yield n, n, known[-1][1]


def reprint(article: Article, dice: Random) -> Article:
    """As another outlet has it: a twentieth of it left out, and signed."""
    at, text = dice.randrange(len(article.text)), article.text
    kept = text[:at] + text[at + len(text) // 20 :]
    editor = "".join(chr(dice.randrange(0x4E00, 0x9FA5)) for _ in range(6))
    return Article(f"转载：{article.title}", f"{kept}\n责任编辑：{editor}")


def fill(conn: Connection[TupleRow], number: int) -> None:
    """Load `number` articles that have their place; the index of marks is made at the end."""
    (made,) = conn.execute(
        "select pg_get_indexdef('archive.mark_articles'::regclass)"
    ).fetchone() or ("",)
    conn.execute("drop index archive.mark_articles")
    conn.execute(
        "insert into archive.source (id, name, homepage, enabled, synced_at)"
        " select 's' || n, '来源' || n, 'https://s.example', true, %s"
        " from generate_series(1, %s) n",
        (shelf.NOW, shelf.SOURCES),
    )
    span = index.WINDOW.total_seconds() * 0.99 / number
    conn.execute(
        "insert into archive.link (source, key, url, first_seen, pending, outcome)"
        " select 's' || n %% %s + 1, 'k' || n, 'https://s.example/' || n,"
        " %s - make_interval(secs => (%s - n) * %s), false, 'stored' from generate_series(1, %s) n",
        (shelf.SOURCES, shelf.NOW, number, span, number + WARMING + PLACED),
    )
    conn.execute(
        "insert into archive.page (link, url, fetched_at, status, sha256, read_at)"
        " select id, url, first_seen, 200, '', first_seen from archive.link order by id"
    )
    asked = {"number": number, "written": WRITTEN, "marks": MARKS, "method": copies.METHOD}
    for statement in _RANDOM:
        conn.execute(statement.encode(), asked | {"now": shelf.NOW})
    for start in range(0, number // WRITTEN, AT_ONCE):
        _load(conn, start, min(AT_ONCE, number // WRITTEN - start))
    conn.execute("set maintenance_work_mem = '1GB'")
    # As full as it is after many months.
    conn.execute(f"{made} with (fillfactor = 70)".encode())
    conn.execute("alter index archive.mark_articles reset (fillfactor)")
    conn.execute("reset maintenance_work_mem")
    conn.execute("select setval(pg_get_serial_sequence('archive.article', 'id'), %s)", (number,))
    conn.execute("vacuum analyze")


def _load(conn: Connection[TupleRow], start: int, number: int) -> None:
    """Load `number` written articles with their place and marks."""
    made = [
        ((start + n) * WRITTEN, (start + origin) * WRITTEN, article)
        for n, origin, article in written(start, number)
    ]
    seen: dict[int, set[int]] = {}
    marks: list[tuple[int, int]] = []
    for n, origin, article in made:
        known = seen.setdefault(origin, set())
        new = set(traits(article.title, article.text).marks) - known
        known |= new
        marks += [(mark, n) for mark in new]
    _store(conn, [(n, article) for n, _, article in made])
    _copy(
        conn,
        "copy_group (id, original, told_at)",
        ((n, n, shelf.NOW) for n, origin, _ in made if n == origin),
    )
    _copy(
        conn,
        "copy (article, copy_group, text_hash, method, placed_at)",
        ((n, origin, _hash(each), copies.METHOD, shelf.NOW) for n, origin, each in made),
    )
    _copy(conn, "mark (mark, article)", marks)


def _store(conn: Connection[TupleRow], made: list[tuple[int, Article]]) -> None:
    """Store articles under these numbers, which their links and pages have as well."""
    texts = {_hash(article): article.text for _, article in made}
    _copy(conn, "text (hash, content)", texts.items())
    links = "select id, first_seen from archive.link where id = any(%s)"
    seen: dict[int, datetime] = dict(conn.execute(links, ([n for n, _ in made],)).fetchall())
    _copy(
        conn,
        "article (id, link, part, page, title, text_hash, fingerprint, authors, editor, origin,"
        " date_precision, section, page_keywords, first_seen, extracted_at)",
        (
            (
                *(n, n, 1, n, article.title, _hash(article), fingerprint(article.text), [], "", ""),
                *("", "", [], seen[n], seen[n]),
            )
            for n, article in made
        ),
    )


def _copy(conn: Connection[TupleRow], into: str, rows: Iterable[tuple[object, ...]]) -> None:
    with conn.cursor().copy(f"copy archive.{into} from stdin".encode()) as out:
        for row in rows:
            out.write_row(row)


def _hash(article: Article) -> bytes:
    return hashlib.sha256(article.text.encode()).digest()


def place(conn: Connection[TupleRow], known: int, number: int) -> tuple[list[float], float]:
    """Store `number` articles beside `known` ones and place them; milliseconds of each, seconds."""
    writer = shelf.Writer(known)
    origins = conn.execute(
        "select title, content from archive.article join archive.text on hash = text_hash"
        " where id = any(%s)",
        (writer.dice.sample(range(WRITTEN, known, WRITTEN), round(number * REPRINTED)),),
    ).fetchall()
    new = [reprint(Article(*row), writer.dice) for row in origins]
    new += [writer.article() for _ in range(number - len(new))]
    writer.dice.shuffle(new)
    with conn.transaction():
        _store(conn, list(enumerate(new, known + 1)))
    ended: list[float] = []
    counts = stored.place_pending(conn, shelf.NOW, lambda _: ended.append(time.perf_counter()))
    print(f"placed {counts}, {len(origins)} of them reprints", flush=True)
    took = [(end - start) * 1000 for start, end in pairwise(ended)]
    return took, ended[-1] - ended[0]


def beside() -> None:
    """The same question asked of datasketch, in memory, of an index that is small in comparison."""
    try:
        # Measured beside, not needed: it need not be installed.
        from datasketch import MinHash, MinHashLSH  # type: ignore[import-not-found]  # not ours
    except ImportError:
        print("datasketch: not measured: it is not installed (pip install datasketch)")
        return
    lsh, took = MinHashLSH(threshold=0.5, num_perm=128), []
    for n, _, article in written(0, 5 * AT_ONCE):
        began = time.perf_counter()
        sketch = MinHash(num_perm=128)
        sketch.update_batch(
            {article.text[at : at + 5].encode() for at in range(len(article.text) - 4)}
        )
        lsh.query(sketch)
        lsh.insert(n, sketch)
        took.append((time.perf_counter() - began) * 1000)
    print(f"{'datasketch, in memory, p95':<28}{p95(took):9.2f} ms{'':19} n={len(took):<7}"
          f"{median(took)}, nothing stored")  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
