"""Out and back as people do it, by the commands: the same archive, and nothing resent."""

import io
import json
import os
import pty
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from typer.testing import CliRunner

import jianbao
from archive import clock, subscribers
from archive.edition_models import Choice
from archive.settings import Settings

JIANBAO = Path(sys.executable).with_name("jianbao")
DAY = date(2026, 3, 5)
END = clock.window(DAY, Settings().edition_cutoff).end


class Post:
    """A mail server that counts."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.mails.append(envelope.original_content or b"")
        return "250 kept"


@pytest.fixture
def post(mail_server: Callable[[Post], int]) -> tuple[Post, int]:
    server = Post()
    return server, mail_server(server)


class Place:
    """An archive and the commands on it."""

    def __init__(self, home: Path, **settings: str) -> None:
        self.home = home
        given = {k: v for k, v in os.environ.items() if not k.startswith("JIANBAO")}
        self.env = {**given, "JIANBAO_ENV_FILE": os.devnull, "JIANBAO_HOME": str(home), **settings}

    def run(self, *words: object, **changes: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [JIANBAO, *map(str, words)],
            env=self.env | changes,
            capture_output=True,
            check=False,
        )

    def told(self, *words: object, **changes: str) -> bytes:
        """Standard output of a command that works; in this process, because that is quicker."""
        done = CliRunner().invoke(jianbao.app, [*map(str, words)], env=self.env | changes)
        assert done.exit_code == 0, (done.stderr, done.exception)
        return done.stdout_bytes

    def counts(self, *words: object, **changes: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.told(*words, **changes).splitlines()[-1])
        return found

    def refused(self, *words: object) -> str:
        done = self.run(*words)
        assert done.returncode in (1, 2)
        assert b"Traceback" not in done.stderr
        return " ".join(done.stderr.decode().replace("│", "").split())


@pytest.fixture
def place(desk: Any, database_url: str, post: tuple[Post, int], tmp_path: Path) -> Place:
    """An archive with two articles of the day and a reader."""
    for name in ("云岭", "青鸾"):
        desk.summary(desk.article(name, f"{name}发布了新模型。" * 9, at=END - timedelta(hours=1)))
    subscribers.put(desk.conn, "an@reader.test", Choice(), END)
    return Place(
        tmp_path / "home",
        DATABASE_URL=database_url,
        READER_URL=database_url,
        JIANBAO_NOW=END.isoformat(),
        SMTP_HOST="127.0.0.1",
        SMTP_PORT=str(post[1]),
        SMTP_SECURITY="none",
        SMTP_FROM="brief@jianbao.test",
    )


def test_the_restored_archive_is_the_same_and_mails_nobody_again(
    place: Place, post: tuple[Post, int], new_home: Path, tmp_path: Path
) -> None:
    edition = ("digest", "--day", DAY)
    place.told(*edition, "--send")
    assert len(post[0].mails) == 1
    place.told("backup", tmp_path / "one.dump")

    later = (END + timedelta(hours=5)).isoformat()
    there = Place(new_home, **place.env | {"JIANBAO_HOME": str(new_home), "DATABASE_URL": "",
                                           "READER_URL": "",
                                           "JIANBAO_NOW": later})  # fmt: skip
    there.told("restore", tmp_path / "one.dump")
    search = ("psql", "-At", "-c", "select * from search('新模型 发布')")
    assert there.run(*search).stdout == place.run(*search).stdout != b""
    assert there.told("export") == place.told("export") != b""
    for home in (place, there):
        home.told(*edition, "--preview", "--out", home.home / "files")
    for path in (there.home / "files").iterdir():
        assert path.read_bytes() == (place.home / "files" / path.name).read_bytes()
    assert there.counts(*edition, "--send")["queued"] == 0
    there.env["JIANBAO_NOW"] = (END + timedelta(days=1)).isoformat()
    next_day = there.counts("digest", "--day", DAY + timedelta(days=1), "--send")
    assert next_day["queued"] == 1
    assert len(post[0].mails) == 2


def test_a_restore_never_replaces_an_archive_unasked_and_never_loses_it(
    desk: Any, place: Place, tmp_path: Path
) -> None:
    file = tmp_path / "one.dump"
    place.told("backup", file)
    desk.article("later", "后来的文章。")
    assert "there is an archive" in place.refused("restore", file)
    assert "(3 articles, 3 links, 1 readers)" in place.refused("restore", file)
    place.told("restore", file, "--replace")
    assert desk.one("select count(*) from archive.article") == 2
    (kept,) = (place.home / "backups").iterdir()
    assert kept.parent.stat().st_mode & 0o777 == 0o700
    place.told("restore", kept, "--replace")
    assert desk.one("select count(*) from archive.article") == 3


def test_nightly_backups_are_as_many_as_the_setting_says(place: Place) -> None:
    for day in range(1, 5):
        now = f"2026-04-0{day}T03:10:00+08:00"
        made = place.counts("backup", "--nightly", BACKUP_KEEP="2", JIANBAO_NOW=now)
        assert made["dropped"] == (day > 2)
    kept = sorted(path.name for path in (place.home / "backups").iterdir())
    assert [name[13:21] for name in kept] == ["20260403", "20260404"]
    assert place.counts("backup", "--nightly", BACKUP_KEEP="0") == {"made": 0}
    told = place.counts("prune", "--dry-run", BACKUP_KEEP="1")
    assert told["backups"] == 1
    assert told["backup_bytes"] == (place.home / "backups" / kept[0]).stat().st_size
    assert place.counts("prune", BACKUP_KEEP="1")["backups"] == 1
    assert len(list((place.home / "backups").iterdir())) == 1


def test_an_export_says_how_many_and_a_file_is_the_same_as_standard_output(
    place: Place, tmp_path: Path
) -> None:
    done = place.run("export", "--out", tmp_path / "a.jsonl")
    assert f"Exported 2 articles to {tmp_path / 'a.jsonl'}." in done.stderr.decode()
    assert done.stdout == b""
    assert (tmp_path / "a.jsonl").read_bytes() == place.told("export")
    assert place.told("export", "--since", "2026-03-06") == b""
    assert place.told("export", "--since", "2026-03-05", "--until", "2026-03-05").count(b"\n") == 2
    assert "xinge" in place.refused("export", "--source", "xinge")
    assert "--since" in place.refused("export", "--since", "gestern")


def test_parquet_goes_through_a_pipe_and_not_to_a_terminal(place: Place) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    piped = parquet.read_table(io.BytesIO(place.told("export", "--format", "parquet")))
    assert piped.num_rows == 2
    ours, terminal = pty.openpty()
    try:
        done = subprocess.run(
            [JIANBAO, "export", "--format", "parquet"],
            env=place.env, stdout=terminal, stderr=subprocess.PIPE, check=False,
        )  # fmt: skip
    finally:
        os.close(ours)
        os.close(terminal)
    assert done.returncode == 2
    assert b"not for a terminal" in done.stderr


def test_a_reader_that_has_gone_ends_an_export_quietly(desk: Any, place: Place) -> None:
    desk.article("long", "很长的文章。" * 50_000)
    export = subprocess.Popen(
        [JIANBAO, "export"], env=place.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert export.stdout
    assert export.stderr
    export.stdout.read(10)
    export.stdout.close()
    told = export.stderr.read()
    export.wait()
    export.stderr.close()
    assert b"Traceback" not in told
    assert b"rror" not in told


def test_a_full_disk_is_one_line(place: Place) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "full").symlink_to("/dev/full")
        assert "No space left on device" in place.refused("export", "--out", f"{folder}/full")
        assert "backup" in place.refused("backup", f"{folder}/full")
