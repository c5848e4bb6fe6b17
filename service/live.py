"""The live service: what `make up` starts, what `make down` stops, and how it stands."""

import json
import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from archive import database, embedded
from archive.listening import free_port, is_free
from archive.settings import Settings, SettingsError
from service import airflow, supervisor
from service.folders import Folders, kept_secrets
from service.supervisor import Program, State

DAGS = ["crawl_news", "summarize_articles", "send_digest", "tend_archive"]
START_SECONDS = 300
LEAST_FREE_GB = 2


@dataclass(frozen=True, slots=True)
class Deployment:
    """A deployment that is set up: its folders, Airflow's port, and its processes' environment."""

    settings: Settings
    folders: Folders
    port: int
    environment: Mapping[str, str]

    def client(self) -> airflow.Client:
        return airflow.Client(self.port, kept_secrets(self.folders)["admin"])


def set_up(settings: Settings, extra: Mapping[str, str] | None = None) -> Deployment:
    """Make the folders, the database and Airflow's metadata ready. Raises one-line errors."""
    folders = Folders(settings.jianbao_home)
    folders.make()
    free = shutil.disk_usage(folders.home).free / 2**30
    if free < LEAST_FREE_GB:
        raise supervisor.ServiceError(
            str(folders.home),
            f"has {free:.1f} GB free, {LEAST_FREE_GB} GB are needed;"
            " free some, or set JIANBAO_HOME to a folder on a larger disk",
        )
    database.migrate(settings)
    made = _deployment(settings, folders, extra or {})
    airflow.prepare(settings, folders, made.environment)
    return made


def set_up_workers(settings: Settings) -> Deployment:
    """Make ready for workers of a main service elsewhere. Raises one-line errors."""
    for name in ("broker_url", "database_url", "airflow_url", "celery_workers"):
        if not getattr(settings, name):
            raise SettingsError(name.upper(), "is needed by workers of a service elsewhere")
    with database.connect(settings):
        folders = Folders(settings.jianbao_home)
        folders.make()
    return _deployment(settings, folders, {})


def _deployment(settings: Settings, folders: Folders, extra: Mapping[str, str]) -> Deployment:
    port = settings.airflow_port or _kept_port(folders)
    env = {
        **os.environ,
        **airflow.environment(settings, folders, port),
        "JIANBAO_HOME": str(settings.jianbao_home),
        "JIANBAO_KIND": settings.jianbao_kind,
        # The DAG files read nothing but the environment.
        "CRAWL_CRON": settings.crawl_cron,
        "CRAWL_SECONDS": str(settings.crawl_seconds),
        "CRAWL_SHARDS": str(settings.crawl_shards),
        **extra,
    }
    return Deployment(settings, folders, port, env)


def existing(settings: Settings) -> Deployment:
    """The deployment that was set up before, without the environment of its processes."""
    folders = Folders(settings.jianbao_home)
    return Deployment(settings, folders, settings.airflow_port or _kept_port(folders), {})


def start(
    deployment: Deployment, more: list[Program] | None = None, *, only_workers: bool = False
) -> bool:
    """Start the processes; False if they run already."""
    programs = more or []
    if not only_workers:
        programs = [*programs, *door(deployment.settings)]
        programs = [*programs, *airflow.programs(deployment.environment)]
    if deployment.settings.broker_url:
        count = deployment.settings.celery_workers
        programs = [*programs, *airflow.workers(deployment.environment, count)]
    if not deployment.settings.database_url:
        folder = str(deployment.folders.home / "postgres")
        programs.insert(0, Program("database", (sys.executable, "-m", "service.keeper", folder)))
    if not only_workers and deployment.settings.jianbao_kind == "live":
        programs.append(Program("lookout", (sys.executable, "-m", "service.lookout")))
    if not only_workers:
        _refuse_taken(deployment)
    return supervisor.start(deployment.folders, programs, deployment.environment)


def _refuse_taken(deployment: Deployment) -> None:
    """Raise ServiceError if somebody else listens where Airflow will."""
    host, port = deployment.settings.airflow_host, deployment.port
    # What a killed service left may listen there: it is ended as each program begins.
    if not supervisor.is_anything_left(deployment.folders) and not is_free(port, host):
        raise supervisor.ServiceError(
            f"port {port}", "is taken by another program: end that, or set AIRFLOW_PORT to another"
        )


def door(settings: Settings) -> list[Program]:
    """What serves readers who leave, and the feed, where they can reach it. It logs no address."""
    if not settings.public_url:
        return []
    host, _, port = settings.public_listen.rpartition(":")
    words = f"-m uvicorn digest.door:app --host {host} --port {port} --no-access-log"
    limits = "--lifespan off --limit-concurrency 50 --timeout-keep-alive 5"
    return [Program("door", (sys.executable, *words.split(), *limits.split()))]


def stop(settings: Settings) -> list[str]:
    """Stop what was started here and nothing else; what was stopped."""
    stopped = []
    if supervisor.stop(Folders(settings.jianbao_home)):
        stopped.append("services")
    if not settings.database_url and embedded.stop(settings.jianbao_home / "postgres"):
        stopped.append("database")
    return stopped


def processes(settings: Settings) -> list[State] | None:
    """How the processes stand; None if the service is not up."""
    return supervisor.states(Folders(settings.jianbao_home))


def _kept_port(folders: Folders) -> int:
    """Airflow's port: chosen once, kept across restarts so that bookmarks stay good."""
    path = folders.home / "ports.json"
    if path.exists():
        return int(json.loads(path.read_text())["airflow"])
    port = free_port()
    path.write_text(json.dumps({"airflow": port}))
    return port
