"""Stories in the archive: whoever tells them, and whatever becomes of their texts."""

import tomllib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from archive.sameness import stored
from archive.sameness.stories import Window
from archive.sameness.telling import tell_pending

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
LAUNCH = [
    (each["title"], each["text"])
    for each in tomllib.loads(Path(__file__).with_name("launch.toml").read_text("utf-8"))["report"]
]
OTHER = (
    "江州二桥今晚开始大修",
    "江州二桥自今晚起封闭检修，为期四十天，白天照常通行，公交改道绕行。",
)


def report(desk: Any, name: str, told: tuple[str, str], **fields: Any) -> int:
    return int(desk.article(name, told[1], title=told[0], **fields))


def tell(desk: Any) -> dict[str, int]:
    stored.place_pending(desk.conn, NOON)
    return tell_pending(desk.conn)


def stories(conn: Connection) -> list[list[int]]:
    rows = conn.execute(
        "select array_agg(id order by id) from archive.copy_group group by story order by story"
    )
    return [row[0] for row in rows]


def test_reports_join_the_story_of_their_event(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(Window, "clear")  # Nothing is gone, so nothing is read twice.
    ids = [report(desk, "a", LAUNCH[0]), report(desk, "b", OTHER), report(desk, "c", LAUNCH[1])]
    assert tell(desk) == {"told": 3, "stories": 2}
    assert stories(desk.conn) == [[ids[0], ids[2]], [ids[1]]]
    assert tell(desk) == {}
    ids.append(report(desk, "d", LAUNCH[2]))
    assert tell(desk) == {"told": 1, "stories": 0}
    rows = desk.conn.execute(
        "select story, story_matched, story_score from archive.copy_group where id in (%s, %s)"
        " order by id",
        (ids[0], ids[3]),
    ).fetchall()
    assert rows[0] == (ids[0], None, None)
    assert rows[1][0] == ids[0]
    assert rows[1][1] in (ids[0], ids[2])


def test_told_anew_the_stories_are_the_same(desk: Any) -> None:
    for number, told in enumerate([LAUNCH[0], OTHER, LAUNCH[1], LAUNCH[2]]):
        report(desk, str(number), told)
        tell(desk)
    before = stories(desk.conn)
    stored.start_again(desk.conn)
    assert tell(desk) == {"told": 4, "stories": 2}
    assert stories(desk.conn) == before


def test_several_tell_each_text_once(
    desk: Any, database_url: str, at_once: Callable[..., list[int]]
) -> None:
    for number in range(4):
        for place, (title, text) in enumerate(LAUNCH):
            report(desk, f"{number}-{place}", (title, text), at=NOON + timedelta(days=30 * number))
            desk.conn.execute(
                "update archive.article set title = title || %s where title = %s",
                (str(number), title),
            )
    stored.place_pending(desk.conn, NOON)
    desk.conn.commit()

    def work(_: int) -> int:
        with psycopg.connect(database_url, autocommit=True) as conn:
            return tell_pending(conn).get("told", 0)

    groups = desk.one("select count(*) from archive.copy_group")
    assert sum(at_once(3, work)) == groups
    together = stories(desk.conn)
    desk.conn.execute(
        "update archive.copy_group set story = null, story_matched = null, story_score = null"
    )
    tell_pending(desk.conn)
    assert stories(desk.conn) == together


def test_what_is_gone_meanwhile_is_not_joined(desk: Any) -> None:
    ids = [report(desk, str(number), told) for number, told in enumerate(LAUNCH)]
    stored.place_pending(desk.conn, NOON)

    def forget(text: str) -> None:
        if text.startswith("2 "):
            desk.conn.execute("delete from archive.copy where article = any(%s)", (ids[:2],))
            desk.conn.execute("delete from archive.copy_group where id = any(%s)", (ids[:2],))

    assert tell_pending(desk.conn, forget) == {"told": 3, "stories": 2}
    assert stories(desk.conn) == [[ids[2]]]


def test_what_contains_others_links_no_stories(desk: Any) -> None:
    ids = [report(desk, "a", LAUNCH[0]), report(desk, "b", OTHER), report(desk, "c", LAUNCH[1])]
    stored.place_pending(desk.conn, NOON)
    desk.conn.execute(
        "insert into archive.containment (whole, piece, share, method) values (%s, %s, 1, 1)",
        (ids[2], ids[1]),
    )
    assert tell_pending(desk.conn) == {"told": 3, "stories": 3}


def test_a_story_without_its_first_text_has_the_number_of_the_next(desk: Any) -> None:
    ids = [report(desk, str(number), told) for number, told in enumerate(LAUNCH)]
    tell(desk)
    desk.conn.execute("delete from archive.copy where article = %s", (ids[0],))
    desk.conn.execute("delete from archive.copy_group where id = %s", (ids[0],))
    rows = desk.conn.execute("select id, story, story_matched from archive.copy_group order by id")
    assert rows.fetchall()[0] == (ids[1], ids[1], None)
    assert desk.one("select array_agg(id) from archive.story") == [ids[1]]
    # Its article is placed anew, under the number that the story had.
    tell(desk)
    assert stories(desk.conn) == [[*ids]]


def test_a_renumbered_text_keeps_its_story(desk: Any) -> None:
    ids = [report(desk, "a", LAUNCH[0]), report(desk, "b", LAUNCH[1])]
    tell(desk)
    desk.conn.execute("update archive.copy_group set id = 9999 where id = %s", (ids[0],))
    assert stories(desk.conn) == [[ids[1], 9999]]
    assert desk.one("select array_agg(id) from archive.story") == [ids[1]]


def test_the_headline_is_that_of_what_was_told_first(desk: Any) -> None:
    later = report(desk, "a", LAUNCH[0], published_at=NOON - timedelta(hours=1))
    first = report(desk, "b", LAUNCH[1], published_at=NOON - timedelta(hours=2))
    tell(desk)
    assert desk.conn.execute("select id, original_id, headline from news.stories").fetchall() == [
        (later, first, LAUNCH[1][0])
    ]


def test_outlets_are_counted_by_who_wrote_not_by_who_published(desk: Any) -> None:
    ids = [report(desk, "a", LAUNCH[0]), report(desk, "b", LAUNCH[1], origin="星河科技报",
                                                source="zhidian")]  # fmt: skip
    report(desk, "c", LAUNCH[0], source="zhidian", at=NOON + timedelta(hours=1))
    report(desk, "d", OTHER)
    tell(desk)
    rows = desk.conn.execute(
        "select id, headline, reports, publications, outlets, original_id, last_at - first_at"
        " from news.stories"
    ).fetchall()
    assert rows == [(ids[0], LAUNCH[0][0], 2, 3, ["星河科技报"], ids[0], timedelta(0))]
    articles = desk.conn.execute(
        "select id, report_id, is_original, source_name, outlet, matched_id"
        " from news.story_articles order by id"
    ).fetchall()
    assert articles[0] == (ids[0], ids[0], True, "星河科技报", "星河科技报", None)
    assert articles[1] == (ids[1], ids[1], True, "智点财经", "星河科技报", ids[0])
    assert articles[2][1:5] == (ids[0], False, "智点财经", "星河科技报")
    assert len(articles) == 3
