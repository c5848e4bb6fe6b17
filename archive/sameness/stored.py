"""The stage of copies: one after another, articles find their place among those that have theirs.

One writer at a time and in the order in which articles were first seen, so that neither groups nor
their numbers depend on how many workers there are.
"""

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg import Connection
from psycopg.rows import TupleRow, class_row

from archive.sameness.copies import METHOD, Placement, Verdict, compare_traits, place
from archive.sameness.index import WINDOW, Marks, turn
from archive.sameness.lineage import Publication, trace
from archive.sameness.marks import Traits, traits
from archive.text import clean_line

_BATCH = 5000
_SAME_ARTICLE = {Verdict.COPY, Verdict.BEGINNING, Verdict.FORM}
"""What a publisher may do to an article: correct its numbers, too."""
_NONE = Traits("", "", {})
_log = logging.getLogger(__name__)

_PENDING = """
select a.id from archive.article a left join archive.copy c on c.article = a.id
 where c.text_hash is distinct from a.text_hash
 order by a.first_seen, a.id limit %s
"""
_WAITING = """
select a.id, a.title, t.content as text, a.text_hash, a.fingerprint, a.first_seen,
       archive.first_since(a.first_seen - %(window)s) as oldest,
       c.copy_group as group, o.content as old_text
  from archive.article a join archive.text t on t.hash = a.text_hash
  left join archive.copy c on c.article = a.id left join archive.text o on o.hash = c.text_hash
 where a.id = %(article)s and c.text_hash is distinct from a.text_hash
"""
_EQUAL = """
select c.copy_group, c.article
  from archive.article a join archive.copy c on c.article = a.id and c.text_hash = a.text_hash
 where a.fingerprint = %s order by a.first_seen, a.id limit 1
"""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """An article whose present text has no place; its group if an older text had one."""

    id: int
    title: str
    text: str
    text_hash: bytes
    fingerprint: bytes
    first_seen: datetime
    oldest: int
    """The first article of the window in which its copies are looked for."""
    group: int | None
    old_text: str | None


def place_pending(
    conn: Connection[TupleRow], now: datetime, progress: Callable[[str], None] = lambda _: None
) -> dict[str, int]:
    """Place every article whose present text has no place yet, one transaction each.

    Counts the `placed` articles; of these the `copies` of others, those that made `groups` of their
    own, those that `stayed` in their group though revised, and the `failed`, which stand alone
    because comparing them raised; groups `merged` by them; `pieces` of one in another. Safe in
    several workers at once.
    """
    counts: Counter[str] = Counter()
    while batch := conn.execute(_PENDING, (_BATCH,)).fetchall():
        for (article,) in batch:
            with turn(conn):
                counts.update(_place(conn, article, now))
            progress(f"{counts['placed']} articles, {counts['copies']} of them copies")
    return dict(counts)


def start_again(conn: Connection[TupleRow]) -> None:
    """Take their place from all articles, so that they are placed by today's rules."""
    with turn(conn):
        conn.execute(
            "truncate archive.mark; delete from archive.containment; delete from archive.copy;"
            " delete from archive.copy_group; delete from archive.story"
        )


def _place(conn: Connection[TupleRow], article: int, now: datetime) -> dict[str, int]:
    with conn.cursor(row_factory=class_row(_Waiting)) as cursor:
        waiting = cursor.execute(_WAITING, {"article": article, "window": WINDOW}).fetchone()
    if waiting is None:
        return {}  # Another worker was quicker.
    marks, its, old = Marks(conn, article, waiting.oldest), _NONE, _NONE
    placement, failed = Placement(None), 0
    try:
        its = traits(waiting.title, waiting.text)
        if waiting.old_text is not None and waiting.group is not None:
            old = traits(waiting.title, waiting.old_text)
            if compare_traits(its, old).verdict in _SAME_ARTICLE:
                return _stay(conn, waiting, its, old, marks, now)
        placement = _equal(conn, waiting) or place(its, marks)
    except psycopg.Error:
        raise
    except Exception as error:
        # A bad article is alone, whatever a rule makes of it.
        reason = clean_line(f"{type(error).__name__}: {error}", 300)
        _log.warning("article %s was compared with none: %s", article, reason)
        failed = 1
    return _write(conn, waiting, its, old, placement, marks, now) | {"failed": failed}


def _equal(conn: Connection[TupleRow], waiting: _Waiting) -> Placement | None:
    """The place of an article with an equal text, however old."""
    row = conn.execute(_EQUAL, (waiting.fingerprint,)).fetchone()
    return Placement(row[0], row[1], share=1.0, passages=1) if row else None


def _stay(
    conn: Connection[TupleRow],
    waiting: _Waiting,
    its: Traits,
    old: Traits,
    marks: Marks,
    now: datetime,
) -> dict[str, int]:
    assert waiting.group is not None
    conn.execute(
        "update archive.copy set text_hash = %s, method = %s, placed_at = %s where article = %s",
        (waiting.text_hash, METHOD, now, waiting.id),
    )
    marks.forget(waiting.id, old.marks)
    marks.keep(waiting.id, its.marks, waiting.group)
    decide_original(conn, waiting.group)
    return {"placed": 1, "stayed": 1}


def _write(
    conn: Connection[TupleRow],
    waiting: _Waiting,
    its: Traits,
    old: Traits,
    placement: Placement,
    marks: Marks,
    now: datetime,
) -> dict[str, int]:
    group = waiting.id if placement.group is None else placement.group
    if waiting.group is not None:
        marks.forget(waiting.id, old.marks)
        conn.execute("delete from archive.copy where article = %s", (waiting.id,))
        conn.execute("delete from archive.containment where %s in (whole, piece)", (waiting.id,))
        if waiting.group not in (placement.group, *placement.merged):
            _leave(conn, waiting.id, waiting.group, marks)
    if placement.group is None:
        conn.execute(
            "insert into archive.copy_group (id, original, told_at) values (%s, %s, %s)",
            (group, group, waiting.first_seen),
        )
    if placement.merged:
        merged = list(placement.merged)
        conn.execute(
            "update archive.copy set copy_group = %s where copy_group = any(%s)", (group, merged)
        )
        conn.execute("delete from archive.copy_group where id = any(%s)", (merged,))
    conn.execute(
        "insert into archive.copy (article, copy_group, text_hash, matched, share, passages,"
        " method, placed_at) values (%s, %s, %s, %s, %s, %s, %s, %s)",
        (
            *(waiting.id, group, waiting.text_hash, placement.matched, placement.share),
            *(placement.passages, METHOD, now),
        ),
    )
    pieces = [(waiting.id, each.article, each.share) for each in placement.pieces]
    pieces += [(each.article, waiting.id, each.share) for each in placement.wholes]
    for whole, piece, share in pieces:
        conn.execute(
            "insert into archive.containment (whole, piece, share, method) values (%s, %s, %s, %s)",
            (whole, piece, share, METHOD),
        )
    marks.keep(waiting.id, its.marks, group, *placement.merged)
    decide_original(conn, group)
    joined = placement.group is not None
    return {
        **{"placed": 1, "copies": int(joined), "groups": int(not joined)},
        **{"merged": len(placement.merged), "pieces": len(pieces)},
    }


def _leave(conn: Connection[TupleRow], article: int, group: int, marks: Marks) -> None:
    """See to the group that an article was in: another is its first now, or it is gone."""
    row = conn.execute(
        "select a.id, a.title, t.content from archive.copy c"
        " join archive.article a on a.id = c.article join archive.text t on t.hash = c.text_hash"
        " where c.copy_group = %s order by a.first_seen, a.id limit 1",
        (group,),
    ).fetchone()
    if row is None:
        conn.execute("delete from archive.copy_group where id = %s", (group,))
        return
    if group == article:
        group = row[0]
        conn.execute("update archive.copy_group set id = %s where id = %s", (group, article))
    marks.keep(row[0], traits(row[1], row[2]).marks, group)
    decide_original(conn, group)


def decide_original(conn: Connection[TupleRow], group: int) -> bool:
    """Give a copy group the original and the origin that its present members say; whether that
    changed anything. A group without members stays as it is."""
    rows = conn.execute(
        "select a.id, s.name, a.origin, a.origin_kind, a.published_at, a.date_precision,"
        " a.first_seen, length(t.content) from archive.copy c"
        " join archive.article a on a.id = c.article join archive.link l on l.id = a.link"
        " join archive.source s on s.id = l.source join archive.text t on t.hash = a.text_hash"
        " where c.copy_group = %s",
        (group,),
    ).fetchall()
    if not rows:
        return False
    lineage = trace(Publication(*row) for row in rows)
    conn.execute(
        "update archive.copy set original = nullif(%(original)s, article)"
        " where copy_group = %(group)s"
        " and original is distinct from nullif(%(original)s, article)",
        {"group": group, "original": lineage.original},
    )
    changed = conn.execute(
        "update archive.copy_group g set original = a.id, origin = %(origin)s,"
        " origin_seen = %(seen)s, told_at = least(a.published_at, a.first_seen)"
        " from archive.article a where g.id = %(group)s and a.id = %(original)s"
        " and (g.original, g.origin, g.origin_seen, g.told_at) is distinct from"
        " (a.id, %(origin)s, %(seen)s, least(a.published_at, a.first_seen))",
        {
            "group": group,
            "original": lineage.original,
            "origin": lineage.origin,
            "seen": lineage.origin_seen,
        },
    )
    return changed.rowcount == 1
