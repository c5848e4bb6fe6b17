"""The stage of stories: texts that belong to none yet join one or begin one, one after another.

In the order of their numbers and one writer at a time, so that stories do not depend on how many
workers there are. A text stays in its story when it is revised.
"""

from collections import Counter
from collections.abc import Callable

from psycopg import Connection
from psycopg.rows import TupleRow

from archive.sameness.index import turn
from archive.sameness.stories import KEPT, LEAD, METHOD, Report, Window, report

_BATCH = 5000
_PENDING = "select id from archive.copy_group where story is null order by id limit %s"
_REPORTS = """
select g.id, g.told_at, a.title, left(t.content, %(lead)s),
       exists (select from archive.containment where whole = g.original), g.story
  from ((select * from archive.copy_group where story is not null and id > %(newest)s
          order by id desc limit %(kept)s)
        union all select * from archive.copy_group where story is null and id = %(group)s) g
  join archive.article a on a.id = g.original
  join archive.text t on t.hash = a.text_hash
 order by g.story is null, g.id
"""


def tell_pending(
    conn: Connection[TupleRow], progress: Callable[[str], None] = lambda _: None
) -> dict[str, int]:
    """Give every copy group that has none its story, one transaction each.

    Counts the texts `told` and the `stories` that they began. Safe in several workers at once.
    """
    counts: Counter[str] = Counter()
    window = Window()
    while batch := conn.execute(_PENDING, (_BATCH,)).fetchall():
        for (group,) in batch:
            with turn(conn):
                counts.update(_tell(conn, window, group))
            progress(f"{counts['told']} texts in {counts['stories']} stories")
    return dict(counts)


def _tell(conn: Connection[TupleRow], window: Window, group: int) -> dict[str, int]:
    new = _read(conn, window, group)
    if new is None:
        return {}  # Another worker was quicker.
    joined = window.join(new)
    if (
        joined.matched
        and not conn.execute(
            "select 1 from archive.copy_group where (id, story) = (%s, %s)",
            (joined.matched, joined.story),
        ).fetchone()
    ):
        # Since they were read, texts turned out to be copies of each other.
        window.clear()
        _read(conn, window, group)
        joined = window.join(new)
    conn.execute(
        "insert into archive.story (id, method) values (%s, %s) on conflict do nothing",
        (joined.story, METHOD),
    )
    conn.execute(
        "update archive.copy_group set story = %s, story_matched = %s, story_score = %s"
        " where id = %s",
        (joined.story, joined.matched, joined.score, group),
    )
    return {"told": 1, "stories": int(joined.matched is None)}


def _read(conn: Connection[TupleRow], window: Window, group: int) -> Report | None:
    """What is told by a group that has no story; the window gets to know what was told since."""
    asked = {"lead": LEAD, "newest": window.newest, "kept": KEPT, "group": group}
    new = None
    for *row, story in conn.execute(_REPORTS, asked).fetchall():
        if story is None:
            new = report(*row)
        else:
            window.add(report(*row), story)
    return new
