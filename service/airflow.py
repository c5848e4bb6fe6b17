"""Airflow as this service runs it: environment, metadata, programs, and its REST interface."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

from archive import database
from archive.settings import PROJECT, Settings
from archive.whole import writing
from service.folders import Folders, kept_secrets
from service.supervisor import Program, ServiceError

ADMIN = "admin"


def environment(settings: Settings, folders: Folders, port: int) -> dict[str, str]:
    """Airflow's settings, as environment variables. They hold secrets: never print them."""
    known = kept_secrets(folders)
    address = settings.airflow_url or f"http://127.0.0.1:{port}"
    dsn = database.airflow_dsn(settings).replace("postgresql://", "postgresql+psycopg2://", 1)
    return {
        "AIRFLOW_HOME": str(folders.airflow),
        "AIRFLOW__CORE__DAGS_FOLDER": str(PROJECT / "dags"),
        "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor" if settings.broker_url else "LocalExecutor",
        # With Celery the workers are the limit.
        "AIRFLOW__CORE__PARALLELISM": "64" if settings.broker_url else "4",
        "AIRFLOW__CELERY__BROKER_URL": settings.broker_url,
        "AIRFLOW__CELERY__RESULT_BACKEND": f"db+{dsn}",
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DEFAULT_TIMEZONE": str(settings.timezone),
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{address}/execution/",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{ADMIN}:admin",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(
            folders.airflow / "passwords.json"
        ),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": dsn,
        "AIRFLOW__API__HOST": settings.airflow_host,
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": address,
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__API__EXPOSE_CONFIG": "False",
        "AIRFLOW__API__SECRET_KEY": known["api"],
        "AIRFLOW__API_AUTH__JWT_SECRET": known["jwt"],
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "10",
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "60",
        "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "60",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(folders.airflow / "logs"),
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
    }


def prepare(settings: Settings, folders: Folders, env: Mapping[str, str]) -> None:
    """Write the admin's password where Airflow looks, and bring its metadata up to date."""
    passwords = Path(env["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"])
    with writing(passwords, 0o600) as file:
        file.write(json.dumps({ADMIN: kept_secrets(folders)["admin"]}).encode())
    marker = folders.airflow / "migrated"
    stamp = f"{version('apache-airflow')} {database.airflow_schema(settings)}"
    if marker.exists() and marker.read_text() == stamp:
        return
    migrated = subprocess.run(
        [_program(), "db", "migrate"], env=env, capture_output=True, text=True, check=False
    )
    if migrated.returncode:
        (folders.logs / "airflow-migrate.log").write_text(migrated.stdout + migrated.stderr)
        raise ServiceError("airflow db migrate", "failed", folders.logs / "airflow-migrate.log")
    marker.write_text(f"{version('apache-airflow')} {database.airflow_schema(settings)}")


def prune(settings: Settings, now: datetime) -> dict[str, int]:
    """Remove Airflow's old runs and task logs, by the policy for ours; how many log files.

    Raises ServiceError.
    """
    folders = Folders(settings.jianbao_home)
    before = now - timedelta(days=settings.keep_runs_days)
    env = {**os.environ, **environment(settings, folders, settings.airflow_port or 0)}
    cleaned = subprocess.run(
        [
            _program(),
            *("db", "clean", "--yes", "--skip-archive", "--error-on-cleanup-failure"),
            *("--clean-before-timestamp", before.isoformat()),
        ],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    if cleaned.returncode:
        log = folders.logs / "airflow-clean.log"
        log.write_text(cleaned.stdout + cleaned.stderr)
        raise ServiceError("airflow db clean", "failed", log)
    return {"log_files": _remove_old(folders.airflow / "logs", before)}


def _remove_old(folder: Path, before: datetime) -> int:
    removed = 0
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_file() and path.stat().st_mtime < before.timestamp():
            path.unlink(missing_ok=True)
            removed += 1
        elif path.is_dir() and not any(path.iterdir()) and _is_idle(path):
            path.rmdir()
    return removed


def _is_idle(folder: Path) -> bool:
    """Whether it is not one that Airflow has just made for a task."""
    return folder.stat().st_mtime < time.time() - 3600


def programs(env: Mapping[str, str]) -> list[Program]:
    """Airflow's processes. No triggerer: nothing here is deferrable."""
    health = _health(env)
    return [
        Program("api-server", (_program(), "api-server")),
        Program("dag-processor", (_program(), "dag-processor"), after=health),
        Program("scheduler", (_program(), "scheduler", "--skip-serve-logs"), after=health),
    ]


def workers(env: Mapping[str, str], count: int) -> list[Program]:
    """Celery's worker processes, two tasks each; they share only Postgres, broker and API."""
    command = (_program(), "celery", "worker", "--concurrency", "2", "--skip-serve-logs", "-H")
    return [
        Program(f"worker-{number}", (*command, f"w{number}@%h"), _health(env), group="workers")
        for number in range(1, count + 1)
    ]


def _health(env: Mapping[str, str]) -> str:
    return f"{env['AIRFLOW__API__BASE_URL']}/api/v2/monitor/health"


def _program() -> str:
    return str(Path(sys.executable).with_name("airflow"))


_SECONDS, _TRIES = 30, 4
"""A busy machine may answer what is asked for more slowly than that."""


class Client:
    """Airflow's REST interface, as its admin."""

    def __init__(self, port: int, password: str) -> None:
        self._base = f"http://127.0.0.1:{port}"
        self._password = password
        self._token = ""

    def healthy(self) -> dict[str, str]:
        """Status by component; empty while the API server does not answer."""
        try:
            answer = self._open("GET", "/api/v2/monitor/health", None)
        except ServiceError:
            return {}
        return {name: (part or {}).get("status") or "" for name, part in answer.items()}

    def wait_for_dags(self, names: list[str], seconds: float) -> None:
        """Wait until the scheduler is healthy and the DAGs are known. Raises ServiceError."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.healthy().get("scheduler") == "healthy":
                known = {dag["dag_id"] for dag in self.get("/api/v2/dags")["dags"]}
                if set(names) <= known:
                    return
            time.sleep(0.5)
        address = self._base.removeprefix("http://")
        raise ServiceError(
            "Airflow", f"was not ready after {seconds:.0f} seconds; is {address} free? make status"
        )

    def trigger(self, dag: str, conf: Mapping[str, object]) -> str:
        """Start a run; its id."""
        run = {"logical_date": None, "conf": dict(conf)}
        return str(self.post(f"/api/v2/dags/{dag}/dagRuns", run)["dag_run_id"])

    def runs(self, dag: str) -> list[dict[str, Any]]:
        """The DAG's runs, newest first."""
        query = f"/api/v2/dags/{dag}/dagRuns?order_by=-run_after&limit=20"
        return list(self.get(query)["dag_runs"])

    def tasks(self, dag: str, run: str) -> list[dict[str, Any]]:
        """The task instances of a run."""
        quoted = urllib.parse.quote(run, safe="")
        found = self.get(f"/api/v2/dags/{dag}/dagRuns/{quoted}/taskInstances")
        return list(found["task_instances"])

    def get(self, path: str) -> dict[str, Any]:
        return self._request("GET", path, None)

    def post(self, path: str, body: object) -> dict[str, Any]:
        return self._request("POST", path, body)

    def _request(self, method: str, path: str, body: object) -> dict[str, Any]:
        if not self._token:
            login = {"username": ADMIN, "password": self._password}
            self._token = self._open("POST", "/auth/token", login)["access_token"]
        return self._open(method, path, body, _TRIES if method == "GET" else 1)

    def _open(self, method: str, path: str, body: object, tries: int = 1) -> dict[str, Any]:
        headers = {"Content-Type": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        request = urllib.request.Request(
            self._base + path,
            method=method,
            headers=headers,
            data=None if body is None else json.dumps(body).encode(),
        )
        timeout = _SECONDS if method == "GET" else _SECONDS * _TRIES  # Never asked twice.
        try:
            with urllib.request.urlopen(request, timeout=timeout) as response:
                answer: dict[str, Any] = json.loads(response.read() or b"{}")
                return answer
        except urllib.error.HTTPError as error:
            detail = error.read().decode("utf-8", "replace")[:200]
            raise ServiceError("Airflow", f"answered {error.code} to {path}: {detail}") from None
        except (urllib.error.URLError, OSError) as error:
            if tries > 1 and isinstance(error, TimeoutError):
                return self._open(method, path, body, tries - 1)
            raise ServiceError("Airflow", f"does not answer: {error}; look: make status") from None
