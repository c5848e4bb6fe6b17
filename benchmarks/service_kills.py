"""The live service under kill -9: each of its processes in turn, on the sample newsroom.

python -m benchmarks.service_kills [--kills N] [--seed N]

Every minute a crawl is due. Each kill meets a running crawl and a digest that is being mailed; what
came of it is told on stderr. In the end the scheduler is not killed but stopped. Nothing else of
this checkout may crawl meanwhile.
"""

import argparse
import os
import random
import signal
import sys
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from archive import database
from archive.clock import BEIJING
from archive.listening import free_port
from archive.query import ask
from benchmarks.bars import bar
from benchmarks.trial import Trial, trial
from benchmarks.watch import Watch, crawl, left_over
from demo.newsroom import OUTLETS
from service import airflow
from service.folders import Folders, kept_secrets

TARGETS = ("crawl", "scheduler", "database", "api-server", "dag-processor", "keeper")
DAYS = 7
READERS = 3


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=20)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    return int(not kill(given.kills, given.seed))


def kill(kills: int, seed: int) -> bool:
    """Kill the service's processes in turn, and print the bars; whether all were met."""
    chance = random.Random(seed)
    first = datetime.now(BEIJING).date() - timedelta(days=DAYS)
    with trial(first, DAYS, READERS) as place:
        place.env.update(CRAWL_CRON="* * * * *", AIRFLOW_PORT=str(free_port()))
        place.run("up")
        place.run("down")
        watch, warm = start(place)
        met = [bar("make up, warm, s", warm, 180, "until a scheduled crawl has succeeded")]
        begin, hits = place.room.now, []
        for number in range(kills):
            place.room.now = begin + timedelta(days=DAYS) * (number + 1) / kills
            # Upwards: only the newest edition is mailed.
            day = first - timedelta(days=kills - number)
            hits.append(hit(watch, TARGETS[number % len(TARGETS)], day, chance.uniform(0, 3)))
        worst = f"the worst of {kills} kills"
        met += [
            bar("services back, s", max(hit.back for hit in hits), 120, worst),
            bar("run finished, s", max(hit.finished for hit in hits), 600, worst),
            bar("rows lost", sum(hit.lost for hit in hits), 0, "links and articles"),
            bar("hung, back, s", hang(watch), 300, "a scheduler that was stopped and left alive"),
        ]
        return all([*met, *settle(watch, kills)])


def start(place: Trial) -> tuple[Watch, float]:
    """Start the service; the seconds until a crawl that its schedule started has succeeded."""
    began, since = time.monotonic(), datetime.now(UTC)
    place.run("up")
    client = airflow.Client(
        int(place.env["AIRFLOW_PORT"]), kept_secrets(Folders(place.home))["admin"]
    )
    watch = Watch(place, client, database.reader_url(place.settings))
    watch.until(
        lambda: any(
            run["run_type"] == "scheduled"
            and run["state"] == "success"
            and datetime.fromisoformat(run["start_date"]) > since
            for run in watch.runs("crawl_news")
        )
    )
    return watch, time.monotonic() - began


@dataclass(frozen=True, slots=True)
class Hit:
    """What came of a kill: seconds until all was back and the run had ended, and rows lost."""

    back: float
    finished: float
    lost: int


def hit(watch: Watch, target: str, day: date, pause: float) -> Hit:
    """Kill the target while a crawl runs and the edition of a day is mailed."""
    watch.client.trigger("send_digest", {"day": day.isoformat()})
    watch.until(crawl)
    time.sleep(pause)
    watch.until(lambda: crawl() and watch.pid(target))
    kept = watch.kept()
    run = newest(watch.runs("crawl_news"))
    pid, since, began = watch.pid(target), datetime.now(UTC), time.monotonic()
    os.kill(pid, signal.SIGKILL)
    if target != "crawl":
        watch.until(lambda: watch.pid(target) not in (0, pid))
    watch.until(lambda: watch.healthy(since))
    back = time.monotonic() - began
    ended: list[str] = []

    def has_ended() -> bool:
        states = [one["state"] for one in watch.runs("crawl_news") if one["dag_run_id"] == run]
        ended[:] = [state for state in states if state in ("success", "failed")]
        return bool(ended)

    watch.until(has_ended)
    finished, lost = time.monotonic() - began, len(kept - watch.kept())
    tries = max(task["try_number"] for task in watch.client.tasks("crawl_news", run))
    sys.stderr.write(
        f"{target} (pid {pid}): back after {back:.0f} s, {run} {ended} after {finished:.0f} s "
        f"in {tries} tries, {len(kept)} rows before, {lost} lost\n"
    )
    return Hit(back, finished if ended else float("inf"), lost)


def hang(watch: Watch) -> float:
    """Stop the scheduler without ending it; the seconds until another one schedules."""
    pid, began = watch.pid("scheduler"), time.monotonic()
    os.kill(pid, signal.SIGSTOP)
    watch.until(lambda: watch.pid("scheduler") not in (0, pid))
    since = datetime.now(UTC)
    watch.until(lambda: watch.healthy(since))
    return time.monotonic() - began


def newest(runs: list[dict[str, Any]]) -> str:
    """The id of the run that runs, or of the one that has just ended."""
    return str(next((run for run in runs if run["state"] == "running"), runs[0])["dag_run_id"])


def settle(watch: Watch, kills: int) -> list[bool]:
    """Let the service come to rest; the bars of what there is then, and which are met."""
    shown = sum(len(watch.place.room.shown(outlet)) for outlet in OUTLETS)
    # The hour is over that the publisher who answers 429 asked to be left alone.
    with database.connect(watch.place.settings) as conn:
        conn.execute("delete from archive.host")
    # By itself it asks a quiet entry point for what came last only after hours.
    watch.client.trigger("crawl_news", {"force": True})
    watch.until(lambda: (now := facts(watch))["settled"] == shown and not now["backlog"])
    found = facts(watch)
    mails = watch.place.mailed()
    states = ask(watch.url, "select state, sum(readers) from deliveries group by state").rows
    told = ", ".join(f"{number} {state}" for state, number in states)
    wanted = kills * READERS
    newest = ask(watch.url, "select max(day)::text from editions").rows[0][0]
    if str(newest) >= watch.place.room.now.date().isoformat():
        # The schedule has made this morning's; after it none before it is mailed any more.
        wanted = sum(int(str(number)) for state, number in states if state != "not_sent")
        told += ", the morning's own among them"
    failed = [run for run in watch.runs("crawl_news") if run["state"] == "failed"]
    twice = f"of {found['links']} links, {found['articles']} articles"
    return [
        bar("links missing", shown - found["links"], 0, f"of {shown} that were shown"),
        bar("links without outcome", found["links"] - found["settled"], 0, ""),
        bar("backlog", found["backlog"], 0, "of all stages"),
        bar("duplicates", found["twice"], 0, twice),
        bar("mails of one edition", max(mails.values(), default=0), 1, "to one reader, the most"),
        bar("mails missing", wanted - len(mails), 0, f"deliveries: {told}"),
        bar("failed crawl runs", len(failed), 0, "of the last 20"),
        bar("left-over processes", left_over(watch.place.home), 0, ""),
        bar("memory (PSS), MiB", watch.peak / 1024, 2560, "of the whole service, the most"),
    ]


def facts(watch: Watch) -> dict[str, int]:
    """How much there is in the archive, and how much of it is there twice."""
    answer = ask(
        watch.url,
        "select (select count(*) from ledger) as links,"
        " (select count(*) from ledger where outcome <> 'pending') as settled,"
        " (select count(*) from articles) as articles,"
        " (select sum(pending) from backlog) as backlog,"
        " (select count(*) - count(distinct url) from ledger)"
        " + (select count(*) - count(distinct (url, part)) from articles) as twice",
    )
    return {
        name: int(str(value)) for name, value in zip(answer.columns, answer.rows[0], strict=True)
    }


if __name__ == "__main__":
    sys.exit(main())
