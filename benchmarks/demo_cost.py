"""What `make demo` costs from a clean clone, and the second time: seconds, bytes, memory.

python -m benchmarks.demo_cost [--keep FOLDER]

Clones HEAD into a private folder, runs `make demo` twice there, then `make down`. Memory is the
sum of PSS over every process of that clone, sampled each second.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Cost:
    """One run: wall seconds, bytes received from the network, peak PSS in MiB."""

    seconds: float
    received: int
    peak: int
    output: str


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--keep", type=Path, help="clone here and leave it")
    keep = options.parse_args().keep
    with tempfile.TemporaryDirectory(prefix="jianbao-cost-") as scratch:
        clone = (keep or Path(scratch) / "jianbao").resolve()
        subprocess.run(["git", "clone", "-q", str(PROJECT), str(clone)], check=True)
        try:
            for line in lines(clone):
                print(line, flush=True)
        finally:
            subprocess.run(["make", "down"], cwd=clone, check=True, stderr=subprocess.DEVNULL)
            if not keep:
                _forget(clone)
    return 0


def lines(clone: Path) -> list[str]:
    """The bars of `make demo` in a clone that was never set up: name, value, goal."""
    first = measure(clone)
    before = _facts(clone)
    second = measure(clone)
    after = _facts(clone)
    disk = _megabytes(clone) + _megabytes(_home(clone))
    unchanged = {name: after[name] for name in after if name != "runs"} == {
        name: before[name] for name in before if name != "runs"
    }
    peak = max(first.peak, second.peak)
    return [
        f"demo, clean clone      {first.seconds:6.0f} s    goal <= 300   n=1",
        f"demo, second run       {second.seconds:6.0f} s    goal <= 90    n=1",
        f"peak memory (PSS)      {peak:6.0f} MiB  goal <= 2560  n=2 runs",
        f"downloaded             {first.received / 2**20:6.0f} MiB",
        f"disk used              {disk:6.0f} MiB",
        f"one outcome a link     {before['links'] - before['pending']:6d} of {before['links']}"
        f"   pending {before['pending']}, goal 0",
        f"second run changes     {'only the run log' if unchanged else f'{before} -> {after}'}",
        f"machine                {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}",
    ]


def measure(clone: Path) -> Cost:
    """Run `make demo` in the clone. Raises CalledProcessError when it fails."""
    received, began = _received(), time.monotonic()
    peaks, ended = [0], threading.Event()
    sampler = threading.Thread(target=_sample, args=(clone, peaks, ended))
    sampler.start()
    try:
        run = subprocess.run(
            ["make", "demo"], cwd=clone, capture_output=True, text=True, check=False
        )
    finally:
        ended.set()
        sampler.join()
    if run.returncode:
        sys.stderr.write(run.stdout + run.stderr)
        run.check_returncode()
    return Cost(time.monotonic() - began, _received() - received, max(peaks), run.stdout)


def _sample(clone: Path, peaks: list[int], ended: threading.Event) -> None:
    home = ""
    while not ended.wait(1):
        if not home and (clone / ".demo").exists():
            home = str(_home(clone))
        peaks.append(_pss(clone, home or str(clone)) // 1024)


def _pss(clone: Path, home: str) -> int:
    """KiB of PSS of every process that works in the clone, in its data, or for it."""
    total = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            where = str((process / "cwd").readlink())
            ours = (
                where.startswith((str(clone), home))
                or home.encode() in (process / "environ").read_bytes()
            )
            if ours:
                rollup = (process / "smaps_rollup").read_text()
                total += int(rollup.partition("\nPss:")[2].split(maxsplit=1)[0])
        except (OSError, ValueError, IndexError):
            continue
    return total


def _facts(clone: Path) -> dict[str, int]:
    sql = (
        "select json_build_object('links', (select count(*) from ledger), 'pending', (select"
        " count(*) from ledger where outcome = 'pending'), 'articles', (select count(*) from"
        " articles), 'revisions', (select count(*) from revisions), 'deliveries', (select"
        " coalesce(sum(readers), 0) from deliveries), 'runs', (select count(*) from runs))"
    )
    shown = subprocess.run(
        [clone / ".venv/bin/jianbao", "--demo", "psql", "-At", "-c", sql],
        capture_output=True,
        text=True,
        check=True,
    )
    facts: dict[str, int] = json.loads(shown.stdout)
    return facts | {"mails": len(list((clone / ".demo/mailbox").glob("*.eml")))}


def _home(clone: Path) -> Path:
    code = "from demo import deployment; print(deployment.home())"
    python = clone / ".venv/bin/python"
    if not (clone / ".demo").exists():
        return clone / ".demo"
    found = subprocess.run(
        [python, "-c", code], cwd=clone, capture_output=True, text=True, check=True
    )
    return Path(found.stdout.strip())


def _received() -> int:
    total = 0
    for line in Path("/proc/net/dev").read_text().splitlines()[2:]:
        name, _, numbers = line.partition(":")
        if name.strip() != "lo":
            total += int(numbers.split()[0])
    return total


def _megabytes(folder: Path) -> float:
    found = subprocess.run(["du", "-sm", folder], capture_output=True, text=True, check=False)
    return float(found.stdout.split()[0]) if found.stdout else 0.0


def _forget(clone: Path) -> None:
    home = _home(clone)
    if clone not in home.parents:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
