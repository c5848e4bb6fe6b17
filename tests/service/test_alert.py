"""An alert reaches the log and the webhook; a webhook that is down is said, not raised."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from archive.settings import Settings
from service.alert import ROBOT_HOSTS, alert


class Receiver(HTTPServer):
    received: list[dict[str, str]]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            server.received.append(json.loads(body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            return

    server = Receiver(("127.0.0.1", 0), Answering)
    server.received = []
    thread = threading.Thread(target=server.serve_forever, args=[0.05])
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_alert_is_logged_and_posted(receiver: Receiver, tmp_path: Path) -> None:
    hook = f"http://127.0.0.1:{receiver.server_port}/hook"
    settings = Settings(jianbao_home=tmp_path, alert_webhook=hook)
    assert alert(settings, "DAG crawl_news\nfailed") == ""
    assert receiver.received == [{"text": "简报: DAG crawl_news failed"}]
    (line,) = (tmp_path / "logs" / "alerts.log").read_text().splitlines()
    assert line.endswith("DAG crawl_news failed")


def test_a_robot_gets_its_own_form_and_its_refusal_is_said(
    receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ROBOT_HOSTS, "127.0.0.1", "wecom")
    hook = f"http://127.0.0.1:{receiver.server_port}/hook?key=secret"
    problem = alert(Settings(jianbao_home=tmp_path, alert_webhook=hook), "disk full")
    assert receiver.received == [
        {"msgtype": "markdown", "markdown": {"content": "### 简报: disk full"}}
    ]
    assert problem == "the webhook failed: robot wecom: no answer of a robot"


def test_without_a_webhook_it_is_only_logged(tmp_path: Path) -> None:
    assert alert(Settings(jianbao_home=tmp_path), "disk full") == ""
    assert "disk full" in (tmp_path / "logs" / "alerts.log").read_text()


def test_a_webhook_that_is_down_is_said(tmp_path: Path) -> None:
    settings = Settings(jianbao_home=tmp_path, alert_webhook="http://127.0.0.1:9/")
    assert "the webhook failed" in alert(settings, "x")
    assert "x" in (tmp_path / "logs" / "alerts.log").read_text()
