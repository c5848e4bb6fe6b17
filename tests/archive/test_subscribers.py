from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from psycopg import Connection

from archive import clock, deliveries, editions, subscribers
from archive.edition_models import Choice, Edition
from archive.query import SearchError

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
AN = "an@reader.example"


def test_readers_come_and_go(conn: Connection) -> None:
    steps = [
        subscribers.put(conn, AN, Choice(), NOON),
        subscribers.put(conn, AN, Choice(), NOON),
        subscribers.remove(conn, AN, NOON),
        subscribers.remove(conn, AN, NOON),
        subscribers.put(conn, AN, Choice(), NOON),
    ]
    assert steps == [True, False, True, False, True]
    assert subscribers.remove(conn, "nobody@reader.example", NOON) is False
    assert [(one.address, one.active) for one in subscribers.every(conn)] == [(AN, True)]


def test_a_new_choice_replaces_the_old(conn: Connection) -> None:
    for choice in (Choice(("芯片",)), Choice(keywords=("大模型",), search="量子", weekdays=True)):
        assert subscribers.put(conn, AN, choice, NOON)
        assert not subscribers.put(conn, AN, choice, NOON)
        (reader,) = subscribers.every(conn)
        assert reader.choice == choice


def test_letter_case_makes_no_second_reader(conn: Connection) -> None:
    conn.execute(
        "insert into archive.subscriber (address, added_at) values ('An@Reader.example', %s)",
        (NOON,),
    )
    assert not subscribers.put(conn, AN.upper(), Choice(), NOON)
    assert len(subscribers.every(conn)) == 1
    assert subscribers.remove(conn, AN, NOON)


def test_who_leaves_gets_nothing_that_is_queued(conn: Connection) -> None:
    day = date(2026, 3, 4)
    editions.freeze(conn, clock.window(day, time(7)), Edition(day, "简报", "", ""), NOON)
    for address in (AN, "bo@reader.example"):
        subscribers.put(conn, address, Choice(), NOON)
    deliveries.queue(conn, day, NOON)
    (reader, _) = subscribers.every(conn)
    assert subscribers.remove(conn, reader.id, NOON)
    assert deliveries.states(conn, day) == {"queued": 1, "not_sent": 1}


def test_a_saved_search_finds_what_is_recent(desk: Any) -> None:
    now = datetime.now(UTC)
    new, old = (
        desk.article(name, "量潮发布了青鸾芯片。", at=now - timedelta(days=days))
        for name, days in (("new", 1), ("old", 40))
    )
    assert new != old
    assert subscribers.found(desk.conn, "青鸾") == {new}
    assert subscribers.found(desk.conn, "") == frozenset()
    with pytest.raises(SearchError, match="names nothing"):
        subscribers.found(desk.conn, '-""')
