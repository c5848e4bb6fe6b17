"""Summarize and tag the articles that wait, as soon as there are new ones."""

from datetime import timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import Asset, dag


@dag(
    schedule=[Asset("jianbao_articles")],
    catchup=False,
    max_active_runs=1,
    default_args={
        "retries": 2,
        "retry_delay": timedelta(seconds=30),
        "execution_timeout": timedelta(hours=2),
    },
    tags=["jianbao"],
    doc_md=__doc__,
)
def summarize_articles() -> None:
    """One task: the command takes everything that is pending."""
    BashOperator(task_id="summarize", bash_command="jianbao summarize")


summarize_articles()
