"""Documents that somebody has: plain text, Markdown, HTML, and labelled records.

What is not HTML is made a page of it, so that it is read as every other page is.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape
from pathlib import PurePath

from archive.models import Outcome
from archive.text import clean, clean_line, fold
from crawler.articles import lines as rules
from crawler.articles.bylines import unglued
from crawler.articles.decode import decode
from crawler.articles.headline import said
from crawler.articles.paragraphs import unwrapped
from crawler.extract import Reading, read, read_markup
from crawler.links.dates import find_date

_LABELS = {
    "标题": "title",
    "链接": "url",
    "网址": "url",
    "总结": "text",
    "正文": "text",
    "内容": "text",
    "关键词": "keywords",
    "作者": "credit",
    "来源": "credit",
    "发布时间": "credit",
    "AI技术": "",
    "行业": "",
    "重大事件摘要": "",
}
_LABEL = re.compile(rf"({'|'.join(_LABELS)})\s*[:：]\s*")
_MARKDOWN = re.compile(r"(#{1,6})\s+(.*)")
_HTML = re.compile(rb"<(?:!doctype html|html|head|body)\b", re.IGNORECASE)
_MARKUP = (
    (re.compile(r"^(?:&gt;|>)\s*"), ""),
    (re.compile(r"!\[[^\]]*\]\([^)]*\)"), ""),
    (re.compile(r"\[([^\]]+)\]\((https?:[^)\s]*)[^)]*\)"), r'<a href="\2">\1</a>'),
    (re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*"), r"\1"),
)
_CLAUSE = re.compile(r"(?<=.{6})[，。；：！？]")
_MENU = re.compile(r"(?:[^\s|>›»/·_,，]{1,6}(?:[\s|>›»/·_,，]+|$)){3,}")
_DAY = re.compile(r"\W*(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d")
_TITLE_LINES = 60
_PARAGRAPH = 60.0
"""Characters of sentences that no title has."""
_TITLE_LENGTH = range(6, 60)
_SENTENCE_ENDS = ("。", "；", "，", "”", ";", ",")
_DATELINE = 60
_AGREEING = 0.5
"""The part of what the best of the first lines says of the text that a title says too."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document as read: what it holds, and the address it names for itself, if any."""

    reading: Reading
    url: str = ""


def read_document(body: bytes, name: str, now: datetime) -> Document:
    """Read a document by its content; `name` only tells Markdown and HTML from plain text."""
    suffix = PurePath(name).suffix.lower()
    if suffix in (".html", ".htm") or _HTML.search(body[:2000]):
        return Document(read(body, None, now))
    raw = decode(body)
    if "\0" in raw or raw.count("�") > len(raw) / 200:
        return Document(Reading((), Outcome.NOT_ARTICLE, "it is not text in a known encoding"))
    fields = _fields(clean(raw).split("\n"))
    if "title" in fields and "text" in fields:
        return _labelled(fields, now)
    return Document(_plain(clean(unwrapped(raw)).split("\n"), now))


def _fields(lines: Iterable[str]) -> dict[str, list[str]]:
    """What stands behind labels, of each the first; nothing if the text does not begin with one."""
    found: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line in lines:
        label = _LABEL.match(line)
        if label and (name := _LABELS[label[1]]) == "credit" and "text" not in found:
            current = found.setdefault(name, [])
            current.append(line)
            continue
        if label and name != "credit" and (not name or name not in found):
            current = found.setdefault(name, []) if name else []
            line = line[label.end() :]
        if current is None:
            return {}
        current.append(line)
    return found


def _labelled(fields: dict[str, list[str]], now: datetime) -> Document:
    title = clean_line(" ".join(fields["title"]))
    stated = " ".join(fields.get("keywords", ()))
    reading = _read(title, (), [*fields.get("credit", ()), *fields["text"]], now)
    keywords = tuple(filter(None, re.split(r"\s*[,，、;；]\s*", stated)))
    articles = (replace(each, keywords=each.keywords or keywords) for each in reading.articles)
    url = "".join(fields.get("url", ())).strip()
    return Document(replace(reading, articles=tuple(articles)), url)


def _plain(lines: Sequence[str], now: datetime) -> Reading:
    number = _title_line(lines, now)
    if number is None:
        return Reading((), Outcome.EXTRACTION_FAILED, "no line looks like a title")
    title, behind = _bare(lines[number]), lines[number + 1 :]
    if title.endswith("。"):
        # There is none: what the first sentence begins with stands for it.
        title, behind = _CLAUSE.split(title)[0], lines[number:]
    return _read(title, lines[:number], behind, now)


def _read(title: str, before: Iterable[str], lines: Iterable[str], now: datetime) -> Reading:
    menu = "".join(f"<p>{escape(line)}</p>" for line in before)
    shown = "\n".join(_shown(part) for line in lines for part in unglued(line))
    return read_markup(
        f"<html><head><title>{escape(title)}</title></head><body><nav>{menu}</nav>"
        f"<article><h1>{escape(title)}</h1>{shown}</article></body></html>",
        None,
        now,
    )


def _shown(line: str) -> str:
    """A line as HTML; the marks of Markdown mean in plain text what they mean there."""
    tag = "p"
    if heading := _MARKDOWN.fullmatch(line):
        tag, line = "h2", heading[2]
    line = escape(line, quote=False)
    for mark, meaning in _MARKUP:
        line = mark.sub(meaning, line)
    return f"<{tag}>{line}</{tag}>"


def _bare(line: str) -> str:
    heading = _MARKDOWN.fullmatch(line)
    return clean_line(heading[2].strip("# ") if heading else line)


def _title_line(lines: Sequence[str], now: datetime) -> int | None:
    """The first Markdown heading; else the line above a line of credits with a date; else of those
    above the text the first that says of it nearly as much as the best."""
    long = (number for number, line in enumerate(lines) if _is_text(line))
    head = lines[: max(1, min(next(long, len(lines)), _TITLE_LINES))]
    for number, line in enumerate(head):
        if _MARKDOWN.fullmatch(line):
            return number
    text = "\n".join(lines[len(head) :])
    likely = {
        number: said(line, text)
        for number, line in enumerate(head)
        if len(fold(line)) in _TITLE_LENGTH and not _is_furniture(line)
    }
    for number in likely:
        if number + 1 < len(lines) and _is_dateline(lines[number + 1], now):
            return number
    best = max(likely.values(), default=0.0)
    found = (number for number, share in likely.items() if share >= _AGREEING * best)
    first = next(found, 0 if lines and lines[0] else None)
    # A list above the text may have it too.
    return max((n for n in likely if lines[n] == lines[first or 0]), default=first)


def _is_text(line: str) -> bool:
    return line.endswith("。") or rules.prose(line) >= _PARAGRAPH


def _is_furniture(line: str) -> bool:
    return (
        rules.is_button(line)
        or rules.is_notice(line)
        or rules.is_credit(line)
        or bool(_MENU.fullmatch(line) or _DAY.match(line))
        or rules.is_stamp(line)
    )


def _is_dateline(line: str, now: datetime) -> bool:
    """Whether a line says when and perhaps by whom, and is no sentence of the text."""
    return (
        len(line) < _DATELINE and not line.endswith(_SENTENCE_ENDS) and bool(find_date(line, now))
    )
