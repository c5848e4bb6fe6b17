"""Title, date and people of an article, as a reader sees them."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Any

from lxml import html as lxml_html
from lxml.etree import iterwalk

from archive.text import clean_line, fold
from crawler.dates import ParsedDate, date_in_url, find_date, parse_date

_COLON = r"\s*[：:丨|｜/]\s*"
# Two-character names may be set with a blank between the characters.
NAME = (
    r"(?:[\u4e00-\u9fff] [\u4e00-\u9fff](?![\u4e00-\u9fff])|[\u4e00-\u9fffA-Za-z·.]{2,12})"
    r"(?: [\u4e00-\u9fff]{2,4})*"
)
_BY = r"(?<![\u4e00-\u9fff])文"  # not 原文, 正文
_ORIGIN = re.compile(
    r"(?:消息|文章|信息|内容)?(?:来\s*源|來\s*源|稿\s*源|出\s*处)"
    + _COLON
    + r"[《“]?([^\s，。；|<>《》“”]{2,20})"
)
_AUTHOR = re.compile(
    rf"(?:(?:作\s*者|撰文|撰稿|采写|{_BY}){_COLON}|(?:撰文|撰稿|采写)\s+)"
    rf"({NAME}(?:[、，,/] *{NAME})*)"
)
_REPORTER = re.compile(
    r"(?<!小)记者\s*[丨|｜:：]?\s*"
    r"([\u4e00-\u9fff·]{2,4}(?:[ 、，,]+[\u4e00-\u9fff·]{2,4}){0,3})(?![\u4e00-\u9fff])"
)
_EDIT = r"(?:责任编辑|責任編輯|责编|責編|网编|編輯|编辑)"
_EDITOR = re.compile(
    rf"{_EDIT}{_COLON}([\u4e00-\u9fff·A-Za-z]{{2,8}})"
    # Without a colon only where the name ends the line or the brackets.
    rf"|{_EDIT}\s+([\u4e00-\u9fff·]{{2,4}})\s*(?:[）)】\]]|$)",
    re.MULTILINE,
)
_UNKNOWN_ORIGIN = {"互联网", "互聯網", "网络", "網絡", "本站", "未知"}
_TITLE_SUFFIX = re.compile(r"\s*[_|｜]\s*|\s+[-–—]\s+|\s*--\s*")
_CREDIT = rf"(?:来\s*源|來\s*源|稿\s*源|{_EDIT}|作\s*者|{_BY}){_COLON}"
_CREDIT_LINE = re.compile(
    # Nothing but a credit, or a line of several, or of one and a date.
    rf"[【\[（(]?\s*(?:{_CREDIT}.{{0,30}}|{_EDIT}\s+\S{{2,4}}\s*[）)】\]])"
    rf"|(?=.*{_CREDIT}.*(?:{_CREDIT}))[^。！？]{{0,80}}"
    rf"|(?=.*{_CREDIT})\D{{0,12}}(?:19|20)\d\d\D{{1,3}}\d{{1,2}}\D{{1,3}}\d[^。！？]{{0,60}}"
)
_JOINTS = "-–—_|｜»›·:："
_DATE_NAMES = "article:published_time", "publishdate", "PubDate", "firstpublishedtime", "pubdate"
_ORIGIN_NAMES = "source", "mediaid", "ContentSource", "og:release_source"
_HEAD_LINES = 12
_CREDIT_LENGTH = 120
# Words of the page's furniture that stand beside names.
_NO_NAME = re.compile(
    r"^(?:来源|來源|出处|网编|编辑|責編|责编|责任编辑|记者|作者|评论|打印|放大|缩小|字号|分享|收藏|时间|阅读|浏览|发布|正文|订阅|关注|举报)"
)
_FOOT_LINES = 4


@dataclass(frozen=True, slots=True)
class Credits:
    """Who and when, as credit lines say it. Empty where they do not."""

    authors: tuple[str, ...] = ()
    editor: str = ""
    origin: str = ""
    date: ParsedDate | None = None


def title(tree: lxml_html.HtmlElement, lines: list[str], selected: Sequence[str] = ()) -> str:
    """The headline: a heading or visible line that `<title>` contains, else what stands in.

    What a publisher's selector shows is a heading too, the first of them.
    """
    page_title = clean_line(tree.findtext(".//title") or "")
    headings = [clean_line(node.text_content()) for node in tree.xpath("//h1|//h2|//h3")]
    headings = [*selected, *headings]
    headings = [heading for heading in headings if len(fold(heading)) >= 4]
    folded = fold(page_title)
    agreeing = [heading for heading in headings if fold(heading) in folded]
    if agreeing:
        return max(agreeing, key=len)
    joined = [line for line in lines if len(fold(line)) >= 6 and _stands_in(line, page_title)]
    if joined:
        return max(joined, key=lambda line: (line != page_title, len(line)))
    first = [clean_line(node.text_content()) for node in tree.xpath("//h1")]
    for heading in (*selected, *first):
        if len(fold(heading)) >= 6:
            return heading
    for content in tree.xpath("//meta[@property='og:title' or @name='og:title']/@content"):
        if clean_line(content):
            return clean_line(content)
    return _TITLE_SUFFIX.split(page_title)[0].strip() or (headings[0] if headings else "")


def credits(
    tree: lxml_html.HtmlElement,
    lines: list[str],
    headline: str,
    body: str,
    url: str | None,
    fetched_at: datetime,
) -> Credits:
    """Read the lines around the headline, the body's last lines, and what machines are told."""
    head = _lines_around(lines, headline, fetched_at)
    feet = body.split("\n")[-_FOOT_LINES:] + lines[-40:]
    seen = from_lines(head, feet, fetched_at)
    told = _told(tree)
    date = (
        _date(_meta(tree, *_DATE_NAMES), fetched_at)
        or seen.date
        or _date(str(told.get("datePublished") or ""), fetched_at)
        or (date_in_url(url) if url else None)
    )
    origin = seen.origin or usable_origin(_meta(tree, *_ORIGIN_NAMES))
    author = names(_meta(tree, "author", "article:author")) or _told_authors(told)
    authors = seen.authors or tuple(name for name in author if len(name) <= 8)
    return Credits(authors, seen.editor, origin, date)


def from_lines(head: list[str], feet: list[str], fetched_at: datetime) -> Credits:
    """Credits of the lines after a headline and of the last lines of a text."""
    text, foot = "\n".join(head), "\n".join(feet)
    authors: tuple[str, ...] = ()
    if (match := _AUTHOR.search(text) or _REPORTER.search(text)) or (
        match := _last(_REPORTER, foot) or _last(_AUTHOR, foot)
    ):
        authors = names(match[1])
    editor = _EDITOR.search(text) or _last(_EDITOR, foot)
    origin = ""
    for match in (*_ORIGIN.finditer(text), *_ORIGIN.finditer(foot)):
        if origin := usable_origin(match[1]):
            break
    dates = (find_date(line, fetched_at) for line in head)
    stated = [date for date in dates if date]
    # A line below the headline may name a day of its own; the credit line has the time.
    date = next((each for each in stated if each.precision == "minute"), None)
    date = date or (stated[0] if stated else None)
    return Credits(authors, editor[1] or editor[2] if editor else "", origin, date)


def is_credit_line(line: str) -> bool:
    """True for a line that only says who wrote or edited the text, or where it is from."""
    return len(line) <= 100 and bool(_CREDIT_LINE.fullmatch(line))


def names(text: str) -> tuple[str, ...]:
    """The people of a line of names, at most six, up to the first word that is none."""
    parts = [name.strip() for name in re.split(r"[、，,/\s]+", text) if name.strip()]
    joined: list[str] = []
    for name in parts:
        if joined and len(joined[-1]) == 1 and len(name) == 1:
            joined[-1] += name
        else:
            joined.append(name)
    real = takewhile(lambda name: not _NO_NAME.match(name), joined)
    # 实习记者 stands before a name and is none.
    people = (name for name in real if len(name) > 1 and not name.endswith(("记者", "通讯员")))
    return tuple(dict.fromkeys(people))[:6]


def usable_origin(text: str) -> str:
    """Who an article is from, if a text says more than that nobody knows; else empty."""
    origin = text.replace("举报/反馈", "").strip("《》“” ")
    return "" if origin in _UNKNOWN_ORIGIN or "://" in origin else origin[:30]


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    found = [*pattern.finditer(text)]
    return found[-1] if found else None


def _meta(tree: lxml_html.HtmlElement, *names: str) -> str:
    for name in names:
        for content in tree.xpath("//meta[@name=$n or @property=$n]/@content", n=name):
            if clean_line(content):
                return clean_line(content, 100)
    return ""


def _told(tree: lxml_html.HtmlElement) -> dict[str, Any]:
    """The article as the page describes it to machines in JSON-LD."""
    for script in tree.xpath("//script[@type='application/ld+json']/text()"):
        try:
            literal = json.loads(script)
        except (ValueError, RecursionError):
            continue
        graph = literal.get("@graph", literal) if isinstance(literal, dict) else literal
        for each in graph if isinstance(graph, list) else [graph]:
            if isinstance(each, dict) and str(each.get("@type")).endswith("Article"):
                return each
    return {}


def _told_authors(told: dict[str, Any]) -> tuple[str, ...]:
    def name(who: object) -> str:
        return clean_line(str((who.get("name") if isinstance(who, dict) else who) or ""), 100)

    authors, publisher = told.get("author"), name(told.get("publisher"))
    people = [name(who) for who in (authors if isinstance(authors, list) else [authors])]
    return names("、".join(each for each in people if each != publisher))


def _date(stated: str, fetched_at: datetime) -> ParsedDate | None:
    return parse_date(stated, fetched_at) if stated else None


def _stands_in(line: str, page_title: str) -> bool:
    """Whether a page's title is the line and, apart from it, the site's name."""
    before, found, after = (part.strip() for part in page_title.partition(line))
    return bool(found) and not (before and after) and (before[-1:] or after[:1]) in _JOINTS


def visible_lines(tree: lxml_html.HtmlElement) -> list[str]:
    """The page's text as it is set in lines, each at most 300 characters."""
    texts: list[str] = []
    for event, node in iterwalk(tree, events=("start", "end", "comment", "pi")):
        # A blank where an inline element begins or ends, so that credits do not grow together.
        gap = "\n" if node.tag in _BLOCKS else " "
        if event == "start" and node.tag not in _UNSEEN:
            texts += gap, node.text or ""
        elif event != "start":
            texts += gap, node.tail or ""
    lines = (clean_line(line, 300) for line in "".join(texts).split("\n"))
    return [line for line in lines if line]


_UNSEEN = {"script", "style", "title", "noscript"}
_BLOCKS = frozenset(
    "address article aside blockquote br center dd div dl dt figcaption footer form h1 h2 h3 h4 h5"
    " h6 header hr li main nav ol p pre section table tbody td th tr ul".split()
)


def _lines_around(lines: list[str], headline: str, fetched_at: datetime) -> list[str]:
    """The short lines after the headline, then those just before it.

    The headline may also stand in a list or a trail of links: a date beside it tells them apart.
    """
    folded = fold(headline)
    places = [number for number, line in enumerate(lines) if folded and folded == fold(line)]
    around = [
        lines[number + 1 : number + 1 + _HEAD_LINES] + lines[max(0, number - 3) : number]
        for number in places[:5]
    ] or [lines[:_HEAD_LINES]]
    short = [[line for line in each if len(line) <= _CREDIT_LENGTH] for each in around]
    dated = (each for each in short if any(find_date(line, fetched_at) for line in each))
    return next(dated, short[0])
