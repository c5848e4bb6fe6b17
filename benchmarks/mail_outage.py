"""Three days of outage on a server whose clock is in New York, and a manual run beside each other.

python -m benchmarks.mail_outage

Our commands on the sample newsroom, over the end of summer time there. Every edition is mailed by
two commands at once, one as the schedule gives it and one as by hand. For three days nothing runs.
"""

import os
import subprocess
import sys
import time as wall
from collections import Counter
from datetime import date, datetime, time, timedelta

from archive import database, deliveries
from archive.clock import BEIJING
from benchmarks.bars import bar
from benchmarks.trial import JIANBAO, Trial, trial

FIRST = date(2026, 10, 29)
DAYS = 7
OUTAGE = range(2, 5)
"""The days on which nothing runs: 10-31, 11-01 (summer time ends in New York) and 11-02."""
READERS = 5


def main() -> int:
    began = wall.monotonic()
    with trial(FIRST, DAYS, READERS) as place:
        place.env["TZ"] = "America/New_York"
        for number in range(DAYS):
            if number not in OUTAGE:
                play(place, FIRST + timedelta(days=number))
        mails = place.mailed()
        with database.connect(place.settings, database.MAILER) as conn:
            states = {
                FIRST + timedelta(days=n): deliveries.states(conn, FIRST + timedelta(days=n))
                for n in range(1, DAYS)
            }
    after = FIRST + timedelta(days=OUTAGE.stop)
    by_day = Counter(subject.split("｜")[1] for _, subject in mails.elements())
    missed = [states[FIRST + timedelta(days=n)] for n in OUTAGE]
    sent = sum(found.get("sent", 0) for found in states.values())
    up = DAYS - 1 - len(OUTAGE)
    bars = (
        ("most of one edition", max(mails.values()), 1, f"to one reader, {READERS} readers"),
        ("mails missing", READERS * up - mails.total(), 0, f"n={up} days"),
        ("not known as sent", mails.total() - sent, 0, f"n={mails.total()} mails"),
        ("mails after the outage", by_day[words(after)] // READERS, 1, "to each reader, that day"),
        ("of missed days", sum(by_day[words(FIRST + timedelta(days=n))] for n in OUTAGE), 0, ""),
        (
            "missed, not marked so",
            sum(found != {"not_sent": READERS} for found in missed),
            0,
            f"n={len(missed)} editions, composed and kept",
        ),
    )
    wrong = sum(not bar(*each) for each in bars)
    print(f"{wall.monotonic() - began:.0f} seconds, {os.cpu_count()} cores")
    return wrong


def words(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def play(place: Trial, day: date) -> None:
    """A morning: crawl, and mail the edition of the day by two commands at once."""
    now = datetime.combine(day, time(7, 30), BEIJING)
    place.room.now = now - timedelta(hours=1)
    for command in ("crawl", "extract", "dedupe", "summarize"):
        place.run(command, now=now - timedelta(hours=1))
    if day == FIRST:
        return
    env = place.env | {"JIANBAO_NOW": now.isoformat()}
    both = [
        subprocess.Popen(
            [JIANBAO, "digest", *words, "--send"],
            env=env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for words in (["--day", day.isoformat()], [])
    ]
    ends = [process.wait() for process in both]
    sys.stderr.write(f"{day}: both commands ended with {ends}\n")


if __name__ == "__main__":
    sys.exit(main())
