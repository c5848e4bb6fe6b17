"""Title, date and people of an article, as a reader sees them."""

import re
from dataclasses import dataclass
from datetime import datetime

from lxml import html as lxml_html

from archive.text import clean_line, fold
from crawler.dates import ParsedDate, date_in_url, find_date, parse_date

_COLON = r"\s*[：:丨|｜/]\s*"
_NAME = r"[\u4e00-\u9fffA-Za-z·.]{2,12}(?:\s[\u4e00-\u9fff]{2,4})*"
_ORIGIN = re.compile(
    r"(?:消息|文章|信息|内容)?(?:来\s*源|來\s*源|稿\s*源|出\s*处)"
    + _COLON
    + r"[《“]?([^\s，。；|<>《》“”]{2,20})"
)
_AUTHOR = re.compile(
    r"(?:作\s*者|撰文|撰稿|采写|文)" + _COLON + rf"({_NAME}(?:[、，,/]\s*{_NAME})*)"
)
_REPORTER = re.compile(
    r"记者\s*[丨|｜:：]?\s*([\u4e00-\u9fff·]{2,4}(?:[\s、，,]+[\u4e00-\u9fff·]{2,4}){0,3})(?![\u4e00-\u9fff])"
)
_EDITOR = re.compile(
    r"[【\[（(]?(?:责任编辑|責任編輯|责编|責編|编辑|編輯)"
    + _COLON
    + r"([\u4e00-\u9fff·A-Za-z]{2,8})"
)
_UNKNOWN_ORIGIN = {"互联网", "互聯網", "网络", "網絡", "本站", "未知"}
_TITLE_SUFFIX = re.compile(r"\s*[_|｜]\s*|\s+[-–—]\s+|\s*--\s*")
_CREDIT_LINE = re.compile(
    r"^[【\[（(]?\s*(?:来\s*源|來源|稿\s*源|责任编辑|責任編輯|责编|責編|编辑|作\s*者|文)" + _COLON
)
_HEAD_LINES = 12
_CREDIT_LENGTH = 120
# Words of the page's furniture that stand beside names.
_NO_NAME = re.compile(
    r"^(?:来源|來源|编辑|責編|责编|责任编辑|记者|作者|评论|打印|放大|缩小|字号|分享|收藏|时间|阅读|浏览|发布|正文|订阅|关注|举报)"
)
_FOOT_LINES = 4


@dataclass(frozen=True, slots=True)
class Credits:
    """Who and when, as credit lines say it. Empty where they do not."""

    authors: tuple[str, ...] = ()
    editor: str = ""
    origin: str = ""
    date: ParsedDate | None = None


def title(tree: lxml_html.HtmlElement) -> str:
    """The headline: a visible heading that `<title>` contains, else what stands in for it."""
    page_title = clean_line(tree.findtext(".//title") or "")
    headings = [clean_line(node.text_content()) for node in tree.xpath("//h1|//h2|//h3")]
    headings = [heading for heading in headings if len(fold(heading)) >= 4]
    folded = fold(page_title)
    agreeing = [heading for heading in headings if fold(heading) in folded]
    if agreeing:
        return max(agreeing, key=len)
    first = [clean_line(node.text_content()) for node in tree.xpath("//h1")]
    for heading in first:
        if len(fold(heading)) >= 6:
            return heading
    for content in tree.xpath("//meta[@property='og:title' or @name='og:title']/@content"):
        if clean_line(content):
            return clean_line(content)
    return _TITLE_SUFFIX.split(page_title)[0].strip() or (headings[0] if headings else "")


def credits(
    tree: lxml_html.HtmlElement, headline: str, body: str, url: str | None, fetched_at: datetime
) -> Credits:
    """Read meta tags, the lines around the headline and the last lines of the body."""
    lines = [clean_line(line, 300) for line in _visible_lines(tree)]
    head = _lines_around(lines, headline)
    feet = body.split("\n")[-_FOOT_LINES:] + lines[-40:]
    seen = from_lines(head, feet, fetched_at)
    date = _meta_date(tree, fetched_at) or seen.date or (date_in_url(url) if url else None)
    origin = seen.origin or _usable_origin(_meta(tree, "source", "mediaid", "og:release_source"))
    author = _names(_meta(tree, "author", "article:author"))
    authors = seen.authors or tuple(name for name in author if len(name) <= 8)
    return Credits(authors, seen.editor, origin, date)


def from_lines(head: list[str], feet: list[str], fetched_at: datetime) -> Credits:
    """Credits of the lines after a headline and of the last lines of a text."""
    text, foot = "\n".join(head), "\n".join(feet)
    authors: tuple[str, ...] = ()
    if (match := _AUTHOR.search(text) or _REPORTER.search(text)) or (
        match := _last(_REPORTER, foot) or _last(_AUTHOR, foot)
    ):
        authors = _names(match[1])
    editor = _EDITOR.search(text) or _last(_EDITOR, foot)
    origin = ""
    for match in (*_ORIGIN.finditer(text), *_ORIGIN.finditer(foot)):
        if origin := _usable_origin(match[1]):
            break
    dates = (find_date(line, fetched_at) for line in head)
    stated = [date for date in dates if date]
    # A line below the headline may name a day of its own; the credit line has the time.
    date = next((each for each in stated if each.precision == "minute"), None)
    date = date or (stated[0] if stated else None)
    return Credits(authors, editor[1] if editor else "", origin, date)


def is_credit_line(line: str) -> bool:
    """True for a line that only says who wrote or edited the text, or where it is from."""
    return len(line) <= 40 and bool(_CREDIT_LINE.match(line))


def _names(text: str) -> tuple[str, ...]:
    names = [name.strip() for name in re.split(r"[、，,/\s]+", text) if name.strip()]
    joined: list[str] = []
    for name in names:
        # Two-character names are set with a blank between the characters.
        if joined and len(joined[-1]) == 1 and len(name) == 1:
            joined[-1] += name
        else:
            joined.append(name)
    real = (name for name in joined if len(name) > 1 and not _NO_NAME.match(name))
    return tuple(dict.fromkeys(real))[:6]


def _usable_origin(text: str) -> str:
    origin = text.replace("举报/反馈", "").strip("《》“” ")
    return "" if origin in _UNKNOWN_ORIGIN or "://" in origin else origin[:30]


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    last = None
    for last in pattern.finditer(text):
        pass
    return last


def _meta(tree: lxml_html.HtmlElement, *names: str) -> str:
    for name in names:
        for content in tree.xpath("//meta[@name=$n or @property=$n]/@content", n=name):
            if clean_line(content):
                return clean_line(content, 100)
    return ""


def _meta_date(tree: lxml_html.HtmlElement, fetched_at: datetime) -> ParsedDate | None:
    stated = _meta(
        tree, "article:published_time", "publishdate", "PubDate", "firstpublishedtime", "pubdate"
    )
    return parse_date(stated, fetched_at) if stated else None


def _visible_lines(tree: lxml_html.HtmlElement) -> list[str]:
    texts: list[str] = []
    for node in tree.iter():
        if not isinstance(node.tag, str) or node.tag in ("script", "style", "title", "noscript"):
            if node.tail:
                texts.append(node.tail)
            continue
        if node.tag in _BLOCKS:
            texts.append("\n")
        # A blank where an inline element begins or ends, so that credits do not grow together.
        texts.append(f" {node.text or ''} ")
        if node.tail:
            texts.append(("\n" if node.tag in _BLOCKS else "") + node.tail)
    return [line.strip() for line in "".join(texts).split("\n") if line.strip()]


_BLOCKS = frozenset(
    "address article aside blockquote br center dd div dl dt figcaption footer form h1 h2 h3 h4 h5"
    " h6 header hr li main nav ol p pre section table tbody td th tr ul".split()
)


def _lines_around(lines: list[str], headline: str) -> list[str]:
    """The short lines after the headline, then those just before it."""
    folded = fold(headline)
    for number, line in enumerate(lines):
        if folded and folded == fold(line):
            after = lines[number + 1 : number + 1 + _HEAD_LINES]
            around = after + lines[max(0, number - 3) : number]
            return [line for line in around if len(line) <= _CREDIT_LENGTH]
    return [line for line in lines[:_HEAD_LINES] if len(line) <= _CREDIT_LENGTH]
