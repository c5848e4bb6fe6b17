"""An edition to a thousand readers with three choices, through a local mail server.

python -m benchmarks.thousand_readers [--readers 1000]

Once at the pace that is the default, and once as fast as the server takes it.
"""

import argparse
import email.policy
import os
import sys
import time
from datetime import date, timedelta
from pathlib import Path

from archive.edition_models import Choice
from benchmarks.bars import bar
from benchmarks.readers import TOPICS, Readers, readers

DAY = date(2026, 3, 2)
CHOICES = (Choice(), Choice(TOPICS[:1]), Choice(TOPICS[1:]))


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--readers", type=int, default=1000)
    given = options.parse_args()
    with readers(given.readers, CHOICES) as place:
        fast, _ = mail(place, DAY, SMTP_PER_MINUTE="0")
        paced, memory = mail(place, DAY + timedelta(days=1))
        found = place.mailed()
        wrong = sum(map(is_wrong, place.mails.glob("*.eml")))
    note = f"n={given.readers} readers, {os.cpu_count()} cores"
    bars = (
        ("seconds", paced, 600, f"{note}, 120 in a minute"),
        ("seconds unpaced", fast, 600, note),
        ("memory, MiB", memory, 300, "the most that the command had resident"),
        ("mails missing", 2 * given.readers - len(found), 0, "of two editions"),
        ("sent twice", sum(number > 1 for number in found.values()), 0, ""),
        ("with other topics", wrong, 0, "than the reader chose, or for somebody else"),
    )
    return sum(not bar(*each) for each in bars)


def mail(place: Readers, day: date, **env: str) -> tuple[float, float]:
    """Mail the day's edition; seconds and MiB."""
    place.freeze(day)
    began = time.monotonic()
    process = place.start(day, **env)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return time.monotonic() - began, used.ru_maxrss / 1024


def is_wrong(path: Path) -> bool:
    """Whether the mail has other stories than its reader chose."""
    wire = path.read_bytes()
    mail = email.message_from_bytes(wire, policy=email.policy.default)
    text = mail.get_body(("plain",))
    assert text is not None
    number = int(str(mail["To"]).partition("@")[0][1:])
    wanted = CHOICES[number % len(CHOICES)].topics or TOPICS
    told = {topic for topic in TOPICS if topic in text.get_content()}
    return told != set(wanted) or wire.count(b"@jianbao.example") > 6


if __name__ == "__main__":
    sys.exit(main())
