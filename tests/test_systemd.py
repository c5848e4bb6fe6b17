"""deploy/jianbao.service: what it names exists, and systemd reads it without a complaint."""

import re
import shlex
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest
from typer.testing import CliRunner

import jianbao
from archive.settings import PROJECT
from service.folders import Folders

TEXT = (PROJECT / "deploy" / "jianbao.service").read_text(encoding="utf-8")
CHECKOUT = "/srv/jianbao"
UNIT: dict[str, list[str]] = defaultdict(list)
for line in TEXT.splitlines():
    name, equals, value = line.partition("=")
    if equals and not line.startswith("#"):
        UNIT[name].append(value)


def test_every_path_of_the_checkout_exists() -> None:
    named = re.findall(rf"{CHECKOUT}/([\w./-]+)", TEXT)
    assert {"README.md", ".venv/bin/jianbao", "deploy/jianbao.service"} <= set(named)
    installed = Path(sys.executable).with_name("jianbao")
    for path in set(named) - {".venv/bin/jianbao"}:
        assert (PROJECT / path).exists()
    assert installed.exists()
    assert UNIT["WorkingDirectory"] == [CHECKOUT]


def test_it_runs_a_command_of_ours() -> None:
    program, *words = shlex.split(UNIT["ExecStart"][0])
    assert program == f"{CHECKOUT}/.venv/bin/jianbao"
    assert words == ["up", "--foreground"]
    for given in (words, [*words, "--worker"]):
        assert CliRunner().invoke(jianbao.app, [*given, "--help"]).exit_code == 0
        assert CliRunner().invoke(jianbao.app, [*given, "--none"]).exit_code == 2


def test_make_targets_that_it_names_exist() -> None:
    targets = re.findall(rf"make -C {CHECKOUT} (\w+)", TEXT)
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    assert {"setup", "status"} == set(targets)
    for target in targets:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)


def test_it_is_never_root_and_comes_back() -> None:
    assert UNIT["User"] == ["jianbao"]
    assert UNIT["Restart"] == ["always"]
    assert UNIT["KillMode"] == ["mixed"]
    assert UNIT["CapabilityBoundingSet"] == [""]


def test_what_it_writes_is_writable(monkeypatch: pytest.MonkeyPatch) -> None:
    state = Path("/var/lib") / UNIT["StateDirectory"][0]
    assert f"--home-dir {state} " in TEXT
    # Its user's sockets, which `make status` must see too.
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.delenv("TMPDIR", raising=False)
    (writable,) = UNIT["ReadWritePaths"]
    assert Path(writable) in Folders(state).socket.parents
    assert "PrivateTmp" not in UNIT


def test_systemd_reads_it(tmp_path: Path) -> None:
    if not (analyze := shutil.which("systemd-analyze")):
        pytest.skip("there is no systemd-analyze here")
    copy = tmp_path / "jianbao.service"

    def complaints(text: str) -> str:
        copy.write_text(text.replace(f"{CHECKOUT}/.venv/bin/", f"{Path(sys.executable).parent}/"))
        command = [analyze, "verify", "--man=no", copy]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.stdout + done.stderr

    assert complaints(TEXT) == ""
    assert "ProtectClok" in complaints(TEXT.replace("ProtectClock", "ProtectClok"))
