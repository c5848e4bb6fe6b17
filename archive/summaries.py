"""What each article says, kept beside it; and the labelled record made of both."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from psycopg import Connection
from psycopg.rows import TupleRow
from psycopg.types.json import Jsonb

from archive.models import Figure, Summary
from archive.numbers import meaning

RECORD_FIELDS = ("标题", "链接", "总结", "关键词", "AI技术", "行业", "重大事件摘要")
"""The fields of a labelled record, as the corpus writes them."""


def put(
    conn: Connection[TupleRow], article: int, text: str, summary: Summary, now: datetime
) -> None:
    """Store the summary that was made for `text`, and its figures, in place of older ones."""
    conn.execute(
        "insert into archive.summary (article, text_hash, summary, spans, keywords, technologies,"
        " industries, topic, events, method, reason, made_at, checks, tag_spans,"
        " event_keys, companies) values"
        " (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " on conflict (article) do update set"
        " text_hash = excluded.text_hash,"
        " summary = excluded.summary, spans = excluded.spans, keywords = excluded.keywords,"
        " technologies = excluded.technologies, industries = excluded.industries,"
        " topic = excluded.topic, events = excluded.events, method = excluded.method,"
        " reason = excluded.reason, made_at = excluded.made_at,"
        " checks = excluded.checks, tag_spans = excluded.tag_spans,"
        " event_keys = excluded.event_keys, companies = excluded.companies",
        (
            article,
            hashlib.sha256(text.encode()).digest(),
            summary.text,
            Jsonb(summary.spans),
            list(summary.keywords),
            list(summary.technologies),
            list(summary.industries),
            summary.topic,
            Jsonb([asdict(event) for event in summary.events]),
            summary.method,
            summary.reason,
            now,
            Jsonb([asdict(check) for check in summary.checks]),
            Jsonb(dict(summary.tag_spans)),
            sorted({key for event in summary.events for key in event.keys}),
            list(summary.companies),
        ),
    )
    conn.execute("delete from archive.figure where article = %s", (article,))
    with conn.cursor() as cursor:
        cursor.executemany(
            "insert into archive.figure values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s,"
            " %s, %s, %s)",
            [(article, place, *_row(one)) for place, one in enumerate(summary.figures, 1)],
        )


def _row(figure: Figure) -> tuple[object, ...]:
    values, unit = meaning(figure.values, figure.unit)
    return (
        figure.subject,
        list(figure.terms),
        values[0],
        values[-1],
        unit,
        figure.kind,
        figure.date,
        figure.as_of,
        figure.by,
        figure.text,
        figure.start,
        figure.end,
        *figure.sentence,
    )


def sync_topics(conn: Connection[TupleRow], names: Sequence[str]) -> None:
    """Make the topics and their order those of the taxonomy."""
    with conn.transaction():
        conn.execute("delete from archive.topic where name <> all(%s)", (list(names),))
        for position, name in enumerate(names):
            conn.execute(
                "insert into archive.topic values (%s, %s) on conflict (name)"
                " do update set position = excluded.position"
                " where topic.position <> excluded.position",
                (name, position),
            )


def record(conn: Connection[TupleRow], article: int) -> dict[str, str] | None:
    """The article's labelled record; None while it has no summary."""
    row = conn.execute(
        "select 标题, 链接, 总结, 关键词, AI技术, 行业, 重大事件摘要 from news.record"
        " where 编号 = %s",
        (article,),
    ).fetchone()
    if row is None:
        return None
    return dict(zip(RECORD_FIELDS, (value or "" for value in row), strict=True))
