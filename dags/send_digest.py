"""Freeze the day's edition and mail it. Running a day again mails nobody twice."""

from datetime import timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import Param, dag
from airflow.timetables.trigger import CronTriggerTimetable


@dag(
    schedule=CronTriggerTimetable("15 7 * * *", timezone="Asia/Shanghai"),
    catchup=False,
    max_active_runs=1,
    params={"day": Param("", type="string", description="Edition, YYYY-MM-DD; empty: the run's")},
    default_args={
        "retries": 3,
        "retry_delay": timedelta(minutes=2),
        "execution_timeout": timedelta(hours=1),
    },
    tags=["jianbao"],
    doc_md=__doc__,
)
def send_digest() -> None:
    """Wait for what is pending, freeze the edition, then mail it from 07:30."""
    day = "{{ params.day or dag_run.run_after.in_timezone('Asia/Shanghai').to_date_string() }}"
    freeze = BashOperator(task_id="freeze", bash_command=f"jianbao digest --day {day} --wait 900")
    mail = BashOperator(
        task_id="mail", bash_command=f"jianbao digest --day {day} --send --not-before 07:30"
    )
    freeze >> mail


send_digest()
