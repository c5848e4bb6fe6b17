"""What each article says, kept beside it; and the labelled record made of both."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime

from psycopg import Connection, sql
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
    values = {
        "article": article,
        "text_hash": hashlib.sha256(text.encode()).digest(),
        "summary": summary.text,
        "spans": Jsonb(summary.spans),
        "keywords": list(summary.keywords),
        "technologies": list(summary.technologies),
        "industries": list(summary.industries),
        "topic": summary.topic,
        "events": Jsonb([asdict(event) for event in summary.events]),
        "method": summary.method,
        "reason": summary.reason,
        "made_at": now,
        "checks": Jsonb([asdict(check) for check in summary.checks]),
        "tag_spans": Jsonb(dict(summary.tag_spans)),
        "event_keys": sorted({key for event in summary.events for key in event.keys}),
        "companies": list(summary.companies),
        "model": summary.model,
        "prompt": summary.prompt,
        "tokens_read": summary.read,
        "tokens_written": summary.wrote,
        "again": summary.again,
    }
    conn.execute(
        sql.SQL(
            "insert into archive.summary ({columns}) values ({given})"
            " on conflict (article) do update set ({columns}) = row ({excluded})"
        ).format(
            columns=sql.SQL(", ").join(map(sql.Identifier, values)),
            given=sql.SQL(", ").join(map(sql.Placeholder, values)),
            excluded=sql.SQL(", ").join(sql.Identifier("excluded", name) for name in values),
        ),
        values,
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


def mark(
    conn: Connection[TupleRow], since: datetime | None = None, method: str = "", model: str = ""
) -> int:
    """Mark summaries to be made again: those of articles first seen at or after `since`, made by
    that method and model, or all. They hold until they are replaced. How many there are."""
    return conn.execute(
        "update archive.summary m set again = true from archive.article a"
        " where a.id = m.article and m.text_hash = a.text_hash"
        " and (%(since)s::timestamptz is null or a.first_seen >= %(since)s)"
        " and %(method)s in ('', m.method) and %(model)s in ('', m.model)"
        " and not exists"
        " (select from archive.copy c where c.article = a.id and c.original is not null)",
        {"since": since, "method": method, "model": model},
    ).rowcount


def shared(
    conn: Connection[TupleRow], article: int, model: str, prompt: str
) -> tuple[str, list[str], list[str], list[str], list[str]] | None:
    """What a model wrote, asked the same, of the same text or of another publication of it.

    Summary, keywords, technologies, industries and events; None if there is nothing.
    """
    return conn.execute(
        "select m.summary, m.keywords, m.technologies, m.industries,"
        " array(select e ->> 'text' from jsonb_array_elements(m.events) e)"
        " from archive.article a join archive.summary m on m.article in ("
        " select article from archive.summary where text_hash = a.text_hash"
        " union all select o.article from archive.copy c"
        " join archive.copy o on o.copy_group = c.copy_group"
        " where c.article = a.id and o.article <> a.id)"
        " where a.id = %s and m.model = %s and m.prompt = %s and not m.again"
        " and m.method in ('written', 'repaired', 'shared')"
        " order by m.text_hash = a.text_hash desc, m.made_at desc, m.article limit 1",
        (article, model, prompt),
    ).fetchone()


def used(conn: Connection[TupleRow], day: date) -> int:
    """Tokens that models read and wrote on a day, all workers' together."""
    row = conn.execute(
        "select coalesce(sum(tokens_read + tokens_written), 0)::bigint from archive.model_usage"
        " where day = %s",
        (day,),
    ).fetchone()
    assert row is not None
    return int(row[0])


def note_usage(
    conn: Connection[TupleRow], day: date, model: str, answers: int, read: int, wrote: int
) -> None:
    """Add to what a model read and wrote on a day."""
    conn.execute(
        "insert into archive.model_usage as u values (%s, %s, %s, %s, %s)"
        " on conflict (day, model) do update set answers = u.answers + excluded.answers,"
        " tokens_read = u.tokens_read + excluded.tokens_read,"
        " tokens_written = u.tokens_written + excluded.tokens_written",
        (day, model, answers, read, wrote),
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
