"""Group robots of chat services: one edition as the message that each of them takes.

Formats, sizes and signatures are those of the services' documentation (企业微信 群机器人, 飞书
自定义机器人, 钉钉 自定义机器人); tried against a receiver of our own, not against the services.
"""

import base64
import hashlib
import hmac
import http.client
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from archive.text import clean_line
from digest.smtp import End, Sent

_OURS = str.maketrans("[]<>*`\\", "［］＜＞＊｀＼")
"""What Markdown, or 企业微信's `<@all>`, would take for its own."""

_MOST = 65_536
_SECONDS = 15

Entry = tuple[str, str]
"""Words, and the address they lead to."""


@dataclass(frozen=True, slots=True)
class Robot:
    """How a service wants a message, how long it may be, and how it answers."""

    body: Callable[[str, Sequence[Entry]], dict[str, Any]]
    size: Callable[[dict[str, Any]], int]
    """What the limit counts, in bytes of UTF-8."""
    limit: int
    busy: frozenset[int]
    """Codes of an answer that mean: too fast, later."""


def payload(
    name: str, title: str, entries: Sequence[Entry], secret: str, at: datetime
) -> tuple[str, bytes]:
    """(query, body) of the request to the robot: as many entries as there is room for.

    `secret` signs it, for the services that do so; empty for none.
    """
    robot = ROBOTS[name]
    for shown in range(len(entries), -1, -1):
        left = len(entries) - shown
        rest = [(f"另有 {left} 条，见邮件或存档", "")] if left else []
        body = robot.body(title, [*entries[:shown], *rest])
        if robot.size(body) <= robot.limit:
            break
    query = ""
    if secret and name == "feishu":
        seconds = str(int(at.timestamp()))
        signed = hmac.new(f"{seconds}\n{secret}".encode(), b"", hashlib.sha256).digest()
        body = {"timestamp": seconds, "sign": base64.b64encode(signed).decode(), **body}
    elif secret and name == "dingtalk":
        stamp = str(int(at.timestamp() * 1000))
        signed = hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()
        query = urlencode({"timestamp": stamp, "sign": base64.b64encode(signed).decode()})
    return query, _bytes(body)


def post(name: str, url: str, query: str, body: bytes) -> Sent:
    """Post `body` to the robot at `url`, following no redirect. Raises no network error.

    What fails before the request is written can be tried again; after that an answer that is lost
    leaves it unknown. The address of a robot is a secret: no error holds it.
    """
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=_SECONDS)
    try:
        connection.connect()
    except OSError as error:
        connection.close()
        return Sent("retry", f"robot {name}: {error.strerror or type(error).__name__}", down=True)
    target = f"{parts.path or '/'}?{'&'.join(filter(None, (parts.query, query)))}"
    try:
        connection.request("POST", target, body, {"Content-Type": "application/json"})
        reply = connection.getresponse()
        state, why = answer(name, reply.status, reply.read(_MOST))
    except (OSError, http.client.HTTPException) as error:
        return Sent("unknown", f"robot {name}: the answer was lost: {type(error).__name__}")
    finally:
        connection.close()
    for secret in filter(None, (parts.query.partition("=")[2], parts.path.rpartition("/")[2])):
        why = why.replace(secret, "…")
    return Sent(state, clean_line(f"robot {name}: {why}") if why else "")


def answer(name: str, status: int, content: bytes) -> tuple[End, str]:
    """(state, error) that the robot's answer proves: sent, failed, retry or unknown."""
    if status == 429:
        return "retry", "429 too many requests"
    if status >= 500:
        return "unknown", f"{status} without an answer of the robot"
    try:
        told = json.loads(content)
        code = told.get("errcode", told.get("code", told.get("StatusCode")))
        words = str(told.get("errmsg") or told.get("msg") or "")[:200]
    except (ValueError, AttributeError):
        return ("failed", f"{status}") if status >= 400 else ("unknown", "no answer of a robot")
    if status == 200 and code == 0:
        return "sent", ""
    if status < 400 and code is None:
        return "unknown", "an answer without a code"
    state: End = "retry" if code in ROBOTS[name].busy else "failed"
    return state, f"code {code}: {' '.join(words.split())}"


def _markdown(title: str, entries: Sequence[Entry]) -> str:
    lines = [f"### {_plain(title)}"]
    lines += [
        f"- [{_plain(words)}]({re.sub(r'[()]', _percent, url)})" if url else f"- {_plain(words)}"
        for words, url in entries
    ]
    return "\n".join(lines)


def _percent(match: re.Match[str]) -> str:
    return f"%{ord(match[0]):X}"


def _plain(text: str) -> str:
    return text.translate(_OURS)


def _wecom(title: str, entries: Sequence[Entry]) -> dict[str, Any]:
    return {"msgtype": "markdown", "markdown": {"content": _markdown(title, entries)}}


def _dingtalk(title: str, entries: Sequence[Entry]) -> dict[str, Any]:
    text = _markdown(title, entries)
    return {"msgtype": "markdown", "markdown": {"title": title, "text": text}}


def _feishu(title: str, entries: Sequence[Entry]) -> dict[str, Any]:
    lines = [
        [{"tag": "a", "text": words, "href": url} if url else {"tag": "text", "text": words}]
        for words, url in entries
    ]
    return {"msg_type": "post", "content": {"post": {"zh_cn": {"title": title, "content": lines}}}}


def _bytes(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()


ROBOTS = {
    "wecom": Robot(
        _wecom, lambda body: len(body["markdown"]["content"].encode()), 4096, frozenset({45009})
    ),
    "feishu": Robot(
        # The whole request is limited to 20 kB; a signature takes less than 200 bytes of it.
        _feishu,
        lambda body: len(_bytes(body)),
        19_800,
        frozenset({9499, 11232}),
    ),
    "dingtalk": Robot(
        _dingtalk, lambda body: len(_bytes(body)), 20_000, frozenset({130101, 660026})
    ),
}
"""By the name of the channel."""
