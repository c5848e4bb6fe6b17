"""What a day's edition is composed from: everything first seen before its cut-off and not told yet.

Usually that is what the window brought. To it comes what an earlier edition could not have, because
it was read after that was frozen; and after an outage what the missed editions would have told.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter

from psycopg import Connection
from psycopg.rows import TupleRow, class_row

from archive import notices
from archive.edition_models import Material, Story, Window
from archive.sameness.additions import addition
from archive.sameness.outlets import outlets

NEWS = timedelta(hours=36)
"""What was published so long before the window is no news any more."""
CATCH_UP = timedelta(days=7)
"""So far back goes what is caught up with."""
IN_TIME = timedelta(days=1)
"""An edition composed later after its cut-off was missed: the next one is due."""
_FLASH = 3
"""A report is a flash of an event if another has more than so many times its length."""

# Since when nobody was told: the end of the last edition made in time that reached somebody,
# if it was to. And the editions that were missed since.
_BEFORE = """
with earlier as (
    select e.day, e.window_start, e.window_end,
           e.composed_at < e.window_end + %(in_time)s as in_time,
           (select count(*) = 0 or bool_or(d.state in ('sent', 'sending', 'unknown'))
              from news.deliveries d where d.day = e.day) as reached
      from archive.edition e where e.day <> %(day)s
), told as (
    select coalesce(max(window_end) filter (where in_time and reached),
                    min(window_start) filter (where in_time)) as since
      from earlier where day < %(day)s)
select (select min(window_start) from earlier), told.since,
       array(select e.day from earlier e where e.day < %(day)s and e.window_start >= told.since)
  from told
"""
# By copy group what has candidates in it; `told` are the origins of the reports that earlier
# editions had of the same story. A group of which something was seen before has nothing new.
_REPORTS = """
with candidate as materialized (
    select a.id, a.first_seen, coalesce(c.copy_group, a.id) as report
      from archive.article a
      left join archive.copy c on c.article = a.id
      left join archive.edition_article e on e.article = a.id
     where a.first_seen >= %(reach)s and a.first_seen < %(end)s
       and (e.article is null or e.edition = %(day)s or e.edition = any (%(missed)s))),
report as (
    select k.report as id, coalesce(g.story, k.report) as story,
           coalesce(g.original, k.report) as original, g.origin, min(k.first_seen) as first_seen,
           array_agg(k.id order by k.id) as candidates
      from candidate k left join archive.copy_group g on g.id = k.report
     group by 1, 2, 3, 4)
select r.story, r.candidates, r.first_seen as since,
       exists (select from archive.copy c join archive.article e on e.id = c.article
                where c.copy_group = r.id and e.first_seen < %(end)s
                  and e.id not in (select id from candidate)) as known,
       t.length, array(
           select distinct g.origin
             from archive.copy_group g
             join archive.copy c on c.copy_group = g.id
             join archive.article e on e.id = c.article
            where g.story = r.story and e.first_seen < %(end)s
              and e.id not in (select id from candidate)) as told,
       array(select array[p.name, k.url]
               from archive.copy c
               join archive.article e on e.id = c.article
               join archive.link k on k.id = e.link
               join archive.source p on p.id = k.source
              where c.copy_group = r.id and e.id <> a.id and e.first_seen < %(end)s
              order by e.first_seen, e.id) as copies,
       m.article as summarized, a.id as article_id, a.title, l.url, s.name as source_name,
       coalesce(r.origin, a.origin) as origin, a.published_at, a.first_seen, m.summary, m.keywords,
       m.technologies, m.industries, m.topic, jsonb_array_length(m.events) as events, s.weight,
       m.method, a.date_precision = 'day' as is_day
  from report r
 cross join lateral (
    select o.* from archive.article o
     where o.id = r.original or o.first_seen < %(end)s and o.id = any (r.candidates || array(
           select c.article from archive.copy c where c.copy_group = r.id))
     order by o.id <> r.original, least(o.published_at, o.first_seen), o.id limit 1) a
  join archive.link l on l.id = a.link
  join archive.source s on s.id = l.source
 cross join lateral (
    select length(x.content) from archive.text x where x.hash = a.text_hash) t (length)
  -- A copy may have become the original after the summary was made.
  left join lateral (
    select n.* from archive.summary n
      join archive.article o on o.id = n.article and o.text_hash = n.text_hash
     where o.id = any (r.original || r.candidates || array(
           select c.article from archive.copy c where c.copy_group = r.id))
     order by o.id <> a.id, o.id <> r.original, o.id limit 1) m on true
 order by r.story, least(a.published_at, a.first_seen), a.id
"""
_EARLIER = """
select g.story, t.content
  from archive.copy_group g
  join archive.article a on a.id = g.original
  join archive.text t on t.hash = a.text_hash
 where g.story = any (%s) and g.original <> all (%s)
 order by g.story, g.id
"""


@dataclass(frozen=True, slots=True)
class _Report:
    """A text that has candidates, as one row of _REPORTS."""

    story: int
    candidates: list[int]
    since: datetime
    known: bool
    length: int
    told: list[str]
    copies: list[tuple[str, str]]
    summarized: int | None
    """The article whose summary it has; None while it has none."""
    article_id: int
    title: str
    url: str
    source_name: str
    origin: str
    published_at: datetime | None
    first_seen: datetime
    summary: str
    keywords: list[str]
    technologies: list[str]
    industries: list[str]
    topic: str
    events: int
    weight: float
    method: str
    is_day: bool

    def is_old(self, horizon: datetime, is_first: bool) -> bool:
        """Whether it is no news; of the first edition also what does not say when it is from."""
        if self.published_at is None:
            return is_first
        return self.published_at < min(self.since, horizon) - NEWS


def gather(conn: Connection[TupleRow], window: Window, now: datetime) -> Material:
    """Everything that the edition of this window has to tell: each event once.

    Of an event that an earlier edition told only what others report of it now is told. The same at
    any moment until the edition after it is due; later it catches up with nothing.
    """
    day = {"day": window.day, "end": window.end, "in_time": IN_TIME}
    row = conn.execute(_BEFORE, day).fetchone()
    assert row is not None
    first, since, missed = row
    reach = window.start
    if since and now < window.end + IN_TIME:
        since = max(since, window.start - CATCH_UP)
        reach = max(min(first, window.start), window.start - CATCH_UP)
    else:
        since, missed = None, []
    with conn.cursor(row_factory=class_row(_Report)) as cursor:
        rows = cursor.execute(_REPORTS, day | {"reach": reach, "missed": missed}).fetchall()
    horizon = min(since or window.start, window.start)
    stories: list[Story] = []
    older: list[int] = []
    folded: list[int] = []
    for _, grouped in groupby(rows, key=attrgetter("story")):
        reports = []
        for report in grouped:
            if report.known:
                folded += report.candidates
            elif report.is_old(horizon, is_first=first is None):
                older += report.candidates
            elif report.summarized:
                reports.append(report)
        if story := _story(reports, window) if reports else None:
            stories.append(story)
        else:
            folded += [article for report in reports for article in report.candidates]
    topics = conn.execute("select name from archive.topic order by position").fetchall()
    return Material(
        window,
        tuple(
            notices.figured(
                conn, _followed(conn, sorted(stories, key=lambda each: each.article_id))
            )
        ),
        tuple(notices.sources(conn, window)),
        tuple(row[0] for row in topics),
        notices.corrected(conn, horizon, window.end),
        notices.rising(conn, window.end),
        since,
        tuple(sorted(older)),
        tuple(sorted(folded)),
        notices.undelivered(conn, window),
    )


def _story(reports: Sequence[_Report], window: Window) -> Story | None:
    """One entry from the new reports of an event, the earliest first; None if none has news.

    The earliest leads that is no flash. What somebody else publishes of a writer who reported the
    event already is as good as a reprint.
    """
    longest = max(report.length for report in reports)
    ordered = sorted(reports, key=lambda report: report.length * _FLASH < longest)
    known = {outlet for each in ordered for name in each.told for outlet in outlets(name)}
    follows, copies = bool(known), []
    telling: list[_Report] = []
    for report in ordered:
        writers = outlets(report.origin or report.source_name)
        if writers & known and not writers & outlets(report.source_name):
            copies.append((report.source_name, report.url))
        else:
            telling.append(report)
            known |= writers
        copies += [(name, url) for name, url in report.copies]
    if not telling:
        return None
    lead, *others = telling
    news = window.start - NEWS
    candidates = {article for each in reports for article in each.candidates}
    return Story(
        lead.article_id,
        lead.title,
        lead.url,
        lead.source_name,
        lead.origin,
        lead.published_at,
        lead.first_seen,
        lead.summary,
        tuple(lead.keywords),
        tuple(lead.technologies),
        tuple(lead.industries),
        lead.topic,
        tuple(copies),
        tuple((each.title, each.source_name, each.url) for each in others),
        follows,
        caught_up=lead.since < window.start or (lead.published_at or news) < news,
        events=lead.events,
        weight=lead.weight,
        method=lead.method,
        articles=tuple(sorted(candidates | {lead.article_id})),
        is_day=lead.is_day,
        summarized=lead.summarized or lead.article_id,
        story=lead.story,
    )


def _followed(conn: Connection[TupleRow], stories: Sequence[Story]) -> list[Story]:
    """The stories, those that go on with what is new in them."""
    going_on = [story for story in stories if story.follows]
    told = [article for story in stories for article in story.articles]
    asked = ([story.story for story in going_on], told)
    earlier: dict[int, list[str]] = {}
    for story, text in conn.execute(_EARLIER, asked).fetchall() if going_on else ():
        earlier.setdefault(story, []).append(text)
    texts: dict[int, str] = dict(
        conn.execute(
            "select a.id, t.content from archive.article a"
            " join archive.text t on t.hash = a.text_hash where a.id = any (%s)",
            ([story.article_id for story in going_on],),
        ).fetchall()
    )
    return [
        replace(each, adds=addition(earlier.get(each.story, ()), texts[each.article_id]))
        if each.follows
        else each
        for each in stories
    ]
