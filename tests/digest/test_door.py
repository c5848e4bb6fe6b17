"""The page by which readers leave: GET asks, POST does it, nobody sees an address."""

import asyncio
import os
import subprocess
import time
import urllib.error
import urllib.request
from datetime import UTC, date, datetime
from typing import Any

import pytest
from psycopg import Connection

from archive import clock, deliveries, editions, subscribers
from archive.edition_models import Choice, Edition
from archive.settings import PROJECT, Settings
from digest import unsubscribe
from digest.door import app

NOW = datetime(2026, 11, 22, tzinfo=UTC)
KEY = b"k" * 32


@pytest.fixture
def link(conn: Connection, database_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> str:
    """The path of the one reader's own link."""
    monkeypatch.setenv("DATABASE_URL", database_settings.database_url)
    monkeypatch.setenv("JIANBAO_HOME", str(database_settings.jianbao_home))
    subscribers.put(conn, "an@reader.test", Choice(), NOW)
    (reader,) = subscribers.every(conn)
    made = unsubscribe.link("https://brief.test/x/", subscribers.link_key(conn), reader.id)
    return made.removeprefix("https://brief.test")


def ask(method: str, path: str) -> tuple[int, dict[str, str], str]:
    """(status, headers, body) of one request."""
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"List-Unsubscribe=One-Click"}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(app({"type": "http", "method": method, "path": path}, receive, send))
    start, body = sent
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    return start["status"], headers, body["body"].decode()


def is_active(conn: Connection) -> bool:
    return subscribers.every(conn)[0].active


def test_a_link_is_signed_for_one_reader() -> None:
    token = unsubscribe.link("https://brief.test", KEY, 12).rpartition("/")[2]
    assert unsubscribe.reader_of(KEY, token) == 12
    for wrong in (f"13.{token[3:]}", token[:-1], f"{token}x", f"0{token}", "", "12.", "x.y"):
        assert unsubscribe.reader_of(KEY, wrong) is None
    assert unsubscribe.reader_of(b"other" * 7, token) is None


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_who_looks_stays_a_reader(conn: Connection, link: str, method: str) -> None:
    for _ in range(3):
        status, headers, page = ask(method, link)
        assert status == 200
        assert headers["cache-control"] == "no-store"
        assert headers["content-type"] == "text/html; charset=utf-8"
        assert ('<form method="post">' in page) == (method == "GET")
        assert "reader.test" not in page
    assert is_active(conn)


def test_a_post_ends_it_however_often(conn: Connection, link: str) -> None:
    for _ in range(2):
        status, _, page = ask("POST", link)
        assert (status, "已退订" in page, "unsubscribed" in page) == (200, True, True)
        assert "reader.test" not in page
    assert not is_active(conn)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_another_link_does_nothing(conn: Connection, link: str, method: str) -> None:
    for path in (link[:-1] + ("A" if link[-1] != "A" else "B"), "/u/", "/", "/u/1.x", "/v/1.y"):
        assert ask(method, path)[0] == 404
    assert is_active(conn)


def test_other_methods_are_refused(link: str) -> None:
    status, headers, _ = ask("DELETE", link)
    assert (status, headers["allow"]) == (405, "GET, HEAD, POST")


def test_the_feed_has_what_was_delivered_to_it(conn: Connection, link: str) -> None:
    window = clock.window(date(2026, 11, 22), Settings().edition_cutoff)
    editions.freeze(conn, window, Edition(window.day, "简报｜芯片", "<p>甲", "甲"), NOW)
    assert ask("GET", "/feed.atom")[0] == 404
    subscribers.put(conn, "atom", Choice(), NOW)
    deliveries.queue(conn, window.day, NOW)
    while claimed := deliveries.claim(conn, window.day):
        deliveries.settle(conn, claimed.id, "sent", "", NOW)
    status, headers, body = ask("GET", "/x/feed.atom")
    assert status == 200
    assert "简报｜芯片" in body
    assert headers["content-type"].startswith("application/atom+xml")
    subscribers.remove(conn, "atom", NOW)
    assert ask("GET", "/feed.atom")[0] == 404


def test_without_its_database_it_asks_to_come_later(
    link: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")
    status, _, page = ask("GET", link)
    assert (status, "127.0.0.1" in page) == (503, False)


@pytest.mark.airflow
def test_the_service_runs_it_and_logs_no_link(conn: Connection, link: str) -> None:
    pytest.importorskip("uvicorn", reason="uvicorn comes with the extra airflow")
    from archive.listening import free_port
    from service.live import door

    listen = f"127.0.0.1:{free_port()}"
    assert door(Settings()) == []
    (program,) = door(Settings(public_url="https://brief.test", public_listen=listen))
    with subprocess.Popen(
        program.command, cwd=PROJECT, env=os.environ, stderr=subprocess.PIPE, text=True
    ) as server:
        try:
            while True:
                try:
                    answer = urllib.request.urlopen(f"http://{listen}{link}", b"", timeout=60)
                    break
                except urllib.error.URLError:
                    assert server.poll() is None
                    time.sleep(0.2)
            with answer:
                assert "已退订" in answer.read().decode()
        finally:
            server.terminate()
        assert link.rpartition("/")[2] not in server.communicate()[1]
    assert not is_active(conn)
