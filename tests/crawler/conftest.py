"""The crawler's commands as people run them, and publishers on loopback who answer as told."""

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple, Self

import psycopg
import pytest
from psycopg import sql

from archive import embedded

JIANBAO = Path(sys.executable).with_name("jianbao")
_PATIENCE = 60
"""Seconds in which a busy machine does what a quiet one does at once."""


class Answer(NamedTuple):
    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = {}  # noqa: RUF012 - never changed


class Publisher:
    """A web site on an address of its own. `asked` are the paths that were asked for, in order,
    and `times` when, in monotonic seconds; what was posted stands behind its path.
    """

    def __init__(self, address: str = "127.0.3.1") -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        self.times: list[float] = []
        self.headers: dict[str, list[dict[str, str]]] = defaultdict(list)
        self.release = threading.Event()
        """Answers to /slow… wait for it."""
        self._server = ThreadingHTTPServer((address, 0), self._answering())
        self.host = f"{address}:{self._server.server_address[1]}"
        self.root = f"http://{self.host}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=[0.05]).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.release.set()
        self._server.shutdown()
        self._server.server_close()

    def until_asked(self, path: str) -> None:
        """Wait until somebody asks for what begins so."""
        deadline = time.monotonic() + 2 * _PATIENCE
        while not any(each.startswith(path) for each in self.asked):
            assert time.monotonic() < deadline, f"nobody asks for {path}"
            time.sleep(0.02)

    def say(self, path: str, body: str | bytes = "", status: int = 200, **headers: str) -> str:
        """Answer `path` so from now on; its address."""
        raw = body.encode() if isinstance(body, str) else body
        # As browsers and servers do: the bytes are UTF-8.
        named = {
            name.replace("_", "-"): value.encode().decode("latin-1")
            for name, value in headers.items()
        }
        self.answers[path] = Answer(raw, status, named)
        return self.root + path

    def feed(self, *addresses: str, path: str = "/feed", **headers: str) -> str:
        """Announce these addresses."""
        entries = "".join(f"<item><link>{address}</link></item>" for address in addresses)
        return self.say(path, f"<rss version='2.0'><channel>{entries}</channel></rss>", **headers)

    def article(self, path: str, title: str = "云岭智能发布青鸾三代大模型") -> str:
        """Publish an article; its address."""
        text = "云岭智能今天在江城发布了第三代大模型，并把调用价格下调三成，首批客户有十二家医院。"
        head = f"<title>{title}</title><h1>{title}</h1><p>2026-11-21 09:05　来源：云上科技报</p>"
        return self.say(path, f"<html>{head}<p>{text}</p><p>{text[::-1]}</p></html>")

    def source(self, name: str = "site", **changes: str) -> str:
        """A registry's table for it, with one feed; any host may have its articles."""
        fields = {
            "id": name,
            "name": "云上科技报",
            "homepage": f"{self.root}/",
            "article": "^https?://[^/]+/a/(.+)$",
            **changes,
        }
        entry = fields.pop("entry", f"{self.root}/feed")
        lines = [f"{key} = {value!r}" for key, value in fields.items()]
        feed = ["[[source.entry]]", "kind = 'feed'", f"url = {entry!r}"]
        return "\n".join(["[[source]]", *lines, "https = false", *feed])

    def _answering(self) -> type[BaseHTTPRequestHandler]:
        publisher = self

        class Desk(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                posted = self.rfile.read(int(self.headers["Content-Length"]))
                self.path += f"?{posted.decode()}"
                self.do_GET()

            def do_GET(self) -> None:
                publisher.asked.append(self.path)
                publisher.times.append(time.monotonic())
                publisher.headers[self.path].append(dict(self.headers))
                if self.path.startswith("/slow"):
                    publisher.release.wait(_PATIENCE)
                answer = publisher.answers.get(self.path, Answer(status=404))
                tag = answer.headers.get("ETag")
                if tag and tag == self.headers["If-None-Match"]:
                    answer = Answer(status=304)
                self.send_response(answer.status)
                for name, value in {"Content-Type": "text/html", **answer.headers}.items():
                    self.send_header(name, value)
                if "Content-Length" not in answer.headers:
                    self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                with contextlib.suppress(ConnectionError):
                    self.wfile.write(answer.body)

            def log_message(self, *args: object) -> None:
                return

        return Desk


class Deployment:
    """An archive and the settings that commands work on it with."""

    def __init__(self, database_url: str, home: Path) -> None:
        self.registry = home / "sources.toml"
        self._database_url = database_url
        self.environment = {
            **os.environ,
            "JIANBAO_ENV_FILE": os.devnull,
            "JIANBAO_HOME": str(home),
            "JIANBAO_SOURCES": str(self.registry),
            "DATABASE_URL": database_url,
            "CRAWL_DELAY_FACTOR": "0",
            # The machine may be busy; who tests what is slow says how long it waits.
            "CRAWL_TIMEOUT": str(_PATIENCE),
        }

    def allow(self, *hosts: str) -> None:
        """Let the guard pass exactly these host:port pairs."""
        self.environment["JIANBAO_ALLOW"] = ",".join(hosts)

    def register(self, *sources: str) -> None:
        """Make these tables the registry."""
        self.registry.write_text("\n".join(sources), "utf-8")

    def start(self, *words: str, **settings: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [JIANBAO, *words],
            env=self.environment | settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: str, **settings: str) -> tuple[int, str, str]:
        """Exit code, standard output and standard error of a command."""
        with self.start(*words, **settings) as process:
            out, err = process.communicate(timeout=2 * _PATIENCE)
        return process.returncode, out, err

    def counts(self, *words: str, **settings: str) -> dict[str, int]:
        """The counts of a command, which must work and complain of nothing."""
        code, out, err = self.run(*words, **settings)
        assert (code, "Traceback" in err) == (0, False), err
        counts: dict[str, int] = json.loads(out.splitlines()[-1])
        assert not counts.get("errors"), err
        return counts

    def ask(self, question: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self._database_url) as conn:
            return conn.execute(question, values).fetchall()

    def outcomes(self) -> dict[str, str]:
        """Address and outcome of every link."""
        return dict(self.ask("select url, outcome from news.ledger"))


@pytest.fixture
def in_time() -> Iterator[None]:
    """What a test does takes some seconds of the processor, where squares would take hours."""
    began = time.process_time()
    yield
    assert time.process_time() - began < _PATIENCE


@pytest.fixture
def deployment(database_url: str, tmp_path: Path) -> Deployment:
    """Commands on an empty archive."""
    return Deployment(database_url, tmp_path)


@pytest.fixture
def bare(tmp_path: Path) -> Deployment:
    """Commands without an archive."""
    return Deployment("postgresql://nobody@127.0.0.1:9/none", tmp_path)


@pytest.fixture(scope="module")
def module_deployment(
    postgres: embedded.Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    """Commands on an archive that the tests of one module share."""
    home = tmp_path_factory.mktemp("home")
    name = sql.Identifier(f"{home.parent.name}_{home.name}"[-50:])
    with psycopg.connect(postgres.dsn("postgres", "postgres"), autocommit=True) as conn:
        conn.execute(sql.SQL("create database {} template jianbao owner jianbao").format(name))
        yield Deployment(postgres.dsn(name.as_string().strip('"'), "jianbao"), home)
        conn.execute(sql.SQL("drop database {} with (force)").format(name))


@pytest.fixture
def publish() -> Iterator[Callable[[str], Publisher]]:
    """Opens a publisher at an address."""
    with contextlib.ExitStack() as stack:
        yield lambda address: stack.enter_context(Publisher(address))


@pytest.fixture
def publisher(publish: Callable[[str], Publisher]) -> Publisher:
    return publish("127.0.3.1")
