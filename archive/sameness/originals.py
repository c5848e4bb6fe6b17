"""Writes down which publication is the original of a copy group, from all that are in it now."""

from psycopg import Connection
from psycopg.rows import TupleRow

from archive.sameness.lineage import Publication, trace


def decide(conn: Connection[TupleRow], group: int) -> bool:
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
