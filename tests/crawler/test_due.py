from datetime import UTC, datetime, timedelta

import pytest

from crawler.crawl import due
from crawler.registry import Entry, Source

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
HOME = "https://jia.example/"


def source(minutes: int, **more: bool) -> Source:
    entry = Entry(kind="feed", url=f"{HOME}feed")
    return Source(
        id="jia", name="甲报", homepage=HOME, article=r".*/a/(\d+)", entry=(entry,),
        poll_minutes=minutes, **more,
    )  # fmt: skip


@pytest.mark.parametrize(("minutes", "crawls"), [(30, 1), (60, 2), (120, 4), (15, 1)])
def test_a_source_is_polled_as_often_as_it_says(minutes: int, crawls: int) -> None:
    # It was looked at five minutes into a crawl; a crawl begins every half hour.
    polled = {"jia": NOON + timedelta(minutes=5)}
    later = [NOON + timedelta(minutes=30) * number for number in range(1, 9)]
    met = [bool(due([source(minutes)], polled, now)) for now in later]
    assert met.index(True) + 1 == crawls


def test_a_source_that_was_never_polled_is_due() -> None:
    assert due([source(60)], {}, NOON) == (source(60),)


def test_a_source_that_is_off_is_never_due() -> None:
    assert due([source(60, enabled=False)], {}, NOON) == ()
