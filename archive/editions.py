"""Editions: what a day's digest is composed from, and the digest once it is frozen."""

from dataclasses import replace
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from psycopg import Connection
from psycopg.rows import TupleRow
from psycopg.types.json import Jsonb

from archive.models import Edition, Material, Part, SourceDay, Story, Window
from archive.sameness.outlets import outlets

# What is new in the window: groups of copies of which nothing was seen before. `told` are the
# origins of the reports that earlier windows had of the same story.
_REPORTS = """
with touched as materialized (
    select distinct coalesce(c.copy_group, a.id) as id
      from archive.article a left join archive.copy c on c.article = a.id
     where a.first_seen >= %(start)s and a.first_seen < %(end)s),
report as (
    select t.id, coalesce(g.story, t.id) as story, coalesce(g.original, t.id) as original, g.origin
      from touched t left join archive.copy_group g on g.id = t.id
     where not exists (
           select from archive.copy c join archive.article a on a.id = c.article
            where c.copy_group = t.id and a.first_seen < %(start)s))
select r.story, length(t.content), array(
           select distinct g.origin
             from archive.copy_group g
             join archive.copy c on c.copy_group = g.id
             join archive.article e on e.id = c.article
            where g.story = r.story and e.first_seen < %(start)s) as told,
       array(select array[p.name, k.url]
               from archive.copy c
               join archive.article e on e.id = c.article
               join archive.link k on k.id = e.link
               join archive.source p on p.id = k.source
              where c.copy_group = r.id and e.id <> r.original and e.first_seen < %(end)s
              order by e.first_seen, e.id) as copies,
       a.id, a.title, l.url, s.name, coalesce(r.origin, a.origin), a.published_at, a.first_seen,
       m.summary, m.keywords, m.technologies, m.industries, m.topic
  from report r
  join archive.article a on a.id = r.original
  join archive.link l on l.id = a.link
  join archive.source s on s.id = l.source
  join archive.text t on t.hash = a.text_hash
  join archive.summary m on m.article = a.id
 order by r.story, least(a.published_at, a.first_seen), a.id
"""
_FLASH = 3
"""A report is a flash of an event if another has more than so many times its length."""


def material(conn: Connection[TupleRow], window: Window) -> Material:
    """Everything that the window's articles tell first: each event once, however often reported.

    Of an event that was in an earlier window only what others report of it now is told.
    """
    rows = conn.execute(_REPORTS, {"start": window.start, "end": window.end}).fetchall()
    stories = (_story(list(reports)) for _, reports in groupby(rows, key=itemgetter(0)))
    ordered = sorted(filter(None, stories), key=lambda story: story.article_id)
    topics = conn.execute("select name from archive.topic order by position").fetchall()
    return Material(
        window, tuple(ordered), tuple(_sources(conn, window)), tuple(row[0] for row in topics)
    )


def _story(rows: list[TupleRow]) -> Story | None:
    """One entry from the new reports of an event, the earliest first; None if none has news.

    The earliest leads that is no flash. What somebody else publishes of a writer who reported the
    event already is as good as a reprint.
    """
    longest = max(row[1] for row in rows)
    rows = sorted(rows, key=lambda row: row[1] * _FLASH < longest)
    known = {outlet for row in rows for name in row[2] for outlet in outlets(name)}
    follows, copies = bool(known), []
    reports: list[Story] = []
    for _, _, _, its_copies, *fields in rows:
        given: list[Any] = [*fields[:8], *(tuple(value) for value in fields[8:11]), fields[11]]
        report = Story(*given)
        writers = outlets(report.origin or report.source_name)
        if writers & known and not writers & outlets(report.source_name):
            copies.append((report.source_name, report.url))
        else:
            reports.append(report)
            known |= writers
        copies += [(name, url) for name, url in its_copies]
    if not reports:
        return None
    lead, *others = reports
    return replace(
        lead,
        copies=tuple(copies),
        reports=tuple((each.title, each.source_name, each.url) for each in others),
        follows=follows,
    )


def _sources(conn: Connection[TupleRow], window: Window) -> list[SourceDay]:
    rows = conn.execute(
        "select s.id, s.name, count(l.id) filter (where l.outcome = 'stored'),"
        " count(l.id) filter (where l.outcome not in ('stored', 'alias'))"
        " from archive.source s left join archive.link l on l.source = s.id"
        " and l.first_seen >= %s and l.first_seen < %s where s.enabled or l.id is not null"
        " group by s.id, s.name order by s.id",
        (window.start, window.end),
    ).fetchall()
    return [SourceDay(*row) for row in rows]


def freeze(conn: Connection[TupleRow], window: Window, edition: Edition, now: datetime) -> bool:
    """Keep the edition and its parts for good; False if this day's edition is frozen already."""
    with conn.transaction():
        values = (edition.day, window.start, window.end, now, edition.subject, edition.html)
        if not conn.execute(
            "insert into archive.edition (day, window_start, window_end, composed_at, subject,"
            " html, text, counts) values (%s, %s, %s, %s, %s, %s, %s, %s) on conflict do nothing",
            (*values, edition.text, Jsonb(edition.counts)),
        ).rowcount:
            return False
        with conn.cursor() as cursor:
            cursor.executemany(
                "insert into archive.edition_part (edition, position, kind, html, text, title,"
                " section, topic, articles, words)"
                " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                [
                    (edition.day, position, *_row(part))
                    for position, part in enumerate(edition.parts, 1)
                ],
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
    kept = tuple(Part(*each[:6], tuple(each[6]), tuple(each[7])) for each in parts)
    return replace(Edition(*row), parts=kept)


def unready(conn: Connection[TupleRow], window: Window) -> int:
    """How many links, pages and articles first seen in the window still wait for a stage."""
    row = conn.execute(
        "select (select count(*) from archive.link where pending"
        "   and first_seen >= %(start)s and first_seen < %(end)s)"
        " + (select count(*) from archive.page p join archive.link l on l.id = p.link"
        "   where p.read_at is null and l.first_seen >= %(start)s and l.first_seen < %(end)s)"
        # What is shown of an article is its original, whenever that was seen.
        " + (select count(*) from archive.article a left join archive.copy c on c.article = a.id"
        "   left join archive.copy_group g on g.id = c.copy_group"
        "   join archive.article o on o.id = coalesce(c.original, a.id)"
        "   where a.first_seen >= %(start)s and a.first_seen < %(end)s"
        "   and (c.text_hash is distinct from a.text_hash or g.story is null or not exists (select"
        "     from archive.summary m where m.article = o.id and m.text_hash = o.text_hash)))",
        {"start": window.start, "end": window.end},
    ).fetchone()
    return int(row[0]) if row else 0
