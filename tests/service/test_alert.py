"""An alert reaches the log and the webhook; a webhook that is down is said, not raised."""

import json
from pathlib import Path
from typing import Any

import pytest

from archive.settings import Settings
from service.alert import ROBOT_HOSTS, alert


def received(service: Any) -> list[dict[str, Any]]:
    return [json.loads(body) for _, body in service.received]


def test_an_alert_is_logged_and_posted(service: Any, tmp_path: Path) -> None:
    settings = Settings(jianbao_home=tmp_path, alert_webhook=service.url)
    assert alert(settings, "DAG crawl_news\nfailed") == ""
    assert received(service) == [{"text": "简报: DAG crawl_news failed"}]
    (line,) = (tmp_path / "logs" / "alerts.log").read_text().splitlines()
    assert line.endswith("DAG crawl_news failed")


def test_a_robot_gets_its_own_form_and_its_refusal_is_said(
    service: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ROBOT_HOSTS, "127.0.0.1", "wecom")
    service.says = b""
    problem = alert(Settings(jianbao_home=tmp_path, alert_webhook=service.url), "disk full")
    assert received(service) == [
        {"msgtype": "markdown", "markdown": {"content": "### 简报: disk full"}}
    ]
    assert problem.startswith("the webhook failed: robot wecom: no answer of a ")


def test_without_a_webhook_it_is_only_logged(tmp_path: Path) -> None:
    assert alert(Settings(jianbao_home=tmp_path), "disk full") == ""
    assert "disk full" in (tmp_path / "logs" / "alerts.log").read_text()


def test_a_webhook_that_is_down_is_said(tmp_path: Path) -> None:
    settings = Settings(jianbao_home=tmp_path, alert_webhook="http://127.0.0.1:9/")
    assert "the webhook failed" in alert(settings, "x")
    assert "x" in (tmp_path / "logs" / "alerts.log").read_text()
