"""What publishers change after they published, as the archive keeps it: revisions.

A version that another replaced is kept with what that changed; so is the present one of an article
whose page was found gone, until it is there again.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from psycopg import Connection
from psycopg.rows import TupleRow
from psycopg.types.json import Jsonb

from archive.sameness.corrections import Correction, Version, compare, stored

_BATCH = 200


def keep(
    conn: Connection[TupleRow], article: int, after: Version, now: datetime, reread: bool
) -> Correction:
    """Keep the present version of an article, which `after` is about to replace, as a revision.

    None is kept where only blanks differ. What changed because we `reread` the same page is not
    its publisher's doing, and has no flags. The caller has locked the article.
    """
    row = conn.execute(
        "select a.title, t.content, a.authors || a.contributors || a.editor"
        " from archive.article a join archive.text t on t.hash = a.text_hash where a.id = %s",
        (article,),
    ).fetchone()
    assert row is not None
    correction = compare(Version(row[0], row[1], _named(row[2])), after)
    if correction.places:
        conn.execute(
            "insert into archive.revision (article, number, title, text_hash, page, replaced_at,"
            " reread, flags, account, changes) select id, (select 1 + count(*) from"
            " archive.revision r where r.article = a.id), title, text_hash, page, %s, %s, %s, %s,"
            " %s from archive.article a where id = %s",
            (now, reread, *_columns(correction, reread), article),
        )
    return correction


def vanish(conn: Connection[TupleRow], link: int, reason: str, now: datetime) -> None:
    """Note that the page of a stored link was found gone; once, until it is there again."""
    conn.execute(
        "insert into archive.revision (article, number, title, text_hash, page, replaced_at, flags,"
        " account, changes) select a.id, (select 1 + count(*) from archive.revision r"
        " where r.article = a.id), a.title, a.text_hash, a.page, %(now)s, '{vanished}',"
        " %(account)s, '[]' from archive.article a where a.link = %(link)s"
        " and not exists (select from archive.revision r where r.article = a.id"
        " and 'vanished' = any (r.flags) and r.returned_at is null) on conflict do nothing",
        {"link": link, "now": now, "account": f"原页面消失（{reason}）"},
    )


def come_back(conn: Connection[TupleRow], link: int, now: datetime) -> None:
    """Note that the latest page of a link, of which its articles are, is there, if it vanished."""
    conn.execute(
        "update archive.revision r set returned_at = %(now)s from archive.article a"
        " where a.id = r.article and a.link = %(link)s and 'vanished' = any (r.flags)"
        " and r.returned_at is null"
        " and a.page = (select max(id) from archive.page where link = %(link)s)",
        {"link": link, "now": now},
    )


def compare_pending(
    conn: Connection[TupleRow], progress: Callable[[str], None] = lambda _: None
) -> int:
    """Compare the revisions that an older program kept with what replaced them; how many.

    One transaction per batch; several at once share the work.
    """
    done, last = 0, (0, 0)
    while True:
        with conn.transaction():
            rows = conn.execute(
                "select r.article, r.number, r.reread, r.title, t.content,"
                " coalesce(n.title, a.title), w.content,"
                " a.authors || a.contributors || a.editor"
                " from archive.revision r join archive.article a on a.id = r.article"
                " left join archive.revision n on n.article = r.article and n.number = r.number + 1"
                " join archive.text t on t.hash = r.text_hash"
                " join archive.text w on w.hash = coalesce(n.text_hash, a.text_hash)"
                " where r.changes is null and (r.article, r.number) > (%s, %s)"
                " order by r.article, r.number limit %s for update of r skip locked",
                (*last, _BATCH),
            ).fetchall()
            for article, number, reread, title, text, new_title, new_text, people in rows:
                names = _named(people)
                found = compare(Version(title, text, names), Version(new_title, new_text))
                conn.execute(
                    "update archive.revision set flags = %s, account = %s, changes = %s"
                    " where article = %s and number = %s",
                    (*_columns(found, reread), article, number),
                )
        if not rows:
            return done
        done, last = done + len(rows), rows[-1][:2]
        progress(f"{done} revisions compared")


def _columns(correction: Correction, reread: bool) -> tuple[list[str], str, Jsonb]:
    flags = [] if reread else list(correction.flags)
    return flags, correction.account, Jsonb(stored(correction))


def _named(people: Iterable[str]) -> frozenset[str]:
    return frozenset(people) - {""}
