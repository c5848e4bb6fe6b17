"""One private Postgres server for the whole session, and a fresh archive for each test."""

import contextlib
import itertools
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
from aiosmtpd.controller import Controller
from psycopg import Connection, sql
from psycopg.rows import TupleRow

from archive import binaries, database, embedded
from archive.listening import free_port
from archive.settings import Settings

# The machine may be busy: slow is not wrong.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")

LONG = ("test_demo.py", "test_celery.py", "test_newsroom.py", "test_writer.py", "test_claims.py")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--write-docs", action="store_true", help="write what docs/ shows of the program anew"
    )
    moves = ("raise", "lower")
    parser.addoption("--floors", choices=moves, help="move floors of quality to what is measured")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The longest files first, so that none runs alone at the end; heavy faults when asked for."""
    if not _heavy(config):
        left = [item for item in items if item.get_closest_marker("chaos")]
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in left]
    items.sort(key=lambda item: LONG.index(item.path.name) if item.path.name in LONG else len(LONG))


def _heavy(config: pytest.Config) -> bool:
    return "chaos" in str(config.getoption("markexpr"))


def pytest_report_header(config: pytest.Config) -> list[str]:
    said = [] if _heavy(config) else ["tests marked chaos take minutes and are left to: make chaos"]
    return [_postgres(), *said]


def _postgres() -> str:
    try:
        account = binaries.server_account()
        version = account.run(binaries.wheel() / "bin" / "postgres", "--version").stdout.strip()
    except (embedded.ServerError, OSError) as error:
        return f"postgres: none: {error}"
    # A wheel in a closed home is copied when the server starts; until then it says nothing.
    return version if "PostgreSQL" in version else f"postgres: from {binaries.PACKAGE}"


@pytest.fixture(scope="session", autouse=True)
def _settings_of_nobody() -> Iterator[None]:
    """No setting of the person who runs the tests reaches them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JIANBAO_ENV_FILE", os.devnull)
        for name in ("jianbao_now", *Settings.model_fields):
            patch.delenv(name.upper(), raising=False)
        yield


@pytest.fixture(scope="session")
def jianbao_home() -> Iterator[Path]:
    """A home with a running embedded server, whose database `jianbao` is an empty live archive."""
    with _new_home() as home:
        server = embedded.start(home / "postgres")
        with _as_superuser(server) as conn:
            conn.execute("alter system set fsync = off")
            conn.execute("alter system set lock_timeout = '20s'")  # a wait for ever is a failure
            conn.execute("select pg_reload_conf()")
        database.migrate(Settings(jianbao_home=home))
        yield home


@pytest.fixture(scope="session")
def postgres(jianbao_home: Path) -> embedded.Server:
    """The session's server."""
    return embedded.start(jianbao_home / "postgres")


@pytest.fixture
def new_home() -> Iterator[Path]:
    """A home of its own, without a server yet; the server that a test starts there is stopped."""
    with _new_home() as home:
        yield home


@pytest.fixture
def empty_database(postgres: embedded.Server) -> Iterator[str]:
    """The address of a database without an archive, as its owner."""
    with _made(postgres, "template1") as name:
        yield postgres.dsn(name, "jianbao")


@pytest.fixture
def clone(postgres: embedded.Server) -> Iterator[str]:
    """The name of a database of its own, with an empty live archive."""
    with _made(postgres, "jianbao") as name:
        yield name


@pytest.fixture
def database_url(postgres: embedded.Server, clone: str) -> str:
    """The clone's address, as its owner."""
    return postgres.dsn(clone, "jianbao")


@pytest.fixture
def database_settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings for commands that shall work on the clone."""
    return Settings(jianbao_home=tmp_path, database_url=database_url)


@pytest.fixture
def conn(database_url: str) -> Iterator[Connection[TupleRow]]:
    """An autocommit connection to the clone, as its owner."""
    with psycopg.connect(database_url, autocommit=True) as conn:
        yield conn


@pytest.fixture
def mail_server() -> Iterator[Callable[..., int]]:
    """Starts a mail server on this machine, with handlers and options of aiosmtpd; its port."""
    with contextlib.ExitStack() as stack:

        def start(handlers: object, **options: Any) -> int:
            port = free_port()
            options |= {"hostname": "127.0.0.1", "port": port, "ready_timeout": 120}
            controller = Controller(handlers, **options)
            controller.start()
            stack.callback(controller.stop)
            return port

        yield start


class ChatService(ThreadingHTTPServer):
    """Keeps what is posted to it, (path, body) each; says what it was told to say."""

    received: list[tuple[str, bytes]]
    status: int
    says: bytes

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook/robot?key=secret-key"


@pytest.fixture
def service() -> Iterator[ChatService]:
    """A chat service's robot on this machine; with status 0 it hangs up."""

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            server.received.append((self.path, body))
            if server.status:
                self.send_response(server.status)
                self.send_header("Content-Length", str(len(server.says)))
                self.send_header("Location", server.url)
                self.end_headers()
                self.wfile.write(server.says)

        def log_message(self, *args: object) -> None:
            return

    with ChatService(("127.0.0.1", 0), Answering) as server:
        server.received, server.status, server.says = [], 200, b'{"errcode":0,"errmsg":"ok"}'
        thread = threading.Thread(target=server.serve_forever, args=[0.05])
        thread.start()
        yield server
        server.shutdown()
        thread.join()


_numbers = itertools.count(1)
# Without fsync, copying files is quicker than writing a log of them.
_CREATE = sql.SQL("create database {} template {} owner jianbao strategy file_copy")
_CONNECTIONS = "select count(*) from pg_stat_activity where datname = %s"


@contextlib.contextmanager
def _made(server: embedded.Server, template: str) -> Iterator[str]:
    name = f"test_{next(_numbers)}"
    named, like = sql.Identifier(name), sql.Identifier(template)
    with _as_superuser(server) as conn:
        _until_left(conn, template, 60)
        conn.execute(_CREATE.format(named, like))
        try:
            yield name
        finally:
            _until_left(conn, name, 0.1)
            conn.execute(sql.SQL("drop database {} with (force)").format(named))


def _until_left(conn: Connection[TupleRow], name: str, seconds: float) -> None:
    """A connection that was just closed may take a moment to end; the server polls slowly."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and conn.execute(_CONNECTIONS, (name,)).fetchone() != (0,):
        time.sleep(0.002)


@contextlib.contextmanager
def _new_home() -> Iterator[Path]:
    """A home whose server is stopped at the end, even when this process is killed."""
    home = Path(tempfile.mkdtemp(prefix="jianbao-test-", dir=_room()))
    home.chmod(0o711)  # root's server runs as nobody, who must enter
    code = (
        "import pathlib, shutil, sys; sys.stdin.read(); from archive import embedded\n"
        "embedded.stop(pathlib.Path(sys.argv[1], 'postgres')); shutil.rmtree(sys.argv[1])"
    )
    # It waits for the end of its input, and so of us.
    broom = subprocess.Popen(
        [sys.executable, "-c", code, home], stdin=subprocess.PIPE, start_new_session=True
    )
    try:
        yield home
    finally:
        broom.communicate()
    assert broom.returncode == 0


def _room() -> str:
    """A folder in memory if there is plenty: each new database is 300 new files."""
    memory = Path("/dev/shm")
    if memory.is_dir():
        found = os.statvfs(memory)
        if found.f_bavail * found.f_frsize > 2**30 and not found.f_flag & os.ST_NOEXEC:
            return str(memory)
    return "/tmp"


def _as_superuser(server: embedded.Server) -> Connection[TupleRow]:
    return psycopg.connect(server.dsn("postgres", "postgres"), autocommit=True)
