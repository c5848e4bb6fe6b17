"""Sends a frozen edition to everybody it is queued for, by every channel, at most once."""

import time
from collections import Counter
from collections.abc import Collection
from typing import Any

from archive import clock, console, database, deliveries, subscribers
from archive.edition_models import Delivery, Edition
from archive.query import SearchError
from archive.settings import Settings, SettingsError
from digest import robots
from digest.sender import Found, Sender
from digest.smtp import Sent

PAUSES = (0, 2, 5)
"""Seconds before each round over what is still queued; later rounds are later runs."""
BACK_OFF = (1, 4, 60, 300, 900, 1800, 3600)
"""Seconds until the next attempt, after the first, the second … that was put off."""
MAX_ATTEMPTS = 12
"""A delivery that was put off so often has failed."""
WAVE = 10
"""So many refusals that nothing outweighs are the server's opinion of us, not of the readers."""


def deliver(
    conn: Any, edition: Edition, settings: Settings, found: Found = lambda _: ()
) -> dict[str, int]:
    """Send the edition to everybody it is queued for; counts by what became of each.

    At most once: a claim is committed before the server is spoken to, and a claim whose sender
    died becomes `unknown`, never `queued`. What is put off is tried again in a moment; what is
    still put off stays queued for the next run (`put_off`), and so does what a wave of refusals
    (`wave`) would have met.
    """
    counts: Counter[str] = Counter()
    if expired := deliveries.expire(conn, clock.now()):
        counts["unknown"] += expired
    unset = _unset(settings)
    with Sender(conn, edition, settings, found) as sender:
        for pause in PAUSES:
            time.sleep(pause)
            _round(conn, sender, counts, unset)
            left = deliveries.waiting(conn, edition.day)
            if not left.keys() - unset or counts["wave"]:
                break
    if lacking := sorted(left.keys() & unset.keys()):
        problem = f"is not set, nothing can be sent by {lacking[0]}"
        raise SettingsError(unset[lacking[0]], problem)
    for channel, (number, why) in left.items():
        counts["put_off"] += number
        told = why or "too many others were refused"
        console.say(f"{channel}: {number} messages stay queued: {told}")
    return {name: number for name, number in counts.items() if number}


def _unset(settings: Settings) -> dict[str, str]:
    """The channels that have no address, and the settings that would give them one."""
    names = {"mail": "smtp_host"} | {name: f"{name}_webhook" for name in robots.ROBOTS}
    return {name: field.upper() for name, field in names.items() if not getattr(settings, field)}


def _round(conn: Any, sender: Sender, counts: Counter[str], without: Collection[str]) -> None:
    """Try once what is due; a channel that is down is left alone, and those in `without` are."""
    streak: Counter[str] = Counter()
    down = set(without)
    while claimed := sender.claim(tuple(down)):
        with conn.transaction():
            if not deliveries.hold(conn, claimed.id):
                continue
            sent = sender.send(claimed)
            state = _settle(conn, claimed, sent)
        if state == "queued":
            streak[claimed.channel] += 1
            if sent.down or streak[claimed.channel] >= WAVE:
                down.add(claimed.channel)
        else:
            streak[claimed.channel] = 0
            counts[state] += 1
        if counts["failed"] >= WAVE and counts["failed"] > counts["sent"]:
            counts["wave"] = 1
            return


def _settle(conn: Any, claimed: Delivery, sent: Sent) -> str:
    """Write what became of it; the state it is in now."""
    if sent.state != "retry":
        deliveries.settle(conn, claimed.id, sent.state, sent.error, clock.now())
        return sent.state
    if claimed.attempts >= MAX_ATTEMPTS and not sent.down:
        deliveries.settle(conn, claimed.id, "failed", sent.error, clock.now())
        return "failed"
    wait = BACK_OFF[min(claimed.attempts, len(BACK_OFF)) - 1]
    deliveries.put_off(conn, claimed.id, sent.error, 0 if sent.down else wait, not sent.down)
    return "queued"


def send(conn: Any, edition: Edition, settings: Settings) -> dict[str, int]:
    """Queue the frozen edition for everybody and deliver it; counts as of `deliver`, and `queued`.

    `conn` may search the archive; the outbox has a connection of its own.
    """

    def found(search: str) -> Collection[int]:
        try:
            return subscribers.found(conn, search)
        except SearchError as error:
            console.say(str(error))
            return ()

    with database.connect(settings, database.MAILER) as outbox:
        queued = deliveries.queue(outbox, edition.day, clock.now())
        return {"queued": queued, **deliver(outbox, edition, settings, found)}
