"""Two articles side by side: what is kept of their sameness, what their texts have in common."""

from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection
from psycopg.rows import TupleRow, class_row

from archive.days import dates
from archive.numbers import amounts
from archive.sameness.copies import Comparison, compare

_SIDE = """
select a.id, s.name as source_name, l.url, a.title, t.content as text, a.origin,
       least(a.published_at, a.first_seen) as at, c.copy_group as group,
       coalesce(c.original, a.id) as original, c.matched, g.story, g.story_matched, g.story_score
  from archive.article a
  join archive.link l on l.id = a.link
  join archive.source s on s.id = l.source
  join archive.text t on t.hash = a.text_hash
  left join archive.copy c on c.article = a.id
  left join archive.copy_group g on g.id = c.copy_group
 where a.id = %s
"""


@dataclass(frozen=True, slots=True)
class Side:
    """An article, and where it stands."""

    id: int
    source_name: str
    url: str
    title: str
    text: str
    origin: str
    at: datetime
    group: int | None
    """None while it was not compared."""
    original: int
    matched: int | None
    """The article by which it was recognized as a copy."""
    story: int | None
    story_matched: int | None
    """The copy group by which its group joined its story."""
    story_score: float | None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two articles and what they have in common."""

    one: Side
    other: Side
    comparison: Comparison
    numbers: tuple[str, ...]
    """Only in the first, the longest first."""
    other_numbers: tuple[str, ...]


def side(conn: Connection[TupleRow], article: int) -> Side | None:
    """The article with this number, if there is one."""
    with conn.cursor(row_factory=class_row(Side)) as cursor:
        return cursor.execute(_SIDE, (article,)).fetchone()


def pair(one: Side, other: Side) -> Pair:
    """Compare two articles by the rules by which they are placed."""
    said, says = (_numbers(f"{each.title}\n{each.text}") for each in (one, other))
    return Pair(
        one,
        other,
        compare(one.title, one.text, other.title, other.text),
        _only(said, says),
        _only(says, said),
    )


def _numbers(text: str) -> dict[object, str]:
    """The amounts and dates of a text, by what they mean, as it writes them."""
    days: dict[object, str] = {
        (one.year, one.month, one.day, one.part): text[one.start : one.end] for one in dates(text)
    }
    return days | {one.meaning: text[one.start : one.end] for one in amounts(text)}


def _only(said: dict[object, str], says: dict[object, str]) -> tuple[str, ...]:
    written = {said[meaning] for meaning in said.keys() - says.keys()}
    return tuple(sorted(written, key=lambda number: (-len(number), number)))
