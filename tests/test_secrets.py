"""What must stay secret is in no output, log, table, file, mail or list of processes."""

import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from datetime import time as wall
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psycopg
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from psycopg import sql
from pydantic import SecretStr

from archive import embedded, settings, subscribers
from archive.clock import BEIJING
from archive.listening import free_port
from archive.settings import PROJECT, Settings, SettingsError
from benchmarks.traces import Traces
from benchmarks.trial import JIANBAO, Trial, trial
from demo.mailbox import keep
from demo.newsroom import OUTLETS
from demo.server import Newsroom
from service import airflow
from service.folders import Folders, kept_secrets
from service.supervisor import ServiceError

PLAIN = set(
    "jianbao_user_agent crawl_cron airflow_host airflow_url summarizer_model summarizer_url"
    " smtp_preset smtp_host smtp_user smtp_from public_url public_listen digest_name".split()
)
"""The settings of words that anybody may see. A new one is a secret until it stands here."""


def canary(name: str) -> str:
    return f"canary-5f1c0e77-{name}"


def test_every_setting_of_words_is_a_secret_or_known_to_be_none() -> None:
    fields = Settings.model_fields.items()
    words = {name for name, field in fields if field.annotation in (str, SecretStr)}
    assert words == PLAIN | settings.secrets()
    assert not PLAIN & settings.secrets()


WRONG = [
    ("DATABASE_URL", "postgresql://jianbao:{}@x@127.0.0.1/a"),
    ("DATABASE_URL", "postgresql://jianbao:x/{}@127.0.0.1/a"),
    ("DATABASE_URL", "postgresql://jianbao:x?{}@127.0.0.1/a"),
    ("DATABASE_URL", "postgresql://jianbao:x#{}@127.0.0.1/a"),
    ("DATABASE_URL", "postgresql://jianbao:%x{}@127.0.0.1/a"),
    ("DATABASE_URL", "postgres//jianbao:{}@127.0.0.1/a"),
    ("DATABASE_URL", "127.0.0.1:5432/{}"),
    ("READER_URL", "mysql://jianbao:{}@127.0.0.1/a"),
    ("BROKER_URL", "amqp://:{}@127.0.0.1/0"),
    ("SUMMARIZER_URL", "http://me:{}@127.0.0.1/v1"),
    *((f"{name}_WEBHOOK", text)
      for name in ("ALERT", "WECOM", "FEISHU", "DINGTALK")
      for text in ("{}", "http://127.0.0.1:9/x y{}", "http://me:{}@127.0.0.1:9/x")),
    ("SMTP_PRESET", "nobody"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text"), WRONG)
def test_a_wrong_setting_is_named_and_no_secret_repeated(
    name: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMTP_PASSWORD", canary("other"))
    monkeypatch.setenv(name, text.format(canary("wrong")))
    with pytest.raises(SettingsError) as caught:
        settings.load()
    assert caught.value.name == name
    assert canary("") not in f"{caught.value} {caught.value!r} {caught.value.__cause__}"


def test_settings_in_a_traceback_show_no_secret() -> None:
    hook = {name: f"http://a/{canary(name)}" for name in settings.secrets() if "webhook" in name}
    url = {name: f"postgresql://a:{canary(name)}@b" for name in ("database_url", "reader_url")}
    url["broker_url"] = f"redis://:{canary('broker_url')}@b"
    rest = {name: canary(name) for name in settings.secrets()}
    given = Settings(**rest | hook | url)
    assert canary("") not in f"{given!r} {given}"


class Services(ThreadingHTTPServer):
    """Chat services, a model and a webhook that refuse whatever comes, and repeat its secrets."""

    def __init__(self) -> None:
        self.told: set[str] = set()

        class Refusing(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                given = f"{self.path} {self.headers['Authorization'] or ''}"
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                services.told.add(f"{given} {body}")
                robot = "webhook" in self.path and "alert" not in self.path
                self.send_response(200 if robot else 401, given)
                self.end_headers()
                self.wfile.write(json.dumps({"errcode": 93000, "errmsg": given}).encode())

            def log_message(self, *_: object) -> None:
                pass

        services = self
        super().__init__(("127.0.0.1", 0), Refusing)
        self._thread = threading.Thread(target=self.serve_forever, args=[0.05])

    def address(self, word: str) -> str:
        return f"http://127.0.0.1:{self.server_port}/{word}?key={word}"

    def __enter__(self) -> "Services":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()


class Mailbox:
    """Keeps mails; refuses the first login."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder, self.logins = folder, list[bytes]()
        self.port = free_port(None)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        keep(self.folder, envelope.original_content or b"", datetime.now(UTC))
        return "250 kept"

    def check(self, server: SMTP, session: object, envelope: object, how: str, login: object):
        self.logins.append(getattr(login, "password", b""))
        return AuthResult(success=len(self.logins) > 1, handled=False)


@contextlib.contextmanager
def mailboxes(folder: Path) -> Iterator[Mailbox]:
    box = Mailbox(folder)
    options = {"authenticator": box.check, "auth_require_tls": False}
    controller = Controller(box, hostname="127.0.0.1", port=box.port, **options)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


@contextlib.contextmanager
def server_of_its_own(server: embedded.Server) -> Iterator[tuple[str, str]]:
    """Addresses of an empty archive, for its owner and for its reader."""
    names = [sql.Identifier(name) for name in ("guarded", "guarded_airflow")]
    with psycopg.connect(server.dsn("postgres", "postgres"), autocommit=True) as conn:
        for role, more in (("database_url", ""), ("reader_url", "in role reader")):
            word = sql.Literal(canary(role))
            conn.execute(
                sql.SQL("create role {} login password {} " + more).format(
                    sql.Identifier(role), word
                )
            )
        for name in names:
            conn.execute(sql.SQL("create database {} owner database_url").format(name))
        conn.execute("grant connect on database guarded to reader_url")
        try:
            where = f"/guarded?host={server.sockets}&port={server.port}"
            yield (
                f"postgresql://database_url:{canary('database_url')}@{where}",
                f"postgresql://reader_url:{canary('reader_url')}@{where}",
            )
        finally:
            for name in names:
                conn.execute(sql.SQL("drop database {} with (force)").format(name))
            conn.execute("drop role database_url; drop role reader_url")


@contextlib.contextmanager
def redis(word: str) -> Iterator[str]:
    """The address of a Redis with this password."""
    if not (program := shutil.which("redis-server")):
        pytest.skip("redis-server is not installed")
    port = free_port(None)
    told = f'bind 127.0.0.1\nport {port}\nsave ""\nrequirepass {word}\n'
    with subprocess.Popen(
        [program, "-"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    ) as running:
        assert running.stdin
        running.stdin.write(told)
        running.stdin.close()
        try:
            yield f"redis://:{word}@127.0.0.1:{port}/0"
        finally:
            running.terminate()


def until(ready: Callable[[], object], what: str, seconds: float = 600) -> None:
    """Wait; on a busy machine Airflow may be silent meanwhile."""
    deadline = time.monotonic() + seconds
    while True:
        with contextlib.suppress(ServiceError):
            if ready():
                return
        assert time.monotonic() < deadline, f"in {seconds:.0f} s it is not true that {what}"
        time.sleep(1)


def play(client: airflow.Client, dag: str, conf: dict[str, object]) -> None:
    """Trigger a DAG, and wait until it has succeeded."""
    run = client.trigger(dag, conf)

    def ended() -> bool:
        state = next(one["state"] for one in client.runs(dag) if one["dag_run_id"] == run)
        assert state != "failed", client.tasks(dag, run)
        return bool(state == "success")

    until(ended, f"{dag} has succeeded")


NOW = datetime.combine(date(2026, 11, 17), wall(8), BEIJING)


@pytest.fixture
def place() -> Iterator[Trial]:
    with trial(NOW.date() - timedelta(days=1), 2, 1) as made:
        yield made


@pytest.mark.chaos
def test_commands_show_no_password_of_the_embedded_server(place: Trial) -> None:
    place.room.now = NOW
    known = json.loads((place.home / "postgres" / "server.json").read_text())["passwords"]
    env = place.env | {"JIANBAO_NOW": NOW.isoformat()}
    done = ("crawl", "extract", "dedupe", "summarize", f"digest --day {NOW:%Y-%m-%d} --send",
            "status", "backup", "prune", f"export --out {place.home}/articles.jsonl")  # fmt: skip
    with Traces(known) as traces:
        assert [traces.run(env, *words.split()) for words in done] == [0] * len(done)
        assert traces.run(env, "psql", "-c", "select pg_sleep(1), * from runs") == 0
    traces.tables(embedded.start(place.home / "postgres").dsn("jianbao", "jianbao"))
    traces.files(place.home.parent)
    traces.backups(place.home)
    traces.mails(place.mails)
    assert traces.lacks("output of psql", "backup", "mail", "table archive.run", "processes") == []
    assert traces.found() == set()


TROUBLE = """crawl; extract; dedupe; summarize; status; status --check; migrate; backup; prune;
psql; export; digest --send; subscribers list; deliveries list; import http://127.0.0.1:9/;
up --worker; explain http://127.0.0.1:9/; search word; restore nothing.dump"""


@pytest.mark.chaos
@pytest.mark.airflow
@pytest.mark.timeout(1800)
def test_the_whole_service_shows_no_secret_whatever_fails(postgres: embedded.Server) -> None:
    now = datetime.now(UTC)
    words = {name: canary(name) for name in settings.secrets()}
    with ExitStack() as stack:
        base = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="jianbao-secret-")))
        home = base / "home"
        owner, reader = stack.enter_context(server_of_its_own(postgres))
        broker = stack.enter_context(redis(words["broker_url"]))
        room = stack.enter_context(Newsroom(now.date()))
        services = stack.enter_context(Services())
        mailbox = stack.enter_context(mailboxes(base / "mails"))
        port = free_port(None)
        env = {
            name: word
            for name, word in os.environ.items()
            if name.lower() not in Settings.model_fields
        }
        env |= {name.upper(): word for name, word in words.items()}
        env |= {
            f"{name}_WEBHOOK": services.address(words[f"{name.lower()}_webhook"])
            for name in ("ALERT", "WECOM", "FEISHU", "DINGTALK")
        }
        env |= {
            "JIANBAO_ENV_FILE": os.devnull,
            "JIANBAO_HOME": str(home),
            "JIANBAO_KIND": "demo",
            "DAGS_BY_HAND": "yes",
            "DATABASE_URL": owner,
            "READER_URL": reader,
            "BROKER_URL": broker,
            "CELERY_WORKERS": "1",
            "AIRFLOW_PORT": str(port),
            "JIANBAO_SOURCES": str(PROJECT / "demo" / "sources.toml"),
            "JIANBAO_NEWSROOM_PORT": str(room.port),
            "JIANBAO_ALLOW": ",".join(f"{outlet.address}:{room.port}" for outlet in OUTLETS),
            "CRAWL_TIMEOUT": "6",
            "SUMMARIZER_URL": services.address("v1"),
            "SUMMARIZER_MODEL": "refusing",
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(mailbox.port),
            "SMTP_SECURITY": "none",
            "SMTP_USER": "brief",
            "SMTP_FROM": "brief@jianbao.example",
            "PUBLIC_URL": "https://brief.jianbao.example",
            # Here it is noon: the edition of the day is open, and may be mailed.
            "TIMEZONE": f"Etc/GMT{now.hour - 12:+d}",
            "EDITION_CUTOFF": "23:59",
        }
        stack.callback(subprocess.run, [JIANBAO, "down"], env=env, check=False)
        traces = stack.enter_context(Traces(words))
        assert traces.run(env, "up") == 0
        made = kept_secrets(Folders(home))
        with psycopg.connect(owner) as conn:
            key = subscribers.link_key(conn)
        readers = ["reader@jianbao.example", "wecom", "feishu", "dingtalk", "atom"]
        assert traces.run(env, "subscribers", "add", *readers) == 0
        client = airflow.Client(port, made["admin"])
        play(client, "crawl_news", {"force": True})
        until(
            lambda: any(run["state"] == "success" for run in client.runs("summarize_articles")),
            "summaries are made",
        )
        play(client, "send_digest", {"day": f"{now:%Y-%m-%d}"})
        play(client, "tend_archive", {})
        run = client.trigger("send_digest", {"day": "no-day"})
        until(
            lambda: any(t["state"] == "up_for_retry" for t in client.tasks("send_digest", run)),
            "a task fails",
        )
        with pytest.raises(ServiceError) as refused:
            client.get("/api/v2/config")
        traces.add("configuration", str(refused.value))
        traces.add("connections", json.dumps(client.get("/api/v2/connections")))

        there, nowhere = f"port={postgres.port}", "port=9"
        away = env | {name: env[name].replace(there, nowhere) for name in env if "_URL" in name}
        for command in TROUBLE.split(";"):
            assert traces.run(away, *command.split()) in (1, 2), command
        for command in ("status", "alert trouble", f"export --out {home}/articles.jsonl"):
            assert traces.run(env, *command.split()) == ("alert" in command), command
        assert traces.run(env, "psql", "-c", "select pg_sleep(1), * from runs") == 0
        for url in (owner, owner.replace("/guarded?", "/guarded_airflow?")):
            traces.tables(url)
        traces.files(base)
        traces.backups(home)
        traces.mails(base / "mails")
    told = {name for name, word in words.items() if any(word in one for one in services.told)}
    assert set(mailbox.logins) == {words["smtp_password"].encode()}
    # A server lets in nobody without the first three; the other two sign.
    assert told == words.keys() - {"database_url", "reader_url", "broker_url", "feishu_secret",
                                   "dingtalk_secret", "smtp_password"}  # fmt: skip
    assert traces.lacks(
        *("processes", "mail", "backup", "configuration", "connections", "table public.xcom"),
        *("table public.rendered_task_instance_fields", "table archive.run", "output of psql"),
    ) == []  # fmt: skip
    traces.words |= made | {"link_key": key}
    # Where it is kept; so much is found.
    assert traces.found() == {"link_key: table archive.link_key", "link_key: backup"}
