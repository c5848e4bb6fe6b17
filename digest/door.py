"""The small ASGI application by which readers leave, and which serves the feed.

`/u/TOKEN`: GET shows a page with a button, because mail scanners follow links; POST changes the
state, whether a mail program does it (RFC 8058) or the button. No page shows an address. Any ASGI
server runs it; the service runs uvicorn, on loopback: `service/live.py`.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from archive import clock, database, deliveries, settings, subscribers
from archive.errors import KnownError
from digest import feed, unsubscribe

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_HEADERS = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
}
_PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<style>body{{font:16px/1.7 sans-serif;max-width:32em;margin:15vh auto;padding:0 1em}}</style>
</head><body><h1>{title}</h1><p>{chinese}</p><p lang="en">{english}</p>{more}</body></html>
"""
_BUTTON = '<form method="post"><button type="submit">退订 Unsubscribe</button></form>'
_ASK = (
    "退订简报",
    "点击下面的按钮后，不再向您发送。",
    "Press the button and no more is sent to you.",
)
_LEFT = ("已退订", "不再向您发送简报。", "You are unsubscribed; no more is sent to you.")
_WRONG = ("链接无效", "这里没有可看的页面。", "There is no such page.")
_METHOD = ("不支持的请求", "请用浏览器打开。", "Open this page in a browser.")
_LATER = ("暂时不可用", "请稍后再试。", "Please try again later.")


async def app(scope: Message, receive: Receive, send: Send) -> None:
    """One request."""
    if scope["type"] != "http":
        return
    status, kind, body = await asyncio.to_thread(_answer, scope["method"], scope["path"])
    headers = {**_HEADERS, "content-type": kind, "content-length": str(len(body))}
    if status == 405:
        headers["allow"] = "GET, HEAD, POST"
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }
    )
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


def _answer(method: str, path: str) -> tuple[int, str, bytes]:
    """(status, content type, body). The path may begin with that of PUBLIC_URL, or not."""
    if method not in ("GET", "HEAD", "POST"):
        return _page(405, _METHOD)
    place, _, token = path.rpartition("/")
    try:
        current = settings.load()
        if token == "feed.atom" and method != "POST":
            with database.connect(current, database.MAILER) as conn:
                key, editions = deliveries.published(conn, feed.EDITIONS)
            if editions:
                made = feed.atom(current.digest_name, key, editions, current.public_url)
                return 200, "application/atom+xml; charset=utf-8", made
        elif place.endswith("/u"):
            with database.connect(current, database.MAILER) as conn:
                reader = unsubscribe.reader_of(subscribers.link_key(conn), token)
                if reader is not None and method == "POST":
                    subscribers.remove(conn, reader, clock.now())
                    return _page(200, _LEFT)
                if reader is not None:
                    return _page(200, _ASK, _BUTTON)
    except (KnownError, OSError):
        return _page(503, _LATER)
    return _page(404, _WRONG)


def _page(status: int, words: tuple[str, str, str], more: str = "") -> tuple[int, str, bytes]:
    title, chinese, english = words
    text = _PAGE.format(title=title, chinese=chinese, english=english, more=more)
    return status, "text/html; charset=utf-8", text.encode()
