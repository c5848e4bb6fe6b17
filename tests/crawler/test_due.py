from datetime import UTC, datetime, timedelta

import pytest

from archive.sources import EntryPoint, Pace, Validators
from crawler.pages.crawl import due
from crawler.sources.source import Entry, Source

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
HOME = "https://jia.example/"


def source(minutes: int, **more: bool) -> Source:
    entry = Entry(kind="feed", url=f"{HOME}feed")
    return Source(
        id="jia", name="甲报", homepage=HOME, article=r".*/a/(\d+)", entry=(entry,),
        poll_minutes=minutes, **more,
    )  # fmt: skip


def seen(at: datetime, pace: Pace | None = None) -> EntryPoint:
    return EntryPoint(at, 20, pace, Validators("", ""))


@pytest.mark.parametrize(("minutes", "crawls"), [(30, 1), (60, 2), (120, 4), (15, 1)])
def test_a_source_is_polled_as_often_as_it_says(minutes: int, crawls: int) -> None:
    # It was looked at five minutes into a crawl; a crawl begins every half hour.
    known = {("jia", f"{HOME}feed"): seen(NOON + timedelta(minutes=5))}
    later = [NOON + timedelta(minutes=30) * number for number in range(1, 9)]
    met = [bool(due([source(minutes)], known, (), now)) for now in later]
    assert met.index(True) + 1 == crawls


def test_a_source_that_was_never_polled_is_due() -> None:
    assert due([source(60)], {}, (), NOON) == (source(60),)


def test_a_source_that_is_off_is_never_due() -> None:
    assert due([source(60, enabled=False)], {}, {"jia"}, NOON) == ()


def test_an_entry_point_has_a_pace_of_its_own() -> None:
    known = {("jia", f"{HOME}feed"): seen(NOON, Pace(240))}
    assert due([source(60)], known, (), NOON + timedelta(minutes=170)) == ()
    assert due([source(60)], known, (), NOON + timedelta(minutes=190)) == (source(60),)


def test_a_source_with_links_that_wait_is_due() -> None:
    known = {("jia", f"{HOME}feed"): seen(NOON)}
    assert due([source(60)], known, {"yi"}, NOON) == ()
    assert due([source(60)], known, {"jia"}, NOON) == (source(60),)
