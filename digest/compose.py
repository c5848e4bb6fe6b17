"""A day's edition from the day's material: pure, so that composing twice gives the same bytes."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from archive.clock import BEIJING
from archive.models import Edition, Material, SourceDay, Story
from archive.text import clean_line, fold

PER_TOPIC = 12
TOTAL = 40
HTML_BYTES = 70_000
"""Gmail cuts a message at about 100 kB; what does not fit is left to the archive."""
OTHER = "其他"

_NEWSY = re.compile(r"发布|推出|开源|首[个次款家]|突破|收购|融资|上市|量产|召回|更正|[万亿]|\d%")
_ROUND_UP = re.compile(r"[早晚午日周]报|一周|盘点|合集|速览|汇总|直播|优惠|促销")
_WEB = re.compile(r"https?://[^\s<>\"\\]{1,1000}", re.IGNORECASE)
# Noncharacters, which are errors in HTML: the last two of every plane, and a block.
_ENDS = (0xFFFE, 0xFFFF)
_NONCHARACTER = re.compile(
    f"[\ufdd0-\ufdef{''.join(chr(plane << 16 | end) for plane in range(17) for end in _ENDS)}]"
)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A story as both templates show it; all text is clean, one line, of bounded length."""

    title: str
    url: str
    summary: str
    meta: tuple[str, ...]
    tags: tuple[str, ...]
    besides: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    """Where else it was published: a label, and (words, address) of each that stands under it."""


@dataclass(frozen=True, slots=True)
class _Section:
    topic: str
    found: int
    entries: tuple[_Entry, ...]

    @property
    def left(self) -> int:
        return self.found - len(self.entries)


def compose(material: Material, name: str, topics: Sequence[str] = ()) -> Edition:
    """The edition of `material`, under the product's `name`.

    Sections come in the order of `topics`, then in the order in which topics first appear. `counts`
    of the edition: articles (each event once), sources that gave one, reprints and other reports
    merged, articles shown.
    """
    groups = _groups(material.stories, topics)
    day, name = material.window.day, _line(name, 40)
    counts = {
        "articles": len(material.stories),
        "sources": sum(source.stored > 0 for source in material.sources),
        "copies": sum(len(story.copies) for story in material.stories),
        "reports": sum(len(story.reports) for story in material.stories),
    }
    subject = _subject(name, day, groups)
    frame: dict[str, object] = {
        "name": name,
        "subject": subject,
        "day": _day(day),
        "weekday": f"星期{'一二三四五六日'[day.weekday()]}",
        "start": _instant(material.window.start, day.year),
        "end": _instant(material.window.end, day.year),
        "counts": counts,
        "empty": "" if material.stories else _why_empty(material.sources),
        "silent": _names([s.name for s in material.sources if not s.stored and not s.refused]),
        "refused": _names([f"{s.name} {s.refused}" for s in material.sources if s.refused]),
    }
    html, text, shown = "", "", 0
    for total in range(TOTAL, 0, -3):
        sections = _sections(groups, total, day.year)
        html = _JINJA.get_template("edition.html.j2").render(frame, sections=sections)
        text = _JINJA.get_template("edition.txt.j2").render(frame, sections=sections)
        shown = sum(len(section.entries) for section in sections)
        if len(html.encode()) <= HTML_BYTES:
            break
    return Edition(day, subject, html, text, counts | {"shown": shown})


def web(url: str) -> str:
    """The address if a mail may link to it, else an empty string.

    It must be http or https, name a host, hide nothing (blanks, controls, a login before the
    host), and have at most 1,000 characters.
    """
    if not _WEB.fullmatch(url) or _line(url, len(url)) != url:
        return ""
    try:
        parts = urlsplit(url)
        port_is_number = parts.port is None or parts.port > 0
    except ValueError:
        return ""
    return url if parts.hostname and port_is_number and "@" not in parts.netloc else ""


def _groups(stories: Sequence[Story], topics: Sequence[str]) -> dict[str, list[Story]]:
    """Every story under its topic, best first; topics in their fixed order, the unnamed last."""
    groups: dict[str, list[Story]] = {topic: [] for topic in topics}
    for story in stories:
        groups.setdefault(_line(story.topic, 20) or OTHER, []).append(story)
    groups[OTHER] = groups.pop(OTHER, [])
    return {topic: sorted(found, key=_rank) for topic, found in groups.items() if found}


def _rank(story: Story) -> tuple[bool, int, int, float, int]:
    outlets = {name for name, _ in story.copies} | {name for _, name, _ in story.reports}
    outlets.discard(story.source_name)
    seen = story.published_at or story.first_seen
    return (
        bool(_ROUND_UP.search(story.title)),
        -len(outlets),
        -len(set(_NEWSY.findall(story.title))),
        -seen.timestamp(),
        story.article_id,
    )


def _sections(groups: dict[str, list[Story]], total: int, year: int) -> tuple[_Section, ...]:
    # Every topic's first story comes before any topic's second, so that no topic starves.
    turns = sorted(
        (place, order, topic)
        for order, (topic, stories) in enumerate(groups.items())
        for place in range(min(len(stories), PER_TOPIC))
    )
    share = Counter(topic for _, _, topic in turns[:total])
    return tuple(
        _Section(topic, len(found), tuple(_entry(story, year) for story in found[: share[topic]]))
        for topic, found in groups.items()
    )


def _entry(story: Story, year: int) -> _Entry:
    source, origin = _line(story.source_name, 30), _line(story.origin, 30)
    if story.published_at:
        when = _instant(story.published_at, year)
    else:
        when = f"{_instant(story.first_seen, year)} 收录"
    elsewhere = f"原载 {origin}" if origin and fold(origin) != fold(source) else ""
    if (story.copies or story.reports) and not elsewhere:
        source = f"首发 {source}"
    tags = dict.fromkeys((*story.technologies, *story.industries)) or story.keywords
    copies = tuple((_line(name, 30), url) for name, url in story.copies)
    reports = tuple(
        (f"{_line(title, 60)}（{_line(name, 30)}）", url) for title, name, url in story.reports
    )
    besides = (
        (f"转载 {len(copies)} 处", copies[:4]),
        (f"另有报道 {len(reports)} 篇", reports[:3]),
    )
    return _Entry(
        title=_line(story.title, 100) or "（无标题）",
        url=story.url,
        summary=_line(story.summary, 300),
        meta=tuple(filter(None, ("续报" * story.follows, source, when, elsewhere))),
        tags=tuple(tag for tag in (_line(tag, 16) for tag in tags) if tag)[:3],
        besides=tuple((label, shown) for label, shown in besides if shown),
    )


def _subject(name: str, day: date, groups: dict[str, list[Story]]) -> str:
    largest = sorted(groups, key=lambda topic: (topic == OTHER, -len(groups[topic])))
    return f"{name}｜{_day(day)}｜{'、'.join(largest[:2]) or '没有新文章'}"


def _why_empty(sources: Sequence[SourceDay]) -> str:
    if not sources:
        return "没有启用任何来源，因此没有可看的文章。"
    if stored := sum(source.stored for source in sources):
        return f"收到 {stored} 篇文章，但在截稿前没有写完摘要；文章已在存档中。"
    checked = f"检查了 {len(sources)} 家来源，"
    if refused := sum(source.refused for source in sources):
        return f"{checked}发现 {refused} 个新链接，没有一篇可以收录。"
    return f"{checked}都没有发布新文章。"


def _names(names: Sequence[str], most: int = 30) -> str:
    shown = "、".join(_line(name, 40) for name in names[:most])
    return f"{shown} 等 {len(names)} 家" if len(names) > most else shown


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _instant(instant: datetime, year: int) -> str:
    """Beijing time; the year only when it is not the edition's."""
    local = instant.astimezone(BEIJING)
    written = f"{local.month}月{local.day}日 {local:%H:%M}"
    return written if local.year == year else f"{local.year}年{written}"


def _line(text: str, limit: int) -> str:
    """One clean line of at most `limit` characters, that ends in … when it was longer."""
    line = _NONCHARACTER.sub("", clean_line(text, limit + 1)).strip()
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"


_JINJA = Environment(
    loader=PackageLoader("digest"),
    autoescape=select_autoescape(("html.j2",)),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
_JINJA.filters["web"] = web
