"""Freeze the day's edition at its cut-off and mail it from 07:30.

Running a day again, by hand or by backfill, changes no edition that is frozen and mails nobody
twice. A backfill freezes what is missing and mails nothing.
"""

from datetime import timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import Param, dag
from schedule import DEFAULTS, LIMIT, at, day

DAY = "{{ params.day or day(dag_run) }}"


@dag(
    schedule=at("15 7 * * *"),
    catchup=False,
    max_active_runs=1,
    params={"day": Param("", type="string", description="Edition, YYYY-MM-DD; empty: the run's")},
    user_defined_macros={"day": day},
    default_args=DEFAULTS,
    tags=["jianbao"],
    doc_md=__doc__,
)
def send_digest() -> None:
    """Wait for what is pending, freeze the edition, then mail it."""
    freeze = BashOperator(
        task_id="freeze",
        bash_command=f"{LIMIT} 1500 jianbao digest --day {DAY} --wait 900",
        execution_timeout=timedelta(seconds=1560),
    )
    mail = BashOperator(
        task_id="mail",
        # 99 is Airflow's code for a task that was skipped.
        bash_command="{% if dag_run.run_type == 'backfill' %}exit 99; {% endif %}"
        f"{LIMIT} 3600 jianbao digest --day {DAY} --send --not-before 07:30",
        execution_timeout=timedelta(seconds=3660),
        # What a mail server puts off waits for its time in the outbox: until about noon.
        retries=8,
        retry_delay=timedelta(minutes=5),
        max_retry_delay=timedelta(hours=1),
    )
    freeze >> mail


send_digest()
