"""docker-compose.yml and the Dockerfile fit each other and the program. No engine is needed."""

import fnmatch
import importlib.util
import os
import re
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

import jianbao
from archive import clock, settings
from archive.listening import free_port
from archive.settings import PROJECT, Settings
from demo.newsroom import OUTLETS
from demo.server import Newsroom
from service import supervisor
from service.folders import Folders
from service.supervisor import Program

TEXT = (PROJECT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if "build" in service]
DOCKERFILE = (PROJECT / "Dockerfile").read_text().replace("\\\n", " ")
# Read by the image of Postgres, by libpq and by the demo's registry.
OTHERS = re.compile(
    r"POSTGRES_(USER|DB|PASSWORD_FILE|INITDB_ARGS)|PGPASSFILE|JIANBAO_NEWSROOM_PORT"
)
# For images and ports; they are given in the shell.
IN_THE_SHELL = {"BASE_IMAGE", "PIP_INDEX_URL", "POSTGRES_IMAGE", "REDIS_IMAGE", "POSTGRES_PORT",
                "DEMO_PORT", "SETUP"}  # fmt: skip
DEMO = ("newsroom", "mailbox", "demo")


def instructions(name: str) -> list[str]:
    return re.findall(rf"^{name} (.*)$", DOCKERFILE, re.MULTILINE)


def test_nothing_has_to_be_given() -> None:
    variables = dict(re.findall(r"(?<!\$)\$\{?(\w+)(:-)?", TEXT))
    assert set(variables.values()) == {":-"}, variables
    assert set(variables) <= IN_THE_SHELL | {name.upper() for name in Settings.model_fields}


@pytest.mark.parametrize("name", SERVICES)
def test_variables_are_read_by_somebody(name: str) -> None:
    for variable in SERVICES[name].get("environment", {}):
        assert variable.lower() in Settings.model_fields or OTHERS.fullmatch(variable)


@pytest.mark.parametrize("name", SERVICES)
def test_ports_are_published_on_loopback_only(name: str) -> None:
    for port in SERVICES[name].get("ports", []):
        assert port.startswith("127.0.0.1:")


@pytest.mark.parametrize("name", SERVICES)
def test_services_wait_for_what_can_come(name: str) -> None:
    for other, how in SERVICES[name].get("depends_on", {}).items():
        ends = SERVICES[other].get("restart") == "no"
        assert how["condition"] == ("service_completed_successfully" if ends else "service_healthy")
        assert ends or "test" in SERVICES[other]["healthcheck"]


def test_volumes_are_declared_and_used() -> None:
    mounted = [volume for service in SERVICES.values() for volume in service.get("volumes", [])]
    assert {volume.split(":")[0] for volume in mounted} == set(COMPOSE["volumes"])


def test_what_stays_up_restarts_within_limits() -> None:
    for name in set(SERVICES) - {"init"}:
        assert SERVICES[name]["restart"] == "unless-stopped"
        assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"
        assert SERVICES[name]["mem_limit"]


@pytest.mark.parametrize("name", OURS)
def test_our_services_have_no_privileges(name: str) -> None:
    assert SERVICES[name]["cap_drop"] == ["ALL"]
    assert instructions("USER") == ["jianbao"]
    assert not {"privileged", "user", "cap_add"} & set(SERVICES[name])
    assert SERVICES[name].get("network_mode", "service:newsroom") == "service:newsroom"


def scripts() -> list[str]:
    """Every line that a container of ours runs."""
    commands = [SERVICES[name]["command"] for name in OURS]
    commands.append(yaml.safe_load(instructions("CMD")[0]))
    return [c[-1] if c[0] == "sh" else " ".join(c) for c in commands]


def jianbao_lines() -> list[str]:
    found = re.findall(r"^\s*(?:exec )?jianbao (.*)$", "\n".join(scripts()), re.MULTILINE)
    return sorted(set(found))


@pytest.mark.parametrize("line", jianbao_lines())
def test_containers_run_commands_of_ours(line: str) -> None:
    words = [word for word in line.split() if "@" not in word]
    assert CliRunner().invoke(jianbao.app, [*words, "--help"]).exit_code == 0
    assert CliRunner().invoke(jianbao.app, [*words, "--backgruond"]).exit_code == 2


def test_what_containers_run_is_there() -> None:
    assert "up --foreground" in jianbao_lines()
    assert "up --worker --foreground" in jianbao_lines()
    modules = re.findall(r"python -m (\S+)", "\n".join(scripts()))
    assert sorted(modules) == ["demo.mailbox", "demo.server"]
    for module in modules:
        assert importlib.util.find_spec(module)


def test_init_makes_the_secrets_once(tmp_path: Path) -> None:
    *shell, script = SERVICES["init"]["command"]
    script = script.replace("$$", "$").replace("cd /secrets", f"cd '{tmp_path}'")
    contents = []
    for _ in range(2):
        subprocess.run([*shell, script], check=True)
        contents.append([(tmp_path / name).read_text() for name in ("password", "pgpass")])
    assert contents[0] == contents[1]
    password, pgpass = (text.strip() for text in contents[0])
    assert len(password) >= 32
    assert pgpass == f"postgres:5432:*:jianbao:{password}"
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in tmp_path.iterdir())


@pytest.mark.parametrize("name", ["jianbao", "demo"])
def test_the_health_check_asks_airflow(name: str) -> None:
    *_, script = SERVICES[name]["healthcheck"]["test"]
    compile(script, "healthcheck", "exec")
    assert "/api/v2/monitor/health" in script
    assert "AIRFLOW_PORT" in SERVICES[name]["environment"]


def health(name: str, changes: dict[str, str]) -> int:
    _, _, _, script = SERVICES[name]["healthcheck"]["test"]
    for old, new in changes.items():
        assert old in script
        script = script.replace(old, new)
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT, stderr=subprocess.DEVNULL, check=False
    )
    return done.returncode


def test_the_health_of_workers_is_that_of_their_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIANBAO_HOME", str(tmp_path))
    assert health("worker", {}) == 1
    folders = Folders(tmp_path)
    folders.make()
    sleeper = Program("worker-1", ("/bin/sleep", "60"))
    supervisor.start(folders, [sleeper], os.environ)
    try:
        deadline = time.monotonic() + 20
        while health("worker", {}) and time.monotonic() < deadline:
            time.sleep(0.5)
        assert health("worker", {}) == 0
    finally:
        supervisor.stop(folders)


def test_the_health_of_newsroom_and_mailbox_is_that_they_answer(tmp_path: Path) -> None:
    today = datetime.now(clock.BEIJING).date()
    port = free_port(None)
    mailbox = subprocess.Popen(
        [sys.executable, "-m", "demo.mailbox", "--port", str(port), "--folder", tmp_path],
        cwd=PROJECT, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert mailbox.stdout is not None
    with mailbox.stdout, Newsroom(today) as room:
        assert health("newsroom", {":8700/": f":{room.port}/"}) == 0
        mailbox.stdout.readline()
        assert health("mailbox", {"2525": str(port)}) == 0
        mailbox.terminate()
        mailbox.wait()
    assert health("newsroom", {":8700/": f":{room.port}/"}) == 1
    assert health("mailbox", {"2525": str(port)}) == 1


def test_build_arguments_are_declared() -> None:
    declared = {line.split("=")[0] for line in instructions("ARG")}
    assert set(SERVICES["jianbao"]["build"]["args"]) == declared


def test_mounts_are_folders_that_the_image_has() -> None:
    (made,) = re.findall(r"install --directory .*--mode=0700 +(.*)", instructions("RUN")[0])
    mounts = {v.split(":")[1] for name in OURS for v in SERVICES[name].get("volumes", [])}
    assert mounts <= set(made.split())
    assert SERVICES["jianbao"]["environment"]["JIANBAO_HOME"] in mounts


def test_what_the_image_copies_is_there_and_not_ignored() -> None:
    ignored = (PROJECT / ".dockerignore").read_text().split("\n")
    copied = [word for line in instructions("COPY") for word in line.split()[1:-1]]
    assert "setup.sh" in copied
    needed = [*copied, "archive", "dags", "sql", "jianbao.py"]
    for name in needed:
        assert (PROJECT / name).exists()
        assert not any(fnmatch.fnmatch(name, pattern) for pattern in ignored if pattern)
    assert {".venv", ".demo", ".env", ".git"} <= set(ignored)


@pytest.mark.parametrize(
    ("broker", "given", "told"),
    [
        (False, "", "BROKER_URL= CELERY_WORKERS="),
        (True, "", "BROKER_URL=redis://jianbao-broker:6379/0 CELERY_WORKERS=0"),
        (True, "redis://mine/0", "BROKER_URL=redis://mine/0 CELERY_WORKERS="),
    ],
)
def test_the_profile_scale_hands_the_tasks_to_the_workers(
    broker: bool, given: str, told: str, tmp_path: Path
) -> None:
    jianbao = 'echo "$@: BROKER_URL=${BROKER_URL:-} CELERY_WORKERS=${CELERY_WORKERS:-}"'
    for name, script in (("getent", f"exit {0 if broker else 2}"), ("jianbao", jianbao)):
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    *shell, script = SERVICES["jianbao"]["command"]
    env = {"PATH": f"{tmp_path}:{os.environ['PATH']}"} | ({"BROKER_URL": given} if given else {})
    said = subprocess.run(
        [*shell, script.replace("$$", "$")], env=env, capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == f"up --foreground: {told}"
    assert SERVICES["jianbao"]["depends_on"]["jianbao-broker"]["required"] is False


def test_workers_are_told_what_they_need() -> None:
    given = SERVICES["worker"]["environment"]
    assert {"DATABASE_URL", "BROKER_URL", "AIRFLOW_URL"} <= set(given)
    for name in ("DATABASE_URL", "PGPASSFILE", "JIANBAO_HOME"):
        assert given[name] == SERVICES["jianbao"]["environment"][name]
    assert "jianbao-broker" in given["BROKER_URL"]
    assert given["AIRFLOW_URL"].startswith("http://jianbao:")
    assert SERVICES["worker"]["deploy"]["replicas"] == 2
    assert "container_name" not in SERVICES["worker"]
    assert "ports" not in SERVICES["worker"]
    assert SERVICES["worker"]["env_file"] == SERVICES["jianbao"]["env_file"]


def test_task_logs_are_where_the_page_of_airflow_reads_them() -> None:
    for name in ("jianbao", "worker"):
        home = Path(SERVICES[name]["environment"]["JIANBAO_HOME"])
        assert f"logs:{Folders(home).airflow / 'logs'}" in SERVICES[name]["volumes"]


def test_the_demo_shares_nothing_with_the_live_service() -> None:
    for name, service in SERVICES.items():
        assert (service.get("profiles") == ["demo"]) == (name in DEMO)
    ours = {v.split(":")[0] for name in DEMO for v in SERVICES[name].get("volumes", [])}
    live = {
        v.split(":")[0]
        for name in set(SERVICES) - set(DEMO)
        for v in SERVICES[name].get("volumes", [])
    }
    assert ours == {"demo"}
    assert not ours & live
    given = SERVICES["demo"]["environment"]
    assert given["JIANBAO_KIND"] == "demo"
    assert not {"DATABASE_URL", "BROKER_URL"} & set(given)
    assert "env_file" not in SERVICES["demo"]


def test_the_demo_reaches_its_newsroom_and_mailbox() -> None:
    given = SERVICES["demo"]["environment"]
    port = given["JIANBAO_NEWSROOM_PORT"]
    assert f"--port {port} " in SERVICES["newsroom"]["command"][-1]
    allowed = [f"{outlet.address}:{port}" for outlet in OUTLETS]
    assert given["JIANBAO_ALLOW"].split(",") == allowed
    assert Path(given["JIANBAO_SOURCES"]).relative_to(instructions("WORKDIR")[0]) == Path(
        "demo/sources.toml"
    )
    assert (PROJECT / "demo" / "sources.toml").exists()
    assert ["--port", given["SMTP_PORT"]] == SERVICES["mailbox"]["command"][3:5]
    for name in ("demo", "mailbox"):
        assert SERVICES[name]["network_mode"] == "service:newsroom"
        assert "ports" not in SERVICES[name]
    (published,) = SERVICES["newsroom"]["ports"]
    assert published.endswith(":" + given["AIRFLOW_PORT"])


def test_settings_in_containers_are_well_formed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("jianbao", "worker", "demo"):
        with monkeypatch.context() as patch:
            for variable, value in SERVICES[name]["environment"].items():
                # As compose fills it in when nothing is given.
                patch.setenv(variable, re.sub(r"\$\{\w+:-(.*?)\}", r"\1", value))
            settings.load()
