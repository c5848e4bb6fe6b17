"""The DAG files: they load clean and cheaply, and every command in them is one of ours."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

import jianbao

pytestmark = pytest.mark.airflow
PROJECT = Path(__file__).resolve().parents[2]

LOAD = """
import json, sys, time
from airflow.dag_processing.dagbag import DagBag
bag = DagBag("dags")
names = ("scrapy", "torch", "transformers", "psycopg", "trafilatura", "archive", "crawler")
heavy = [n for n in names if n in sys.modules]
from datetime import datetime, timezone
from types import SimpleNamespace
from airflow.sdk.api.datamodels._generated import DagRun
FIXED = dict(dag_id="d", run_id="r", state="running", data_interval_start=None, start_date=None,
             data_interval_end=None, end_date=None, consumed_asset_events=[], partition_key=None)
def run(kind, logical_date, run_after):
    moments = [m and datetime.fromisoformat(m) for m in (logical_date, run_after)]
    return DagRun(run_type=kind, logical_date=moments[0], run_after=moments[1], **FIXED)
RUNS = {
    "scheduled": run("scheduled", "2026-11-20T23:15:00+00:00", "2026-11-20T23:15:00+00:00"),
    "backfill": run("backfill", "2026-10-31T23:15:00+00:00", "2026-11-22T09:00:00+00:00"),
    "manual": run("manual", None, "2026-11-21T16:30:00+00:00"),
}
def rendered(dag, task):
    # As a worker does it, whose runs have plain datetimes.
    env = task.get_template_env(dag)
    return {kind: task.render_template(task.bash_command, {
        "params": dag.params.dump(), "dag_run": one, "ti": SimpleNamespace(try_number=1)}, env)
        for kind, one in RUNS.items()}
print(json.dumps({
    "errors": bag.import_errors, "heavy": heavy,
    "dags": {d.dag_id: {
        "tasks": {t.task_id: {"retries": t.retries, "timeout": t.execution_timeout is not None,
                              "command": t.bash_command, "rendered": rendered(d, t),
                              "outlets": [asset.name for asset in t.outlets],
                              "alert": bool(t.on_failure_callback)} for t in d.tasks},
        "groups": {g.group_id: list(g._expand_input.value.get("number", []))
                   for g in d.task_group.children.values() if hasattr(g, "_expand_input")},
        "doc": bool(d.doc_md), "catchup": d.catchup, "max_active_runs": d.max_active_runs,
    } for d in bag.dags.values()}}))
"""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    env = {
        **os.environ,
        "AIRFLOW_HOME": str(tmp_path_factory.mktemp("airflow")),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "CRAWL_SHARDS": "3",
        # As the dag-processor does with the folder of its bundle.
        "PYTHONPATH": str(PROJECT / "dags"),
    }
    done = subprocess.run(
        [sys.executable, "-c", LOAD],
        cwd=PROJECT,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def test_dag_files_load_without_errors(loaded: dict[str, Any]) -> None:
    assert loaded["errors"] == {}
    assert sorted(loaded["dags"]) == [
        "crawl_news",
        "send_digest",
        "summarize_articles",
        "tend_archive",
    ]


def test_dag_files_import_nothing_heavy(loaded: dict[str, Any]) -> None:
    assert loaded["heavy"] == []


def test_every_dag_is_documented_never_catches_up_and_runs_once_at_a_time(
    loaded: dict[str, Any],
) -> None:
    for dag in loaded["dags"].values():
        assert dag["doc"]
        assert not dag["catchup"]
        assert dag["max_active_runs"] == 1


def test_every_task_retries_and_has_a_limit(loaded: dict[str, Any]) -> None:
    for dag in loaded["dags"].values():
        for name, task in dag["tasks"].items():
            assert task["retries"] >= 1, name
            assert task["timeout"], name
            assert task["alert"], name


def test_a_crawl_has_one_task_per_shard(loaded: dict[str, Any]) -> None:
    assert loaded["dags"]["crawl_news"]["groups"] == {"shard": ["0/3", "1/3", "2/3"]}


def test_articles_are_summarized_once_it_is_known_which_are_copies(loaded: dict[str, Any]) -> None:
    tasks = loaded["dags"]["crawl_news"]["tasks"]
    assert list(tasks) == ["shard.crawl", "shard.extract", "shard.dedupe"]
    assert [name for name, task in tasks.items() if task["outlets"]] == ["shard.dedupe"]


def test_every_command_in_the_dags_parses(loaded: dict[str, Any]) -> None:
    lines = [task["command"] for dag in loaded["dags"].values() for task in dag["tasks"].values()]
    assert len(lines) == 8
    for line in lines:
        plain = re.sub(r"\{\{ '( --[a-z]+)' if .*? else '' \}\}", r"\1", line)
        plain = re.sub(r"\{%.*%\}", "", plain)
        plain = re.sub(r"\{\{.*?\}\}", "2026-03-04", plain).replace("$SHARD", "0/2")
        limit, grace, seconds, program, name, *arguments = shlex.split(plain)
        assert (limit, grace, program) == ("timeout", "--kill-after=30", "jianbao")
        assert int(seconds) > 0
        command = typer.main.get_command(jianbao.app).commands[name]
        command.make_context(name, arguments)


def test_a_task_that_fails_for_good_is_told_once(tmp_path: Path) -> None:
    code = (
        "from types import SimpleNamespace as Run; import schedule;"
        "schedule.tell({'ti': Run(dag_id='crawl_news', task_id='shard.crawl', run_id='r1')})"
    )
    env = {
        **os.environ,
        "AIRFLOW_HOME": str(tmp_path / "airflow"),
        "JIANBAO_HOME": str(tmp_path / "home"),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    subprocess.run([sys.executable, "-c", code], cwd=PROJECT / "dags", env=env, check=True)
    (line,) = (tmp_path / "home" / "logs" / "alerts.log").read_text().splitlines()
    assert line.endswith("DAG crawl_news, task shard.crawl, run r1 failed")


def test_a_digest_is_of_the_day_of_its_run_in_beijing(loaded: dict[str, Any]) -> None:
    freeze = loaded["dags"]["send_digest"]["tasks"]["freeze"]["rendered"]
    days = {kind: re.findall(r"--day (\S+)", command) for kind, command in freeze.items()}
    assert days == {
        "scheduled": ["2026-11-21"],
        "backfill": ["2026-11-01"],
        "manual": ["2026-11-22"],
    }


def test_a_backfill_mails_nobody(loaded: dict[str, Any]) -> None:
    mail = loaded["dags"]["send_digest"]["tasks"]["mail"]["rendered"]
    assert mail["backfill"].startswith("exit 99;")
    assert not any(mail[kind].startswith("exit") for kind in ("scheduled", "manual"))
