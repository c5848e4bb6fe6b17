"""A disk that takes nothing: full, or read-only."""

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from archive import embedded
from benchmarks import injectors
from benchmarks.crowd import Place, place

SOURCES, PAGES = 3, 8


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where a small disk will be mounted, and all that is made in the meantime goes."""
    with tempfile.TemporaryDirectory(prefix="jianbao-disk-") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        Path(folder).chmod(0o711)  # The database's user passes through.
        yield Path(folder)


def failed(here: Place, *words: str) -> str:
    """Standard error of a command that must fail."""
    with here.start(*words) as command:
        _, err = command.communicate(timeout=120)
    assert command.returncode == 1, words
    return err


@pytest.mark.chaos
def test_a_full_disk_is_said_and_work_goes_on_when_there_is_room(
    disk: Path, facts: Any, one_line: Any, record_property: Any
) -> None:
    def fault() -> None:
        injectors.tool("mount", "-t", "tmpfs", "-o", "size=160m,mode=711", "tmpfs", disk)
        with place(SOURCES, PAGES) as here:
            first, *others = (outlet.id for outlet in here.crowd.outlets)
            here.run("crawl", first)
            filler = disk / "filler"
            with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
                while True:
                    file.write(bytes(2**16))
            said = []
            for words in (("extract",), ("backup",), ("crawl", *others)):
                err = failed(here, *words)
                said.append(one_line(err))
                assert "No space left on device" in err or "database" in said[-1]
            assert not list((here.home / "backups").glob("*"))
            filler.unlink()
            for words in (("crawl", "--force", "--wait", "70"), ("extract",), ("backup",)):
                here.run(*words)
            assert facts(here) == (SOURCES * PAGES,) * 3
            record_property("seen", f"{len(said)} commands, one line each, then complete")

    injectors.apart(fault)


def test_a_read_only_disk_is_said(disk: Path, facts: Any, one_line: Any) -> None:
    def fault() -> None:
        injectors.tool("mount", "-t", "tmpfs", "-o", "size=160m,mode=711", "tmpfs", disk)
        with place(SOURCES, PAGES) as here:
            embedded.stop(here.home / "postgres")
            injectors.tool("mount", "-o", "remount,ro", disk)
            said = []
            for words in (("crawl", "--force"), ("backup",), ("digest",)):
                said.append(failed(here, *words))
            injectors.tool("mount", "-o", "remount,rw", disk)
            for err in said:
                assert "Read-only file system" in one_line(err)
            here.run("crawl", "--force")
            here.run("extract")
            assert facts(here) == (SOURCES * PAGES,) * 3

    injectors.apart(fault)
