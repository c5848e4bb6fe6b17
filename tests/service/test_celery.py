"""Celery workers: what they are told, and the whole job by workers that share nothing but
Postgres, the broker and Airflow's address, as on another machine."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from typer.testing import CliRunner

import jianbao
from archive import embedded
from archive.listening import free_port
from archive.settings import PROJECT, Settings, SettingsError
from demo.newsroom import OUTLETS
from demo.server import Newsroom
from service import airflow, live
from service.folders import Folders, kept_secrets

JIANBAO = Path(sys.executable).with_name("jianbao")
BROKER = "redis://127.0.0.1:6379/3"


def environment(tmp_path: Path, **changes: object) -> dict[str, str]:
    given = Settings(jianbao_home=tmp_path, **changes)
    folders = Folders(tmp_path)
    folders.make()
    return airflow.environment(given, folders, 8080)


def test_without_a_broker_the_scheduler_runs_the_tasks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archive.database.airflow_dsn", lambda _: "postgresql://u@h/airflow")
    env = environment(tmp_path)
    assert env["AIRFLOW__CORE__EXECUTOR"] == "LocalExecutor"
    assert env["AIRFLOW__API__BASE_URL"] == "http://127.0.0.1:8080"


def test_with_a_broker_workers_run_the_tasks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archive.database.airflow_dsn", lambda _: "postgresql://u@h/airflow")
    env = environment(tmp_path, broker_url=BROKER, airflow_url="http://10.0.0.1:8080")
    assert env["AIRFLOW__CORE__EXECUTOR"] == "CeleryExecutor"
    assert env["AIRFLOW__CELERY__BROKER_URL"] == BROKER
    assert re.fullmatch(
        r"db\+postgresql(\+\w+)?://u@h/airflow", env["AIRFLOW__CELERY__RESULT_BACKEND"]
    )
    assert env["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == "http://10.0.0.1:8080/execution/"
    first, second = airflow.workers(env, 2)
    assert (first.name, second.name) == ("worker-1", "worker-2")
    assert first.command[-1] == "w1@%h"
    assert second.command[-1] == "w2@%h"
    assert first.after == "http://10.0.0.1:8080/api/v2/monitor/health"


def run(env: dict[str, str], *words: str) -> None:
    done = subprocess.run([JIANBAO, *words], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def plain(**changes: str) -> dict[str, str]:
    """The environment without any setting of ours."""
    ours = {name.upper() for name in Settings.model_fields}
    env = {name: value for name, value in os.environ.items() if name not in ours}
    return env | {"JIANBAO_ENV_FILE": os.devnull} | changes


@pytest.mark.parametrize("missing", ["broker_url", "database_url", "airflow_url"])
def test_workers_name_the_setting_that_they_miss(missing: str, tmp_path: Path) -> None:
    given = {
        "broker_url": BROKER,
        "database_url": "postgresql://u@127.0.0.1:9/a",
        "airflow_url": "http://127.0.0.1:9",
    }
    del given[missing]
    with pytest.raises(SettingsError, match=f"setting {missing.upper()}: "):
        live.set_up_workers(Settings(jianbao_home=tmp_path, **given))


def test_a_clock_that_stands_still_has_no_schedule(tmp_path: Path) -> None:
    env = {"JIANBAO_HOME": str(tmp_path), "JIANBAO_NOW": "2026-11-22T06:30:00+08:00"}
    done = CliRunner().invoke(jianbao.app, ["up"], env=env)
    assert (done.exit_code, "JIANBAO_NOW" in done.stderr) == (2, True)


@contextmanager
def running(*command: str | Path) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=PROJECT)
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def databases(server: embedded.Server) -> Iterator[str]:
    """The address of an empty archive database beside an empty one for Airflow."""
    names = [sql.Identifier(name) for name in ("far", "far_airflow")]
    with psycopg.connect(server.dsn("postgres", "postgres"), autocommit=True) as conn:
        for name in names:
            conn.execute(sql.SQL("create database {} owner jianbao").format(name))
        try:
            yield server.dsn("far", "jianbao")
        finally:
            for name in names:
                conn.execute(sql.SQL("drop database {} with (force)").format(name))


def finish(client: airflow.Client, dag: str, run_id: str, seconds: float = 600) -> None:
    deadline = time.monotonic() + seconds
    state = ""
    while state != "success":
        (state,) = (r["state"] for r in client.runs(dag) if r["dag_run_id"] == run_id)
        assert state != "failed", dag
        assert time.monotonic() < deadline, f"{dag} is {state}"
        time.sleep(1)


@pytest.mark.airflow
@pytest.mark.timeout(1500)
def test_the_whole_job_by_workers_that_share_postgres_broker_and_address(
    postgres: embedded.Server, tmp_path: Path
) -> None:
    if not (redis := shutil.which("redis-server")):
        pytest.skip("redis-server is not installed")
    now, broker, smtp = datetime.now(UTC), free_port(), free_port()
    mails = tmp_path / "mails"
    with ExitStack() as stack:
        address = stack.enter_context(databases(postgres))
        room = stack.enter_context(Newsroom(now.date()))
        stack.enter_context(
            running(redis, "--bind", "127.0.0.1", "--port", str(broker), "--save", "")
        )
        stack.enter_context(
            running(sys.executable, "-m", "demo.mailbox", "--port", str(smtp), "--folder", mails)
        )
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="jianbao-far-")))
        both = plain(
            JIANBAO_KIND="demo",
            JIANBAO_SOURCES=str(PROJECT / "demo" / "sources.toml"),
            JIANBAO_NEWSROOM_PORT=str(room.port),
            JIANBAO_ALLOW=",".join(f"{outlet.address}:{room.port}" for outlet in OUTLETS),
            CRAWL_TIMEOUT="6",
            DAGS_BY_HAND="yes",
            DATABASE_URL=address,
            BROKER_URL=f"redis://127.0.0.1:{broker}/0",
            SMTP_HOST="127.0.0.1",
            SMTP_PORT=str(smtp),
            SMTP_SECURITY="none",
            SMTP_FROM="brief@jianbao.example",
            # Here it is noon: the edition of the day is open, and may be mailed.
            TIMEZONE=f"Etc/GMT{now.hour - 12:+d}",
            EDITION_CUTOFF="23:59",
        )
        main = both | {"JIANBAO_HOME": str(home / "main"), "CELERY_WORKERS": "0"}
        port = free_port()
        main["AIRFLOW_PORT"] = str(port)
        far = both | {"JIANBAO_HOME": str(home / "far"), "CELERY_WORKERS": "1"}
        far["AIRFLOW_URL"] = f"http://127.0.0.1:{port}"
        for env in (main, far):
            stack.callback(run, env, "down")
        run(main, "up")
        run(main, "subscribers", "add", "reader@jianbao.example")
        run(far, "up", "--worker")

        secrets = [kept_secrets(Folders(home / name)) for name in ("main", "far")]
        assert not set(secrets[0].values()) & set(secrets[1].values())
        client = airflow.Client(port, secrets[0]["admin"])
        finish(client, "crawl_news", client.trigger("crawl_news", {"force": True}))
        deadline = time.monotonic() + 600
        while not (summarized := client.runs("summarize_articles")):
            assert time.monotonic() < deadline
            time.sleep(1)
        for one in summarized:
            finish(client, "summarize_articles", one["dag_run_id"])
        day = {"day": now.date().isoformat()}
        finish(client, "send_digest", client.trigger("send_digest", day))
        finish(client, "tend_archive", client.trigger("tend_archive", {}))

        with psycopg.connect(address) as conn:
            outcomes = dict(conn.execute("select outcome, count(*) from news.ledger group by 1"))
            assert outcomes["stored"] == 67
            assert "pending" not in outcomes
            assert conn.execute(
                "select count(*), count(distinct url), count(summary) from news.articles"
            ).fetchone() == (68, 67, 68)  # one page of the newspaper has two
            (pruned,) = conn.execute("select counts from news.runs where command = 'prune'")
            # Airflow's history is pruned from wherever the task ran.
            assert "log_files" in pruned[0]
        assert len(list(mails.glob("*.eml"))) == 1
        assert list((home / "main" / "logs").glob("worker-*")) == []
        log = (home / "far" / "logs" / "worker-1.log").read_text()
        assert log.count("] received") >= 8
