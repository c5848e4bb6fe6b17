"""A backfill over days that exist: Airflow runs them again, and nothing changes, nobody is mailed.

python -m benchmarks.backfill

The service runs by its schedule on the sample newsroom; two of four days have an edition that was
mailed. Then Airflow backfills all four days of send_digest and ten minutes of crawl_news. Ends with
1 when a run fails, a row changes, or anybody is mailed.
"""

import sys
from collections import Counter
from datetime import datetime, time, timedelta

from archive.clock import BEIJING
from archive.listening import free_port
from archive.query import ask
from benchmarks.bars import bar
from benchmarks.service_kills import start
from benchmarks.trial import Trial, rows, trial
from benchmarks.watch import Watch

DAYS = 4
CRAWLS = 6
"""Every two minutes of ten, the first and the last included."""
READERS = 3
KEPT = (
    "select 'edition', day::text, md5(html || text || subject) from editions",
    "select 'article', id::text, md5(title || text || coalesce(summary, '')) from articles",
    "select 'link', id::text, outcome from ledger",
    "select 'mail', day::text, state || readers from deliveries",
)


def main() -> int:
    today = datetime.now(BEIJING).date()
    first = today - timedelta(days=DAYS)
    with trial(first, DAYS, READERS) as place:
        place.env.update(CRAWL_CRON="*/2 * * * *", AIRFLOW_PORT=str(free_port()))
        place.room.now = datetime.now(BEIJING)
        place.run("crawl", "--force")
        place.run("extract")
        place.run("dedupe")
        place.run("summarize")
        for day in (first, first + timedelta(days=1)):
            place.run("digest", "--day", day.isoformat(), "--send")
        watch, _ = start(place)
        watch.until(lambda: not rows(watch.url, "select from backlog where pending > 0"))
        mails, before = arrived(place), kept(watch)
        begin = datetime.combine(first, time(), BEIJING)
        ended = backfill(watch, "send_digest", begin, timedelta(days=DAYS))
        crawls = backfill(watch, "crawl_news", begin, timedelta(minutes=2 * (CRAWLS - 1)))
        after = kept(watch)
        days = {str(first + timedelta(days=number)) for number in range(DAYS)}
        missing = days - {row[1] for row in after if row[0] == "edition"}
        standing = ask(
            watch.url, "select day from deliveries where state not in ('sent', 'not_sent')"
        ).rows
        waiting = [day for (day,) in standing if day != today]  # Today's, by schedule.
        mailed = arrived(place) - mails
        return int(not all([
            bar("days not run", DAYS - ended.count("success"), 0, f"of {DAYS} of send_digest"),
            bar("crawls not run", CRAWLS - crawls.count("success"), 0, f"of {CRAWLS}"),
            bar("rows changed or lost", len(before - after), 0, f"of {len(before)} that existed"),
            bar("mails sent", mailed.total(), 0, f"{mails.total()} before"),
            bar("editions missing", len(missing), 0, f"of {DAYS}"),
            bar("mails queued", len(waiting), 0, ""),
        ]))  # fmt: skip


def backfill(watch: Watch, dag: str, begin: datetime, span: timedelta) -> list[str]:
    """Let Airflow fill a time in; the states of the runs that it made."""
    when = {"from_date": begin.isoformat(), "to_date": (begin + span).isoformat()}
    asked = {"dag_id": dag, "reprocess_behavior": "completed", "max_active_runs": 2, **when}
    number = watch.client.post("/api/v2/backfills", asked)["id"]
    watch.until(lambda: watch.client.get(f"/api/v2/backfills/{number}")["completed_at"])
    return [run["state"] for run in watch.runs(dag) if run["run_type"] == "backfill"]


def arrived(place: Trial) -> Counter[tuple[str, str]]:
    """The mails of the days before today; today's are sent by schedule."""
    today = datetime.now(BEIJING).date()
    named = f"{today.year}年{today.month}月{today.day}日"
    return Counter({mail: count for mail, count in place.mailed().items() if named not in mail[1]})


def kept(watch: Watch) -> set[tuple[object, ...]]:
    """What exists, with a digest of its content."""
    return {row for sql in KEPT for row in ask(watch.url, sql).rows}


if __name__ == "__main__":
    sys.exit(main())
