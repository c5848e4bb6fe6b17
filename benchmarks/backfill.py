"""A backfill over days that exist: Airflow runs them again, and nothing changes, nobody is mailed.

python -m benchmarks.backfill

The service runs by its schedule on the sample newsroom; two of four days have an edition that was
mailed. Then Airflow backfills all four days of send_digest and ten minutes of crawl_news.
"""

import sys
from datetime import datetime, time, timedelta

from archive.clock import BEIJING
from archive.listening import free_port
from archive.query import ask
from benchmarks.bars import bar
from benchmarks.service_kills import start
from benchmarks.trial import rows, trial
from benchmarks.watch import Watch

DAYS = 4
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
        mails, before = told(watch), kept(watch)
        begin = datetime.combine(first, time(), BEIJING)
        ended = backfill(watch, "send_digest", begin, timedelta(days=DAYS))
        crawls = backfill(watch, "crawl_news", begin, timedelta(minutes=10))
        after = kept(watch)
        editions = {row[1] for row in after if row[0] == "edition"}
        bar("backfilled runs, failed", ended.count("failed") + crawls.count("failed"), 0, "")
        print(f"runs                     {len(ended)} of send_digest, {len(crawls)} of crawl_news")
        bar("rows changed or lost", len(before - after), 0, f"of {len(before)} that existed")
        bar("mails sent", told(watch) - mails, 0, f"{mails} before")
        bar("editions missing", max(0, DAYS - len(editions)), 0, f"{len(editions)} frozen")
        twice = "select 1 from deliveries where state <> 'sent'"
        bar("mails queued", len(rows(watch.url, twice)), 0, "")
    return 0


def backfill(watch: Watch, dag: str, begin: datetime, span: timedelta) -> list[str]:
    """Let Airflow fill a time in; the states of the runs that it made."""
    when = {"from_date": begin.isoformat(), "to_date": (begin + span).isoformat()}
    asked = {"dag_id": dag, "reprocess_behavior": "completed", "max_active_runs": 2, **when}
    number = watch.client.post("/api/v2/backfills", asked)["id"]
    watch.until(lambda: watch.client.get(f"/api/v2/backfills/{number}")["completed_at"])
    return [run["state"] for run in watch.runs(dag) if run["run_type"] == "backfill"]


def told(watch: Watch) -> int:
    """How many mails of the days before today were sent; today's may be, by schedule."""
    sent = "select coalesce(sum(readers), 0) from deliveries where day < current_date"
    return int(str(ask(watch.url, sent).rows[0][0]))


def kept(watch: Watch) -> set[tuple[object, ...]]:
    """What exists, with a digest of its content."""
    return {row for sql in KEPT for row in ask(watch.url, sql).rows}


if __name__ == "__main__":
    sys.exit(main())
