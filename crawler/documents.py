"""Documents that somebody has: plain text, Markdown, HTML, and labelled records."""

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath

from archive.models import Article, Outcome
from archive.text import clean, clean_line, fold
from crawler import metadata
from crawler.dates import find_date
from crawler.decode import decode
from crawler.extract import MIN_CHARACTERS, Reading, read

_LABEL = re.compile(r"^(标题|链接|总结|关键词|AI技术|行业|重大事件摘要)\s*[:：]\s*", re.MULTILINE)
_HEADING = re.compile(r"^#{1,6}\s+")
_HTML = re.compile(rb"<(?:!doctype html|html|head|body)\b", re.IGNORECASE)
_TITLE_LINES = 15
_TITLE_LENGTH = range(6, 60)
_SENTENCE_ENDS = ("。", "！", "？", "；", "，", "”")


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
    text = clean(raw)
    if _LABEL.match(text) and text.count("总结"):
        return _labelled(text, now)
    return Document(_plain(text, now))


def _labelled(text: str, now: datetime) -> Document:
    pieces = _LABEL.split(text)
    fields = dict(zip(pieces[1::2], (piece.strip() for piece in pieces[2::2]), strict=True))
    body = re.sub(r"(来源\s*[：:]\s*\S{2,20}?)?\s*举报/反馈\s*$", "", fields.get("总结", ""))
    found = metadata.from_lines([], fields.get("总结", "").split("\n")[-1:], now)
    article = Article(
        title=clean_line(fields.get("标题", "")),
        text=body.strip(),
        authors=metadata.from_lines([body[:80]], [], now).authors,
        editor=found.editor,
        origin=found.origin,
        keywords=tuple(re.split(r"[,，、]\s*", fields["关键词"])) if fields.get("关键词") else (),
    )
    return Document(_judge(article), fields.get("链接", "").strip())


def _plain(text: str, now: datetime) -> Reading:
    lines = text.split("\n")
    number = _title_line(lines, now)
    if number is None:
        return Reading((), Outcome.EXTRACTION_FAILED, "no line looks like a title")
    title = _HEADING.sub("", lines[number])
    rest = [_HEADING.sub("", line) for line in lines[number + 1 :]]
    found = metadata.from_lines(rest[:6], rest[-6:], now)
    dated = [number for number, line in enumerate(rest[:4]) if _is_dateline(line, now)]
    body = rest[dated[-1] + 1 if dated else 0 :]
    article = Article(
        title=clean_line(title),
        text="\n".join(line for line in body if not metadata.is_credit_line(line)),
        authors=found.authors,
        editor=found.editor,
        origin=found.origin,
        published_at=found.date.instant if found.date and dated else None,
        date_precision=found.date.precision if found.date and dated else "",
    )
    return _judge(article)


def _title_line(lines: list[str], now: datetime) -> int | None:
    """The line above a line of credits with a date; else the first Markdown heading; else the
    first line of a title's length."""
    head = lines[:_TITLE_LINES]
    for number, line in enumerate(head[1:], 1):
        if _is_dateline(line, now) and len(fold(head[number - 1])) >= 6:
            return number - 1
    for number, line in enumerate(head):
        if _HEADING.match(line):
            return number
    for number, line in enumerate(head):
        if len(fold(line)) in _TITLE_LENGTH:
            return number
    return 0 if lines and lines[0] else None


def _is_dateline(line: str, now: datetime) -> bool:
    """Whether a line says when and perhaps by whom, and is no sentence of the text."""
    return len(line) < 60 and not line.endswith(_SENTENCE_ENDS) and bool(find_date(line, now))


def _judge(article: Article) -> Reading:
    if not article.title:
        return Reading((), Outcome.EXTRACTION_FAILED, "no title found")
    if len(article.text) < MIN_CHARACTERS:
        reason = f"{len(article.text)} characters of text, {MIN_CHARACTERS} are needed"
        return Reading((), Outcome.TOO_SHORT, reason)
    return Reading((article,), Outcome.STORED)
