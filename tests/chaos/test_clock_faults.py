"""Time goes wrong: a clock that steps, days that are missing, two that do the same at once."""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from archive import database
from archive.clock import BEIJING
from archive.query import ask
from benchmarks.trial import JIANBAO, Trial, trial
from demo.newsroom import OUTLETS

DAYS, READERS = 6, 3
FIRST = date(2026, 11, 16)
STAGES = ("crawl", "extract", "dedupe", "summarize")
TWICE = (
    "select (select count(*) - count(distinct url) from ledger),"
    " (select count(*) - count(distinct (url, part)) from articles),"
    " (select count(*) - count(distinct day) from editions)"
)


@pytest.fixture
def place() -> Iterator[Trial]:
    with ExitStack() as stack:
        yield stack.enter_context(trial(FIRST, DAYS, READERS))


def instant(day: int, hour: int) -> datetime:
    return datetime.combine(FIRST + timedelta(days=day), time(hour, 15), BEIJING)


def told(place: Trial, sql: str) -> list[tuple[Any, ...]]:
    return list(ask(database.reader_url(place.settings), sql).rows)


def work(place: Trial, now: datetime) -> None:
    place.room.now = now
    for stage in STAGES:
        place.run(stage, now=now)


def test_four_senders_at_once_mail_everybody_once(place: Trial) -> None:
    now = instant(1, 8)
    work(place, now - timedelta(hours=2))
    env = place.env | {"JIANBAO_NOW": now.isoformat()}
    words = [JIANBAO, "digest", "--day", now.date().isoformat(), "--send"]
    at_once = [
        subprocess.Popen(words, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    for sender in at_once:
        _, err = sender.communicate(timeout=120)
        assert sender.returncode == 0, err.decode()
    assert list(place.mailed().values()) == [1] * READERS
    assert told(place, "select count(*) from editions") == [(1,)]


@pytest.mark.chaos
def test_after_three_days_off_one_crawl_takes_up_all_and_no_old_digest_is_mailed(
    place: Trial, record_property: Any
) -> None:
    for day in (1, 5):
        work(place, instant(day, 6))
        now = instant(day, 8)
        place.run("digest", "--day", now.date().isoformat(), "--send", now=now)
    shown = sum(len(place.room.shown(outlet)) for outlet in OUTLETS)
    assert told(place, "select count(*) from ledger") == [(shown,)]
    assert told(place, "select pending from backlog where pending > 0") == []
    mails = place.mailed()
    assert (len(mails), mails.total()) == (2 * READERS, 2 * READERS)
    record_property("seen", f"all {shown} links by one crawl; 2 mails to each of {READERS} readers")


@pytest.mark.chaos
def test_a_clock_that_steps_makes_nothing_twice(place: Trial, record_property: Any) -> None:
    # libfaketime would step it live, but lets threads of Python 3.11 wait for ever.
    begin = instant(2, 8)
    for step in (timedelta(), timedelta(hours=-2), timedelta(days=3), timedelta(days=2, hours=22)):
        now = begin + step
        place.room.now = max(place.room.now, now)  # Publishers have the true time.
        for stage in ("crawl --force --wait 70", *STAGES[1:], "digest --send"):
            place.run(*stage.split(), now=now)
    shown = sum(len(place.room.shown(outlet)) for outlet in OUTLETS)
    assert told(place, TWICE) == [(0, 0, 0)]
    assert told(place, "select count(*) from ledger where outcome <> 'pending'") == [(shown,)]
    mails = place.mailed()
    assert set(mails.values()) == {1}
    record_property("seen", f"−2 h and +3 d: {shown} links, {len(mails)} mails, none twice")
