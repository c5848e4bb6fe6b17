"""setup.sh says in one line what a machine lacks, before it changes anything."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
TOOLS = "sh dirname uname cat cksum awk df sed grep sleep rm env date printf".split()


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone that was never set up, and a PATH with only the tools that every system has."""
    folder = tmp_path / "简报 clone"
    (folder / "bin").mkdir(parents=True)
    for name in ("setup.sh", "requirements.lock", "pyproject.toml"):
        shutil.copy(PROJECT / name, folder / name)
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found, f"{tool} is not on this machine"
        (folder / "bin" / tool).symlink_to(found)
    return folder


def environment(clone: Path, index: str = "http://127.0.0.1:9/simple") -> dict[str, str]:
    """What a setup sees that finds no package there."""
    pip = {"PIP_CONFIG_FILE": os.devnull, "PIP_RETRIES": "0", "PIP_TIMEOUT": "2"}
    return {"PATH": str(clone / "bin"), "HOME": str(clone), "PIP_INDEX_URL": index, **pip}


def setup(clone: Path) -> str:
    """The lines that a failing setup says."""
    env = environment(clone)
    done = subprocess.run(
        ["/bin/sh", "setup.sh"], cwd=clone, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    return done.stderr


def tool(clone: Path, name: str, script: str) -> None:
    path = clone / "bin" / name
    path.unlink(missing_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def only_line(said: str) -> str:
    (line,) = said.splitlines()
    assert line.startswith("setup: ")
    return line


def test_no_python(clone: Path) -> None:
    assert "Python 3.11, 3.12 or 3.13 is needed" in only_line(setup(clone))
    assert not (clone / ".venv").exists()


def test_an_old_python(clone: Path) -> None:
    tool(clone, "python3", 'case "$2" in *version_info*) exit 1;; esac')
    assert "Python 3.11, 3.12 or 3.13 is needed" in only_line(setup(clone))


def test_no_venv(clone: Path) -> None:
    tool(clone, "python3", 'case "$2" in *ensurepip*) exit 1;; esac')
    assert "has no venv/ensurepip" in only_line(setup(clone))


def test_another_system(clone: Path) -> None:
    tool(clone, "uname", "echo Darwin")
    assert "Jianbao runs on Linux" in only_line(setup(clone))


def test_another_processor(clone: Path) -> None:
    tool(clone, "uname", '[ "$1" = -m ] && echo riscv64 || echo Linux')
    assert "processor riscv64" in only_line(setup(clone))


def test_no_room(clone: Path) -> None:
    (clone / "bin" / "python3").symlink_to(sys.executable)
    tool(clone, "df", "echo head; echo /dev/x 100 90 10240 90% /")
    assert "only 10 MB free" in only_line(setup(clone))


def test_a_folder_with_chinese_in_its_name_works_in_the_c_locale(clone: Path) -> None:
    (written,) = (PROJECT / ".venv" / "lib").glob("python3*/site-packages/_editable*jianbao.pth")
    library = clone / ".venv" / "lib" / "python3" / "site-packages"
    library.mkdir(parents=True)
    shutil.copy(written, library)
    found = subprocess.run(
        [sys.executable, "-ISc", f"import site, sys; site.addsitedir({str(library)!r});"
         " print(ascii(sys.path[-1]))"],
        env={"LC_ALL": "C"}, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert found.strip() == ascii(str(clone))


def python(clone: Path) -> Path:
    """A Python that is on the PATH of the clone."""
    found = Path(sys.base_prefix) / "bin" / "python3"
    (clone / "bin" / "python3").symlink_to(found)
    return found


def test_no_package_index(clone: Path) -> None:
    python(clone)
    making, getting, said = setup(clone).splitlines()
    assert making.startswith("Making .venv with Python 3.1")
    assert getting.startswith("Getting uv ")
    assert said.startswith("setup: no package index can be reached")
    assert (clone / ".venv" / "pip.log").read_text()


def test_an_environment_that_was_made_by_halves_is_made_again(clone: Path) -> None:
    halves = [python(clone), "-m", "venv", "--without-pip", clone / ".venv"]
    subprocess.run(halves, check=True)
    assert "Making .venv" in setup(clone)
    assert (clone / ".venv" / "bin" / "pip").exists()


def test_an_interrupted_setup_says_so(clone: Path) -> None:
    python(clone)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        index = f"http://127.0.0.1:{silent.getsockname()[1]}/simple"
        started = subprocess.Popen(
            ["/bin/sh", "setup.sh"],
            cwd=clone,
            env=environment(clone, index) | {"PIP_TIMEOUT": "600"},
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        with silent.accept()[0], started:
            os.killpg(started.pid, signal.SIGINT)
            _, said = started.communicate(timeout=60)
    assert started.returncode == 130
    assert said.splitlines()[-1] == "setup: interrupted; run it again, and it goes on"
    assert "Traceback" not in said
