"""Every night: back the archive up, then remove what the retention policy lets go."""

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
    """Two tasks, each of which may be stopped and begun again; the second waits for no success."""
    backup, prune = (
        BashOperator(
            task_id=name,
            bash_command=f"{LIMIT} {seconds} jianbao {words}",
            execution_timeout=timedelta(seconds=seconds + 60),
            trigger_rule="all_done",
        )
        for name, words, seconds in (("backup", "backup --nightly", 7200), ("prune", "prune", 3600))
    )
    backup >> prune


tend_archive()
