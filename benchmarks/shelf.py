"""A private archive full of generated articles, for measuring what queries cost.

Words come in the order of crawler/damage/words.txt with the frequencies of Zipf's law, in sequences
that repeat as phrases do, on a few subjects per article; about 900 characters each, over one year.
Most of each fifth are said to be copies of another, which half of these name as their origin.
"""

import hashlib
import os
import random
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from psycopg import Connection
from psycopg.rows import TupleRow

from archive import database, embedded, search, taxonomy
from archive.models import Article
from archive.settings import PROJECT, Settings

NOW = datetime(2026, 11, 22, tzinfo=UTC)
YEAR = timedelta(days=365)
SOURCES = 200
_HAN = re.compile(r"(?<=\s)[\u4e00-\u9fff]+(?=\s)")
_TYPED = ("AI", "GPT-4", "OpenAI", "30%", "2026年", "5G", "API", "Linux", "12亿元", "H20", "3.5倍")


class Writer:
    """Writes articles, always the same for a seed."""

    def __init__(self, seed: int = 1) -> None:
        self.dice = random.Random(seed)
        path = PROJECT / "crawler" / "damage" / "words.txt"
        words = _HAN.findall(path.read_text(encoding="utf-8"))
        words[20:20] = _TYPED
        weights = [1 / rank for rank in range(3, len(words) + 3)]
        self._flow = self.dice.choices(words, weights, k=3_000_000)
        self._subjects = [word for word in words if len(word) > 1]

    def article(self, published: datetime | None = None) -> Article:
        """About 900 characters of text under a headline."""
        dice, text, length = self.dice, [], 0
        subjects = dice.sample(self._subjects, 6)
        wanted = dice.triangular(200, 2200, 300)
        while length < wanted:
            clause = self._clause(dice.randint(3, 9))
            if dice.random() < 0.5:
                clause += dice.choice(subjects)
            text.append(clause + dice.choice("，，、：，。。；") + dice.choice(["", "", "", "\n"]))
            length += len(text[-1])
        title = dice.choice(subjects) + self._clause(dice.randint(4, 9))
        return Article(title, "".join(text) + "完。", published_at=published)

    def _clause(self, words: int) -> str:
        start = self.dice.randrange(len(self._flow) - words)
        return "".join(self._flow[start : start + words])


@contextmanager
def server() -> Iterator[Settings]:
    """A new embedded server with an empty archive; all of it is gone in the end."""
    with tempfile.TemporaryDirectory(prefix="jianbao-shelf-") as folder:
        home = Path(folder)
        home.chmod(0o711)  # As root the database's user passes through it.
        os.environ["JIANBAO_ENV_FILE"] = os.devnull
        current = Settings(jianbao_home=home, database_url="")
        try:
            database.migrate(current)
            yield current
        finally:
            embedded.stop(home / "postgres")


def fill(conn: Connection[TupleRow], writer: Writer, number: int) -> None:
    """Load `number` articles in bulk, the newest last; the index of their text is made at the end.

    Every article has a link, a page without body, its text, and a copy group; every original a
    summary with one to three tags, and every seventh is a further report of another's story.
    """
    tags = [term.name for term in taxonomy.load().technologies]
    weights = [1 / rank for rank in range(1, len(tags) + 1)]
    topic = taxonomy.load().topics[0].name
    (made,) = conn.execute(
        "select pg_get_indexdef('archive.search_text_codes'::regclass)"
    ).fetchone() or ("",)
    conn.execute("drop index archive.search_text_codes")
    conn.execute(
        "insert into archive.source (id, name, homepage, enabled, synced_at)"
        " select 's' || n, '来源' || n, 'https://s.example', true, %s"
        " from generate_series(1, %s) n",
        (NOW, SOURCES),
    )
    step, source = YEAR / number, writer.dice.choices(range(1, SOURCES + 1), k=number)
    written = [
        (n, writer.article(NOW - YEAR + n * step), NOW - YEAR + n * step)
        for n in range(1, number + 1)
    ]
    firsts = [0]  # of each article that which its copies are of, itself if it is none
    for n in range(1, number + 1):
        recent = writer.dice.randrange(max(1, n - 500), n) if n > 1 and not n % 5 else n
        firsts.append(n if recent == n else firsts[recent])
    with conn.cursor() as cursor:

        def copy(into: str, rows: Iterator[tuple[object, ...]]) -> None:
            with cursor.copy(f"copy archive.{into} from stdin".encode()) as out:
                for row in rows:
                    out.write_row(row)

        copy(
            "link (source, key, url, first_seen, pending, outcome)",
            (
                (f"s{source[n - 1]}", f"k{n}", f"https://s.example/{n}", at, False, "stored")
                for n, _, at in written
            ),
        )
        conn.execute(
            "insert into archive.page (link, url, fetched_at, status, sha256, read_at)"
            " select id, url, first_seen, 200, '', first_seen from archive.link order by id"
        )
        digests = [hashlib.sha256(article.text.encode()).digest() for _, article, _ in written]
        copy(
            "text (hash, content)",
            ((digests[n - 1], article.text) for n, article, _ in written),
        )
        copy(
            "article (link, part, page, title, text_hash, fingerprint, authors, editor, origin,"
            " published_at, date_precision, section, page_keywords, first_seen, extracted_at)",
            (
                (
                    *(n, 1, n, article.title, digests[n - 1], digests[n - 1], [], ""),
                    *("" if n % 2 or firsts[n] == n else f"来源{source[firsts[n] - 1]}", at),
                    *("minute", "", [], at, at),
                )
                for n, article, at in written
            ),
        )
        copy(
            "summary (article, text_hash, summary, spans, keywords, technologies, industries,"
            " topic, events, method, reason, made_at)",
            (
                (
                    *(n, digests[n - 1], article.text[:60], "[]", [article.title[:2]]),
                    *(list(set(writer.dice.choices(tags, weights, k=3))), [], topic),
                    *("[]", "extractive", "", at),
                )
                for n, article, at in written
                if firsts[n] == n
            ),
        )
        conn.execute(
            "insert into archive.story select n, 1 from generate_series(1, %s) n", (number,)
        )
        copy(
            "copy_group (id, original, origin, story, told_at)",
            (
                (n, n, f"来源{source[n - 1]}", firsts[max(1, n - 50)] if n % 7 == 1 else n, at)
                for n, _, at in written
                if firsts[n] == n
            ),
        )
        copy(
            "copy (article, copy_group, original, text_hash, matched, share, passages, method,"
            " placed_at)",
            (
                (
                    *(n, first, None if first == n else first, digests[n - 1]),
                    *((None, None, None) if first == n else (first, 0.9, 500)),
                    *(1, at),
                )
                for n, _, at in written
                for first in [firsts[n]]
            ),
        )
        copy(
            "search_text (article, sort_at, source, title, doc, fold, added_at)",
            (
                (
                    *(n, at, f"s{source[n - 1]}", title),
                    *(f"{title}\n{search.searchable(article.text)}", search.version(), at),
                )
                for n, article, at in written
                for title in [search.searchable(article.title)]
            ),
        )
    conn.execute("set maintenance_work_mem = '1GB'")
    conn.execute(made.encode())
    conn.execute("alter index archive.search_text_codes alter column 1 set statistics 0")
    conn.execute("reset maintenance_work_mem")
    conn.execute("vacuum analyze")


def connection(current: Settings) -> Connection[TupleRow]:
    """The archive's owner, as our own processes connect."""
    return psycopg.connect(database.owner_dsn(current), autocommit=True)
