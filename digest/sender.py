"""Sends one edition to one reader after the other, by the channel of each."""

import re
import time
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Self

from archive import clock, deliveries, editions, subscribers
from archive.edition_models import Choice, Delivery, Edition
from archive.settings import Settings
from archive.whole import writing
from digest import feed, robots, unsubscribe
from digest.choice import personal, wanted, with_weekend
from digest.message import AddressError, message
from digest.smtp import Mailer, Sent
from digest.words import Words

Found = Callable[[str], Collection[int]]
"""The articles that a search finds."""

_ADDRESS = re.compile(r"https?://[^\s<>）)]+")


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
        return robots.post(name, url, query, body)

    def _feed(self) -> Sent:
        key, editions = deliveries.published(self._conn, feed.EDITIONS)
        made = feed.atom(self._settings.digest_name, key, editions, self._settings.public_url)
        path = feed.file(self._settings.jianbao_home)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with writing(path) as file:
                file.write(made)
        except OSError as error:
            return Sent("retry", f"the feed cannot be written: {error.strerror}", down=True)
        return Sent("sent")


def _weekend(conn: Any, edition: Edition) -> list[Edition]:
    """The editions of Saturday and Sunday, if this is Monday's."""
    if edition.day.weekday() != 0:
        return []
    days = (edition.day - timedelta(days=before) for before in (2, 1))
    return [found for day in days if (found := editions.get(conn, day))]
