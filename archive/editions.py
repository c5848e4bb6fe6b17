"""Editions as they are frozen, with their parts, and which of them each article belongs to."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from types import MappingProxyType

from psycopg import Connection
from psycopg.rows import TupleRow
from psycopg.types.json import Jsonb

from archive.edition_models import Edition, Part, Window

PATIENCE = timedelta(minutes=30)
"""So long after its cut-off an edition is mailed at the latest."""


def freeze(
    conn: Connection[TupleRow],
    window: Window,
    edition: Edition,
    now: datetime,
    places: Mapping[int, str] = MappingProxyType({}),
) -> bool:
    """Keep the edition for good; False if this day's edition is frozen already.

    `places` say of each article what became of it: `told`, `folded`, `left` or `older`.
    """
    with conn.transaction(), conn.cursor() as cursor:
        values = (edition.day, window.start, window.end, now, edition.subject, edition.html)
        if not cursor.execute(
            "insert into archive.edition (day, window_start, window_end, composed_at, subject,"
            " html, text, counts) values (%s, %s, %s, %s, %s, %s, %s, %s) on conflict do nothing",
            (*values, edition.text, Jsonb(edition.counts)),
        ).rowcount:
            return False
        cursor.executemany(
            "insert into archive.edition_part (edition, position, kind, html, text, title,"
            " section, topic, articles, words) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [(edition.day, place, *_row(part)) for place, part in enumerate(edition.parts, 1)],
        )
        # What a missed edition had is told in this one.
        cursor.execute(
            "insert into archive.edition_article (article, edition, place)"
            " select article, %s, place from unnest(%s::bigint[], %s::text[]) u (article, place)"
            " on conflict (article) do update set edition = excluded.edition,"
            " place = excluded.place",
            (edition.day, list(places.keys()), list(places.values())),
        )
    return True


def _row(part: Part) -> tuple[object, ...]:
    stands = (part.kind, part.html, part.text, part.title, part.section, part.topic)
    return (*stands, list(part.articles), list(part.words))


def get(conn: Connection[TupleRow], day: date) -> Edition | None:
    """The frozen edition of a day, with its parts."""
    row = conn.execute(
        "select day, subject, html, text, counts from archive.edition where day = %s", (day,)
    ).fetchone()
    if not row:
        return None
    parts = conn.execute(
        "select kind, html, text, title, section, topic, articles, words"
        " from archive.edition_part where edition = %s order by position",
        (day,),
    ).fetchall()
    kept = (
        replace(Part(*given), articles=tuple(told), words=tuple(words))
        for *given, told, words in parts
    )
    return replace(Edition(*row), parts=tuple(kept))


def missed(conn: Connection[TupleRow], day: date, most: timedelta) -> list[date]:
    """The days before this one that have no edition, back to the last that has, `most` at most."""
    rows = conn.execute(
        "select d::date from generate_series((select max(e.day) + 1 from archive.edition e"
        " where e.day < %(day)s)::timestamp, %(day)s::timestamp - interval '1 day', '1 day') d"
        " where d >= %(day)s::timestamp - %(most)s order by d",
        {"day": day, "most": most},
    ).fetchall()
    return [row[0] for row in rows]


def unready(conn: Connection[TupleRow], window: Window) -> int:
    """How many links, pages and articles first seen in the window still wait for a stage.

    What is asked for again only later than PATIENCE after the cut-off is not waited for.
    """
    row = conn.execute(
        "select (select count(*) from archive.link where pending"
        "   and first_seen >= %(start)s and first_seen < %(end)s"
        "   and (retry_at is null or retry_at < %(end)s + %(patience)s))"
        " + (select count(*) from archive.page p join archive.link l on l.id = p.link"
        "   where p.read_at is null and l.first_seen >= %(start)s and l.first_seen < %(end)s)"
        # What is shown of an article is its original, whenever that was seen.
        " + (select count(*) from archive.article a left join archive.copy c on c.article = a.id"
        "   left join archive.copy_group g on g.id = c.copy_group"
        "   join archive.article o on o.id = coalesce(c.original, a.id)"
        "   where a.first_seen >= %(start)s and a.first_seen < %(end)s"
        "   and (c.text_hash is distinct from a.text_hash or g.story is null or not exists (select"
        "     from archive.summary m where m.article = o.id and m.text_hash = o.text_hash)))",
        {"start": window.start, "end": window.end, "patience": PATIENCE},
    ).fetchone()
    return int(row[0]) if row else 0
