"""What an edition tells beside its stories: figures and who contradicts them, corrections, rising
terms, how the sources did, and mails that did not arrive.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from psycopg import Connection
from psycopg.rows import TupleRow

from archive.edition_models import Corrected, KeyFigure, Rising, SourceDay, Story, Window

_CHART, _DAY, _BASELINE = 6, timedelta(days=1), timedelta(days=14)
_CHANGES = 12

_FIGURES = """
with told as materialized (
    select f.*, l.source
      from archive.figure f
      join archive.article a on a.id = f.article
      join archive.link l on l.id = a.link
     where f.article = any (%s) and f.terms <> '{}')
select t.article, t.subject, t.written, t.kind, t.stated, t.told_by, coalesce(c.relation, ''),
       coalesce(c.written, ''), coalesce(c.name, ''), coalesce(c.url, '')
  from told t
  left join lateral (
    select r.relation, o.written, s.name, l.url
      from archive.related_figure r
      join archive.figure o on o.article = r.other_article and o.number = r.other_number
      join archive.article a on a.id = o.article
      join archive.link l on l.id = a.link and l.source <> t.source
      join archive.source s on s.id = l.source
     where r.article = t.article and r.number = t.number and r.relation <> 'other kind'
       and not exists (select from archive.copy c
                        where c.article = o.article and c.original is not null)
     order by r.relation desc, r.other_article limit 1) c on true
 order by t.article, t.number
"""
_CORRECTED = """
select a.id, a.title, l.url, s.name, max(r.replaced_at) as at,
       string_agg(r.account, '；' order by r.number), coalesce(m.topic, ''),
       (select count(distinct v.copy_id) from news.corrections v
         where v.id = a.id and v.number = any (array_agg(r.number)) and v.says = 'old') as stale,
       coalesce(m.technologies || m.industries || m.keywords, '{}')
  from archive.revision r
  join archive.article a on a.id = r.article
  join archive.link l on l.id = a.link
  join archive.source s on s.id = l.source
  left join archive.copy c on c.article = a.id and c.original is not null
  left join archive.summary m on m.article = a.id
 where r.replaced_at >= %(since)s and r.replaced_at < %(end)s and not r.reread
   and r.flags && '{title,number,name,vanished}' and r.returned_at is null and c.article is null
 group by a.id, a.title, l.url, s.name, m.topic, m.technologies, m.industries, m.keywords
 order by bool_or('number' = any (r.flags)) desc, at desc, a.id
 limit %(most)s
"""


def figured(conn: Connection[TupleRow], stories: Sequence[Story]) -> Iterator[Story]:
    """The stories with their figures; of what several tell of one, the first that contradicts."""
    ids = [story.summarized for story in stories]
    found: dict[int, dict[tuple[str, str], KeyFigure]] = {}
    for article, *fields in conn.execute(_FIGURES, (ids,)).fetchall():
        figure = KeyFigure(*fields)
        found.setdefault(article, {}).setdefault((figure.subject, figure.written), figure)
    for story in stories:
        yield replace(story, figures=tuple(found.get(story.summarized, {}).values()))


def sources(conn: Connection[TupleRow], window: Window) -> list[SourceDay]:
    """What each source gave in the window, against what is usual for it."""
    rows = conn.execute(
        "select s.id, s.name, count(l.id) filter (where l.outcome = 'stored'),"
        " count(l.id) filter (where l.outcome not in ('stored', 'alias')),"
        " h.expected_per_day::float, coalesce(h.state, 'ok')"
        " from archive.source s left join archive.link l on l.source = s.id"
        " and l.first_seen >= %(start)s and l.first_seen < %(end)s"
        " left join news.source_health(%(end)s) h on h.id = s.id"
        " where s.enabled or l.id is not null"
        " group by s.id, s.name, h.expected_per_day, h.state order by s.id",
        {"start": window.start, "end": window.end},
    ).fetchall()
    return [SourceDay(*row) for row in rows]


def corrected(conn: Connection[TupleRow], since: datetime, end: datetime) -> tuple[Corrected, ...]:
    """What publishers changed in these hours: numbers, names and titles; numbers first."""
    asked = {"since": since, "end": end, "most": _CHANGES}
    return tuple(
        replace(Corrected(*given), words=tuple(words))
        for *given, words in conn.execute(_CORRECTED, asked).fetchall()
    )


def rising(conn: Connection[TupleRow], end: datetime) -> tuple[Rising, ...]:
    """Tags that rise most; before anything is usual, those that are named most."""
    rows = conn.execute(
        "select tag, articles, expected::float from news.rising(%s, %s, null, 60, %s)"
        " where kind in ('technology', 'keyword')",
        (_DAY, _BASELINE, end),
    ).fetchall()
    distinct = {row[0]: Rising(*row) for row in reversed(rows)}
    return tuple([*distinct.values()][::-1][:_CHART])


def undelivered(conn: Connection[TupleRow], window: Window) -> int:
    """Mails of the edition before that failed, or of which nobody knows."""
    row = conn.execute(
        "select coalesce(sum(readers), 0)::integer from news.deliveries"
        " where state in ('failed', 'unknown')"
        " and day = (select max(day) from archive.edition where day < %s)",
        (window.day,),
    ).fetchone()
    return int(row[0]) if row else 0
