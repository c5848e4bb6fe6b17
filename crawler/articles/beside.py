"""What stands beside an article: boxes that say so by their name, their heading or their shape."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import html as lxml_html

from archive.text import fold
from crawler.articles import lines as rules

if TYPE_CHECKING:
    from crawler.articles.body import Line

# What elements call themselves that stand beside an article.
_WORD = r"(?:^|[\s_-])(?:{})(?:$|[\s_-])"
_BESIDES = re.compile(
    _WORD.format(
        r"comments?(?!ar)\w*|pinglun|relat(?:ed|ion)\w*|recom\w*|tuijian|guess\w*|rank\w*"
        r"|hot(?:news|list|words?|topics?|spots?)?|side(?:bar|nav|box)?|foot(?:er|bar)?"
        r"|nav(?:i|bar|igation)?|menu|(?:bread)?crumbs?|copyright|disclaimer|(?:next|pre)-?(?:prev|next)|login"
    ),
    re.IGNORECASE,
)
# What the element of an article may be called for its functions, too.
_TOOLS = re.compile(
    _WORD.format(
        r"share\w*|tools?|tool-?bar|ads?|advert\w*|promo\w*|sponsor\w*|statement|shengming|popup"
        r"|dialog|modal|qr-?code|read-?more"
    ),
    re.IGNORECASE,
)
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
# When something else was written: in a line without sentences, by the calendar or seen from now.
_AGO = r"\d+\s*(?:秒钟?|分钟|小时|天|周|个?月|年)之?前|[昨今前]天\s*\d{1,2}:\d\d|刚刚$"
WHEN = re.compile(
    r"(?:19|20)\d\d\s*[年/.-]\s*\d{1,2}\s*[月/.-]\s*\d{1,2}\s*日?"
    r"(?:\D{0,3}\d{1,2}[:：时]\d\d(?:[:：分]\d\d)?)?"
    rf"|(?<!\d)\d{{1,2}}[月/-]\d{{1,2}}日?\s*\d{{1,2}}:\d\d|(?P<ago>{_AGO})"
    r"|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]* \d{1,2}\w*, (?:19|20)\d\d"
)
_COMMENTS = re.compile(
    r"[^。！？]{0,40}(?:评论|留言|跟帖|回复|評論|comments?)\W*\d*\W*", re.IGNORECASE
)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_LABEL = 60
"""Characters; a longer line is none of names and hours."""
_TITLE = 40
"""Characters; a longer line with punctuation is a sentence, a shorter one if it ends like one."""
_ENDS = frozenset("。！？!?.…；;：”")
_LINKED = 8
"""Folded characters of a link that is a title rather than a button."""
_HEADLINE = 6
_LITTLE = 40
"""Characters of sentences: if there are no more elsewhere, what seems to stand beside is all."""
_BEGUN = 60.0
"""Characters of sentences after which an article has begun."""
_SHORT = 200.0
"""Characters that an entry of a list says at most."""
_ENTRIES = 3
_AWAY = 4
"""Lines between the title of another article and its date."""
_BEFORE = 3


@dataclass(slots=True)
class _Box:
    """What the lines of an element show together."""

    first: int
    size: int = 0
    said: float = 0.0
    short: int = 0
    """How many lines are neither sentences, links nor times."""
    times: int = 0
    foreign: bool = False
    """Whether a line of it is hardly the article's: a title linked, a button, who wrote when."""

    @property
    def is_entry(self) -> bool:
        own = self.foreign or (self.times > 0 and self.short > 0)
        return own and self.size > 1 and self.said <= _SHORT


def is_named(element: lxml_html.HtmlElement) -> bool:
    """Whether an element says by its tag, class or id that it stands beside."""
    if element.tag in ("nav", "footer", "aside"):
        return True
    if element.tag in ("body", "html"):
        return False
    names = _names(element)
    hidden = _HIDDEN.search(element.get("style", ""))
    return bool(_BESIDES.search(names) or _TOOLS.search(names) or hidden)


def without(found: list["Line"], headline: str) -> list["Line"]:
    """The lines without those of boxes beside the article; its folded headline tells which it is.

    Boxes that hold the headline or nearly all that is said are believed to be the article's.
    """
    kept = _outside(found, headline, _shapes(found, headline))
    if sum(map(_said, kept)) <= _LITTLE:
        return _outside(found, headline, ())
    return kept


def place(found: Sequence["Line"], headline: str) -> int | None:
    """The number of the line that shows the folded headline, or the greatest part of it."""
    if not headline:
        return None
    shown = [(number, line.folded) for number, line in enumerate(found) if not line.is_link]
    whole = next((number for number, text in shown if headline in text), None)
    if whole is not None:
        return whole
    parts = [each for each in shown if len(each[1]) >= _HEADLINE and each[1] in headline]
    return max(parts, key=lambda each: len(each[1]))[0] if parts else None


def around(line: "Line") -> Iterator[lxml_html.HtmlElement]:
    """The elements that a line stands in, from within."""
    yield line.node
    yield from line.node.iterancestors()


def _said(line: "Line") -> float:
    return 0.0 if line.is_link else rules.prose(line.text)


def _names(element: lxml_html.HtmlElement) -> str:
    return f"{element.get('class', '')} {element.get('id', '')}"


def _outside(
    found: list["Line"], headline: str, shapes: Collection[lxml_html.HtmlElement]
) -> list["Line"]:
    total, inside = 0.0, dict[lxml_html.HtmlElement, float]()
    own = set[lxml_html.HtmlElement]()
    boxes = [{*line.asides, *(node for node in around(line) if node in shapes)} for line in found]
    for line, those in zip(found, boxes, strict=True):
        said = _said(line)
        total += said
        for node in those:
            inside[node] = inside.get(node, 0.0) + said
        if line.folded == headline and not line.is_link:
            own |= those
    real = {
        node
        for node, said in inside.items()
        if node not in own
        and total - said > _LITTLE
        and (2 * said < total or node in shapes or _BESIDES.search(_names(node)))
    }
    # What such a box is called tells where the article ends, see lines.tidy.
    return [
        line
        for line, those in zip(found, boxes, strict=True)
        if not real & those or rules.heads_others(line.text)
    ]


def _shapes(found: Sequence["Line"], headline: str) -> set[lxml_html.HtmlElement]:
    """The boxes that look like other things than the article, whatever they are called."""
    boxes: dict[lxml_html.HtmlElement, _Box] = {}
    times = [written(line.text) for line in found]
    for number, line in enumerate(found):
        said, time = _said(line), times[number]
        title = line.is_link and len(line.folded) >= _LINKED
        foreign = title or rules.is_button(line.text) or bool(time and _is_foreign(line, time))
        short = not time and not _is_sentence(line)
        for node in around(line):
            box = boxes.setdefault(node, _Box(number))
            box.size += 1
            box.said += said
            box.times += time is not None
            box.short += short
            box.foreign |= foreign
    return _lists(boxes) | _others(found, times, boxes, place(found, headline))


def _lists(boxes: dict[lxml_html.HtmlElement, _Box]) -> set[lxml_html.HtmlElement]:
    """Entries of lists: comments, tastes of other articles, whatever has its own title or date."""
    alike = defaultdict[object, list[lxml_html.HtmlElement]](list)
    for node, box in boxes.items():
        if box.is_entry and node.tag not in ("p", "tr", "td", "tbody", "table"):
            alike[node.getparent(), node.tag].append(node)
    return {
        node
        for entries in alike.values()
        if sum(boxes[entry].said > 0 for entry in entries) >= _ENTRIES
        for node in entries
    }


def _others(
    found: Sequence["Line"],
    times: Sequence[re.Match[str] | None],
    boxes: dict[lxml_html.HtmlElement, _Box],
    start: int | None,
) -> set[lxml_html.HtmlElement]:
    """Boxes that begin after the article with a title and a date, or with a heading of others.

    Each is as large as it can be without any sentence of the article before it.
    """
    others = set[lxml_html.HtmlElement]()
    if start is None:
        return others
    dated = any(times[max(0, start - _BEFORE) : start])
    said, last = 0.0, start - 1
    for number in range(start, len(found)):
        line, time = found[number], times[number]
        if _is_sentence(line):
            said, last = said + _said(line), number
            continue
        # The line just before a date may be a title that ends like a sentence.
        title = bool(time) and last == number - 1 and len(found[last].text) <= _LABEL
        if time and not dated:
            between = found[max(last + (not title), number - _AWAY) : number]
            dated = said < _BEGUN or not any(map(_is_title, between))
            if dated:
                continue
        if said < _BEGUN or not (time or rules.heads_others(line.text) or _is_of_comments(line)):
            continue
        fitting = [
            node
            for node in around(line)
            if boxes[node].size > 1 and boxes[node].first >= last + (not title)
        ]
        if fitting:
            before = found[boxes[fitting[-1]].first : number]
            if not time or _is_foreign(line, time) or not all(each.is_link for each in before):
                others.add(fitting[-1])
        elif _is_of_comments(line):
            others.update((line.node, *line.node.itersiblings()))
    return others


def _is_title(line: "Line") -> bool:
    return not line.is_link and len(line.folded) >= _LINKED


def written(line: str) -> re.Match[str] | None:
    """Where a line without sentences says when something was written."""
    if len(line) > _LABEL or re.search("[，。！？]", line):
        return None
    return WHEN.search(line)


def _is_of_comments(line: "Line") -> bool:
    return line.node.tag in _HEADINGS and bool(_COMMENTS.fullmatch(line.text))


def _is_foreign(line: "Line", time: re.Match[str]) -> bool:
    """Whether a line says whose time it is, or says it as lists of what is new do."""
    besides = line.text[: time.start()] + line.text[time.end() :]
    return bool(time["ago"]) or len(fold(besides)) > 1


def _is_sentence(line: "Line") -> bool:
    is_long = len(line.text) > _TITLE or line.text[-1] in _ENDS
    return is_long and _said(line) > 2
