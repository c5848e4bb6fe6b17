"""Where the marks of texts are kept: what `copies.place` asks, answered by the archive."""

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from psycopg import Connection
from psycopg.rows import TupleRow

from archive.sameness.copies import CAP, Known

WINDOW = timedelta(days=30)
"""How long before an article, by when both were first seen, its copies are looked for."""
_AGAIN_SECONDS = 0.05

_HOLDERS = """
select m.mark, c.copy_group, h.article
  from unnest(%(marks)s::integer[]) m (mark)
 cross join lateral (select article from archive.mark where mark = m.mark and article >= %(oldest)s
                       and article <> %(own)s
                      order by article desc limit %(most)s) h
  join archive.copy c on c.article = h.article
 order by h.article desc
"""
_MEMBERS = """
select c.article, c.copy_group, a.title, t.content,
       exists (select from archive.containment where whole = c.article)
  from archive.copy c join archive.article a on a.id = c.article
  join archive.text t on t.hash = c.text_hash
 where c.article = any(%s)
"""


class Marks:
    """The articles that have their place, as another meets them: those since the `oldest`."""

    def __init__(self, conn: Connection[TupleRow], article: int, oldest: int) -> None:
        self._conn = conn
        self._article = article
        self._oldest = oldest
        self._held: dict[tuple[int, ...], Mapping[int, Mapping[int, int]]] = {}

    def holders(self, marks: Sequence[int], cap: int) -> Mapping[int, Mapping[int, int]]:
        found: dict[int, dict[int, int]] = {}
        asked = {"own": self._article, "oldest": self._oldest, "most": cap + 1}
        for mark, group, article in self._conn.execute(_HOLDERS, asked | {"marks": list(marks)}):
            # The earliest of a group comes last.
            found.setdefault(mark, {})[group] = article
        self._held[tuple(marks)] = found
        return found

    def members(self, articles: Collection[int]) -> Mapping[int, Known]:
        rows = self._conn.execute(_MEMBERS, (list(articles),)) if articles else ()
        return {row[0]: Known(*row[1:]) for row in rows}

    def keep(self, article: int, marks: Sequence[int], group: int, *merged: int) -> None:
        """Let an article be found by those of its marks that its group, or those which are one
        with it now, lack.

        What more groups have than `copies.CAP` is not kept: it says nothing.
        """
        held = self._held.get(tuple(marks)) or self.holders(marks, CAP)
        ours = {group, *merged}
        others = ((mark, held.get(mark, {}).keys()) for mark in marks)
        new = [mark for mark, groups in others if len(groups) <= CAP and ours.isdisjoint(groups)]
        self._conn.execute(
            "insert into archive.mark (mark, article) select unnest(%s::integer[]), %s",
            (new, article),
        )

    def forget(self, article: int, marks: Sequence[int]) -> None:
        """Let an article no longer be found by these marks."""
        self._conn.execute(
            # What is locked is being let go.
            "delete from archive.mark where ctid = any(array(select ctid from archive.mark"
            " where mark = any(%s::integer[]) and article = %s for update skip locked))",
            (list(marks), article),
        )


@contextmanager
def turn(conn: Connection[TupleRow]) -> Iterator[None]:
    """A transaction in which nobody else places articles; waits for it.

    Not in a queue: that would hand the turn on after each article, at the cost of waking a worker.
    """
    while True:
        with conn.transaction():
            if conn.execute("select from archive.placing for update skip locked").rowcount:
                yield
                return
        time.sleep(_AGAIN_SECONDS)


def let_go(conn: Connection[TupleRow], now: datetime) -> int:
    """Remove the marks that lie outside of every window from now on; how many."""
    return conn.execute(
        "delete from archive.mark where article < archive.first_since(%s)", (now - WINDOW,)
    ).rowcount


def old(conn: Connection[TupleRow], now: datetime) -> int:
    """How many marks `let_go` would remove."""
    row = conn.execute(
        "select count(*) from archive.mark where article < archive.first_since(%s)", (now - WINDOW,)
    ).fetchone()
    return int(row[0]) if row else 0
