"""What an edition shows of stories, figures and corrections: clean words, cut to size."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from archive.edition_models import Corrected, KeyFigure, Rising, Story
from archive.text import fold
from digest import figures
from digest.lines import line
from digest.words import Words


@dataclass(frozen=True, slots=True)
class Detail:
    """How much an entry shows."""

    summary: int
    """Characters."""
    figures: int
    copies: int
    reports: int


DETAILS = (
    Detail(300, 3, 4, 3),
    Detail(220, 2, 2, 1),
    Detail(200, 2, 2, 0),
    Detail(160, 2, 0, 0),
    Detail(120, 0, 0, 0),
    Detail(80, 0, 0, 0),
)
"""From all to least; an edition takes the first with which it is not too large."""


@dataclass(frozen=True, slots=True)
class Beside:
    """A line below an entry: what is said, and (words, address) of each that is named."""

    label: str
    named: tuple[tuple[str, str], ...] = ()
    stacked: bool = False
    """Whether each stands in a line of its own."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A story as both templates show it; all text is clean, one line, of bounded length."""

    title: str
    url: str
    summary: str
    adds: str
    figures: str
    marks: tuple[str, ...]
    meta: tuple[str, ...]
    tags: tuple[str, ...]
    besides: tuple[Beside, ...]


@dataclass(frozen=True, slots=True)
class Number:
    """A figure of the day: the number, of what, whose, and what another article says of it."""

    written: str
    subject: str
    meta: tuple[str, ...]
    title: str
    url: str
    compared: str
    compared_url: str


@dataclass(frozen=True, slots=True)
class Change:
    """A correction as both templates show it."""

    title: str
    url: str
    account: str
    meta: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A line of the chart; `share` of the longest bar, in percent."""

    term: str
    share: int
    note: str


def entry(story: Story, say: Words, detail: Detail) -> Entry:
    """The story with so much detail."""
    source, origin = line(story.source_name, 30), line(story.origin, 30)
    when = (
        say.instant(story.published_at, story.is_day)
        if story.published_at
        else say("seen", instant=say.instant(story.first_seen))
    )
    elsewhere = say("origin", origin=origin) if origin and fold(origin) != fold(source) else ""
    if (story.copies or story.reports) and not elsewhere:
        source = say("first", source=source)
    tags = dict.fromkeys((*story.technologies, *story.industries)) or story.keywords
    copies: dict[str, str] = {}
    for name, url in story.copies:
        copies.setdefault(line(name, 30), url)
    reports = tuple(
        (say("report", title=line(title, 60), source=line(name, 30)), url)
        for title, name, url in story.reports
    )
    besides = (
        _beside("copies", tuple(copies.items()), say, detail.copies),
        _beside("reports", reports, say, detail.reports),
    )
    summary = line(story.summary, detail.summary)
    besides_said = figures.besides(story, f"{story.title}{summary}{story.adds}")
    return Entry(
        title=line(story.title, 100) or say("untitled"),
        url=story.url,
        summary=summary,
        adds=line(story.adds, 160) if detail.figures else "",
        figures=say.joined([_figure(one, say) for one in besides_said[: detail.figures]]),
        marks=(say("caught_up"),) * story.caught_up + (say("follows"),) * story.follows,
        meta=tuple(filter(None, (source, when, elsewhere))),
        tags=tuple(filter(None, (line(tag, 16) for tag in tags)))[:3],
        besides=tuple(filter(None, besides)),
    )


def number(figure: KeyFigure, story: Story, say: Words) -> Number:
    """A figure of the story as one of the day's."""
    by = "" if re.search(r"\d", figure.by) else line(figure.by, 20)
    compared = ""
    if figure.relation:
        compared = say(
            figure.relation.replace(" ", "_"),
            source=line(figure.other_source, 30),
            other=line(figure.other, 20),
        )
    return Number(
        line(figure.written, 20),
        line(figure.subject, 30),
        tuple(filter(None, (line(figure.date, 20), by))),
        say("report", title=line(story.title, 40), source=line(story.source_name, 30)),
        story.url,
        compared,
        figure.other_url,
    )


def change(corrected: Corrected, say: Words) -> Change:
    """A correction, with how many reprints did not follow."""
    stale = say("stale", n=corrected.stale) if corrected.stale else ""
    where = (line(corrected.source_name, 30), say.instant(corrected.at), stale)
    return Change(
        line(corrected.title, 100) or say("untitled"),
        corrected.url,
        line(corrected.account, 120),
        tuple(filter(None, where)),
    )


def bars(rising: Sequence[Rising], say: Words) -> tuple[Bar, ...]:
    """The chart; what is usual is told only where something is."""
    most = max((each.articles for each in rising), default=1)
    is_known = any(each.expected for each in rising)
    return tuple(
        Bar(
            line(each.term, 12),
            max(4, round(100 * each.articles / most)),
            say("rising", n=each.articles, expected=f"{each.expected:g}")
            if is_known
            else say("frequent", n=each.articles),
        )
        for each in rising
    )


def _beside(key: str, named: Sequence[tuple[str, str]], say: Words, most: int) -> Beside | None:
    if not named:
        return None
    shown = tuple(named[:most])
    label = say(key if shown else f"{key}_counted", n=len(named))
    return Beside(label, shown, stacked=key == "reports")


def _figure(figure: KeyFigure, say: Words) -> str:
    key = "figure_dated" if figure.date else "figure"
    return say(
        key,
        subject=line(figure.subject, 24),
        written=line(figure.written, 20),
        date=line(figure.date, 16),
    )
