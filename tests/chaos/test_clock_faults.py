"""Time goes wrong: a clock that steps, days that are missing, two that do the same at once."""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from archive import database
from archive.clock import BEIJING
from archive.query import ask
from benchmarks.injectors import Unavailable
from benchmarks.trial import JIANBAO, Trial, trial
from demo.newsroom import OUTLETS

DAYS, READERS = 6, 3
FIRST = date(2026, 11, 16)
FAKETIME = ("/usr/lib/*/faketime/libfaketime.so.1", "/usr/lib*/faketime/libfaketime.so.1")
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


def ask_(place: Trial, sql: str) -> list[tuple[Any, ...]]:
    return list(ask(database.reader_url(place.settings), sql).rows)


def work(place: Trial, now: datetime) -> None:
    place.room.now = now
    for stage in STAGES:
        place.run(stage, now=now)


@pytest.mark.chaos
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
    assert ask_(place, "select count(*) from editions") == [(1,)]


@pytest.mark.chaos
def test_after_three_days_off_one_crawl_takes_up_all_and_no_old_digest_is_mailed(
    place: Trial, record_property: Any
) -> None:
    for day in (1, 5):
        work(place, instant(day, 6))
        now = instant(day, 8)
        place.run("digest", "--day", now.date().isoformat(), "--send", now=now)
    shown = sum(len(place.room.shown(outlet)) for outlet in OUTLETS)
    assert ask_(place, "select count(*) from ledger") == [(shown,)]
    assert ask_(place, "select pending from backlog where pending > 0") == []
    mails = place.mailed()
    assert (len(mails), mails.total()) == (2 * READERS, 2 * READERS)
    record_property("seen", f"all {shown} links by one crawl; 2 mails to each of {READERS} readers")


@pytest.mark.chaos
def test_a_clock_that_steps_makes_nothing_twice(
    place: Trial, tmp_path: Path, record_property: Any
) -> None:
    found = [path for pattern in FAKETIME for path in Path("/").glob(pattern[1:])]
    if not found:
        raise Unavailable("libfaketime is not installed")
    now = tmp_path / "now"
    env = place.env | {
        "LD_PRELOAD": str(found[0]), "FAKETIME_TIMESTAMP_FILE": str(now), "FAKETIME_NO_CACHE": "1",
    }  # fmt: skip
    place.room.now = instant(3, 8)
    shown = sum(len(place.room.shown(outlet)) for outlet in OUTLETS)
    place.run("status")  # The database has the true time.

    def start(*words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [JIANBAO, *words], env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    for at, step in (("2026-11-19 00:15:00", "-2h"), ("2026-11-18 22:20:00", "+3d")):
        now.write_text(f"@{at}")
        with start("crawl", "--force", "--wait", "70") as crawl:
            while ask_(place, "select count(*) from ledger") == [(0,)]:
                assert crawl.poll() is None, crawl.communicate()
            moved = datetime.fromisoformat(at) + timedelta(**{"-2h": {"hours": -2},
                                                             "+3d": {"days": 3}}[step])  # fmt: skip
            now.write_text(f"@{moved}")
            _, err = crawl.communicate(timeout=120)
            assert (crawl.returncode, "Traceback" in err) == (0, False), err
        for words in (*STAGES[1:], "digest"):
            with start(*words.split(), *(["--send"] if words == "digest" else [])) as command:
                _, err = command.communicate(timeout=120)
                assert command.returncode == 0, err
    assert ask_(place, TWICE) == [(0, 0, 0)]
    assert ask_(place, "select count(*) from ledger") == [(shown,)]
    assert set(place.mailed().values()) == {1}
    record_property("seen", f"−2 h and +3 d: {shown} links, {len(place.mailed())} mails, 0 twice")
