"""What is wrong with the morning's edition, told once by another road than its mail.

The lookout asks now and then, so the operator hears whether Airflow runs or not. Each look is a
command of its own, so that nothing stays in memory.
"""

import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from archive import clock, database, deliveries
from archive.settings import Settings
from service.alert import alert

LATE = timedelta(minutes=90)
"""After the cut-off an edition is late."""
STUCK = timedelta(hours=1)
"""A message that waits for so long is told of."""
_SHARE = 5
"""One refused of so many is a wave."""


def look() -> int:
    """Look once; 1 if something is wrong."""
    words = [sys.executable, "-m", "jianbao", "status", "--check"]
    return subprocess.run(words, check=False).returncode


def look_after(settings: Settings) -> list[str]:
    """Tell the operator what is wrong, each thing of each edition once; all that is wrong now."""
    now, found = clock.now(), []
    with database.connect(settings, database.MAILER) as conn:
        deliveries.expire(conn, now)
        for day, kind, text in troubles(conn, settings, now):
            found.append(text)
            if deliveries.tell_once(conn, day, kind, now):
                alert(settings, text)
    return found


def troubles(conn: Any, settings: Settings, now: datetime) -> Iterator[tuple[date, str, str]]:
    """(day, kind, one line) of everything that is wrong with the newest edition."""
    zone, cutoff = settings.timezone, settings.edition_cutoff
    due = clock.edition_day(now - LATE, cutoff, zone) - timedelta(days=1)
    standing = deliveries.standing(conn, now - STUCK)
    if (standing is None or standing.day < due) and deliveries.was_there(
        conn, clock.window(due, cutoff, zone).end
    ):
        yield due, "none", f"there is no edition of {due}, {LATE.seconds // 60} minutes after it"
    if standing is None:
        return
    day = standing.day
    if standing.shown == 0:
        yield day, "empty", f"the edition of {day} is empty"
    is_late = now >= clock.window(day, cutoff, zone).end + LATE
    if is_late and day >= due and standing.readers and not standing.messages:
        yield day, "unsent", f"the edition of {day} was not mailed to anybody"
    if standing.down:
        yield day, "down", f"{standing.queued} messages of {day} wait: {standing.why}"
    elif standing.stuck:
        yield day, "stuck", f"{standing.stuck} messages of {day} could not be sent for an hour"
    ended = standing.sent + standing.failed
    if standing.failed and standing.failed * _SHARE >= ended:
        yield (
            day,
            "refused",
            (
                f"{standing.failed} of {ended} messages of {day} were refused;"
                " see: jianbao deliveries list --state failed"
            ),
        )
    if standing.unknown:
        yield (
            day,
            "unknown",
            (
                f"of {standing.unknown} messages of {day} it is unknown whether they arrived;"
                " see: jianbao deliveries list"
            ),
        )
