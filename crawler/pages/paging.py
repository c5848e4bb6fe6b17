"""Where an article of several pages goes on: the address of its next page, or of all of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from archive.models import Page
from archive.pages import MAX_BYTES
from archive.text import clean_line
from crawler.articles.decode import decode
from crawler.links import answers
from crawler.sources import urls
from crawler.sources.source import Source

MOST_PAGES = 10
WHOLE = 0
"""The number of a page that holds all of the article."""

_MOST_LINKS = 3000
_PARAMETER = "page|p|pn|pageno|page_no|pagenum"
_ALL = "all|full"
_NUMBER = re.compile(rf"(?:(?:p|page)?0?([1-9]\d?)|{_ALL})", re.IGNORECASE)
_NEXT = re.compile(
    r"下\s*一?\s*[页頁]|[后後][页頁]|全文|点击阅读|继续阅读|^next(?: page)?$|^[>»›]+$",
    re.IGNORECASE,
)
_WHOLE = re.compile(r"全文|单页|全部|不分页|view all|single page", re.IGNORECASE)
_OTHER = re.compile(
    r"[上下]\s*一?\s*[篇条则]|上\s*一?\s*[页頁]|评论|跟[帖贴]|回复|prev|comment|repl", re.IGNORECASE
)
_COMMENTS = re.compile(r"comment|reply|replies|pinglun|discuss", re.IGNORECASE)
_AROUND = "ancestor-or-self::*[position() < 5][not(self::body)]/@*[name()='id' or name()='class']"
# The page bar that TRS sites write by script: pages, index of this one, name, extension.
_SCRIPT = re.compile(
    r"createPageHTML\(\s*(\d{1,3})\s*,\s*(\d+)\s*,\s*[\"']([\w-]+)[\"']\s*,\s*[\"'](\w+)"
)
_NUMBERED = re.compile(rf"[_/-](?:p|page)?(?:\d\d?|{_ALL})\b".encode())
_SCRIPTED = re.compile(rb"createPageHTML\(\s*\d")
_QUERY = re.compile(rf"[?&;](?:{_PARAMETER})=(?:\d\d?\b|{_ALL})".encode())


@dataclass(frozen=True, slots=True)
class Continuation:
    """The page to read next, and how many the article has, as far as this one tells."""

    url: str
    pages: int


def next_page(
    pages: Sequence[Page], source: Source | None, whole: bool = True
) -> Continuation | None:
    """Where the article whose first pages these are goes on; None where it does not.

    One page with all of it is preferred to the next if `whole`. A link counts when it names page
    n + 1 of the same article and says so: by its words, or as a number in a bar.
    """
    page, first, position = pages[-1], _plain(pages[0].url), len(pages)
    here = 1 if position == 1 else number(_plain(page.url), first)
    if not here or not _mentions(page.body, first):
        return None
    text = decode(page.body)
    if (tree := answers.parse(text)) is None:
        return None
    found = _links(tree, page.url, first, source)
    for total, index, stem, extension in _SCRIPT.findall(text):
        url = answers.absolute(page.url, f"{stem}_{position}.{extension}")
        if int(index) == position - 1 < int(total) - 1 and number(url, first) == position:
            return Continuation(url, int(total))
    if whole and position == 1:
        for url, its, words in found:
            if its == WHOLE and _WHOLE.search(words):
                return Continuation(url, 2)
    last = max((its for _, its, _ in found), default=0)
    # Some count from 0: their second page is number 1.
    for wanted in (here + 1, here) if position == 1 else (here + 1,):
        for url, its, words in found:
            if its == wanted and (_NEXT.search(words) or _bar_number(words) == position + 1):
                return Continuation(url, position + 1 + last - wanted)
    return None


def number(url: str, first: str) -> int | None:
    """The number behind the address of an article's first page; None if there is nothing else.

    Both are canonical. ID_2.html, ID-2.html, ID/2 and ID.html?page=2 are 2; ID_all.html is WHOLE.
    """
    here, base = urlsplit(url), urlsplit(first)
    if here.netloc != base.netloc:
        return None
    behind = ""
    if here.path == base.path:
        old, new = parse_qsl(base.query), parse_qsl(here.query)
        added = [pair for pair in new if pair not in old]
        lost = [pair for pair in old if pair not in new]
        if len(added) == 1 and re.fullmatch(_PARAMETER, added[0][0], re.IGNORECASE):
            name, behind = added[0]
            if lost not in ([], [(name, "1")]):
                return None
    elif here.query == base.query:
        stem, extension = _split(base.path)
        pattern = (
            rf"{re.escape(stem)}{'[_-]' if extension else '[_/-]'}(\w+){re.escape(extension)}/?"
        )
        if found := re.fullmatch(pattern, here.path):
            behind = found[1]
    if not (found := _NUMBER.fullmatch(behind)):
        return None
    return int(found[1]) if found[1] else WHOLE


def is_whole(page: Page, first: Page) -> bool:
    """Whether a page holds all of the article that begins with `first`."""
    return number(_plain(page.url), _plain(first.url)) == WHOLE


def problem(pages: Sequence[Page], page: Page) -> str:
    """Why an answer is not the page that goes on after `pages`; empty if it is."""
    position = len(pages) + 1
    if number(_plain(page.url), _plain(pages[0].url)) is None:
        return f"page {position} leads elsewhere"
    if any(page.body == before.body for before in pages):
        return f"page {position} repeats an earlier one"
    if sum(len(each.body) for each in (*pages, page)) > MAX_BYTES:
        return "together they are larger than is kept"
    return ""


def links(tree: Any, url: str, first: str) -> list[tuple[Any, str, int | None]]:
    """The links of a page to pages of the article at `first`: (node, address, number).

    The first page has the number None.
    """
    first = _plain(first)
    base = answers.base(tree, url)
    found = []
    for node in islice(tree.iter("a", "link"), _MOST_LINKS):
        address = answers.absolute(base, node.get("href", ""))
        its = number(address, first)
        if address and (its is not None or address == first):
            found.append((node, address, its))
    return found


def _links(tree: Any, url: str, first: str, source: Source | None) -> list[tuple[str, int, str]]:
    """(address, number, words) of the links that may lead on."""
    found = []
    for node, address, its in links(tree, url, first):
        if its is None:
            continue
        spoken = (
            clean_line(node.text_content()),
            node.get("title", ""),
            *node.xpath(".//img/@alt"),
        )
        words = "下一页" if "next" in node.get("rel", "").split() else " ".join(spoken).strip()
        around = [urlsplit(node.get("href")).fragment, *node.xpath(_AROUND)]
        if _OTHER.search(words) or any(map(_COMMENTS.search, around)):
            continue
        if _id(address, source) in ("", _id(first, source)):
            found.append((address, its, words))
    return found


def _plain(url: str) -> str:
    return answers.absolute(url, url)


def _id(url: str, source: Source | None) -> str:
    return source.article_id(urls.canonical(url, source)) if source else ""


def _bar_number(words: str) -> int | None:
    found = re.fullmatch(r"\W*(\d{1,2})\W*", words) or re.match(r"\W*第\s*(\d{1,2})\s*页", words)
    return int(found[1]) if found else None


def _split(path: str) -> tuple[str, str]:
    """A path as what comes before a page number, and what comes after."""
    stem, dot, extension = path.rpartition(".")
    if dot and "/" not in extension:
        return stem, dot + extension
    return path.rstrip("/"), ""


def _mentions(body: bytes, first: str) -> bool:
    """Whether the bytes may hold a link to a further page: most pages need not be parsed."""
    name = _split(urlsplit(first).path)[0].rpartition("/")[2].encode()
    name = b"" if b"%" in name else name  # It may stand there in another encoding.
    # The name is looked for by itself: an expression of its own for each page would cost more than
    # all else. One after another: together they take four times as long.
    at = body.find(name)
    while at >= 0:
        if _NUMBERED.match(body, at + len(name)):
            return True
        at = body.find(name, at + 1)
    return bool(_QUERY.search(body) or _SCRIPTED.search(body))
