from datetime import UTC, date, datetime, time
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from archive import clock, deliveries, editions
from archive.models import Edition

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
DAY = date(2026, 3, 4)


@pytest.fixture
def outbox(conn: Connection) -> Connection:
    """The day's edition, queued for three readers."""
    for day in (DAY, date(2026, 3, 5)):
        editions.freeze(conn, clock.window(day, time(7)), Edition(day, "简报", "", ""), NOON)
    for name in ("an", "bo", "chen"):
        deliveries.subscribe(conn, f"{name}@reader.example", NOON)
    deliveries.queue(conn, DAY, NOON)
    return conn


def state(conn: Connection, delivery: int) -> tuple[Any, ...] | None:
    return conn.execute(
        "select state, error, settled_at from archive.delivery where id = %s", (delivery,)
    ).fetchone()


def test_readers_come_and_go(conn: Connection) -> None:
    reader = "an@reader.example"
    steps = [
        deliveries.subscribe(conn, reader, NOON),
        deliveries.subscribe(conn, reader, NOON),
        deliveries.unsubscribe(conn, reader),
        deliveries.unsubscribe(conn, reader),
        deliveries.subscribe(conn, reader, NOON),
    ]
    assert steps == [True, False, True, False, True]
    assert deliveries.unsubscribe(conn, "nobody@reader.example") is False
    assert deliveries.subscribers(conn) == [(reader, True)]


def test_queueing_twice_adds_none(outbox: Connection) -> None:
    assert deliveries.states(outbox, DAY) == {"queued": 3}
    assert deliveries.queue(outbox, DAY, NOON) == 0
    assert deliveries.states(outbox, DAY) == {"queued": 3}


def test_only_active_readers_are_queued(outbox: Connection) -> None:
    deliveries.unsubscribe(outbox, "bo@reader.example")
    assert deliveries.queue(outbox, date(2026, 3, 5), NOON) == 2


def test_an_edition_must_be_frozen_before_it_is_queued(outbox: Connection) -> None:
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        deliveries.queue(outbox, date(2026, 3, 6), NOON)


def test_each_reader_is_claimed_once(outbox: Connection) -> None:
    claimed = [deliveries.claim(outbox, DAY) for _ in range(3)]
    assert [one.address[:-15] for one in claimed] == ["an", "bo", "chen"]
    assert {(one.day, one.attempts) for one in claimed} == {(DAY, 1)}
    assert deliveries.claim(outbox, DAY) is None
    assert deliveries.states(outbox, DAY) == {"sending": 3}


def test_a_claim_is_committed_at_once(outbox: Connection, database_url: str) -> None:
    deliveries.claim(outbox, DAY)
    with psycopg.connect(database_url) as other:
        assert deliveries.states(other, DAY) == {"queued": 2, "sending": 1}


def test_another_days_edition_is_not_claimed(outbox: Connection) -> None:
    assert deliveries.claim(outbox, date(2026, 3, 5)) is None


def test_skipped_deliveries_are_passed(outbox: Connection) -> None:
    first = deliveries.claim(outbox, DAY)
    deliveries.settle(outbox, first.id, "queued", "451 later", NOON)
    second = deliveries.claim(outbox, DAY, [first.id])
    assert second.address == "bo@reader.example"
    again = deliveries.claim(outbox, DAY, [])
    assert (again.id, again.attempts) == (first.id, 2)


@pytest.mark.parametrize("end", ["sent", "failed", "unknown"])
def test_a_settled_delivery_is_never_claimed_again(outbox: Connection, end: str) -> None:
    claimed = deliveries.claim(outbox, DAY)
    deliveries.settle(outbox, claimed.id, end, "550 no", NOON)
    assert state(outbox, claimed.id) == (end, "550 no", NOON)
    rest = [deliveries.claim(outbox, DAY) for _ in range(3)]
    assert claimed.id not in {one.id for one in rest if one}
    assert rest[-1] is None
    deliveries.queue(outbox, DAY, NOON)
    assert deliveries.claim(outbox, DAY) is None


def test_what_the_server_puts_off_is_queued_again(outbox: Connection) -> None:
    claimed = deliveries.claim(outbox, DAY)
    deliveries.settle(outbox, claimed.id, "queued", "451 later", NOON)
    assert state(outbox, claimed.id) == ("queued", "451 later", None)


def test_only_what_is_being_sent_can_be_settled(outbox: Connection) -> None:
    claimed = deliveries.claim(outbox, DAY)
    deliveries.settle(outbox, claimed.id, "unknown", "", NOON)
    deliveries.settle(outbox, claimed.id, "queued", "", NOON)
    assert deliveries.states(outbox, DAY) == {"queued": 2, "unknown": 1}


def test_an_abandoned_claim_becomes_unknown_and_stays_so(outbox: Connection) -> None:
    dead, alive = deliveries.claim(outbox, DAY), deliveries.claim(outbox, DAY)
    assert deliveries.expire(outbox, NOON) == 0
    outbox.execute(
        "update archive.delivery set claimed_until = claimed_until - make_interval(secs => %s)"
        " where id = %s",
        (deliveries.CLAIM_SECONDS + 1, dead.id),
    )
    assert deliveries.expire(outbox, NOON) == 1
    assert state(outbox, dead.id) == ("unknown", "the sender ended while sending", NOON)
    assert state(outbox, alive.id)[0] == "sending"
    deliveries.settle(outbox, dead.id, "sent", "", NOON)
    assert deliveries.states(outbox, DAY) == {"queued": 1, "sending": 1, "unknown": 1}


def test_senders_at_once_never_claim_the_same(
    outbox: Connection, database_url: str, at_once: Any
) -> None:
    for number in range(20):
        deliveries.subscribe(outbox, f"reader{number}@reader.example", NOON)
    deliveries.queue(outbox, DAY, NOON)

    def send(_: int) -> list[int]:
        with psycopg.connect(database_url, autocommit=True) as conn:
            return [one.id for one in iter(lambda: deliveries.claim(conn, DAY), None)]

    claimed = [id for ids in at_once(4, send) for id in ids]
    assert len(claimed) == len(set(claimed)) == 23


def test_addresses_are_not_in_the_public_view(outbox: Connection) -> None:
    rows = outbox.execute("select day, channel, state, readers from news.deliveries").fetchall()
    assert rows == [(DAY, "mail", "queued", 3)]
    shown = outbox.execute("select * from news.deliveries").fetchall()
    assert "@" not in str(shown)
