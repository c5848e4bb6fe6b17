"""Editions: what a day's digest is composed from, and the digest once it is frozen."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import TupleRow
from psycopg.types.json import Jsonb

from archive.models import Edition, Material, SourceDay, Story, Window


def material(conn: Connection[TupleRow], window: Window) -> Material:
    """Everything first seen in the window: each text once, at its first publication."""
    rows = conn.execute(
        "select a.id, a.title, l.url, s.name, a.origin, a.published_at, a.first_seen, m.summary,"
        " m.keywords, m.technologies, m.industries, m.topic, a.fingerprint"
        " from archive.article a join archive.link l on l.id = a.link"
        " join archive.source s on s.id = l.source join archive.summary m on m.article = a.id"
        " where a.first_seen >= %s and a.first_seen < %s"
        # The publication that names no other origin leads; then the earlier, then the lower id.
        " order by a.fingerprint, a.origin <> '' and a.origin <> s.name, a.published_at nulls last,"
        " a.id",
        (window.start, window.end),
    ).fetchall()
    stories: dict[bytes, Story] = {}
    for row in rows:
        key = bytes(row[12])
        if (first := stories.get(key)) is None:
            fields: list[Any] = [*row[:8], *(tuple(value) for value in row[8:11]), row[11]]
            stories[key] = Story(*fields)
        else:
            stories[key] = replace(first, copies=(*first.copies, (row[3], row[2])))
    ordered = sorted(stories.values(), key=lambda story: story.article_id)
    topics = conn.execute("select name from archive.topic order by position").fetchall()
    return Material(
        window, tuple(ordered), tuple(_sources(conn, window)), tuple(row[0] for row in topics)
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
    """Keep the edition for good; False if this day's edition is frozen already."""
    return (
        conn.execute(
            "insert into archive.edition (day, window_start, window_end, composed_at, subject,"
            " html, text, counts) values (%s, %s, %s, %s, %s, %s, %s, %s) on conflict do nothing",
            (
                edition.day,
                window.start,
                window.end,
                now,
                edition.subject,
                edition.html,
                edition.text,
                Jsonb(edition.counts),
            ),
        ).rowcount
        == 1
    )


def get(conn: Connection[TupleRow], day: date) -> Edition | None:
    """The frozen edition of a day."""
    row = conn.execute(
        "select day, subject, html, text, counts from archive.edition where day = %s", (day,)
    ).fetchone()
    return Edition(*row) if row else None


def unready(conn: Connection[TupleRow], window: Window) -> int:
    """How many links, pages and articles first seen in the window still wait for a stage."""
    row = conn.execute(
        "select (select count(*) from archive.link where pending"
        "   and first_seen >= %(start)s and first_seen < %(end)s)"
        " + (select count(*) from archive.page p join archive.link l on l.id = p.link"
        "   where p.read_at is null and l.first_seen >= %(start)s and l.first_seen < %(end)s)"
        " + (select count(*) from archive.article a where a.first_seen >= %(start)s"
        "   and a.first_seen < %(end)s and (not exists (select from archive.summary m"
        "   where m.article = a.id and m.text_hash = a.text_hash) or not exists (select"
        "   from archive.copy c where c.article = a.id and c.text_hash = a.text_hash)))",
        {"start": window.start, "end": window.end},
    ).fetchone()
    return int(row[0]) if row else 0
