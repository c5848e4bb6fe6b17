"""The Dockerfile's steps without an engine: run in a clean folder, as an unprivileged user if root.

python -m benchmarks.image

Every instruction is carried out in its order with `/app` and `/data` below a new folder; then the
image's command line answers from there. Base image, users and mounts are not tried.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from fnmatch import fnmatch
from pathlib import Path

from archive.settings import PROJECT

UID = 10001
_STEP = re.compile(r"^([A-Z]+)\s+(.*)$")


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="jianbao-image-") as folder:
        root = Path(folder)
        root.chmod(0o711)
        for name in ("app", "data", "home"):
            (root / name).mkdir()
            _give(root / name)
        env = os.environ | {
            "HOME": str(root / "home"),
            "JIANBAO_HOME": str(root / "data"),
            "JIANBAO_ENV_FILE": os.devnull,
            "PATH": f"{root}/app/.venv/bin:{os.environ['PATH']}",
        }
        for word, rest in steps((PROJECT / "Dockerfile").read_text("utf-8")):
            began = time.monotonic()
            if word == "ARG" and not rest.endswith("="):
                name, _, value = rest.partition("=")
                env |= {name: value}
                continue
            if word == "COPY":
                copy(rest, root / "app")
            elif word == "RUN" and "useradd" not in rest:
                run(["sh", "-euc", rest], root / "app", env)
            else:
                continue
            print(f"{word} {rest[:60]:<62} {time.monotonic() - began:5.0f} s", flush=True)
        answer = run(["jianbao", "sources", "--json"], root / "app", env)
        works = len(json.loads(answer)) > 0
        print(f"jianbao answers          {'yes' if works else 'no'}")
    return 0 if works else 1


def steps(dockerfile: str) -> list[tuple[str, str]]:
    """The instructions as (word, rest), continued lines joined."""
    lines = [line for line in dockerfile.splitlines() if not line.startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    return [(found[1], found[2]) for line in joined.splitlines() if (found := _STEP.match(line))]


def copy(rest: str, target: Path) -> None:
    """Copy what git keeps and .dockerignore does not leave out, as the build context has it."""
    words = [word for word in shlex.split(rest) if not word.startswith("--")]
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    rules = (PROJECT / ".dockerignore").read_text("utf-8").splitlines()
    ignored = [rule for rule in rules if rule and not rule.startswith("#")]
    for name in listed:
        left_out = any(fnmatch(name, rule) or name.startswith(f"{rule}/") for rule in ignored)
        if not left_out and (words[0] == "." or name in words):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, target / name)
    for path in (target, *target.rglob("*")):
        if ".venv" not in path.parts:
            _give(path)


def run(command: list[str], folder: Path, env: dict[str, str]) -> str:
    """Run one step as the image's user; what it printed. Raises CalledProcessError."""
    user = UID if os.geteuid() == 0 else None
    done = subprocess.run(
        command, cwd=folder, env=env, user=user, group=user, extra_groups=[] if user else None,
        stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return done.stdout


def _give(path: Path) -> None:
    if os.geteuid() == 0:
        os.chown(path, UID, UID, follow_symlinks=False)


if __name__ == "__main__":
    sys.exit(main())
