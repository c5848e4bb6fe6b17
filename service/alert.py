"""Tell the operator: a line in the alert log, and a webhook if there is one."""

import json
import urllib.error
import urllib.request

from archive import clock
from archive.settings import Settings
from archive.text import clean_line
from service.folders import Folders

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
    request = urllib.request.Request(
        settings.alert_webhook,
        data=json.dumps({"text": f"{settings.digest_name}: {text}"}, ensure_ascii=False).encode(),
        headers={"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS):
            return ""
    except (urllib.error.URLError, OSError, ValueError) as error:
        return f"the webhook failed: {error}"
