from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from psycopg import Connection

from archive import links, sources
from archive.models import Outcome

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def waiting(conn: Connection, now: datetime = NOON, limit: int = 10) -> list[str]:
    return [link.key for link in links.pending(conn, "xinghe", limit, now)]


def test_a_link_is_new_once(desk: Any) -> None:
    assert desk.link("a") is not None
    assert desk.link("a", at=NOON + HOUR) is None
    assert desk.one("select first_seen from archive.link") == NOON


def test_a_link_is_found_by_its_key(conn: Connection, desk: Any) -> None:
    id = desk.link("a", title="量潮融资", published_at=NOON - HOUR)
    found = links.get(conn, "key-a")
    assert found is not None
    assert (found.id, found.source, found.url) == (id, "xinghe", "https://xinghe.example/a")
    assert (found.title, found.published_at) == ("量潮融资", NOON - HOUR)
    assert links.get(conn, "key-b") is None


def test_a_changed_stamp_makes_a_settled_link_pending_again(conn: Connection, desk: Any) -> None:
    id = desk.link("a", stamp="one", title="旧标题")
    links.settle(conn, id, Outcome.STORED, "", NOON)
    assert desk.link("a", stamp="one") is None
    assert waiting(conn) == []
    assert desk.link("a", stamp="two", title="新标题") == id
    assert waiting(conn) == ["key-a"]
    assert links.get(conn, "key-a").title == "新标题"


def test_an_entry_point_that_says_less_changes_nothing(conn: Connection, desk: Any) -> None:
    desk.link("a", stamp="one", title="标题")
    assert desk.link("a") is None
    desk.link("a", stamp="two")
    assert links.get(conn, "key-a").title == "标题"


def test_pending_links_come_newest_first(conn: Connection, desk: Any) -> None:
    for name, age in (("old", 3), ("new", 1), ("older", 9)):
        desk.link(name, published_at=NOON - age * HOUR)
    desk.link("undated")
    desk.link("elsewhere", source="zhidian", published_at=NOON)
    assert waiting(conn) == ["key-new", "key-old", "key-older", "key-undated"]
    assert waiting(conn, limit=2) == ["key-new", "key-old"]


def test_a_settled_link_has_its_outcome_and_waits_no_more(conn: Connection, desk: Any) -> None:
    id = desk.link("a")
    assert links.outcome(conn, "key-a") is None
    links.settle(conn, id, Outcome.TOO_SHORT, "41 characters", NOON)
    assert links.outcome(conn, "key-a") == ("too_short", "41 characters")
    assert waiting(conn, NOON + 1000 * HOUR) == []


def test_a_passing_failure_is_tried_again_when_due(conn: Connection, desk: Any) -> None:
    id = desk.link("a")
    links.settle(conn, id, Outcome.TIMEOUT, "30 s", NOON, retry_at=NOON + HOUR)
    assert waiting(conn, NOON + HOUR - timedelta(seconds=1)) == []
    assert waiting(conn, NOON + HOUR) == ["key-a"]


def test_a_passing_failure_is_tried_three_times_in_all(conn: Connection, desk: Any) -> None:
    id, tries = desk.link("a"), 0
    while waiting(conn, NOON + HOUR):
        tries += 1
        links.settle(conn, id, Outcome.TIMEOUT, "30 s", NOON, retry_at=NOON + HOUR)
    assert tries == links.MAX_ATTEMPTS == 3
    assert desk.one("select attempts from news.ledger") == 3


def test_a_correction_gives_a_failed_link_its_tries_back(conn: Connection, desk: Any) -> None:
    id = desk.link("a", stamp="one")
    for _ in range(links.MAX_ATTEMPTS):
        links.settle(conn, id, Outcome.TIMEOUT, "30 s", NOON, retry_at=NOON + HOUR)
    desk.link("a", stamp="two")
    links.settle(conn, id, Outcome.TIMEOUT, "30 s", NOON, retry_at=NOON + HOUR)
    assert waiting(conn, NOON + HOUR) == ["key-a"]


def test_one_fetch_that_is_read_counts_as_one_try(conn: Connection, desk: Any) -> None:
    id = desk.link("a")
    desk.page(id)
    links.settle(conn, id, Outcome.STORED, "", NOON)
    assert desk.one("select attempts from news.ledger") == 1


def test_what_is_stored_stays_stored_when_a_later_look_fails(conn: Connection, desk: Any) -> None:
    id = desk.link("a", stamp="one")
    links.settle(conn, id, Outcome.STORED, "", NOON)
    desk.link("a", stamp="two")
    links.settle(conn, id, Outcome.HTTP_ERROR, "500", NOON, retry_at=NOON + HOUR)
    assert links.outcome(conn, "key-a") == ("stored", "")
    assert waiting(conn, NOON + HOUR) == []


def test_what_is_stored_in_part_is_tried_again_until_that_fails(
    conn: Connection, desk: Any
) -> None:
    id = desk.link("a")
    links.settle(conn, id, Outcome.STORED, "1 of 2 pages", NOON, retry_at=NOON + HOUR)
    assert waiting(conn, NOON + HOUR) == ["key-a"]
    links.settle(conn, id, Outcome.HTTP_ERROR, "404", NOON + HOUR)
    assert links.outcome(conn, "key-a") == ("stored", "1 of 2 pages")
    assert waiting(conn, NOON + 9 * HOUR) == []


def test_what_failed_becomes_stored_when_a_later_look_works(conn: Connection, desk: Any) -> None:
    id = desk.link("a")
    links.settle(conn, id, Outcome.HTTP_ERROR, "500", NOON, retry_at=NOON + HOUR)
    links.settle(conn, id, Outcome.STORED, "", NOON + HOUR)
    assert links.outcome(conn, "key-a") == ("stored", "")
    assert waiting(conn, NOON + 2 * HOUR) == []


def due(conn: Connection, now: datetime) -> list[str]:
    return [link.key for link, _ in links.looks(conn, "xinghe", 10, now)]


def test_the_time_between_looks_at_what_is_stored_grows_and_they_end(
    conn: Connection, desk: Any
) -> None:
    desk.article("a", published_at=NOON - 2 * HOUR, at=NOON)
    times = []
    now = NOON
    while desk.one("select next_look_at from news.ledger") is not None:
        now += HOUR / 2
        if due(conn, now):
            times.append(int((now - NOON) / HOUR) + 2)
            links.looked(conn, desk.one("select id from archive.link"), now)
    assert times == [6, 24, 72, 168]
    assert due(conn, now + 1000 * HOUR) == []


def test_what_is_old_or_not_stored_is_never_looked_at_again(conn: Connection, desk: Any) -> None:
    desk.article("old", published_at=NOON - 200 * HOUR)
    links.settle(conn, desk.link("lost"), Outcome.HTTP_ERROR, "HTTP 404", NOON)
    # What nobody dates, or is dated ahead, is as old as our first sight of it.
    desk.article("undated")
    desk.article("ahead", published_at=NOON + 1000 * HOUR)
    assert due(conn, NOON + 5 * HOUR) == []
    assert due(conn, NOON + 6 * HOUR) == ["key-ahead", "key-undated"]
    assert links.waiting(conn, NOON + 5 * HOUR) == set()
    assert links.waiting(conn, NOON + 6 * HOUR) == {"xinghe"}


def test_a_missed_look_is_made_once(conn: Connection, desk: Any) -> None:
    desk.article("a")
    assert due(conn, NOON + 70 * HOUR) == ["key-a"]
    links.looked(conn, desk.one("select id from archive.link"), NOON + 70 * HOUR)
    assert desk.one("select next_look_at from news.ledger") == NOON + 72 * HOUR


def test_what_is_to_be_fetched_anyway_is_no_second_look(conn: Connection, desk: Any) -> None:
    link = desk.link("a", stamp="one")
    desk.article("a")
    assert desk.link("a", stamp="two") == link
    assert due(conn, NOON + 6 * HOUR) == []


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_is_counted_in_the_ledger(
    conn: Connection, desk: Any, outcome: Outcome
) -> None:
    links.settle(conn, desk.link("a"), outcome, "为了测试", NOON)
    desk.link("b")
    counted = conn.execute("select outcome, links from news.outcomes").fetchall()
    assert sorted(counted) == sorted([(outcome.value, 1), ("pending", 1)])


def test_what_each_source_gave(conn: Connection, desk: Any) -> None:
    desk.article("a")
    desk.link("b")
    links.settle(conn, desk.link("c"), Outcome.PAYWALLED, "剩余 80% 未读", NOON)
    sources.polled(conn, "zhidian", "https://zhidian.example/rss", NOON, error="404")
    assert links.by_source(conn, ["xinghe", "zhidian"]) == [
        ("星河科技报", 3, 1, 1, ""),
        ("智点财经", 0, 0, 0, "404"),
    ]
