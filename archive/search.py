"""Search: the form in which texts are searched, and what the archive keeps in that form."""

import unicodedata
import zlib
from collections.abc import Callable
from functools import cache

from psycopg import Connection
from psycopg.rows import TupleRow

from archive.script import TRADITIONAL, simplified

_BATCH = 200


def searchable(text: str) -> str:
    """The text as it is searched: width, case and Traditional characters do not count.

    NFKC, then one character for one: what `news.fold` does to a query.
    """
    return unicodedata.normalize("NFKC", text).translate(_table())


@cache
def _table() -> dict[int, str]:
    # Letters of Unicode 3.2, the last of them Deseret: what every Python knows, so that all agree.
    known = unicodedata.ucd_3_2_0.category
    letters = [char for char in map(chr, range(0x10450)) if known(char)[0] == "L"]
    small = {ord(char): _small(char) for char in letters if _small(char) != char}
    return small | {ord(char): simplified(char) for char in TRADITIONAL}


def _small(char: str) -> str:
    folded = char.casefold()
    return folded if len(folded) == 1 else char.lower()[0]


@cache
def version() -> int:
    """Changes whenever a text may be folded otherwise."""
    return zlib.crc32(repr(sorted(_table().items())).encode())


def put(conn: Connection[TupleRow], article: int, title: str, text: str) -> None:
    """Make the article findable by its present title and text."""
    folded = searchable(title)
    conn.execute(
        "insert into archive.search_text (article, sort_at, source, title, doc, fold, added_at)"
        " select a.id, least(a.published_at, a.first_seen), l.source, %(title)s, %(doc)s, %(fold)s,"
        " a.extracted_at from archive.article a join archive.link l on l.id = a.link"
        " where a.id = %(article)s"
        " on conflict (article) do update set sort_at = excluded.sort_at, title = excluded.title,"
        " doc = excluded.doc, fold = excluded.fold"
        " where (search_text.sort_at, search_text.title, search_text.doc, search_text.fold)"
        " is distinct from (excluded.sort_at, excluded.title, excluded.doc, excluded.fold)",
        {
            "article": article,
            "title": folded,
            "doc": f"{folded}\n{searchable(text)}",
            "fold": version(),
        },
    )


def index_pending(
    conn: Connection[TupleRow], progress: Callable[[str], None] = lambda _: None
) -> int:
    """Give the server this program's fold, and make findable what was stored under none or another.

    One transaction per batch; several at once share the work.
    """
    conn.execute(
        "insert into archive.fold (version, written, folded) values (%s, %s, %s)"
        " on conflict (only_row) do update set version = excluded.version,"
        " written = excluded.written, folded = excluded.folded"
        " where fold.version <> excluded.version",
        (version(), "".join(map(chr, _table())), "".join(_table().values())),
    )
    done = last = 0
    while True:
        with conn.transaction():
            rows = conn.execute(
                "select a.id, a.title, t.content from archive.article a"
                " join archive.text t on t.hash = a.text_hash"
                " left join archive.search_text s on s.article = a.id"
                " where a.id > %s and s.fold is distinct from %s"
                " order by a.id limit %s for no key update of a skip locked",
                (last, version(), _BATCH),
            ).fetchall()
            for article, title, text in rows:
                put(conn, article, title, text)
        if not rows:
            return done
        done, last = done + len(rows), rows[-1][0]
        progress(f"{done} articles made findable")
