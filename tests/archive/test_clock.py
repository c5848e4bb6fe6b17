from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import clock

CUTOFF = time(7)


def beijing(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=clock.BEIJING)


def test_the_clock_is_the_wall_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JIANBAO_NOW", raising=False)
    before = datetime.now(UTC)
    assert before <= clock.now() <= datetime.now(UTC)
    assert not clock.is_fixed()


@pytest.mark.parametrize(
    "fixed", ["2026-03-04T06:30:00+08:00", "2026-03-03T22:30:00Z", "2026-03-03 22:30+00:00"]
)
def test_the_clock_stands_where_it_is_put(monkeypatch: pytest.MonkeyPatch, fixed: str) -> None:
    monkeypatch.setenv("JIANBAO_NOW", fixed)
    assert clock.now() == datetime(2026, 3, 3, 22, 30, tzinfo=UTC)
    assert clock.now().tzinfo is UTC
    assert clock.is_fixed()


@pytest.mark.parametrize("wrong", ["tomorrow", "2026-03-04", "2026-03-04T06:30:00", "2026-13-01Z"])
def test_a_malformed_instant_is_named(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    monkeypatch.setenv("JIANBAO_NOW", wrong)
    with pytest.raises(clock.ClockError, match="write it like 2026-") as caught:
        clock.now()
    assert str(caught.value).startswith(f"JIANBAO_NOW={wrong!r} is not an instant")
    assert caught.value.value == wrong


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2026-03-04T06:59:59.999999", date(2026, 3, 4)),
        ("2026-03-04T07:00:00", date(2026, 3, 5)),
        ("2026-03-04T23:59:59", date(2026, 3, 5)),
        ("2026-03-05T00:00:00", date(2026, 3, 5)),
        ("2026-12-31T08:00:00", date(2027, 1, 1)),
    ],
)
def test_the_day_changes_at_the_cutoff(instant: str, day: date) -> None:
    assert clock.edition_day(beijing(instant), CUTOFF) == day
    assert clock.edition_day(beijing(instant).astimezone(UTC), CUTOFF) == day


def test_a_window_reaches_from_cutoff_to_cutoff() -> None:
    window = clock.window(date(2026, 3, 5), CUTOFF)
    assert window.day == date(2026, 3, 5)
    assert window.start == datetime(2026, 3, 3, 23, tzinfo=UTC)
    assert window.end == datetime(2026, 3, 4, 23, tzinfo=UTC)


SECONDS = st.floats(946_684_800, 4_102_444_800)  # of this century


@given(SECONDS, st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/Los_Angeles"]))
def test_every_instant_is_in_the_window_of_its_day_only(seconds: float, name: str) -> None:
    instant, zone = datetime.fromtimestamp(seconds, UTC), ZoneInfo(name)
    day = clock.edition_day(instant, CUTOFF, zone)
    for days in (-1, 0, 1):
        window = clock.window(day + timedelta(days=days), CUTOFF, zone)
        assert (window.start <= instant < window.end) is (days == 0)


@given(st.dates(date(2000, 1, 2), date(2100, 1, 1)))
def test_windows_follow_each_other_without_a_gap(day: date) -> None:
    before = clock.window(day - timedelta(days=1), CUTOFF)
    assert before.end == clock.window(day, CUTOFF).start
