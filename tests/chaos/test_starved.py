"""Too little of something: files, processes, memory."""

import contextlib
import resource
import subprocess
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.crowd import JIANBAO
from benchmarks.injectors import Unavailable

SOURCES, PAGES = 12, 4
GROUPS = Path("/sys/fs/cgroup")


@contextlib.contextmanager
def few_files() -> Iterator[Callable[[], None]]:
    yield lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))


@contextlib.contextmanager
def group(controller: str, first: str, second: str, limit: str) -> Iterator[Callable[[], None]]:
    """A control group with a limit, of the first or of the second version."""
    old = (GROUPS / controller).is_dir()
    folder = (GROUPS / controller if old else GROUPS) / f"jianbao-{uuid.uuid4().hex}"
    try:
        folder.mkdir()
        (folder / (first if old else second)).write_text(limit)
    except OSError as error:
        with contextlib.suppress(OSError):
            folder.rmdir()
        raise Unavailable(f"no control group for {controller}: {error.strerror}") from error
    try:
        yield lambda: (folder / "cgroup.procs").open("w").write("0")
    finally:
        with contextlib.suppress(OSError):
            folder.rmdir()


STARVED = {
    "64 files": few_files,
    "20 processes": lambda: group("pids", "pids.max", "pids.max", "20"),
    "256 MB": lambda: group("memory", "memory.limit_in_bytes", "memory.max", str(256 * 2**20)),
}


@pytest.mark.chaos
@pytest.mark.parametrize("want", STARVED)
def test_a_starved_crawl_ends_and_the_next_completes_it(
    crowd: Any, facts: Any, want: str, record_property: Any
) -> None:
    here = crowd(SOURCES, PAGES)
    ended = []
    with STARVED[want]() as starve:
        for words in (("crawl", "--force"), ("extract",)):
            done = subprocess.run(
                [JIANBAO, *words], env=here.env, capture_output=True, text=True, check=False,
                timeout=120, preexec_fn=starve,
            )  # fmt: skip
            assert "Traceback" not in done.stderr, done.stderr
            ended.append(done.returncode)
    before = facts(here)
    here.run("crawl", "--force", "--wait", "70")
    here.run("extract")
    assert facts(here) == (SOURCES * PAGES,) * 3
    how = "ends early" if any(ended) else "works"
    record_property("seen", f"{want}: {how}, {before[1]} articles, then all")
