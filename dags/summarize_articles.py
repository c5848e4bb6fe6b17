"""Summarize and tag the articles that wait, as soon as there are new ones."""

from datetime import timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import Asset, dag
from schedule import DEFAULTS, LIMIT


@dag(
    schedule=[Asset("jianbao_articles")],
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULTS,
    tags=["jianbao"],
    doc_md=__doc__,
)
def summarize_articles() -> None:
    """One task: the command takes everything that is pending."""
    BashOperator(
        task_id="summarize",
        bash_command=f"{LIMIT} 7200 jianbao summarize",
        execution_timeout=timedelta(seconds=7260),
    )


summarize_articles()
