import contextlib
import importlib.metadata
import json
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from archive import binaries, embedded, listening
from archive.embedded import Server, ServerError

NOBODY = pwd.getpwnam("nobody")
ROOT = os.geteuid() == 0
as_root = pytest.mark.skipif(not ROOT, reason="only root's server runs as somebody else")


@pytest.fixture(scope="module")
def shelf() -> Iterator[Path]:
    """A folder for folders of servers, which are stopped at the end."""
    shelf = Path(tempfile.mkdtemp(prefix="jianbao-test-", dir="/tmp"))
    shelf.chmod(0o711)
    yield shelf
    for folder in shelf.iterdir():
        with contextlib.suppress(ServerError):
            embedded.stop(folder)
    shutil.rmtree(shelf)


@pytest.fixture(scope="module")
def folder(shelf: Path) -> Path:
    folder = shelf / ("中文 数据库 " * 10)[:-1]
    assert len(os.fsencode(folder)) > 150
    return folder


@pytest.fixture
def server(folder: Path) -> Server:
    return embedded.start(folder)


def ask(address: str, query: str) -> object:
    with psycopg.connect(address) as conn:
        cursor = conn.execute(query)
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def pid_of(server: Server) -> int:
    return int((server.data / "postmaster.pid").read_text().split()[0])


def kill(server: Server) -> None:
    os.kill(pid_of(server), signal.SIGKILL)
    while servers_on(server.data):
        time.sleep(0.01)


def servers_on(data: Path) -> int:
    words = f"\0-D\0{data}\0".encode()
    found = 0
    for cmdline in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            found += words in cmdline.read_bytes()
    return found


def python(code: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


START = (
    "import sys, pathlib, archive.embedded as e; print(e.start(pathlib.Path(sys.argv[1])).dsn())"
)


def test_eight_processes_start_one_server(folder: Path) -> None:
    starters = [python(START, folder) for _ in range(8)]
    said = {starter.communicate()[0] for starter in starters}
    assert {starter.returncode for starter in starters} == {0}
    assert said == {embedded.start(folder).dsn() + "\n"}
    assert servers_on(folder / "data") == 1


def test_chinese_is_understood(server: Server) -> None:
    dsn = server.dsn("postgres")
    ctype = "select datcollate || ' ' || datctype from pg_database where datname = 'template1'"
    assert ask(dsn, ctype) == "C.UTF-8 C.UTF-8"
    assert ask(dsn, "select lower('ÀÉ') || upper('äß€')") == "àéÄß€"
    assert ask(dsn, "select length('人工智能')") == 4
    assert ask(dsn, "select '人工智能' ~ '^\\w+$'") is True


def test_settings(server: Server) -> None:
    names = ("shared_buffers", "max_connections", "jit", "TimeZone", "listen_addresses")
    values = [ask(server.dsn("postgres"), f"show {name}") for name in names]
    assert values == ["128MB", "100", "off", "UTC", "127.0.0.1"]


def test_both_addresses_need_the_password(server: Server) -> None:
    for address in (server.dsn("postgres"), server.address("postgres", "reader")):
        password = address.split("@")[0].rpartition(":")[2]
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            ask(address.replace(password, "guess"), "select 1")
    assert ask(server.dsn("postgres"), "select 1") == 1


def answers(server: Server) -> bool:
    """Whether this port is its: it knows no reader yet, but would let one in."""
    with pytest.raises(psycopg.OperationalError) as refused:
        ask(server.address("postgres", "reader"), "select 1")
    return 'authentication failed for user "reader"' in str(refused.value)


def test_the_socket_is_short_and_private(server: Server) -> None:
    (path,) = server.sockets.glob(".s.PGSQL.*[0-9]")
    assert path.is_socket()
    assert len(os.fsencode(path)) < 107
    assert stat.S_IMODE(server.sockets.stat().st_mode) == 0o700


def test_only_we_read_the_passwords(folder: Path, server: Server) -> None:
    kept = folder / "server.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert kept.stat().st_uid == os.geteuid()
    names = {"postgres", "jianbao", "airflow", "reader", "writer", "mailer"}
    assert set(server.passwords) == names
    assert len(set(server.passwords.values())) == 6
    assert all(password not in repr(server) for password in server.passwords.values())


def test_a_second_stop_finds_nothing_to_stop(folder: Path, server: Server) -> None:
    assert embedded.running(folder) == server
    assert embedded.stop(folder) is True
    assert embedded.stop(folder) is False
    assert embedded.running(folder) is None
    assert not server.sockets.exists()


def test_asking_changes_nothing(shelf: Path) -> None:
    assert embedded.running(shelf / "none") is None
    assert embedded.stop(shelf / "none") is False
    assert not (shelf / "none").exists()


def test_the_port_is_kept(folder: Path, server: Server) -> None:
    embedded.stop(folder)
    assert embedded.start(folder) == server


def test_a_taken_port_is_replaced_and_the_new_one_kept(folder: Path, server: Server) -> None:
    embedded.stop(folder)
    with socket.create_server(("127.0.0.1", server.port)):
        moved = embedded.start(folder)
    assert moved.port != server.port
    assert answers(moved)
    embedded.stop(folder)
    assert embedded.start(folder).port == moved.port


def test_a_killed_server_recovers_what_was_committed(folder: Path, server: Server) -> None:
    ask(server.dsn("postgres"), "create table kept as select generate_series(1, 1000) as n")
    kill(server)
    again = embedded.start(folder)
    assert ask(again.dsn("postgres"), "select count(*) from kept") == 1000


def said_in_use(folder: Path) -> int:
    """How often a start has met memory of the last server."""
    return (folder / "log").read_text().count("still in use")


def test_a_start_waits_for_children_of_the_killed_server(folder: Path, server: Server) -> None:
    with psycopg.connect(server.dsn("postgres")) as conn:
        child, told = conn.info.backend_pid, said_in_use(folder)
        os.kill(child, signal.SIGSTOP)
        kill(server)

        def wake() -> None:
            while said_in_use(folder) == told:
                time.sleep(0.05)
            os.kill(child, signal.SIGCONT)

        waker = threading.Thread(target=wake, daemon=True)
        waker.start()
        again = embedded.start(folder)
        conn.close()
    assert said_in_use(folder) > told
    assert ask(again.dsn("postgres"), "select 1") == 1


def test_a_stranger_with_the_old_pid_is_left_alone(folder: Path, server: Server) -> None:
    kill(server)
    owner = server.data.stat().st_uid
    stranger = subprocess.Popen(["sleep", "60"], user=owner if ROOT else None)
    try:
        for left in (server.data / "postmaster.pid", *server.sockets.glob("*.lock")):
            _, rest = left.read_text().split("\n", 1)
            left.write_text(f"{stranger.pid}\n{rest}")
        assert embedded.running(folder) is None
        assert embedded.stop(folder) is False
        again = embedded.start(folder)
        assert ask(again.dsn("postgres"), "select 1") == 1
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


@pytest.mark.parametrize("left", ["", "12", "nonsense\n"])
def test_a_damaged_lock_file_is_no_obstacle(folder: Path, server: Server, left: str) -> None:
    kill(server)
    (server.data / "postmaster.pid").write_text(left)
    assert ask(embedded.start(folder).dsn("postgres"), "select 1") == 1


def test_an_emptied_temporary_folder_is_healed(folder: Path, server: Server) -> None:
    shutil.rmtree(server.sockets)
    assert embedded.running(folder) is None
    assert ask(embedded.start(folder).dsn("postgres"), "select 1") == 1
    assert servers_on(folder / "data") == 1


def test_the_callers_environment_does_not_disturb(
    folder: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedded.stop(folder)
    for name in ("HOST", "PORT", "USER", "DATABASE", "PASSWORD", "DATA"):
        monkeypatch.setenv(f"PG{name}", "1")
    monkeypatch.setenv("LC_ALL", "zh_CN.GBK")
    again = embedded.start(folder)
    assert ask(again.dsn("postgres"), "select current_user || current_database()") == "postgres" * 2
    assert answers(again)


def test_two_servers_are_two(folder: Path, server: Server, shelf: Path) -> None:
    other = embedded.start(shelf / "other")
    assert other.port != server.port
    assert other.sockets != server.sockets
    for each in (server, other):
        assert ask(each.dsn("postgres"), "show data_directory") == str(each.data)
        assert answers(each)
    assert embedded.stop(shelf / "other")
    assert embedded.running(folder) == server


def linked(path: Path) -> None:
    path.symlink_to("/tmp")


def open_to_all(path: Path) -> None:
    path.mkdir()
    path.chmod(0o755)


def of_a_stranger(path: Path) -> None:
    path.mkdir(0o700)
    os.chown(path, 54321, 54321)


@pytest.mark.parametrize(
    ("put", "trouble"),
    [
        (linked, "cannot be opened"),
        (open_to_all, "open to others"),
        pytest.param(of_a_stranger, "belongs to uid 54321", marks=as_root),
    ],
)
def test_a_socket_folder_that_is_not_ours_is_refused(
    folder: Path, server: Server, put: Callable[[Path], None], trouble: str
) -> None:
    embedded.stop(folder)
    put(server.sockets)
    try:
        with pytest.raises(ServerError, match=trouble):
            embedded.start(folder)
    finally:
        server.sockets.unlink() if server.sockets.is_symlink() else server.sockets.rmdir()
    assert embedded.start(folder) == server


def test_a_long_temporary_folder_is_not_used(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(shelf / ("long" * 20)))
    folder = listening.socket_folder(shelf / "unused", binaries.server_account())
    folder.rmdir()
    assert folder.parent == Path("/tmp")


def test_a_failed_initdb_is_one_line_and_leaves_nothing(shelf: Path) -> None:
    folder = shelf / "full"
    limited = (
        "import resource, sys, pathlib, archive.embedded as e\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "try: e.start(pathlib.Path(sys.argv[1]))\n"
        "except e.ServerError as error: print(error)"
    )
    said = python(limited, folder).communicate()[0]
    assert said.startswith(f"no new database in {folder}: ")
    assert said.count("\n") == 1
    assert {path.name for path in folder.iterdir()} == {"lock", "server.json"}
    assert embedded.stop(folder) is False


def test_lost_passwords_are_said(folder: Path, server: Server) -> None:
    embedded.stop(folder)
    (folder / "server.json").rename(folder / "elsewhere")
    with pytest.raises(ServerError, match=r"no server\.json beside it"):
        embedded.start(folder)
    (folder / "server.json").write_text('{"port": 1')
    with pytest.raises(ServerError, match="is damaged"):
        embedded.start(folder)
    (folder / "elsewhere").rename(folder / "server.json")
    assert embedded.start(folder) == server


def test_a_server_that_cannot_start_says_why(folder: Path, server: Server) -> None:
    embedded.stop(folder)
    settings = server.data / "postgresql.auto.conf"
    before = settings.read_text()
    settings.write_text("work_mem = 'plenty'\n")
    with pytest.raises(ServerError, match="contains errors; see"):
        embedded.start(folder)
    settings.write_text(before)
    assert embedded.start(folder) == server


def test_a_platform_without_programs_is_said(
    folder: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedded.stop(folder)
    monkeypatch.setattr(binaries, "PACKAGE", "no-such-package")
    with pytest.raises(ServerError, match="no PostgreSQL for this platform") as caught:
        embedded.start(folder)
    assert "DATABASE_URL" in caught.value.hint
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(ServerError, match="needs Linux"):
        embedded.start(folder)


@as_root
def test_roots_server_runs_as_nobody(folder: Path, server: Server) -> None:
    owners = [Path(f"/proc/{pid_of(server)}"), server.data, server.sockets]
    assert {path.stat().st_uid for path in owners} == {NOBODY.pw_uid}
    assert folder.stat().st_uid == 0
    assert {path.stat().st_uid for path in folder.glob("[!d]*")} == {0}


def test_a_normal_user_runs_the_server_as_himself(shelf: Path) -> None:
    folder = shelf / "theirs"
    user = NOBODY.pw_uid if ROOT else os.geteuid()
    if ROOT:
        nobody = binaries.Account("nobody", NOBODY.pw_uid, NOBODY.pw_gid)
        installed = binaries.programs(nobody, shelf / "bin").parent
        folder.mkdir()
        os.chown(folder, NOBODY.pw_uid, NOBODY.pw_gid)
        dropped = (
            "import os, sys, pathlib, archive.embedded as e, archive.binaries as b\n"
            "b.wheel = lambda: pathlib.Path(sys.argv[2])\n"
            f"os.setgroups([]); os.setgid({NOBODY.pw_gid}); os.setuid({NOBODY.pw_uid})\n"
        )
        starter = python(dropped + START, folder, installed)
        said = starter.communicate()[0]
        assert starter.returncode == 0, said
    else:
        embedded.start(folder)
    server = embedded.running(folder)
    assert server
    assert ask(server.dsn("postgres"), "select 1") == 1
    inside = [Path(f"/proc/{pid_of(server)}"), server.sockets, *folder.iterdir()]
    assert {path.stat().st_uid for path in inside} == {user}
    assert not (folder / "bin").exists()
    assert embedded.stop(folder)


@as_root
def test_a_folder_of_another_user_is_refused(shelf: Path) -> None:
    folder = shelf / "strangers"
    folder.mkdir()
    os.chown(folder, 54321, 54321)
    with pytest.raises(ServerError, match="belongs to uid 54321, not to you"):
        embedded.start(folder)
    assert not list(folder.iterdir())


@as_root
def test_a_folder_that_nobody_can_enter_is_refused(shelf: Path) -> None:
    home = shelf / "home"
    home.mkdir(0o700)
    with pytest.raises(ServerError, match="nobody, who cannot enter") as caught:
        embedded.start(home / "database")
    assert "JIANBAO_HOME" in caught.value.hint
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


@as_root
def test_a_wheel_in_a_closed_home_is_copied_once(
    shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = binaries.wheel()
    home, folder = shelf / "closed home", shelf / "beside"
    site = home / "venv" / "site-packages"
    site.mkdir(parents=True)
    home.chmod(0o700)
    shutil.copytree(original, site / original.parent.name / original.name)
    libraries = f"{original.parent.name}.libs"
    shutil.copytree(original.parent.with_name(libraries), site / libraries)
    monkeypatch.setattr(binaries, "wheel", lambda: site / original.parent.name / original.name)

    server = embedded.start(folder)
    assert ask(server.dsn("postgres"), "select 1") == 1
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    (copy,) = (folder / "bin").iterdir()
    before = copy.stat()

    embedded.stop(folder)
    assert embedded.start(folder) == server
    assert copy.stat() == before
    embedded.stop(folder)

    monkeypatch.setattr(importlib.metadata, "version", lambda _: "99")
    embedded.start(folder)
    assert [path.name for path in (folder / "bin").iterdir()] == ["99"]
    assert embedded.stop(folder)


def test_who_may_come_is_written_at_every_start(folder: Path, server: Server) -> None:
    embedded.stop(folder)
    (folder / "access").write_text("local all all trust\n")
    rules = "select array_agg(type || array_to_string(user_name, ',')) from pg_hba_file_rules"
    assert ask(embedded.start(folder).dsn("postgres"), rules) == ["localall", "hostreader"]


def test_server_json_is_all_that_is_needed(folder: Path, server: Server) -> None:
    kept = json.loads((folder / "server.json").read_text())
    assert kept["port"] == server.port
    assert kept["passwords"] == server.passwords
    assert f"host={kept['sockets']}" in server.dsn()
