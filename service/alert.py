"""Tell the operator: a line in the alert log, and a webhook if there is one."""

import json
import urllib.error
import urllib.request
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
    if not settings.alert_webhook:
        return ""
    text = f"{settings.digest_name}: {text}"
    if robot := ROBOT_HOSTS.get(urlsplit(settings.alert_webhook).hostname or ""):
        query, body = payload(robot, text, (), "", clock.now())
        sent = post(robot, settings.alert_webhook, query, body)
        return "" if sent.state == "sent" else f"the webhook failed: {sent.error}"
    request = urllib.request.Request(
        settings.alert_webhook,
        data=json.dumps({"text": text}, ensure_ascii=False).encode(),
        headers={"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS):
            return ""
    except (urllib.error.URLError, OSError, ValueError) as error:
        return f"the webhook failed: {error}"
