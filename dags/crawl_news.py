"""Crawl the sources that are due, shard by shard, and read the pages of each shard.

A shard is a set of sites; one process crawls all of it at once, so that polite delays never hold
a worker. What a shard fetched is read as soon as that shard is done, and known to be a copy or not
before it is summarized. A shard that was killed twice is crawled source by source.
"""

import json
import os
from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import Asset, Param, dag, task_group
from airflow.sdk.exceptions import AirflowSkipException
from schedule import DEFAULTS, LIMIT, at

ARTICLES = Asset("jianbao_articles")
SHARDS = int(os.environ.get("CRAWL_SHARDS") or 2)
CRAWL_SECONDS = int(os.environ.get("CRAWL_SECONDS") or 900)


def only_if_new(line: str) -> str:
    """The command's counts; skips, which wakes nobody, when there is nothing new to summarize."""
    counts: dict[str, Any] = json.loads(line)
    if not counts.get("placed"):
        raise AirflowSkipException("no new articles")
    return line


@dag(
    schedule=at(os.environ.get("CRAWL_CRON") or "*/30 * * * *"),
    catchup=False,
    max_active_runs=1,
    params={"force": Param(False, type="boolean", description="Also sources that are not due")},
    default_args=DEFAULTS,
    tags=["jianbao"],
    doc_md=__doc__,
)
def crawl_news() -> None:
    @task_group
    def shard(number: str) -> None:
        crawl = BashOperator(
            task_id="crawl",
            bash_command=f'{LIMIT} {CRAWL_SECONDS + 120} jianbao crawl --shard "$SHARD" --wait 75'
            "{{ ' --force' if params.force else '' }}{{ ' --apart' if ti.try_number > 2 else '' }}",
            env={"SHARD": number},
            append_env=True,
            execution_timeout=timedelta(seconds=CRAWL_SECONDS + 180),
        )
        extract = BashOperator(
            task_id="extract",
            bash_command=f"{LIMIT} 1500 jianbao extract",
            trigger_rule="all_done",
            execution_timeout=timedelta(seconds=1560),
        )
        dedupe = BashOperator(
            task_id="dedupe",
            bash_command=f"{LIMIT} 1500 jianbao dedupe",
            output_processor=only_if_new,
            outlets=[ARTICLES],
            trigger_rule="all_done",
            execution_timeout=timedelta(seconds=1560),
        )
        crawl >> extract >> dedupe

    shard.expand(number=[f"{number}/{SHARDS}" for number in range(SHARDS)])


crawl_news()
