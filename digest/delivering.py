"""Mails a frozen edition to everybody it is queued for, at most once."""

import time
from collections import Counter
from typing import Any

from archive import clock, console, deliveries
from archive.models import Edition
from archive.settings import Settings
from digest.message import AddressError, message
from digest.smtp import Mailer

PAUSES = (0, 2, 5)
"""Seconds before each round over the deliveries that the server put off."""
MAX_ATTEMPTS = 12
"""A delivery that was put off so often has failed."""


def deliver(conn: Any, edition: Edition, settings: Settings) -> dict[str, int]:
    """Mail the edition to everybody it is queued for; counts by what became of each.

    At most once: a claim is committed before the server is spoken to, and a claim whose sender
    died becomes `unknown`, never `queued`. What the server puts off is tried again in a moment;
    what it still puts off stays queued for the next run (`put_off`).
    """
    sender = settings.smtp_from or settings.smtp_user
    # A sender that cannot be used fails here, before anything is claimed.
    message(edition, sender, "reader@example.org")
    counts: Counter[str] = Counter()
    if expired := deliveries.expire(conn, clock.now()):
        counts["unknown"] += expired
    put_off: dict[int, str] = {}
    with Mailer(
        settings.smtp_host,
        settings.smtp_port,
        settings.smtp_security,
        settings.smtp_user,
        settings.smtp_password.get_secret_value(),
    ) as mailer:
        for pause in PAUSES:
            time.sleep(pause)
            put_off.clear()
            while claimed := deliveries.claim(conn, edition.day, list(put_off)):
                try:
                    mail = message(edition, sender, claimed.address)
                except AddressError as error:
                    deliveries.settle(conn, claimed.id, "failed", str(error), clock.now())
                    counts["failed"] += 1
                    continue
                sent = mailer.send(mail)
                again = sent.state == "retry" and claimed.attempts < MAX_ATTEMPTS
                refused = "queued" if again else "failed"
                state = refused if sent.state == "retry" else sent.state
                deliveries.settle(conn, claimed.id, state, sent.error, clock.now())
                if again:
                    put_off[claimed.id] = sent.error
                else:
                    counts[state] += 1
            if not put_off:
                break
    if put_off:
        counts["put_off"] = len(put_off)
        console.say(f"{len(put_off)} mails stay queued: {next(iter(put_off.values()))}")
    return dict(counts)
