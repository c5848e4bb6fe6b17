"""Known vulnerabilities of the locked packages, by pip-audit where an advisory source answers.

python -m benchmarks.audit

1 is returned when a package has one. pip-audit takes a package that its source does not know for
sound: here that is told apart.
"""

import json
import re
import subprocess
import sys
from typing import Any

from archive.settings import PROJECT

AUDITOR = "pip-audit==2.10.1"
_COMMAND = ("uv", "tool", "run", "--from", AUDITOR, "pip-audit", "--disable-pip", "--format=json")


def main() -> int:
    lock = str(PROJECT / "requirements.lock")
    done = subprocess.run(
        [sys.executable, "-m", *_COMMAND, "--progress-spinner=off", "-r", lock],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        said = re.sub(r"\s+", " ", done.stderr).strip()[-200:]
        print(f"skipped: no advisory source can be reached: {said or 'pip-audit said nothing'}")
        return 0
    told, code = verdict(packages)
    print(told)
    return code


def verdict(packages: list[dict[str, Any]]) -> tuple[str, int]:
    """What pip-audit's account of the packages comes to, and the exit code."""
    known = [one for one in packages if "skip_reason" not in one]
    if not known:
        return f"skipped: no advisory source knows any of {len(packages)} packages", 0
    lines = [
        f"{one['name']} {one['version']}: {flaw['id']}, fixed in"
        f" {', '.join(flaw['fix_versions']) or 'no version yet'}"
        for one in known
        for flaw in one["vulns"]
    ]
    unknown = f", {len(packages) - len(known)} more are not known there" * (known != packages)
    bar = f"known vulnerabilities  {len(lines):5d}  goal 0  n={len(known)} packages{unknown}"
    return "\n".join([*lines, bar]), int(bool(lines))


if __name__ == "__main__":
    sys.exit(main())
