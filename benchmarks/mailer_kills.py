"""kill -9 of the mailer at random moments: nobody gets a mail twice, and every doubt is listed.

python -m benchmarks.mailer_kills [--kills 500] [--readers 300] [--seed 1]

The command is killed while it starts or mails, again and again, edition after edition. What the
mailbox accepted is the truth.
"""

import argparse
import os
import random
import subprocess
import sys
import time
from collections import Counter
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any

from archive import database, deliveries
from benchmarks.bars import bar
from benchmarks.readers import Readers, readers
from benchmarks.trial import JIANBAO
from digest.message import message_key

FIRST = date(2026, 3, 2)
ANSWER_SECONDS = 0.03
"""The server takes up to so long before it keeps a mail, and again before it says so."""
MAILING, STARTING = 1.0, 0.2
"""Seconds from the first mail to the kill, at most; the share of kills before there is one."""


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=500)
    options.add_argument("--readers", type=int, default=300)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    chance, began = random.Random(given.seed), time.monotonic()
    doubts: list[int] = []
    with readers(given.readers, seconds=ANSWER_SECONDS) as place, _outbox(place) as conn:
        day = FIRST
        while len(doubts) < given.kills:
            place.freeze(day)
            known = 0
            while len(doubts) < given.kills:
                place.post.asked.clear()
                process = place.start(day, SMTP_PER_MINUTE="0")
                if chance.random() > STARTING:
                    while process.poll() is None and not place.post.asked.wait(0.02):
                        pass
                time.sleep(chance.uniform(0, MAILING))
                if process.poll() is not None:
                    break
                process.kill()
                process.wait()
                states = deliveries.states(conn, day)
                now = states.get("sending", 0) + states.get("unknown", 0)
                doubts.append(now - known)
                known = now
            time.sleep(deliveries.CLAIM_SECONDS + 1)
            place.start(day, SMTP_PER_MINUTE="0").wait()
            sys.stderr.write(f"{day}: {len(doubts)} kills, {time.monotonic() - began:.0f} s\n")
            day += timedelta(days=1)
        wrong = report(
            place, conn, [FIRST + timedelta(n) for n in range((day - FIRST).days)], doubts
        )
    seconds = time.monotonic() - began
    print(f"{seconds:.0f} seconds, {os.cpu_count()} cores, seed {given.seed}")
    return wrong


def _outbox(place: Readers) -> AbstractContextManager[Any]:
    return database.connect(place.settings, database.MAILER)


def report(place: Readers, conn: Any, days: list[date], doubts: list[int]) -> int:
    """Print the bars; how many are missed."""
    ends: Counter[str] = Counter()
    for day in days:
        ends.update(deliveries.states(conn, day))
    unknown = {row[0] for row in deliveries.unsettled(conn, ["unknown"])}
    shown = (
        subprocess.run(
            [JIANBAO, "status"], env=place.env, capture_output=True, text=True, check=True
        )
        .stdout.partition("Not known to have arrived")[2]
        .partition("Last edition")[0]
    )
    listed = {int(line.split()[0]) for line in shown.splitlines() if " unknown " in line}
    mails = place.mailed()
    sent = [
        (address, message_key(day, address))
        for _, day, _, address, *_ in deliveries.unsettled(conn, ["sent"])
    ]
    accepted = {(address, id[1:].partition("@")[0]) for address, id in mails}
    twice = sum(number > 1 for number in mails.values())
    open_ = ends.total() - ends["sent"] - ends["failed"] - ends["unknown"]
    told = ", ".join(f"{count} {state}" for state, count in sorted(ends.items()))
    bars = (
        ("kills", len(doubts), len(doubts), f"{sum(map(bool, doubts))} met a message in flight"),
        ("sent twice", twice, 0, f"n={len(mails)} mails, {len(days)} editions"),
        ("without an end", open_, 0, told),
        ("sent, not accepted", len(set(sent) - accepted), 0, f"n={len(sent)}"),
        ("in doubt by one kill", max(doubts), 1, "the most"),
        ("unknown beyond doubts", max(0, len(unknown) - sum(doubts)), 0, f"n={len(unknown)}"),
        ("not listed by status", len(unknown - listed), 0, f"n={len(unknown)}"),
    )
    return sum(not bar(*each) for each in bars)


if __name__ == "__main__":
    sys.exit(main())
