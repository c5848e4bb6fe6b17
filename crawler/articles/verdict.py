"""Pages that are no article: challenges, gone pages, logins, paywalls. Recognised, never stored.

A sign refuses a page only where an article could not have it: as a line or a title of its own, on
a page with little text. An article about logins or missing pages says such words in sentences.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import timedelta
from urllib.parse import SplitResult, urljoin, urlsplit

from archive.models import Outcome
from archive.text import fold
from crawler.articles.decode import decode

CHALLENGE_REST = timedelta(hours=6)
"""How long a site that answered with a challenge is left alone."""
Refusal = tuple[Outcome, str]

# Each documented for a named web firewall.
_CHALLENGE = re.compile(
    r"_waftokenid|aliyun_waf|acw_sc__v2|var arg1\s*=\s*['\"][0-9A-F]{20}|_wafchallengeid"
    r"|errors\.aliyun\.com|wappass\.baidu\.com|\$_ts\s*=\s*window|TencentCaptcha"
    r"|cf-browser-verification|cf_chl_opt"
    # Whatever its name: a script that sets a cookie and loads the page again.
    r"|document\.cookie\s*=[^<]{0,2000}?location\.(?:reload|href|replace)"
)
_CHALLENGE_TITLE = re.compile(
    r"\W*(?:百度|网站|系统|请完成|请进行)*(?:安全|人机|访问|滑动|滑块|身份|浏览器)(?:验证|检查|检测)中?\W*"
    r"|Just a moment\W*|Attention Required\W*|Access Denied|访问(?:受限|被拒绝|过于频繁)"
)
_BLOCKED = re.compile(r".{0,40}您的?(?:访问|请求|IP).{0,20}被.{0,12}(?:阻断|拦截)\W*")
_GUARDED = {202, 403, 405, 412}
"""What firewalls answer with a script that shall prove a browser."""
_TITLE = re.compile(r"<title[^>]*>([^<]*)", re.IGNORECASE)
_MARKUP = re.compile(r"<(script|style|title)\b.*?</\1>|<[^>]*>", re.DOTALL | re.IGNORECASE)
_SUBJECT = r"(?:页面|网页|文章|内容|链接|网址|地址|资源|稿件|新闻|文件|信息|帖子|作品|资讯|url)"
_GONE = (
    r"(?:\W|404|sorry|抱歉|对不起|很|非常|遗憾|出错了|温馨提示|提示|错误)*(?:"
    r"(?:error\W*)?404\W*(?:error|错误|页面|(?:page |file )?not found)?"
    r"|(?:the |this )?page (?:could |can ?)?not (?:be )?found|not found"
    rf"|(?:您|你)?(?:所|要|想|正在|当前)*(?:访问|浏览|查看|查找|寻找|请求|打开|找)?的?"
    rf"(?:该|此|这个|这篇|当前|本|原)?{_SUBJECT}(?:可能)?(?:暂时)?(?:已经|已)?被?"
    r"(?:作者|发布者|管理员|用户)?(?:自行)?"
    r"(?:不存在|找不到|不见|未找到|没有找到|无法找到|删除|移除|下线|下架|撤回|失效|走丢|丢失|过期)"
    rf"|(?:找不到|未找到|没有找到|无法找到)(?:您|你)?(?:所|要)?(?:访问|请求|查看|找)?的?该?{_SUBJECT}"
    r")(?:了|或.{0,16})?\W*"
)
_GONE_TITLE = re.compile(_GONE, re.IGNORECASE)
_GONE_LINE = re.compile(_GONE + r"(?:[，,。！!].{0,30})?", re.IGNORECASE)
_TITLE_PARTS = re.compile(r"\s*[-_|｜–—]\s*")
# What stands under the first lines of a text whose rest is for those who log in or pay.
_WALL = re.compile(
    r"(?!.*(?:评论|留言|回复|发言|收藏|点赞|行情|自选|消息))(?:"
    r".{0,10}剩余\s*\d+\s*[%％]\s*(?:内容)?\s*未读.{0,12}"
    r"|.{0,6}以下(?:内容|部分)?为?(?:付费|会员|VIP)(?:专享|专属|可见)?内容.{0,12}"
    r"|本文(?:为|是|系|属于?).{0,12}(?:会员|VIP|订阅|付费)(?:专享|专属|独享|可读|内容|文章).{0,12}"
    r"|.{0,12}(?:登录|登陆|注册|订阅|付费|购买|支付|(?:开通|成为|升级|加入).{0,6}(?:会员|VIP))"
    r"(?:以|之?后)?\W?(?:方|才|即|便)?(?:可以?|能)?(?:免费|继续)*"
    r"(?:阅读|可?读全文|(?:查看|解锁|获取|继续)(?:本文|此文)?的?(?:全文|全部|完整|剩余|后续|其余)).{0,10}"
    r"|.{0,6}试读(?:已?结束|部分已?结束).{0,12}"
    r")",
    re.IGNORECASE,
)
_LOGIN = re.compile(
    r"\W*(?:(?:您|你)?(?:需要|还?未|请)先?登录.{0,12}|扫码登录.{0,8}|(?:用户|账号|会员)登录"
    r"|登录后(?:查看|继续).{0,8})"
)
_NOT_FREE = re.compile(r'"isAccessibleForFree"\s*:\s*"?false', re.IGNORECASE)
_BREAKS_OFF = re.compile(r"[\[【](?:…|\.{3})+[\]】]\s*(?:(?:阅读|查看)全文|继续阅读)?\W*$")
_JUMP = re.compile(
    r"<meta[^>]{0,40}http-equiv\s*=\s*[\"']?refresh[^>]{0,40}?url\s*=\s*[\"']?([^\"'>\s]+)"
    r"|location(?:\.href)?\s*=\s*[\"']([^\"']+)|location\.replace\(\s*[\"']([^\"']+)",
    re.IGNORECASE,
)
_HOME = re.compile(r"/?(?:(?:index|default|home)(?:\.\w+)?)?/?", re.IGNORECASE)
_LOST = re.compile(r"/(?:40[34]|(?:page)?-?not-?_?found|error|err|deleted)(?:[._/-]\w*)*/?$", re.I)
_DOOR = re.compile(r"(?:^|/)(?:log-?in|sign-?in|passport|sso)(?:\.\w+)?(?:/|$)", re.I)
_VERIFY = re.compile(r"wappass\.baidu\.com|captcha|/waf[-_/]|antispider|security-?check", re.I)

_CHALLENGE_BYTES = 20_000
"""A challenge is a small page; a long article may well quote one of its words."""
_PROSE = 8
"""So many full stops are an article's."""
_LINE = 40
"""A sign is a short line."""
_FLASH = 300
_TEASER = 1000
_TOO_SHORT = 50
"""Characters of text: weak signs only say more of what would be refused anyway as too short."""
_SAME = 3
"""So many links of a source that gave the same bytes show a page of the site, not articles."""


def refuse(
    html: str, text: str, titles: Sequence[str], lines: Iterable[str], url: str | None
) -> Refusal | None:
    """Why a page is no article; None if it may be one.

    `text` is what was extracted, `titles` the headline and the page's title, `lines` what a reader
    sees, `url` where the page is from.
    """
    length = len(text)
    if length >= _TEASER:
        return None
    if length < _FLASH and (sign := challenge(html)):
        return Outcome.CHALLENGE_PAGE, sign
    for part in (part for title in titles for part in (title, *_TITLE_PARTS.split(title))):
        if part and len(part) <= _LINE and _GONE_TITLE.fullmatch(part):
            return Outcome.GONE, f"its title says {part}"
    known = {fold(title) for title in titles}
    signs = [line for line in lines if len(line) <= _LINE and fold(line) not in known]
    # Without its message the page would hold nothing.
    if (line := _first(_GONE_LINE, signs)) and length - len(line) < _TOO_SHORT:
        return Outcome.GONE, f"the page says {line}"
    if line := _first(_WALL, signs):
        return Outcome.PAYWALLED, f"the page says {line}"
    if match := _NOT_FREE.search(html) or _BREAKS_OFF.search(text):
        return Outcome.PAYWALLED, f"the page says {match[0]}"
    if length < _TOO_SHORT and (line := _first(_LOGIN, signs)):
        return Outcome.PAYWALLED, f"the page says {line}"
    if length < _TOO_SHORT and url and (jump := _JUMP.search(html)):
        return led_away(url, urljoin(url, next(filter(None, jump.groups()))))
    return None


def challenge(html: str, status: int = 200) -> str:
    """How a page shows that it only asks for proof of a browser; empty if it does not."""
    if len(html) >= _CHALLENGE_BYTES:
        return ""
    visible = _MARKUP.sub("\n", html)
    title = "".join(_TITLE.findall(html)[:1]).strip()
    if part := _first(_CHALLENGE_TITLE, (title, *_TITLE_PARTS.split(title))):
        return f"its title says {part}"
    # A sign that a reader sees is quoted.
    if (match := _CHALLENGE.search(html)) and match[0] not in visible:
        return f"the page says {' '.join(match[0][-30:].split())}"
    if line := _first(_BLOCKED, map(str.strip, visible.splitlines())):
        return f"the page says {line}"
    if status in _GUARDED and "<script" in html and len(fold(visible)) < _TOO_SHORT:
        return f"nothing but a script, with HTTP {status}"
    return ""


def is_challenge(body: bytes, status: int = 200) -> bool:
    """Whether a page as fetched is a challenge, before anybody reads it; quick for prose."""
    stops = body.count("。".encode()) + body.count("。".encode("gb18030"))
    small = len(body) < _CHALLENGE_BYTES and stops < _PROSE
    return small and bool(challenge(decode(body), status))


def led_away(asked: str, came: str) -> Refusal | None:
    """Why the page to which an article's address led is not that article; None if it may be."""
    start, end = urlsplit(asked), urlsplit(came)
    if end.scheme not in ("http", "https") or end[1:3] == start[1:3]:
        return None
    where = f"its address leads to {came[:200]}"
    if _VERIFY.search(end.netloc + end.path) and not _VERIFY.search(start.path):
        return Outcome.CHALLENGE_PAGE, where
    door = re.match(r"(?:passport|login|sso|accounts?)\.", end.netloc) or _DOOR.search(end.path)
    if door and not _DOOR.search(start.path):
        return Outcome.PAYWALLED, where
    if _LOST.search(end.path) or (is_home(end) and not is_home(start)) or _is_above(end, start):
        return Outcome.GONE, where
    return None


def is_template(link_title: str, title: str, text: str, alike: int) -> bool:
    """Whether a page that `alike` links of its source gave is the site's own, not their article.

    The same article at several addresses has the title that they were found with.
    """
    wanted, shown = fold(link_title), fold(title)
    if wanted and (wanted in shown or shown in wanted):
        return False
    return alike >= _SAME and (bool(wanted) or len(text) < _FLASH)


def _first(pattern: re.Pattern[str], lines: Iterable[str]) -> str:
    return next((line for line in lines if pattern.fullmatch(line)), "")


def is_home(address: SplitResult) -> bool:
    """Whether an address is that of a site's front page."""
    bare = not re.search(r"\d", address.query) and not address.fragment
    return bare and _HOME.fullmatch(address.path) is not None


def _is_above(end: SplitResult, start: SplitResult) -> bool:
    """Whether it is the folder that an article was in, at the same host: a list."""
    lost = start.path.removeprefix(end.path)
    return (
        end.netloc == start.netloc
        and end.path.endswith("/")
        and lost != start.path
        and not (end.query or end.fragment)
        # Not /story/amp, /story/index.shtml or /story/2.html, which mean the story itself.
        and re.search(r"\d{3}|[^/.]{12}", lost) is not None
    )
