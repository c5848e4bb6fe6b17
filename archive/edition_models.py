"""The shared nouns of an edition: what it is made from, what it is, and who gets it."""

from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """A figure as an edition shows it, with what another article says of the same."""

    subject: str
    written: str
    kind: str
    date: str = ""
    by: str = ""
    relation: str = ""
    """`agreement`, `conflict`, `other kind`; empty if nobody else tells it."""
    other: str = ""
    other_source: str = ""
    other_url: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """One entry of an edition: the article that tells it, with its summary, and who else did."""

    article_id: int
    title: str
    url: str
    source_name: str
    origin: str
    """Who wrote it, by what all its publications say; empty if nothing does."""
    published_at: datetime | None
    first_seen: datetime
    summary: str
    keywords: tuple[str, ...]
    technologies: tuple[str, ...]
    industries: tuple[str, ...]
    topic: str
    copies: tuple[tuple[str, str], ...] = ()
    """(source name, url) of every reprint."""
    reports: tuple[tuple[str, str, str], ...] = ()
    """(title, source name, url) of every other report of the same event."""
    follows: bool = False
    """An earlier edition told the event; this is what was reported since."""
    adds: str = ""
    """Of such a one: a sentence of it that no earlier report has."""
    caught_up: bool = False
    """It belongs to an earlier edition, which was missed or had been frozen before it was read."""
    figures: tuple[KeyFigure, ...] = ()
    events: int = 0
    weight: float = 1.0
    """Of its source."""
    method: str = "extractive"
    articles: tuple[int, ...] = ()
    """Everybody of whom it tells: itself, copies, reports and theirs."""
    is_day: bool = False
    """Whether only the day of its publication is known."""
    summarized: int = 0
    """Whose summary it has: a copy may have become the original since."""
    story: int = 0


@dataclass(frozen=True, slots=True)
class SourceDay:
    """What one source gave in an edition's window."""

    id: str
    name: str
    stored: int
    refused: int
    usual: float | None = None
    """Articles of a usual day; None until seven whole days are known."""
    state: str = "ok"
    """As `news.source_health` has it."""


@dataclass(frozen=True, slots=True)
class Corrected:
    """An article that its publisher changed in the window: a number, a name, or the title."""

    article_id: int
    title: str
    url: str
    source_name: str
    at: datetime
    account: str
    topic: str
    stale: int = 0
    """How many reprints still say what it said before."""
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rising:
    """A tag of which more is written than was to be expected."""

    term: str
    articles: int
    expected: float


@dataclass(frozen=True, slots=True)
class Window:
    """What an edition covers: first seen in [start, end)."""

    day: date
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Material:
    """Everything an edition is composed from."""

    window: Window
    stories: tuple[Story, ...]
    sources: tuple[SourceDay, ...]
    topics: tuple[str, ...] = ()
    """The order of the topics; others follow as they come."""
    corrections: tuple[Corrected, ...] = ()
    rising: tuple[Rising, ...] = ()
    since: datetime | None = None
    """The end of the last edition that was made in time; None if this is the first."""
    older: tuple[int, ...] = ()
    """Articles that were published too long ago to be news."""
    folded: tuple[int, ...] = ()
    """Articles of which there is nothing new to tell."""
    undelivered: int = 0
    """Mails of the last edition that did not arrive, as far as is known."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of an edition, as it stands in the HTML and in the text; see digest/assembling.py."""

    kind: str
    """A piece of the frame (`opening`, `head`, `choice`, `nothing`, `heading`, `more`, `rising`,
    `ledger`, `unsubscribe`, `closing` …) or what a reader may choose: `story`, `figure`,
    `correction`."""
    html: str
    text: str
    title: str = ""
    section: str = ""
    """The section it stands in; empty for the frame."""
    topic: str = ""
    """Of what can be chosen: the taxonomy's topic, whatever the language of the frame."""
    articles: tuple[int, ...] = ()
    """Whom it tells of, its copies and other reports included; nobody if it is of the frame."""
    words: tuple[str, ...] = ()
    """The tags and keywords of its article."""


@dataclass(frozen=True, slots=True)
class Edition:
    """One day's digest, frozen: composing it twice gives the same bytes."""

    day: date
    subject: str
    html: str
    text: str
    counts: dict[str, int] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()
    """What it consists of, in order; all of them together are `html` and `text`."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a reader wants of an edition: what any of these names, or all of it if none does."""

    topics: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    search: str = ""
    """What `news.search` finds with this."""
    weekdays: bool = False
    """No mail on Saturday and Sunday."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who gets the digest: a mail address, or a channel's name (`wecom`, `atom` …)."""

    id: int
    address: str
    choice: Choice = Choice()
    active: bool = True


@dataclass(frozen=True, slots=True)
class Delivery:
    """One edition to one reader; `attempts` counts this one."""

    id: int
    day: date
    channel: str
    reader: Reader
    attempts: int
