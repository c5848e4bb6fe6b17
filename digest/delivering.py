"""Sends a frozen edition to everybody it is queued for, by every channel, at most once."""

import re
import time
from collections import Counter
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Self

from archive import clock, console, database, deliveries, editions, subscribers
from archive.models import Choice, Delivery, Edition
from archive.query import SearchError
from archive.settings import Settings, SettingsError
from digest import feed, robots, unsubscribe
from digest.choice import personal, wanted, with_weekend
from digest.message import AddressError, message
from digest.posting import post
from digest.smtp import Mailer, Sent
from digest.words import Words

PAUSES = (0, 2, 5)
"""Seconds before each round over what is still queued; later rounds are later runs."""
BACK_OFF = (1, 4, 60, 300, 900, 1800, 3600)
"""Seconds until the next attempt, after the first, the second … that was put off."""
MAX_ATTEMPTS = 12
"""A delivery that was put off so often has failed."""
WAVE = 10
"""So many refusals that nothing outweighs are the server's opinion of us, not of the readers."""

Found = Callable[[str], Collection[int]]
"""The articles that a search finds."""

_ADDRESS = re.compile(r"https?://[^\s<>）)]+")


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
    for channel in sorted(left.keys() & unset.keys()):
        raise SettingsError(unset[channel], f"is not set, nothing can be sent by {channel}")
    for channel, (number, why) in left.items():
        counts["put_off"] += number
        told = why or "too many others were refused"
        console.say(f"{channel}: {number} messages stay queued: {told}")
    return {name: number for name, number in counts.items() if number}


def _unset(settings: Settings) -> dict[str, str]:
    """The channels that have no address, and the settings that would give them one."""
    names = {"mail": "smtp_host"} | {name: f"{name}_webhook" for name in robots.ROBOTS}
    return {name: field.upper() for name, field in names.items() if not getattr(settings, field)}


def _round(conn: Any, sender: "Sender", counts: Counter[str], without: Collection[str]) -> None:
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


def _weekend(conn: Any, edition: Edition) -> list[Edition]:
    """The editions of Saturday and Sunday, if this is Monday's."""
    if edition.day.weekday() != 0:
        return []
    days = (edition.day - timedelta(days=before) for before in (2, 1))
    return [found for day in days if (found := editions.get(conn, day))]


class Sender:
    """What sends one edition, by whatever channel, not faster than the setting allows."""

    def __init__(self, conn: Any, edition: Edition, settings: Settings, found: Found) -> None:
        self._conn, self._edition, self._settings = conn, edition, settings
        self._found = cache(found)
        self._key = subscribers.link_key(conn) if settings.public_url else b""
        self._weekend = _weekend(conn, edition)
        self._weekend_title = Words(settings.digest_language, clock.now())("weekend")
        self._due = 0.0
        self._sender = settings.smtp_from or settings.smtp_user
        if settings.smtp_host:
            # A sender that cannot be used fails here, before anything is claimed.
            message(edition, self._sender, "reader@example.org")
        self._mailer = Mailer(
            settings.smtp_host,
            settings.smtp_port,
            settings.smtp_security,
            settings.smtp_user,
            settings.smtp_password.get_secret_value(),
        )

    def __enter__(self) -> Self:
        self._mailer.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._mailer.__exit__(*error)

    def claim(self, without: Collection[str]) -> Delivery | None:
        """The next delivery, once the pace allows it: nothing is claimed while we wait."""
        time.sleep(max(0.0, self._due - time.monotonic()))
        return deliveries.claim(self._conn, self._edition.day, without)

    def send(self, delivery: Delivery) -> Sent:
        """Send to one reader. Raises no network error."""
        match delivery.channel:
            case "mail":
                return self._mail(delivery)
            case "atom":
                return self._feed()
            case _:
                return self._robot(delivery)

    def _mail(self, delivery: Delivery) -> Sent:
        reader, link = delivery.reader, ""
        if self._key:
            link = unsubscribe.link(self._settings.public_url, self._key, reader.id)
        try:
            mail = message(self._content(reader.choice, link), self._sender, reader.address, link)
        except AddressError as error:
            return Sent("failed", str(error))
        if self._settings.smtp_per_minute:
            self._due = time.monotonic() + 60 / self._settings.smtp_per_minute
        return self._mailer.send(mail)

    def _content(self, choice: Choice, link: str = "") -> Edition:
        found, edition = self._found(choice.search), self._edition
        if self._weekend and choice.weekdays:
            edition = with_weekend(edition, self._weekend, choice, found, self._weekend_title)
        return personal(edition, choice, found, link)

    def _robot(self, delivery: Delivery) -> Sent:
        name = delivery.channel
        given = self._settings
        url = getattr(given, f"{name}_webhook").get_secret_value()
        choice = delivery.reader.choice
        wants = wanted(choice, self._found(choice.search))
        entries = [
            (part.title, (_ADDRESS.findall(part.text) or [""])[0])
            for part in self._edition.parts
            if part.kind == "story" and (wants is None or wants(part))
        ]
        secret = "" if name == "wecom" else getattr(given, f"{name}_secret").get_secret_value()
        # Signatures count by the wall clock: a simulated day has no seconds.
        query, body = robots.payload(
            name, self._content(choice).subject, entries, secret, datetime.now(UTC)
        )
        return post(name, url, query, body)

    def _feed(self) -> Sent:
        key, editions = deliveries.published(self._conn, feed.EDITIONS)
        made = feed.atom(self._settings.digest_name, key, editions, self._settings.public_url)
        try:
            feed.write(feed.file(self._settings.jianbao_home), made)
        except OSError as error:
            return Sent("retry", f"the feed cannot be written: {error.strerror}", down=True)
        return Sent("sent")
