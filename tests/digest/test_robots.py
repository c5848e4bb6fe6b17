"""Group robots: what is posted to them, within their limits, and what their answers prove."""

import base64
import hashlib
import hmac
import json
import re
import socket
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from digest.robots import ROBOTS, answer, payload, post
from digest.smtp import Sent

AT = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)
ENTRIES = [("云岭智能发布青鸾", "https://yunduan.test/a(1)"), ("另一篇", "https://yunduan.test/b")]
MANY = [("长标题" * 30, f"https://yunduan.test/{number}") for number in range(200)]
NAMES = list(ROBOTS)


def body(name: str, entries: Any = ENTRIES, secret: str = "", title: str = "简报") -> Any:
    return json.loads(payload(name, title, entries, secret, AT)[1])


def test_each_service_gets_its_own_form() -> None:
    text = (
        "### 简报\n- [云岭智能发布青鸾](https://yunduan.test/a%281%29)"
        "\n- [另一篇](https://yunduan.test/b)"
    )
    assert body("wecom") == {"msgtype": "markdown", "markdown": {"content": text}}
    assert body("dingtalk") == {"msgtype": "markdown", "markdown": {"title": "简报", "text": text}}
    shown = body("feishu")
    assert shown["msg_type"] == "post"
    post = shown["content"]["post"]["zh_cn"]
    assert post["title"] == "简报"
    assert post["content"] == [[{"tag": "a", "text": words, "href": url}] for words, url in ENTRIES]


@pytest.mark.parametrize("name", NAMES)
def test_what_is_too_long_is_cut_between_entries_and_says_so(name: str) -> None:
    _, sent = payload(name, "简报", MANY, "secret", AT)
    text = sent.decode()
    shown = len(re.findall(r"https://yunduan\.test/\d", text))
    assert 0 < shown < len(MANY)
    assert f"另有 {len(MANY) - shown} 条" in text
    assert len(sent) <= 20_000 + 200
    if name == "wecom":
        assert len(json.loads(sent)["markdown"]["content"].encode()) <= 4096


@pytest.mark.parametrize("name", ["wecom", "dingtalk"])
def test_a_title_is_no_markup_and_calls_nobody(name: str) -> None:
    text = json.dumps(body(name, [("x](https://bad.test) <@all> **y**", "https://a.test/")]))
    assert text.count("](") == 1
    assert "<@all>" not in text
    assert "**" not in text


def test_signatures_are_those_of_the_services() -> None:
    seconds = str(int(AT.timestamp()))
    made = hmac.new(f"{seconds}\nkey".encode(), digestmod=hashlib.sha256).digest()
    signed = body("feishu", secret="key")
    assert (signed["timestamp"], signed["sign"]) == (seconds, base64.b64encode(made).decode())
    query, _ = payload("dingtalk", "简报", ENTRIES, "key", AT)
    made = hmac.new(b"key", f"{seconds}000\nkey".encode(), hashlib.sha256).digest()
    assert parse_qs(query) == {
        "timestamp": [f"{seconds}000"],
        "sign": [base64.b64encode(made).decode()],
    }
    assert payload("wecom", "简报", ENTRIES, "key", AT)[0] == ""
    assert "sign" not in body("feishu")


@pytest.mark.parametrize(
    ("name", "status", "says", "state"),
    [
        ("wecom", 200, '{"errcode":0,"errmsg":"ok"}', "sent"),
        ("feishu", 200, '{"code":0,"msg":"success"}', "sent"),
        ("feishu", 200, '{"StatusCode":0,"StatusMessage":"success"}', "sent"),
        ("wecom", 200, '{"errcode":93000,"errmsg":"invalid webhook url"}', "failed"),
        ("feishu", 200, '{"code":19021,"msg":"sign match fail"}', "failed"),
        ("feishu", 400, '{"code":9499,"msg":"too many request"}', "retry"),
        ("wecom", 200, '{"errcode":45009,"errmsg":"api freq out of limit"}', "retry"),
        ("dingtalk", 200, '{"errcode":130101,"errmsg":"send too fast"}', "retry"),
        ("dingtalk", 200, '{"errcode":310000,"errmsg":"sign not match"}', "failed"),
        ("dingtalk", 429, "", "retry"),
        ("dingtalk", 403, "<html>", "failed"),
        ("wecom", 502, "<html>", "unknown"),
        ("wecom", 200, "<html>", "unknown"),
        ("wecom", 200, "[]", "unknown"),
        ("wecom", 200, "{}", "unknown"),
    ],
)
def test_what_an_answer_proves(name: str, status: int, says: str, state: str) -> None:
    assert answer(name, status, says.encode())[0] == state


@pytest.mark.parametrize("name", NAMES)
def test_a_message_arrives_whole(name: str, service: Any) -> None:
    query, sent = payload(name, "简报", ENTRIES, "key", AT)
    assert post(name, service.url, query, sent) == Sent("sent")
    ((path, received),) = service.received
    assert received == sent
    asked = parse_qs(urlsplit(path).query)
    assert asked.pop("key") == ["secret-key"]
    assert asked == parse_qs(query)


def test_a_refusal_names_no_secret(service: Any) -> None:
    service.says = b'{"errcode":93000,"errmsg":"invalid webhook url key=secret-key"}'
    sent = post("wecom", service.url, "", b"{}")
    assert sent == Sent("failed", "robot wecom: code 93000: invalid webhook url key=…")


def test_a_redirect_is_not_followed(service: Any) -> None:
    service.status = 302
    assert post("wecom", service.url, "", b"{}").state == "failed"
    assert len(service.received) == 1


def test_an_answer_that_is_lost_is_unknown(service: Any) -> None:
    service.status = 0
    sent = post("wecom", service.url, "", b"{}")
    assert sent.state == "unknown"
    assert "secret" not in sent.error


def test_who_cannot_be_reached_can_be_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    sent = post("wecom", f"http://127.0.0.1:{port}/x?key=secret", "", b"{}")
    assert sent == Sent("retry", "robot wecom: Connection refused", down=True)
