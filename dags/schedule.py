"""What all DAGs share: when they run, their limits, and one alert for each failure."""

import os
import subprocess
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from airflow.timetables.trigger import CronTriggerTimetable

LIMIT = "timeout --kill-after=30"
"""Ends a command's whole process group by the wall clock: Airflow's own limit is an alarm that C
code does not hear."""


def at(cron: str) -> CronTriggerTimetable | None:
    """This time in Beijing; never by itself where the DAGs are run by hand, as in the demo."""
    if os.environ.get("DAGS_BY_HAND"):
        return None
    return CronTriggerTimetable(cron, timezone="Asia/Shanghai")


def day(run: Any) -> str:
    """The day in Beijing that a run is about, YYYY-MM-DD; for a run by hand the day it is made."""
    return str((run.logical_date or run.run_after).astimezone(ZoneInfo("Asia/Shanghai")).date())


def tell(context: dict[str, Any]) -> None:
    """Airflow calls this once a task has failed for good."""
    instance = context["ti"]
    text = f"DAG {instance.dag_id}, task {instance.task_id}, run {instance.run_id} failed"
    subprocess.run(["jianbao", "alert", text], check=False, timeout=60)


DEFAULTS: dict[str, Any] = {
    "retries": 2,
    "retry_delay": timedelta(seconds=30),
    "retry_exponential_backoff": True,
    "max_retry_delay": timedelta(minutes=10),
    "on_failure_callback": tell,
}
