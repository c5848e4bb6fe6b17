"""The form of an article: a running text, an interview in turns, or a round-up of pieces."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from archive.models import Article

Kind = Literal["text", "interview", "round-up"]


@dataclass(frozen=True, slots=True)
class Part:
    """A turn of an interview or a piece of a round-up, from `start` to the next one's."""

    start: int
    said: int
    """Where it begins after its label or number."""
    speaker: str = ""
    """As the label says; empty in a round-up."""
    asks: bool = False

    @property
    def named(self) -> bool:
        """Whether the label is a name, not “答” or initials."""
        return len(self.speaker) > 3 or bool(_NAME.match(self.speaker))


@dataclass(frozen=True, slots=True)
class Form:
    """What an article is, and its parts in order; a running text has none."""

    kind: Kind
    parts: tuple[Part, ...] = ()

    def part(self, place: int) -> Part | None:
        """The part that `place` is in; None before the first."""
        index = bisect_right([part.start for part in self.parts], place)
        return self.parts[index - 1] if index else None


def form(article: Article) -> Form:
    """The form of `article`, by its title and by how its lines begin."""
    if turns := _turns(article.text):
        return Form("interview", turns)
    if pieces := _pieces(article.title, article.text):
        return Form("round-up", pieces)
    return Form("text")


_LABEL = re.compile(
    r"^[^\S\n]*(?P<mark>[【\[]?)"
    r"(?P<speaker>[\u4e00-\u9fffA-Za-z·][\u4e00-\u9fffA-Za-z·. ]{0,13}?)\d{0,2}[】\]]?\s?[：:]\s*",
    re.MULTILINE,
)
_NAME = re.compile(r"(?!回答|答复|嘉宾|受访者)[\u4e00-\u9fff·]{2,}")
_ASKER = re.compile(r"(?:.*记者|提?问|主持人?|Q|Question)$", re.IGNORECASE)
_TURNS = 2
"""Turns of the one who asks, and of somebody who answers, that make an interview."""


def _turns(text: str) -> tuple[Part, ...]:
    """Turns whose labels come again and again, when one speaker asks and another answers."""
    found: dict[str, list[re.Match[str]]] = defaultdict(list)
    labels = list(_LABEL.finditer(text))
    for label in labels:
        found[label["speaker"]].append(label)
    found = {name: said for name, said in found.items() if len(said) >= _TURNS}
    labels = [label for label in labels if label["speaker"] in found]
    asked: dict[str, int] = defaultdict(int)
    ends = [*(label.start() for label in labels), len(text)][1:]
    for label, end in zip(labels, ends, strict=bool(labels)):
        asked[label["speaker"]] += bool(re.search(r"[？?]\s*$", text[label.end() : end]))
    asks = {name for name in found if 2 * asked[name] >= len(found[name]) or _ASKER.match(name)}
    if not asks or asks == found.keys():
        return ()
    return tuple(
        Part(label.start("mark"), label.end(), label["speaker"], label["speaker"] in asks)
        for label in labels
    )


# The name of a column that gathers news: “某某早报｜…”, “一周要闻：…”. A newspaper's name before a
# colon is no such column.
_COLUMN = re.compile(
    r"(?:早报|晚报|晨报|午报|日报|周报|快报|简报|周刊)\s*(?:[（(【丨｜|·\d]|$)"
    r"|(?:早知道|早参|早餐|要闻|速递|快讯|速览|一览|资讯|汇总|盘点|集锦|头条|动态|新闻)\s*(?:[（(【丨｜|·：:\d]|$)"
    r"|公告[：:丨｜|]|^(?:[一每本上]周|每日|今日|昨日|24小时)[^，。：:]{0,8}[：:丨｜|（(]"
)
_NUMBER = re.compile(
    r"^[^\S\n]*(?P<mark>[（(]?(?P<number>\d{1,2})\s*[、.．)）:：]\s*)(?=\D)", re.MULTILINE
)
_BULLET = re.compile(r"^[^\S\n]*(?P<mark>[■●◆▶▌①-⑳•·]\s*|(?=【[^】\n]{4,60}】))", re.MULTILINE)
_LINE = re.compile(r"^[^\S\n]*(?P<mark>)(?P<line>\S[^\n]*)", re.MULTILINE)
_ENDED = re.compile(r"[。！!？?；;…][”」』）)]*\s*$")
_FEWEST = 3
_LONGEST = 400
"""Characters that the middle one of a round-up's pieces may have."""


def _pieces(title: str, text: str) -> tuple[Part, ...]:
    """Short pieces under the title of a column, or under several headlines in one."""
    gathers = bool(_COLUMN.search(title)) or len(re.findall("[；;]", title)) > 1
    bullets = list(_BULLET.finditer(text))
    if not gathers and sum(text[mark.end() : mark.end() + 1] == "【" for mark in bullets) < _FEWEST:
        return ()
    for marks in (list(_running(text)), bullets, list(_paragraphs(text))):
        if len(marks) >= _FEWEST:
            break
    else:
        return ()
    parts = tuple(Part(mark.start("mark"), mark.end("mark")) for mark in marks)
    ends = [*(part.start for part in parts[1:]), len(text)]
    sizes = sorted(end - part.start for part, end in zip(parts, ends, strict=True))
    return parts if sizes[len(sizes) // 2] <= _LONGEST else ()


def _running(text: str) -> Iterator[re.Match[str]]:
    """Numbers at the beginnings of lines that go 1, 2, 3 …"""
    expected = 1
    for mark in _NUMBER.finditer(text):
        if int(mark["number"]) == expected:
            yield mark
            expected += 1


def _paragraphs(text: str) -> Iterator[re.Match[str]]:
    """Beginnings of lines; what follows a line without an end mark belongs to it."""
    headed = False
    for mark in _LINE.finditer(text):
        if not headed:
            yield mark
        headed = not _ENDED.search(mark["line"])
