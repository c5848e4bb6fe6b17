"""Articles: stored once per link and part, changed into a new revision when their page changed."""

import hashlib
from dataclasses import asdict
from datetime import datetime

from psycopg import Connection, sql
from psycopg.rows import TupleRow
from psycopg.types.json import Jsonb

from archive import pages, search
from archive.models import Article, Edit, StoredArticle
from archive.sameness import revisions
from archive.sameness.corrections import Version
from archive.text import fingerprint


def put(conn: Connection[TupleRow], link: int, page: int, article: Article, now: datetime) -> str:
    """Store an article: `new`, `revised` when its title or text changed, else `same`.

    What it was is kept as a revision, unless only blanks changed.
    """
    digest = hashlib.sha256(article.text.encode()).digest()
    conn.execute(
        "insert into archive.text (hash, content) values (%s, %s) on conflict do nothing",
        (digest, article.text),
    )
    old = conn.execute(
        "select id, title, text_hash, page from archive.article where link = %s and part = %s"
        " for no key update",
        (link, article.part),
    ).fetchone()
    values = {
        "page": page,
        "title": article.title,
        "text_hash": digest,
        "fingerprint": fingerprint(article.text),
        "authors": list(article.authors),
        "editor": article.editor,
        "origin": article.origin,
        "published_at": article.published_at,
        "date_precision": article.date_precision,
        "section": article.section,
        "page_keywords": list(article.keywords),
        "contributors": list(article.contributors),
        "origin_kind": article.origin_kind,
        "captions": list(article.captions),
        "repairs": Jsonb([asdict(edit) for edit in article.repairs]),
        "extracted_at": now,
    }
    columns = sql.SQL(", ").join(map(sql.Identifier, values))
    given = sql.SQL(", ").join(map(sql.Placeholder, values))
    place = {"link": link, "part": article.part}
    if old is None:
        made = conn.execute(
            sql.SQL(
                "insert into archive.article (link, part, first_seen, {}) select id, %(part)s,"
                " first_seen, {} from archive.link where id = %(link)s returning id"
            ).format(columns, given),
            values | place,
        ).fetchone()
        assert made is not None
        search.put(conn, made[0], article.title, article.text)
        return "new"
    changed = old[1] != article.title or bytes(old[2]) != digest
    if changed:
        people = frozenset((*article.authors, *article.contributors, article.editor)) - {""}
        version = Version(article.title, article.text, people)
        # The same bytes: their publisher changed nothing, we read them better.
        revisions.keep(conn, old[0], version, now, reread=old[3] == page)
    conn.execute(
        sql.SQL(
            "update archive.article set ({}) = row ({}) where link = %(link)s and part = %(part)s"
        ).format(columns, given),
        values | place,
    )
    if old[3] != page:
        pages.release(conn, link, old[3])
    search.put(conn, old[0], article.title, article.text)
    return "revised" if changed else "same"


_STORED = (
    "select a.id, l.url, l.source, s.name, a.first_seen, a.title, t.content, a.part, a.authors,"
    " a.editor, a.origin, a.published_at, a.date_precision, a.section, a.page_keywords,"
    " a.contributors, a.origin_kind, a.captions, a.repairs"
    " from archive.article a join archive.link l on l.id = a.link"
    " join archive.source s on s.id = l.source join archive.text t on t.hash = a.text_hash"
)
# Numbers first: their order is that of an index, whatever the planner thinks of the rest.
_UNSUMMARIZED = (
    " where a.id = any(array(select a.id from archive.article a where a.id > %s"
    " and not exists (select from archive.summary m where m.article = a.id"
    " and m.text_hash = a.text_hash)"
    " and not exists (select from archive.copy c where c.article = a.id"
    " and c.original is not null)"
    " order by a.id limit %s for no key update of a skip locked)) order by a.id"
)
# Locking the summary too has Postgres look at it again, so that none is made again twice.
_AGAIN = (
    " join archive.summary m on m.article = a.id where m.again and m.text_hash = a.text_hash"
    " and not exists (select from archive.copy c where c.article = a.id"
    " and c.original is not null)"
    " order by m.made_at, m.article limit %s for no key update of a, m skip locked"
)


def claim_unsummarized(
    conn: Connection[TupleRow], most: int = 1, after: int = 0
) -> list[StoredArticle]:
    """The next articles without a summary of their present text, locked for the transaction.

    Copies are left out: what their original says is shown of them. Those up to the number `after`
    are not looked at, which takes long where many have their summary.
    """
    return [_stored(row) for row in conn.execute(_STORED + _UNSUMMARIZED, (after, most))]


def claim_again(conn: Connection[TupleRow], most: int = 1) -> list[StoredArticle]:
    """The next articles whose summary is to be made again, the oldest summaries first; locked."""
    return [_stored(row) for row in conn.execute(_STORED + _AGAIN, (most,))]


def of_link(conn: Connection[TupleRow], key: str) -> list[StoredArticle]:
    """The articles of one link, or of the one it is an alias of, in order of their parts."""
    rows = conn.execute(
        _STORED + " join archive.link k on l.id = coalesce(k.alias_of, k.id) where k.key = %s"
        " order by a.part",
        (key,),
    ).fetchall()
    return [_stored(row) for row in rows]


def of_page(conn: Connection[TupleRow], page: int) -> list[Article]:
    """The articles that were read from a page, in order of their parts."""
    rows = conn.execute(_STORED + " where a.page = %s order by a.part", (page,)).fetchall()
    return [_stored(row).article for row in rows]


def _stored(row: TupleRow) -> StoredArticle:
    article = Article(
        title=row[5],
        text=row[6],
        part=row[7],
        authors=tuple(row[8]),
        editor=row[9],
        origin=row[10],
        published_at=row[11],
        date_precision=row[12],
        section=row[13],
        keywords=tuple(row[14]),
        contributors=tuple(row[15]),
        origin_kind=row[16],
        captions=tuple(row[17]),
        repairs=tuple(Edit(**edit) for edit in row[18]),
    )
    return StoredArticle(row[0], row[1], row[2], row[3], row[4], article)
