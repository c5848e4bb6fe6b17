"""Tell the operator: a line in the alert log, and a webhook if there is one."""

import json
import urllib.error
import urllib.request
from http.client import HTTPException
from urllib.parse import urlsplit

from archive import clock
from archive.settings import Settings
from archive.text import clean_line
from digest.robots import payload, post
from service.folders import Folders

ROBOT_HOSTS = {
    "qyapi.weixin.qq.com": "wecom",
    "open.feishu.cn": "feishu",
    "oapi.dingtalk.com": "dingtalk",
}
"""Chat services whose robots take a form of their own, without a signature."""
_SECONDS = 10


def alert(settings: Settings, text: str) -> str:
    """Log the alert and post it; why the webhook failed, empty if it did not."""
    text = clean_line(text)
    folders = Folders(settings.jianbao_home)
    folders.make()
    with (folders.logs / "alerts.log").open("a", encoding="utf-8") as log:
        log.write(f"{clock.now().isoformat(timespec='seconds')} {text}\n")
    if not (url := settings.alert_webhook.get_secret_value()):
        return ""
    text = f"{settings.digest_name}: {text}"
    if robot := ROBOT_HOSTS.get(urlsplit(url).hostname or ""):
        query, body = payload(robot, text, (), "", clock.now())
        sent = post(robot, url, query, body)
        return "" if sent.state == "sent" else f"the webhook failed: {sent.error}"
    request = urllib.request.Request(
        url,
        data=json.dumps({"text": text}, ensure_ascii=False).encode(),
        headers={"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS):
            return ""
    except urllib.error.HTTPError as error:
        # Its words may repeat the address.
        return f"the webhook failed: it answered with HTTP status {error.code}"
    except (OSError, HTTPException) as error:
        return f"the webhook failed: {getattr(error, 'reason', '') or type(error).__name__}"
