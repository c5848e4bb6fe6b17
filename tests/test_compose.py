"""docker-compose.yml and the Dockerfile fit each other and the program. No engine is needed."""

import fnmatch
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

import jianbao
from archive.settings import PROJECT, Settings

TEXT = (PROJECT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if "build" in service]
DOCKERFILE = (PROJECT / "Dockerfile").read_text().replace("\\\n", " ")
# Read by the image of Postgres and by libpq.
OTHERS = re.compile(r"POSTGRES_(USER|DB|PASSWORD_FILE|INITDB_ARGS)|PGPASSFILE")
# For building; they are given in the shell.
BUILDING = {"BASE_IMAGE", "PIP_INDEX_URL", "POSTGRES_IMAGE", "POSTGRES_PORT"}


def instructions(name: str) -> list[str]:
    return re.findall(rf"^{name} (.*)$", DOCKERFILE, re.MULTILINE)


def test_nothing_has_to_be_given() -> None:
    variables = dict(re.findall(r"(?<!\$)\$\{?(\w+)(:-)?", TEXT))
    assert set(variables.values()) == {":-"}, variables
    assert set(variables) <= BUILDING | {name.upper() for name in Settings.model_fields}


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
    mounted = [volume for service in SERVICES.values() for volume in service["volumes"]]
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
    assert not {"privileged", "user", "network_mode", "cap_add"} & set(SERVICES[name])


@pytest.mark.parametrize(
    "command", [SERVICES["jianbao"]["command"], yaml.safe_load(instructions("CMD")[0])]
)
def test_the_service_runs_a_command_of_ours(command: list[str]) -> None:
    assert command[:2] == ["jianbao", "up"]
    assert CliRunner().invoke(jianbao.app, [*command[1:], "--help"]).exit_code == 0
    assert CliRunner().invoke(jianbao.app, [*command[1:], "--backgruond"]).exit_code == 2


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


def test_the_health_check_asks_airflow() -> None:
    *_, script = SERVICES["jianbao"]["healthcheck"]["test"]
    compile(script, "healthcheck", "exec")
    assert "/api/v2/monitor/health" in script
    assert "AIRFLOW_PORT" in SERVICES["jianbao"]["environment"]


def test_build_arguments_are_declared() -> None:
    declared = {line.split("=")[0] for line in instructions("ARG")}
    assert set(SERVICES["jianbao"]["build"]["args"]) == declared


def test_mounts_are_folders_that_the_image_has() -> None:
    (made,) = re.findall(r"install --directory .*--mode=0700 (.*)", instructions("RUN")[0])
    mounts = {volume.split(":")[1] for name in OURS for volume in SERVICES[name]["volumes"]}
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
