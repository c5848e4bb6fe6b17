"""Pages that are no article: challenges, logins, paywalls. Recognised, never stored."""

import re

from archive.models import Outcome
from crawler.decode import decode

# Signatures of challenge pages of Chinese sites, each documented for a named web firewall.
_CHALLENGE = re.compile(
    r"_waftokenid|aliyun_waf|acw_sc__v2|_wafchallengeid|百度安全验证|wappass\.baidu\.com"
    r"|Just a moment\.\.\.|cf-browser-verification|<title>[^<]{0,20}(?:安全验证|人机验证|访问验证)"
    # Whatever its name: a script that sets a cookie and loads the page again.
    r"|document\.cookie\s*=[^<]{0,2000}?location\.(?:reload|href|replace)"
)
_LOGIN = re.compile(r"登录后(?:阅读|查看|继续)|请先登录|扫码登录(?:后)?(?:阅读|查看)")
_PAYWALL = re.compile(
    r"以下为付费内容|订阅后可读全文|本文为.{0,10}会员专享|剩余\s*\d+\s*[%％]\s*未读"
)
_CHALLENGE_BYTES = 20_000
"""A challenge is a small page; a long article may well quote one of its words."""
_WALL_CHARACTERS = 300
"""With more text than this the visible part is worth having, wall or not."""


def refuse(html: str, text: str) -> tuple[Outcome, str] | None:
    """Why a page with this markup and extracted text is no article; None if it may be one."""
    if len(html) < _CHALLENGE_BYTES and len(text) < _WALL_CHARACTERS:
        if match := _CHALLENGE.search(html):
            return Outcome.CHALLENGE_PAGE, f"the page says {match[0][-30:]}"
        if match := _LOGIN.search(html):
            return Outcome.PAYWALLED, f"the page says {match[0]}"
    if len(text) < _WALL_CHARACTERS and (match := _PAYWALL.search(html)):
        return Outcome.PAYWALLED, f"the page says {match[0]}"
    return None


_HINTS = (b"waf", b"acw_sc__", b"document.cookie", b"Just a moment", b"cf-browser", b"<title>")
_TAGS = re.compile(r"<(script|style).*?</\1>|<[^>]*>|\s+", re.DOTALL | re.IGNORECASE)


def is_challenge(body: bytes) -> bool:
    """Whether a page as fetched is a challenge, before anybody reads it. Made to be quick."""
    if len(body) >= _CHALLENGE_BYTES or not any(hint in body for hint in _HINTS):
        return False
    html = decode(body)
    if not _CHALLENGE.search(html):
        return False
    refused = refuse(html, _TAGS.sub("", html))
    return refused is not None and refused[0] is Outcome.CHALLENGE_PAGE
