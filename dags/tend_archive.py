"""Every night: remove what the retention policy lets go, ours and Airflow's."""

from datetime import timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import dag
from schedule import DEFAULTS, LIMIT, at


@dag(
    schedule=at("10 3 * * *"),
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    tags=["jianbao"],
    doc_md=__doc__,
)
def tend_archive() -> None:
    """One task: the command removes the same again if it was stopped."""
    BashOperator(
        task_id="prune",
        bash_command=f"{LIMIT} 3600 jianbao prune",
        execution_timeout=timedelta(seconds=3660),
    )


tend_archive()
