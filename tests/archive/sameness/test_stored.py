"""Articles find their place in the archive one by one, whoever places them, and keep it."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from archive import articles, retention
from archive.sameness import index, stored

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
MONTH = index.WINDOW + timedelta(days=1)
DAYS = {"pages_days": 400, "runs_days": 400}


def text(seed: int, length: int = 600) -> str:
    """Sentences without sense, others for each seed."""
    dice = random.Random(seed)
    return "".join(
        "。" if n % 20 == 19 else chr(dice.randrange(0x4E00, 0x9FA5)) for n in range(length)
    )


def edited(seed: int) -> str:
    """The same text, headed, signed, and with a few other characters."""
    plain = text(seed)
    return f"来源：江州晚报\n{plain[:100]}另据{plain[104:]}\n责任编辑：周宁"


def place(desk: Any) -> dict[str, int]:
    return stored.place_pending(desk.conn, NOON)


def groups(desk: Any) -> list[list[int]]:
    rows = desk.conn.execute(
        "select array_agg(article order by article) from archive.copy group by copy_group"
        " order by copy_group"
    )
    return [row[0] for row in rows]


def test_copies_share_a_group_numbered_by_the_first(desk: Any) -> None:
    first = desk.article("a", text(1))
    other = desk.article("b", text(2))
    copy = desk.article("c", edited(1))
    same = desk.article("d", text(2))
    assert place(desk) == {
        **{"placed": 4, "copies": 2, "groups": 2, "merged": 0, "pieces": 0, "failed": 0}
    }
    assert groups(desk) == [[first, copy], [other, same]]
    assert desk.one("select array_agg(id order by id) from archive.copy_group") == [first, other]
    matched = desk.conn.execute("select matched, share from archive.copy order by article")
    assert [row[0] for row in matched] == [None, None, first, other]
    originals = desk.one("select array_agg(original order by article) from archive.copy")
    assert originals == [copy, None, None, other], "the fuller text, else the earlier"
    assert place(desk) == {}


def test_articles_are_placed_as_they_were_seen_not_as_they_were_read(desk: Any) -> None:
    later = desk.article("a", text(1), at=NOON)
    earlier = desk.article("b", text(1), at=NOON - timedelta(hours=1))
    place(desk)
    assert desk.one("select id from archive.copy_group") == earlier
    assert desk.one("select matched from archive.copy where article = %s", later) == earlier


def test_a_copy_of_two_groups_makes_them_one(desk: Any) -> None:
    whole = text(1)
    parts = [desk.article("a", whole[:200]), desk.article("b", whole[135:])]
    place(desk)
    assert len(groups(desk)) == 2
    both = desk.article("c", whole)
    assert place(desk)["merged"] == 1
    assert groups(desk) == [[*parts, both]]


def test_a_revised_article_stays_while_its_text_is_a_copy_of_its_old_one(desk: Any) -> None:
    first, copy = desk.article("a", text(1)), desk.article("b", text(1))
    place(desk)
    desk.article("a", edited(1))
    assert place(desk)["stayed"] == 1
    assert groups(desk) == [[first, copy]]
    third = desk.article("c", text(1))
    place(desk)
    assert groups(desk) == [[first, copy, third]]


def test_an_article_that_became_another_leaves_its_group_and_the_rest_is_still_found(
    desk: Any,
) -> None:
    first, copy = desk.article("a", text(1)), desk.article("b", text(1))
    place(desk)
    desk.article("a", text(2))
    assert place(desk)["groups"] == 1
    assert groups(desk) == [[first], [copy]]
    assert desk.one("select original from archive.copy_group where id = %s", copy) == copy
    assert desk.one("select count(*) from archive.copy where original is not null") == 0
    third, fourth = desk.article("c", edited(1)), desk.article("d", edited(2))
    place(desk)
    assert groups(desk) == [[first, fourth], [copy, third]]


def test_an_article_that_left_a_group_of_its_own_leaves_nothing_behind(desk: Any) -> None:
    first, other = desk.article("a", text(1)), desk.article("b", text(2))
    place(desk)
    desk.article("b", text(1), at=NOON)
    place(desk)
    assert groups(desk) == [[first, other]]
    assert desk.one("select count(*) from archive.copy_group") == 1


def test_near_copies_are_found_within_the_window_equal_texts_however_old(desk: Any) -> None:
    first = desk.article("a", text(1))
    late = desk.article("b", edited(1), at=NOON + MONTH)
    equal = desk.article("c", text(1), at=NOON + MONTH)
    place(desk)
    assert [first, equal] in groups(desk) or groups(desk) == [[first, late, equal]]
    assert desk.one("select matched from archive.copy where article = %s", late) is None


def test_what_is_equal_to_an_old_text_is_found_from_then_on(desk: Any) -> None:
    desk.article("a", text(1))
    desk.article("b", text(1), at=NOON + MONTH)
    desk.article("c", edited(1), at=NOON + MONTH)
    place(desk)
    assert len(groups(desk)) == 1


def test_marks_outside_of_every_window_go(desk: Any) -> None:
    old, new = desk.article("a", text(1)), desk.article("b", text(2), at=NOON + MONTH)
    place(desk)
    kept = desk.one("select count(*) from archive.mark where article = %s", old)
    assert retention.prunable(desk.conn, NOON + MONTH, **DAYS)["marks"] == kept
    assert retention.prune(desk.conn, NOON + MONTH, **DAYS)["marks"] == kept > 10
    assert desk.one("select array_agg(distinct article) from archive.mark") == [new]


def test_an_article_that_cannot_be_compared_is_alone_and_the_others_go_on(
    desk: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def bad(title: str, text: str, honest: Callable[..., Any] = stored.traits) -> Any:
        if title == "标题 b":
            raise RecursionError("too deep")
        return honest(title, text)

    monkeypatch.setattr(stored, "traits", bad)
    first, wrong = desk.article("a", text(1)), desk.article("b", edited(1))
    copy = desk.article("c", text(1) + "完。")
    counts = place(desk)
    assert (counts["placed"], counts["failed"]) == (3, 1)
    assert groups(desk)[0] == [first, copy]
    assert groups(desk)[1] == [wrong]
    assert "RecursionError: too deep" in caplog.text


def test_placed_again_everything_is_where_it_was(desk: Any) -> None:
    for name, seed in zip("abcdefg", (1, 2, 1, 3, 2, 2, 4), strict=True):
        desk.article(name, edited(seed) if name > "c" else text(seed))
    place(desk)
    before = desk.conn.execute("select article, copy_group, share from archive.copy").fetchall()
    marks = desk.one("select count(*) from archive.mark")
    stored.start_again(desk.conn)
    assert desk.one("select pending from news.backlog where stage = 'dedupe'") == 7
    place(desk)
    after = desk.conn.execute("select article, copy_group, share from archive.copy").fetchall()
    assert sorted(after) == sorted(before)
    assert desk.one("select count(*) from archive.mark") == marks


def test_eight_workers_split_no_group_and_lose_no_row(
    desk: Any, database_url: str, at_once: Any
) -> None:
    for n in range(60):
        desk.article(f"{n}", edited(n % 20) if n % 3 else text(n % 20))

    def work(_: int) -> int:
        with psycopg.connect(database_url, autocommit=True) as conn:
            return stored.place_pending(conn, NOON).get("placed", 0)

    assert sum(at_once(8, work)) == 60
    assert [len(group) for group in groups(desk)] == [3] * 20


def test_who_writes_and_who_summarizes_an_article_does_not_hold_up_placing_it(
    conn: Connection, desk: Any, database_url: str
) -> None:
    desk.article("a", text(1))
    link, page = (
        desk.one("select link from archive.article"),
        desk.one("select id from archive.page"),
    )
    with psycopg.connect(database_url) as other:
        assert articles.claim_unsummarized(other)
        stored_article = articles.of_page(other, page)[0]
        articles.put(other, link, page, stored_article, NOON)
        conn.execute("set lock_timeout = '2s'")
        assert place(desk)["placed"] == 1
