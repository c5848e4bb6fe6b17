"""Whose article it is: what its credit lines, its opening and its last lines say."""

import re
from collections.abc import Iterable, Iterator, Sequence

from archive.script import simplified
from crawler.articles.people import SEPARATOR

_HAN, _WORD = "[\u4e00-\u9fff]", "[\u4e00-\u9fffA-Za-z0-9]"
_MARKS = r"\s，。；：！？,;:|<>《》“”「」（）()\[\]【】"
_NAME = rf"(?:[^{_MARKS}]{{1,12}}[-—])?《[^》]{{2,16}}》|[^{_MARKS}]{{2,20}}"
_CREDIT = re.compile(
    # Not what a picture or a figure is from.
    rf"(?<![图片料据面频材金体])(?:来\s*源|稿\s*源|出\s*处|转载自|转自|摘自|本文来自|首发于|编译自)(?:{SEPARATOR}|\s*(?=[《“「]))"
    rf"(?:微信)?(?:公众号)?\s*[“「]?({_NAME})"
)
_ISSUE = re.compile(
    # A magazine and its number, a paper and its day.
    r"^《?([\u4e00-\u9fff]{2,10})》?\s*((?:19|20)\d\d年第?\d{1,2}期)$"
    r"|^[（(]?\s*《([\u4e00-\u9fff]{2,10})》\s*[（(]?\s*(?:19|20)\d\d年\d{1,2}月\d{1,2}日"
)
_PRESS = "社|报|(?<!官)网(?!站)|周刊|电视台"
_OUTLET = rf"(?:{_PRESS}|(?<!平)台|之家|科技|财经|新闻|在线|客户端|氪)"
_DAY = r"\s*(?:\d{1,2}\s*月\s*)?\d{1,2}\s*日\s*(?:专?电|讯|消息)"
_DATELINE = re.compile(
    # A place may stand behind the name of a paper: that of the first that it can be.
    rf"^[（(【\[\s]*({_WORD}{{1,10}}?(?:{_PRESS}))(?:{_HAN}{{0,12}}?{_DAY}|{_HAN}{{0,6}}报道】)"
    rf"|^[（(【\[\s]*({_WORD}{{1,10}}{_OUTLET})(?:{_DAY}|{_WORD}{{0,4}}讯[】\s（(，]|获悉，)"
)
_BYLINE = re.compile(
    rf"(?:《([^》]{{2,16}})》|({_WORD}{{1,10}}(?:{_OUTLET}|杂志|频道)))"
    rf"\s*(?:首席|见习|实习|特约|资深|驻{_HAN}{{2,4}})?\s*$"
)
_LAST = re.compile(rf"[。！？”…]\s*[（(]({_WORD}{{1,10}}{_OUTLET})[)）]$")
_RIGHTS = re.compile(r"版权[属归为]于?\s*《([^》]{2,16})》|[（(]作者为《([^》]{2,16})》")
_OURS = re.compile(r"^(?:本|我)[报刊网社台]|^(?:另?据|从|记者|近日|[今昨]日)")
_UNKNOWN = re.compile(
    r"(?:互联网|网络|未知|不详|本[站网报刊]|原创|转载|综合|网友|自媒体|投稿|其[他它]|公众号)"
    r"(?:整理|文章|综合|转载|投稿|资料|内容|编辑)?"
    r"|(?:发布|时间|日期|作者|编辑|责[编任]|浏览|点击|阅读|查看|字[号体]|分享|评论|打印|记者).*|https?"
)


def origin(
    credits: Iterable[str], opening: Sequence[str], outlet: str, closing: Iterable[str]
) -> tuple[str, str]:
    """Who an article is from and what says so (see Article.origin_kind); empty if nothing does.

    `credits` are credit lines, `opening` and `closing` the first and last lines of the text,
    `outlet` is what stands before its reporter.
    """
    for kind, shown in (
        ("credit", _found(_CREDIT, (*credits, *closing))),
        ("credit", _found(_ISSUE, (*credits, *closing))),
        ("credit", _found(_LAST, closing)),
        ("dateline", _found(_DATELINE, opening)),
        ("byline", _found(_BYLINE, [outlet])),
        ("copyright", _found(_RIGHTS, closing)),
    ):
        for each in shown:
            if name := usable(each):
                return name, kind
    return "", ""


def issue(lines: Iterable[str]) -> str:
    """The number of the magazine that lines name, as they write it; else empty."""
    found = (_ISSUE.match(line) for line in lines)
    return next((match[2] for match in found if match and match[2]), "")


def usable(text: str) -> str:
    """Who an article is from, if a text says more than that nobody knows; else empty."""
    name = text.replace("举报/反馈", "").strip("“” ")
    name = re.sub("^《([^《》]*)》$", r"\1", name)
    plain = simplified(name)
    known = not (_UNKNOWN.fullmatch(plain) or _OURS.match(plain) or "://" in name)
    return name[:30] if known and len(name) > 1 else ""


def _found(pattern: re.Pattern[str], lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        for match in pattern.finditer(simplified(line)):
            if group := next((n for n, each in enumerate(match.groups(), 1) if each), 0):
                yield line[slice(*match.span(group))]
