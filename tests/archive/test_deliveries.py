from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from archive import clock, deliveries, editions, subscribers
from archive.edition_models import Choice, Delivery, Edition

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
DAY = date(2026, 3, 4)
EARLY = datetime(2026, 2, 1, tzinfo=UTC)


def freeze(conn: Connection, day: date) -> None:
    editions.freeze(conn, clock.window(day, time(7)), Edition(day, "简报", "", ""), NOON)


@pytest.fixture
def outbox(conn: Connection) -> Connection:
    """The day's edition, queued for three readers."""
    freeze(conn, DAY)
    for name in ("an", "bo", "chen"):
        subscribers.put(conn, f"{name}@reader.example", Choice(), EARLY)
    deliveries.queue(conn, DAY, NOON)
    return conn


def claim(conn: Connection) -> Delivery:
    claimed = deliveries.claim(conn, DAY)
    assert claimed
    return claimed


def state(conn: Connection, delivery: int) -> tuple[Any, ...] | None:
    return conn.execute(
        "select state, error, settled_at from archive.delivery where id = %s", (delivery,)
    ).fetchone()


def abandon(conn: Connection, delivery: int) -> None:
    """As if its sender had claimed it long ago."""
    conn.execute("update archive.delivery set claimed_until = now() where id = %s", (delivery,))


def test_queueing_twice_adds_none(outbox: Connection) -> None:
    assert deliveries.states(outbox, DAY) == {"queued": 3}
    assert deliveries.queue(outbox, DAY, NOON) == 0
    assert deliveries.states(outbox, DAY) == {"queued": 3}


def test_only_active_readers_are_queued(outbox: Connection) -> None:
    subscribers.remove(outbox, "bo@reader.example", NOON)
    freeze(outbox, DAY + timedelta(days=1))
    assert deliveries.queue(outbox, DAY + timedelta(days=1), NOON) == 2


def test_an_edition_must_be_frozen_before_it_is_queued(outbox: Connection) -> None:
    assert deliveries.queue(outbox, date(2026, 3, 6), NOON) == 0
    assert deliveries.states(outbox, date(2026, 3, 6)) == {}
    assert deliveries.states(outbox, DAY) == {"queued": 3}


def test_after_an_outage_only_the_newest_edition_is_mailed(outbox: Connection) -> None:
    deliveries.settle(outbox, claim(outbox).id, "sent", "", NOON)
    for later in (1, 2, 3):
        freeze(outbox, DAY + timedelta(days=later))
    subscribers.put(outbox, "new@reader.example", Choice(), clock.window(DAY, time(7)).end)
    assert deliveries.queue(outbox, DAY + timedelta(days=3), NOON) == 4
    found = [deliveries.states(outbox, DAY + timedelta(days=later)) for later in range(4)]
    missed = {"not_sent": 4}
    assert found == [{"sent": 1, "not_sent": 2}, missed, missed, {"queued": 4}]
    for earlier in range(3):
        assert deliveries.queue(outbox, DAY + timedelta(days=earlier), NOON) == 0
        assert deliveries.claim(outbox, DAY + timedelta(days=earlier)) is None


def test_who_came_after_an_edition_did_not_miss_it(outbox: Connection) -> None:
    for later in (1, 2):
        freeze(outbox, DAY + timedelta(days=later))
    came = clock.window(DAY + timedelta(days=2), time(7)).start
    subscribers.put(outbox, "new@reader.example", Choice(), came)
    deliveries.queue(outbox, DAY + timedelta(days=2), NOON)
    assert deliveries.states(outbox, DAY + timedelta(days=1)) == {"not_sent": 3}


def test_before_the_first_mail_nothing_was_missed(conn: Connection) -> None:
    subscribers.put(conn, "an@reader.example", Choice(), EARLY)
    for later in (0, 1):
        freeze(conn, DAY + timedelta(days=later))
    assert deliveries.queue(conn, DAY + timedelta(days=1), NOON) == 1
    assert deliveries.states(conn, DAY) == {}


def test_after_a_restore_nothing_goes_out_that_the_old_archive_may_have_sent(
    conn: Connection,
) -> None:
    subscribers.put(conn, "an@reader.example", Choice(), EARLY)
    conn.execute("update archive.deployment set restored_at = %s", (NOON,))
    for later, queued in ((0, 0), (1, 1)):
        freeze(conn, DAY + timedelta(days=later))
        assert deliveries.queue(conn, DAY + timedelta(days=later), NOON) == queued


@pytest.mark.parametrize(("day", "queued"), [(6, 2), (7, 1), (8, 1), (9, 2)])
def test_a_reader_of_weekdays_gets_nothing_at_the_weekend(
    conn: Connection, day: int, queued: int
) -> None:
    subscribers.put(conn, "an@reader.example", Choice(), EARLY)
    subscribers.put(conn, "bo@reader.example", Choice(weekdays=True), EARLY)
    freeze(conn, date(2026, 3, day))  # the 7th is a Saturday
    assert deliveries.queue(conn, date(2026, 3, day), NOON) == queued


def test_another_channel_is_a_reader_too(conn: Connection) -> None:
    subscribers.put(conn, "wecom", Choice(), EARLY)
    freeze(conn, DAY)
    deliveries.queue(conn, DAY, NOON)
    claimed = claim(conn)
    assert (claimed.channel, claimed.reader.address) == ("wecom", "wecom")
    deliveries.put_off(conn, claimed.id, "", 0)
    assert deliveries.claim(conn, DAY, ["wecom"]) is None


def test_each_reader_is_claimed_once(outbox: Connection) -> None:
    claimed = [claim(outbox) for _ in range(3)]
    assert [one.reader.address[:-15] for one in claimed] == ["an", "bo", "chen"]
    assert {(one.day, one.channel, one.attempts) for one in claimed} == {(DAY, "mail", 1)}
    assert deliveries.claim(outbox, DAY) is None
    assert deliveries.states(outbox, DAY) == {"sending": 3}


def test_a_claim_tells_what_the_reader_chose(outbox: Connection) -> None:
    choice = Choice(("芯片",), ("大模型",), "量子 计算", True)
    subscribers.put(outbox, "an@reader.example", choice, NOON)
    assert claim(outbox).reader.choice == choice


def test_a_claim_is_committed_at_once(outbox: Connection, database_url: str) -> None:
    claim(outbox)
    with psycopg.connect(database_url) as other:
        assert deliveries.states(other, DAY) == {"queued": 2, "sending": 1}


def test_another_days_edition_is_not_claimed(outbox: Connection) -> None:
    assert deliveries.claim(outbox, date(2026, 3, 5)) is None


@pytest.mark.parametrize("end", ["sent", "failed", "unknown"])
def test_a_settled_delivery_is_never_claimed_again(outbox: Connection, end: str) -> None:
    claimed = claim(outbox)
    deliveries.settle(outbox, claimed.id, end, "550 no", NOON)
    assert state(outbox, claimed.id) == (end, "550 no", NOON)
    rest = [deliveries.claim(outbox, DAY) for _ in range(3)]
    assert claimed.id not in {one.id for one in rest if one}
    assert rest[-1] is None
    deliveries.queue(outbox, DAY, NOON)
    assert deliveries.claim(outbox, DAY) is None


def test_what_is_put_off_waits_for_its_time(outbox: Connection) -> None:
    for seconds in (900, 0):
        deliveries.put_off(outbox, claim(outbox).id, "451 later", seconds)
    claimed = [deliveries.claim(outbox, DAY) for _ in range(3)]
    assert [one and one.reader.address[:-15] for one in claimed] == ["bo", "chen", None]
    assert deliveries.waiting(outbox, DAY) == {"mail": (1, "451 later")}


@pytest.mark.parametrize(("counted", "attempts"), [(True, 2), (False, 1)])
def test_trouble_of_the_server_is_no_attempt(
    outbox: Connection, counted: bool, attempts: int
) -> None:
    claimed = claim(outbox)
    deliveries.put_off(outbox, claimed.id, "refused", 0, counted)
    again = claim(outbox)
    assert (again.id, again.attempts) == (claimed.id, attempts)


def test_only_what_is_being_sent_can_be_settled(outbox: Connection) -> None:
    claimed = claim(outbox)
    deliveries.settle(outbox, claimed.id, "unknown", "", NOON)
    deliveries.settle(outbox, claimed.id, "sent", "", NOON)
    deliveries.put_off(outbox, claimed.id, "", 0)
    assert deliveries.states(outbox, DAY) == {"queued": 2, "unknown": 1}


def test_a_claim_that_nobody_holds_becomes_unknown_and_stays_so(
    outbox: Connection, database_url: str
) -> None:
    dead, alive, fresh = claim(outbox), claim(outbox), claim(outbox)
    for claimed in (dead, alive):
        abandon(outbox, claimed.id)
    with psycopg.connect(database_url) as sender:
        assert deliveries.hold(sender, alive.id)
        assert deliveries.expire(outbox, NOON) == 1
    assert state(outbox, dead.id) == ("unknown", "the sender ended while sending", NOON)
    assert [state(outbox, one.id)[0] for one in (alive, fresh)] == ["sending", "sending"]
    assert not deliveries.hold(outbox, dead.id)
    assert deliveries.claim(outbox, DAY) is None
    assert deliveries.expire(outbox, NOON) == 1  # the connection of `alive` has ended


def test_senders_at_once_never_claim_the_same(
    outbox: Connection, database_url: str, at_once: Any
) -> None:
    for number in range(20):
        subscribers.put(outbox, f"reader{number}@reader.example", Choice(), EARLY)
    deliveries.queue(outbox, DAY, NOON)

    def send(_: int) -> list[int]:
        with psycopg.connect(database_url, autocommit=True) as conn:
            return [one.id for one in iter(lambda: deliveries.claim(conn, DAY), None)]

    claimed = [id for ids in at_once(4, send) for id in ids]
    assert len(claimed) == len(set(claimed)) == 23


def test_only_the_unknown_are_settled_by_evidence(outbox: Connection) -> None:
    one, other, sending = claim(outbox), claim(outbox), claim(outbox)
    for claimed in (one, other):
        deliveries.settle(outbox, claimed.id, "unknown", "lost", NOON)
    assert [row[0] for row in deliveries.unsettled(outbox, ["unknown"])] == [one.id, other.id]
    ids = [one.id, sending.id, 0]
    assert deliveries.resolve(outbox, ids, "sent", "found in mail.log", NOON) == [one.id]
    assert state(outbox, one.id) == ("sent", "found in mail.log", NOON)
    assert [row[0] for row in deliveries.unsettled(outbox, ["unknown"])] == [other.id]
    assert deliveries.resolve(outbox, [one.id], "failed", "", NOON) == []


def test_the_operator_is_told_once(outbox: Connection) -> None:
    told = [deliveries.tell_once(outbox, DAY, kind, NOON) for kind in ("empty", "empty", "wave")]
    assert told == [True, False, True]


def test_addresses_are_not_in_public_views(outbox: Connection) -> None:
    rows = outbox.execute("select day, channel, state, readers from news.deliveries").fetchall()
    assert rows == [(DAY, "mail", "queued", 3)]
    claimed = claim(outbox)
    error = "450 4.2.1 <an@reader.example>: try later"
    deliveries.settle(outbox, claimed.id, "unknown", error, NOON)
    shown = outbox.execute("select * from news.deliveries").fetchall()
    unsettled = outbox.execute("select * from news.unsettled order by id").fetchall()
    assert unsettled[0] == (claimed.id, DAY, "mail", "unknown", 1, NOON, "450 4.2.1")
    assert len(unsettled) == 3
    assert "@" not in str([shown, unsettled])
