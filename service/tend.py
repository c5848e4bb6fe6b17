"""Retention of the engine itself: Airflow's history and task logs, by the same policy as ours."""

import os
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

from archive.settings import Settings
from service import airflow
from service.folders import Folders
from service.supervisor import ServiceError


def prune_airflow(settings: Settings, now: datetime) -> dict[str, int]:
    """Remove Airflow's old runs and task logs; how many log files. Raises ServiceError."""
    folders = Folders(settings.jianbao_home)
    before = now - timedelta(days=settings.keep_runs_days)
    env = {**os.environ, **airflow.environment(settings, folders, settings.airflow_port or 0)}
    cleaned = subprocess.run(
        [
            Path(sys.executable).with_name("airflow"),
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
