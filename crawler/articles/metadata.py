"""Who wrote an article, whose it is and when it was published, as a reader sees it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from itertools import takewhile
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from archive.clock import BEIJING
from archive.models import Article
from archive.text import clean_line, fold
from crawler.articles import origins, told
from crawler.articles.headline import around, span
from crawler.articles.people import SEPARATOR, bracketed, experts, people
from crawler.links.dates import ParsedDate, date_in_url, find_date

_EDIT = r"(?:责任编辑|責任編輯|责编|責編|网编|編輯|编辑)"
_CREDIT = rf"(?:来\s*源|來\s*源|稿\s*源|{_EDIT}|作\s*者|(?<![\u4e00-\u9fff])文){SEPARATOR}"
_CREDIT_LINE = re.compile(
    # Nothing but a credit, or a line of several, or of one and a date.
    rf"[【\[（(]?\s*(?:{_CREDIT}.{{0,30}}|{_EDIT}\s+\S{{2,4}}\s*[）)】\]])"
    rf"|(?=.*{_CREDIT}.*(?:{_CREDIT}))[^。！？]{{0,80}}"
    rf"|(?=.*{_CREDIT})\D{{0,12}}(?:19|20)\d\d\D{{1,3}}\d{{1,2}}\D{{1,3}}\d[^。！？]{{0,60}}"
)
_LABEL_ALONE = re.compile(r"(?:来\s*源|來\s*源|作\s*者|编辑|編輯|责编|責編)\s*[：:]$")
_PUBLISHED = re.compile(r"发布|發布|发表|發表|时间[：:]|日期[：:]|來源[：:]|来源[：:]")
_WORDS = re.compile(r"^\W*(?:关键[词字]|關鍵[詞字]|标签|標籤)\s*[：:]\s*(.{2,})$")
_CAPTION = re.compile(r"^(?:[▲△]\s*\S|[图圖](?:注|说|說|片说明)?\d*\s*[：:|｜]|[图圖][为為])")
_BENEATH = etree.XPath("//figcaption|//@class[contains(.,'caption')]/..")
# The trail of links to an article, and what in it is no part of the site.
_TRAIL = re.compile(r"(?:首\s*[页頁]|主[页頁]|位置\s*[：:]|网).*[>›»＞]|[>›»＞]\s*正文")
_STEP = re.compile(r"\s*[>›»＞｜|：:]+\s*")
_NO_PLACE = re.compile(r"\W*(?:.*首\s*[页頁]|主[页頁]|正文|.*位置|文章|.{0,4}详情)?\W*|.|.{13,}")
_COMMA = re.compile("[,，;；、]")
_OPENING, _CLOSING, _FEET, _ABOVE = 3, 8, 12, 25
"""Lines: of the text's beginning and end, below it, above it."""
_PIECE, _LINE = 60, 120
"""Characters: of a paragraph's beginning or end that may be a credit, of a credit line."""
_PLACES, _MOST, _LONGEST_WORD = 5, 10, 20


@dataclass(frozen=True, slots=True)
class Credits:
    """Who and when, as credit lines say it: fields of archive.models.Article, empty where they do
    not say it."""

    authors: tuple[str, ...] = ()
    editor: str = ""
    origin: str = ""
    date: ParsedDate | None = None
    contributors: tuple[str, ...] = ()
    origin_kind: str = ""
    section: str = ""
    keywords: tuple[str, ...] = ()
    captions: tuple[str, ...] = ()


def credits(
    tree: lxml_html.HtmlElement,
    lines: list[str],
    title: str,
    body: str,
    url: str | None,
    fetched_at: datetime,
) -> Credits:
    """Read the lines around the headline and the body, then what machines are told.

    `lines` are what the page shows, `body` the article's lines before they are tidied.
    """
    start, end = span(lines, body)
    head = around(lines, title, start, fetched_at)
    feet = lines[end : end + _FEET] if end else lines[-_FEET:]
    page, paragraphs = told.read(tree), body.split("\n")
    seen = _seen(head, feet, paragraphs)
    stated = origins.usable(page.origin)
    return replace(
        seen,
        authors=seen.authors or page.authors or told.signature(tree),
        origin=seen.origin or stated,
        origin_kind=seen.origin_kind or ("credit" if stated else ""),
        date=_date(_shown(head, feet, fetched_at), page, url, fetched_at),
        section=page.section or seen.section or _section(lines[:start], title),
        keywords=_keywords((page.keywords, *seen.keywords), title + body),
        captions=tuple(dict.fromkeys((*_captions(tree, lines[start:end]), *seen.captions))),
    )


def from_lines(
    head: Sequence[str], feet: Sequence[str], fetched_at: datetime, body: Sequence[str] = ()
) -> Credits:
    """What the lines around a text say of it, and the text's own.

    `head` are the lines about the headline, `feet` those that follow the text.
    """
    seen, dates = _seen(head, feet, body), _shown(head, feet, fetched_at)
    known = _keywords(seen.keywords, "".join(body)) if body else seen.keywords
    return replace(seen, date=next(iter(dates), None), keywords=known)


def _seen(head: Sequence[str], feet: Sequence[str], body: Sequence[str]) -> Credits:
    head = _whole(line[:_LINE] for line in head)
    feet = _whole(line[-_LINE:] for line in feet)
    opening = [line[:_PIECE] for line in body[:_OPENING]]
    closing = [line[-_PIECE:] for line in body[_OPENING:][-_CLOSING:]]
    every = [people(part) for part in (head, opening, closing, feet)]
    alone = (bracketed(line) for line in (*opening, *closing[-2:], *feet[:1]))
    authors = next(filter(None, (*(each.authors for each in every), *alone)), ())
    outlet = next((each.outlet for each in every if each.outlet), "")
    origin, kind = origins.origin(head, opening, outlet, (*closing, *feet))
    others = dict.fromkeys(
        (*(name for each in every for name in each.contributors), *experts(body))
    )
    words = (found[1] for line in (*head, *feet) if (found := _WORDS.match(line)))
    return Credits(
        authors,
        "、".join(next((each.editors for each in every if each.editors), ())),
        origin,
        contributors=tuple(name for name in others if name not in authors),
        origin_kind=kind,
        section=origins.issue((*head, *feet)),
        keywords=tuple(words),
        captions=tuple(line for line in body if len(line) <= _LINE and _CAPTION.match(line)),
    )


def article(title: str, text: str, found: Credits) -> Article:
    """An article with its credits."""
    told: dict[str, Any] = {each.name: getattr(found, each.name) for each in fields(found)}
    if date := told.pop("date"):
        told |= {"published_at": date.instant, "date_precision": date.precision}
    return Article(title, text, **told)


def is_credit_line(line: str) -> bool:
    """True for a line that only says who wrote or edited the text, or where it is from."""
    return len(line) <= 100 and bool(_CREDIT_LINE.fullmatch(line))


def _whole(lines: Iterable[str]) -> list[str]:
    """Lines, with what stands below a label in its line."""
    whole: list[str] = []
    for line in lines:
        if whole and _LABEL_ALONE.search(whole[-1]):
            whole[-1] += line
        else:
            whole.append(line)
    return whole


def _shown(head: Iterable[str], feet: Iterable[str], fetched_at: datetime) -> list[ParsedDate]:
    """The dates about a headline; without any those below the text that say what they are.

    A line below the headline may name a day of its own; the credit line has the time.
    """
    found = [date for line in head if (date := find_date(line[:_LINE], fetched_at))]
    below = (line for line in feet if not found and _PUBLISHED.search(line))
    found += [date for line in below if (date := find_date(line, fetched_at))]
    return sorted(found, key=lambda date: date.precision, reverse=True)


def _date(
    shown: list[ParsedDate], page: told.Told, url: str | None, fetched_at: datetime
) -> ParsedDate | None:
    """When it was published; where page and machines agree on the day, the page has the time."""
    published, described, updated = page.dates(fetched_at)
    for stated, seen in ((published, shown), (described, shown), (updated, shown[:1])):
        for date in seen:
            if stated and _day(date)[1:] == _day(stated)[1:]:
                # A year that is not shown was guessed.
                if _day(date) != _day(stated):
                    return stated
                if stated is not updated:
                    return date if date.precision == "minute" else stated
    in_url = date_in_url(url, fetched_at) if url else None
    return published or next(iter(shown), None) or described or in_url or updated


def _day(date: ParsedDate) -> tuple[int, int, int]:
    day = date.instant.astimezone(BEIJING).date()
    return day.year, day.month, day.day


def _section(lines: list[str], title: str) -> str:
    """The last place in the trail of links above a headline."""
    for number in range(len(lines) - 1, max(-1, len(lines) - _ABOVE), -1):
        if _TRAIL.search(lines[number]):
            trail, found, _ = " ".join(lines[number : number + 4]).partition(title)
            places = _STEP.split((trail if title and found else lines[number]).strip())
            # The first place is the site itself.
            named = [place for place in places[places[0].endswith("网") :] if place]
            named = [*takewhile(lambda place: not place.startswith("正文"), named)]
            named = [place for place in named if not _NO_PLACE.fullmatch(place)]
            return named[-1] if 0 < len(named) <= _PLACES else ""
    return ""


def _keywords(stated: Iterable[str], text: str) -> tuple[str, ...]:
    """The stated keywords that the text has, too; sites state them for all their pages at once."""
    whole, found = text.casefold(), dict[str, None]()
    for each in stated:
        for word in re.split(r"[,，;；、|｜]+" if _COMMA.search(each) else r"[\s|｜]+", each):
            if 1 < len(word := clean_line(word)) <= _LONGEST_WORD and word.casefold() in whole:
                found[word] = None
    return tuple(found)[:_MOST]


def _captions(tree: lxml_html.HtmlElement, lines: Iterable[str]) -> list[str]:
    """What stands beneath the pictures among some lines."""
    found = [clean_line(node.text_content(), 300) for node in _BENEATH(tree)]
    within = {fold(line) for line in lines} if found else set()
    return [caption for caption in found if caption and fold(caption) in within]
