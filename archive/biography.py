"""One link's whole story: found, fetched, judged, stored, and what came after."""

from dataclasses import dataclass
from datetime import date, datetime

import zstandard
from psycopg import Connection
from psycopg.rows import TupleRow

_HEADER = 18
"""Bytes of a zstd frame that say how large its content is (RFC 8878, section 3.1.1.1)."""
_COPIES = 5
_CHANGES = 5


@dataclass(frozen=True, slots=True)
class Fetch:
    """One page that was kept: from which address, when, and how large, in bytes."""

    url: str
    at: datetime
    status: int
    content_type: str
    read_at: datetime | None
    size: int | None
    """None once the bytes were removed: by age, or for a later page that says the same."""


@dataclass(frozen=True, slots=True)
class Copy:
    """The same text as another article."""

    id: int
    source_name: str
    url: str


@dataclass(frozen=True, slots=True)
class Changed:
    """What its publisher did to an article after it was stored, in one line of Chinese."""

    at: datetime
    account: str
    returned_at: datetime | None
    """When a page that had vanished was there again."""


@dataclass(frozen=True, slots=True)
class Telling:
    """An article of the link, and what was made of it."""

    id: int
    part: int
    title: str
    published_at: datetime | None
    date_precision: str
    origin: str
    characters: int
    extracted_at: datetime
    revisions: int
    summary_method: str
    """Empty while it has none."""
    topic: str
    publications: int
    """How many articles are copies of its text, itself included."""
    original: int
    """The one that stands for all, whose summary it has; itself if it is alone."""
    written_by: str
    """Who wrote the text, by what all its publications say; empty while it was not compared."""
    written_at: datetime | None
    """When they published it; None if no publication of theirs was seen."""
    reports: int
    """Others that reported the same event independently."""
    edition: date | None
    """The frozen edition that it belongs to."""
    place: str
    """What became of it there, as in news.edition_articles."""
    repairs: dict[str, int]
    """How many places were repaired, by kind, the most first."""
    missed: date | None
    """The frozen edition that it was due for and came too late for; None if it has one."""
    missed_at: datetime | None
    """When that was frozen."""
    first_seen: datetime
    copies: tuple[Copy, ...]
    """The first few of the others."""
    changes: tuple[Changed, ...] = ()
    """The last few, in their order."""


@dataclass(frozen=True, slots=True)
class Biography:
    """Everything the archive knows of one link; times are aware."""

    id: int
    key: str
    url: str
    source: str
    source_name: str
    enabled: bool
    title: str
    published_at: datetime | None
    entry: str
    first_seen: datetime
    pending: bool
    attempts: int
    outcome: str
    """Empty while it has none."""
    reason: str
    decided_at: datetime | None
    retry_at: datetime | None
    fetches: tuple[Fetch, ...]
    articles: tuple[Telling, ...]


def find(conn: Connection[TupleRow], key: str, url: str = "") -> int | None:
    """The link with this key, else with this address, else one that led to it."""
    row = conn.execute(
        "select id from archive.link where key = %(key)s"
        # Without an index, and only for what is not known by its key.
        " union all (select id from archive.link where url = %(url)s limit 1)"
        " union all (select link from archive.page where url = %(url)s limit 1) limit 1",
        {"key": key, "url": url},
    ).fetchone()
    return row[0] if row else None


def of_link(conn: Connection[TupleRow], link: int) -> Biography:
    """The story of a link. The caller has its number from `find`."""
    row = conn.execute(
        "select l.id, l.key, l.url, l.source, s.name, s.enabled, l.title, l.published_at, l.entry,"
        " l.first_seen, l.pending, l.attempts, coalesce(l.outcome, ''), l.reason, l.decided_at,"
        " l.retry_at from archive.link l join archive.source s on s.id = l.source where l.id = %s",
        (link,),
    ).fetchone()
    assert row is not None
    return Biography(*[*row, _fetches(conn, link), _articles(conn, link)])


def _fetches(conn: Connection[TupleRow], link: int) -> tuple[Fetch, ...]:
    rows = conn.execute(
        "select p.url, p.fetched_at, p.status, p.content_type, p.read_at,"
        " substring(b.bytes for %s) from archive.page p"
        " left join archive.body b on b.sha256 = p.body where p.link = %s order by p.id",
        (_HEADER, link),
    ).fetchall()
    return tuple(
        Fetch(*[*fields, header and zstandard.frame_content_size(header)])
        for *fields, header in rows
    )


def _articles(conn: Connection[TupleRow], link: int) -> tuple[Telling, ...]:
    rows = conn.execute(
        "select c.copy_group, a.id, a.part, a.title, a.published_at, a.date_precision, a.origin,"
        " length(t.content), a.extracted_at,"
        " (select count(*) from archive.revision r where r.article = a.id"
        " and not (r.reread or 'vanished' = any (r.flags))),"
        " coalesce(m.method, ''), coalesce(m.topic, ''),"
        " greatest(1, (select count(*) from archive.copy o where o.copy_group = c.copy_group)),"
        " o.id, coalesce(g.origin, ''),"
        " case when g.origin_seen then g.told_at end, (select count(distinct r.origin)"
        " from archive.copy_group r where r.story = g.story and r.origin <> g.origin), e.edition,"
        " coalesce(e.place, ''),"
        " (select coalesce(json_object_agg(kind, number order by number desc), '{}') from"
        " (select e ->> 'kind' as kind, count(*) as number from jsonb_array_elements(a.repairs) e"
        " group by 1) k), n.day, n.composed_at, a.first_seen"
        " from archive.article a join archive.link l on l.id = a.link"
        " join archive.text t on t.hash = a.text_hash"
        " left join archive.copy c on c.article = a.id"
        " left join archive.copy_group g on g.id = c.copy_group"
        " join archive.article o on o.id = coalesce(c.original, a.id)"
        " left join archive.summary m on m.article = o.id and m.text_hash = o.text_hash"
        " left join archive.edition_article e on e.article = a.id"
        " left join lateral (select day, composed_at from archive.edition where e.article is null"
        " and a.first_seen >= window_start and a.first_seen < window_end order by day limit 1) n"
        " on true where a.link = %s order by a.part",
        (link,),
    ).fetchall()
    return tuple(
        Telling(*[*fields, _copies(conn, group, fields[0]), _changes(conn, fields[0])])
        for group, *fields in rows
    )


def _changes(conn: Connection[TupleRow], article: int) -> tuple[Changed, ...]:
    rows = conn.execute(
        "select replaced_at, account, returned_at from archive.revision"
        " where article = %s and not reread order by number desc limit %s",
        (article, _CHANGES),
    ).fetchall()
    return tuple(Changed(*row) for row in rows[::-1])


def _copies(conn: Connection[TupleRow], group: int | None, article: int) -> tuple[Copy, ...]:
    rows = conn.execute(
        "select a.id, s.name, l.url from archive.copy c join archive.article a on a.id = c.article"
        " join archive.link l on l.id = a.link join archive.source s on s.id = l.source"
        " where c.copy_group = %s and a.id <> %s order by a.id limit %s",
        (group, article, _COPIES),
    ).fetchall()
    return tuple(Copy(*row) for row in rows)
