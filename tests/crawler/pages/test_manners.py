from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from archive.hosts import Host
from archive.sources import Pace
from crawler.pages import manners
from crawler.pages.manners import failed, pace, retry_after, trap

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
QUARTER = timedelta(minutes=15)


def after(failures: int, host: Host | None = None) -> Host:
    host = host or Host()
    for _ in range(failures):
        host = failed(host, NOON, "HTTP 500")
    return host


def test_a_host_rests_after_five_failures_in_a_row() -> None:
    assert after(4) == Host(4, 0, None, "HTTP 500")
    assert after(5) == Host(5, 1, NOON + QUARTER, "HTTP 500")


def test_each_rest_is_four_times_longer_up_to_six_hours() -> None:
    rested = [after(number).until for number in range(5, 10)]
    assert rested == [NOON + rest for rest in (QUARTER, HOUR, 4 * HOUR, 6 * HOUR, 6 * HOUR)]


def test_the_one_request_that_tries_decides() -> None:
    tried = failed(after(5), NOON + HOUR, "no complete answer in time")
    assert (tried.rests, tried.until) == (2, NOON + 2 * HOUR)


def test_a_host_that_says_how_long_is_left_alone_at_once() -> None:
    asked = failed(Host(), NOON, "HTTP 429", asked=timedelta(minutes=3))
    assert asked == Host(1, 0, NOON + timedelta(minutes=3), "HTTP 429")
    # And for no less than it says, when it rests anyhow.
    assert failed(after(4), NOON, "HTTP 503", asked=HOUR).until == NOON + HOUR
    assert failed(after(4), NOON, "HTTP 503", asked=timedelta(0)).until == NOON + QUARTER


def test_after_refusals_the_rest_is_long_and_after_a_closed_robots_txt_it_is_at_once() -> None:
    assert failed(after(4), NOON, "challenge page", refused=True).until == NOON + 6 * HOUR
    assert failed(Host(), NOON, "robots.txt cannot be had", closed=True).until == NOON + QUARTER


@given(st.integers(0, 10**6), st.sampled_from([True, False]), st.integers(0, 3600))
def test_no_rest_is_longer_than_the_longest(failures: int, refused: bool, asked: int) -> None:
    host = Host(failures, min(failures, 9), None)
    wait = timedelta(seconds=asked)
    found = failed(host, NOON, "", asked=wait, refused=refused)
    assert found.until is not None
    assert found.until - NOON <= manners.LONGEST_REST


@pytest.mark.parametrize(
    ("stated", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("99999999999999999999", 3600),
        (format_datetime(NOON + timedelta(minutes=5), usegmt=True), 300),
        (format_datetime(NOON - HOUR, usegmt=True), 0),
        (format_datetime(NOON + timedelta(days=400), usegmt=True), 3600),
    ],
)
def test_retry_after_is_seconds_or_a_date_within_an_hour(stated: str, seconds: int) -> None:
    assert retry_after(stated, NOON) == timedelta(seconds=seconds)


@pytest.mark.parametrize("stated", ["", "soon", "-5", "1.5", "Sun, 99 Nov 2026 00:00:00 GMT", "²"])
def test_a_retry_after_that_says_nothing_asks_for_nothing(stated: str) -> None:
    assert retry_after(stated, NOON) is None


@given(st.text() | st.dates().map(str))
def test_no_retry_after_makes_it_fail(stated: str) -> None:
    assert (retry_after(stated, NOON) or timedelta()) <= manners.MOST_RETRY_AFTER


def test_the_first_look_teaches_nothing() -> None:
    assert pace(Pace(999, 9), 60, None, 50, 50) == Pace(60, 0)


def test_a_quiet_entry_point_is_looked_at_ever_more_seldom() -> None:
    seen, minutes = Pace(60), []
    for _ in range(7):
        seen = pace(seen, 60, seen.minutes / 60, 30, 0)
        minutes.append(round(seen.minutes))
    assert minutes == [90, 135, 202, 304, 456, 480, 480]


def test_it_is_looked_at_as_configured_as_soon_as_it_has_something_new() -> None:
    assert pace(Pace(480), 60, 8, 30, 2).minutes == 60


def test_a_busy_entry_point_is_looked_at_before_half_of_it_has_changed() -> None:
    # SOURCES.md §12: 60 entries last about five hours in the day, an hour or two elsewhere.
    assert pace(Pace(240), 240, 4, 60, 48) == Pace(150, 12)
    assert pace(Pace(60), 60, 1, 50, 40).minutes == pytest.approx(37.5)


def test_after_a_quiet_night_the_morning_is_remembered() -> None:
    seen = pace(Pace(60), 60, 1, 60, 12)
    for _ in range(8):
        seen = pace(seen, 60, 1, 60, 0)
    assert seen.minutes < 60 * 60 / 2 / 12 * 1.1


@given(
    st.floats(1, 10_000),
    st.floats(0, 1000),
    st.integers(1, 43_200),
    st.floats(0, 10_000),
    st.integers(0, 500),
    st.integers(0, 500),
)
def test_a_pace_stays_within_its_bounds(
    minutes: float, rate: float, configured: int, hours: float, shown: int, new: int
) -> None:
    found = pace(Pace(minutes, rate), configured, hours, shown, min(new, shown))
    assert configured / 4 <= found.minutes <= max(configured, min(8 * configured, 1440))
    assert found.per_hour >= 0
    if found.minutes > configured / 4:
        assert found.per_hour * found.minutes / 60 <= shown / 2 + 1e-6 or not found.per_hour


@given(st.integers(10, 500), st.integers(15, 240), st.integers(1, 200))
def test_a_steady_source_never_loses_more_than_half_of_its_window_between_two_looks(
    shown: int, configured: int, per_hour: int
) -> None:
    assume(per_hour * configured / 4 / 60 < shown / 2)  # The quickest that is allowed suffices.
    seen = Pace(configured)
    for _ in range(20):
        gone = per_hour * seen.minutes / 60
        seen = pace(seen, configured, seen.minutes / 60, shown, min(shown, round(gone)))
    assert per_hour * seen.minutes / 60 <= shown / 2 * 1.25 + 1


@pytest.mark.parametrize(
    "url",
    [
        "https://jia.example/a/b/a/b/a/b/a/b",
        "https://jia.example/" + "/".join(map(str, range(21))),
        "https://jia.example/2026/0401/1.html",
        "https://jia.example/cal/t20991231_1.html",
    ],
)
def test_addresses_without_end_look_like_a_trap(url: str) -> None:
    assert trap(url, NOON) != ""


@pytest.mark.parametrize(
    "url",
    [
        "https://jia.example/",
        "https://jia.example/2026/03/04/04/1.html",
        "https://jia.example/2026/0305/1.html",
        "https://jia.example/html/2020-01/01/content_1.htm?page=3",
    ],
)
def test_articles_do_not(url: str) -> None:
    assert trap(url, NOON) == ""


@given(st.text())
def test_no_path_makes_it_fail(path: str) -> None:
    assert isinstance(trap(f"https://jia.example/{path}", NOON), str)
