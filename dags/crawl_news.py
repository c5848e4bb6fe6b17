"""Crawl what is due, shard by shard, and read the pages."""

import os
from datetime import timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import Asset, Param, dag, task
from airflow.sdk.exceptions import AirflowSkipException
from airflow.timetables.trigger import CronTriggerTimetable

ARTICLES = Asset("jianbao_articles")
SHARDS = int(os.environ.get("CRAWL_SHARDS", "2"))


@dag(
    schedule=CronTriggerTimetable("*/30 * * * *", timezone="Asia/Shanghai"),
    catchup=False,
    max_active_runs=1,
    params={"force": Param(False, type="boolean", description="Also sources that are not due")},
    default_args={
        "retries": 2,
        "retry_delay": timedelta(seconds=30),
        "execution_timeout": timedelta(minutes=25),
    },
    tags=["jianbao"],
    doc_md=__doc__,
)
def crawl_news() -> None:
    """One task per shard of sources; then what was fetched is read, whichever shard failed."""
    force = "{{ ' --force' if params.force else '' }}"
    crawl = BashOperator.partial(task_id="crawl").expand(
        bash_command=[f"jianbao crawl --shard {number}/{SHARDS}{force}" for number in range(SHARDS)]
    )
    extract = BashOperator(
        task_id="extract",
        bash_command="jianbao extract",
        trigger_rule="all_done",
        do_xcom_push=True,
    )

    @task(outlets=[ARTICLES])
    def announce(line: str) -> None:
        """Tell the summarizer, if there is anything new to say."""
        import json

        counts = json.loads(line)
        if not counts.get("new") and not counts.get("revised"):
            raise AirflowSkipException("no new articles")

    announcing = announce(extract.output)  # type: ignore[arg-type]
    crawl >> extract >> announcing


crawl_news()
