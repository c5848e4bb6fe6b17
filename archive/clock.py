"""The one clock of all commands: the wall clock, or the instant in JIANBAO_NOW."""

import os
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from archive.edition_models import Window
from archive.errors import UsageError

BEIJING = ZoneInfo("Asia/Shanghai")


class ClockError(UsageError):
    """JIANBAO_NOW is not an instant."""

    def __init__(self, value: str) -> None:
        super().__init__(
            f"JIANBAO_NOW={value!r} is not an instant with a time zone; "
            "write it like 2026-03-04T06:30:00+08:00"
        )
        self.value = value


def now() -> datetime:
    """The current instant, aware, in UTC. Raises ClockError when JIANBAO_NOW is malformed."""
    fixed = os.environ.get("JIANBAO_NOW", "")
    if not fixed:
        return datetime.now(UTC)
    try:
        instant = datetime.fromisoformat(fixed)
    except ValueError:
        raise ClockError(fixed) from None
    if instant.tzinfo is None:
        raise ClockError(fixed)
    return instant.astimezone(UTC)


def is_fixed() -> bool:
    """Whether the clock stands still, so that waiting for it is in vain."""
    return bool(os.environ.get("JIANBAO_NOW"))


def day_of(instant: datetime | None) -> date | None:
    """The day of an instant in Beijing, where the news says 今日 and 昨日."""
    return instant.astimezone(BEIJING).date() if instant else None


def edition_day(instant: datetime, cutoff: time, zone: ZoneInfo = BEIJING) -> date:
    """The day of the edition that covers what is first seen at `instant`."""
    local = instant.astimezone(zone)
    return local.date() + timedelta(days=local.time() >= cutoff)


def window(day: date, cutoff: time, zone: ZoneInfo = BEIJING) -> Window:
    """What the edition of `day` covers: first seen in [cut-off of the day before, cut-off)."""
    end = datetime.combine(day, cutoff, zone)
    start = datetime.combine(day - timedelta(days=1), cutoff, zone)
    return Window(day, start, end)
