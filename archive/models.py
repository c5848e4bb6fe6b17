"""The shared nouns, in the order of one article's way: link, page, article, summary."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Outcome(StrEnum):
    """The one named end of a link."""

    STORED = "stored"
    ALIAS = "alias"
    """Another address of an article that is kept under its canonical one."""
    NOT_ARTICLE = "not_article"
    BLOCKED_BY_ROBOTS = "blocked_by_robots"
    BLOCKED_ADDRESS = "blocked_address"
    HTTP_ERROR = "http_error"
    RATE_LIMITED = "rate_limited"
    TIMEOUT = "timeout"
    TOO_LARGE = "too_large"
    REDIRECT_LOOP = "redirect_loop"
    UNREACHABLE = "unreachable"
    CHALLENGE_PAGE = "challenge_page"
    GONE = "gone"
    """Deleted or moved away, though the server says 200."""
    PAYWALLED = "paywalled"
    """Only a beginning is public; the rest needs a login or payment."""
    TOO_SHORT = "too_short"
    EXTRACTION_FAILED = "extraction_failed"
    OFF_TOPIC = "off_topic"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True)
class FoundLink:
    """A link as an entry point shows it, before it is known to the archive."""

    url: str
    title: str = ""
    published_at: datetime | None = None
    stamp: str = ""
    """Changes when the publisher changed the article: update time or hash of the feed text."""
    content: str = ""
    """Full HTML from a feed, when the source is read from its feed; else empty."""


@dataclass(frozen=True, slots=True)
class Link:
    """A discovered address: one row of the frontier and of the ledger."""

    id: int
    source: str
    url: str
    key: str
    title: str = ""
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Canonical:
    """The address that a page belongs to, where that is another than its link's."""

    source: str
    url: str
    key: str
    served: bool
    """The server led there; otherwise the page only says so."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page as fetched: the bytes, and what the server said of them; `rest` goes on with it."""

    link_id: int
    url: str
    body: bytes
    fetched_at: datetime
    status: int = 200
    content_type: str = ""
    note: str = ""
    """Why this is not all that was published; empty if it is."""
    from_feed: bool = False
    """Made from the feed's text, because the page itself is closed."""
    rest: tuple["Page", ...] = ()
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """One change that repair made to a text."""

    kind: str
    at: int
    """Characters before it in the repaired text; edits ascend and do not overlap."""
    before: str
    after: str
    guess: bool = False
    """Whether a byte that was lost had to be guessed."""


@dataclass(frozen=True, slots=True)
class Article:
    """An article as extracted from one page; `part` counts the articles of the page from 1."""

    title: str
    text: str
    part: int = 1
    authors: tuple[str, ...] = ()
    editor: str = ""
    origin: str = ""
    published_at: datetime | None = None
    date_precision: str = ""
    """`minute` or `day`; empty when the date is unknown."""
    section: str = ""
    """Section of the publisher, or the number of the magazine."""
    keywords: tuple[str, ...] = ()
    """What the page itself gives as keywords."""
    contributors: tuple[str, ...] = ()
    """People it names as taking part, other than its authors: experts, translators, interns."""
    origin_kind: str = ""
    """Where its name stands: `credit` (来源), `dateline` (电头), `byline` (X记者), `copyright`."""
    captions: tuple[str, ...] = ()
    """The captions of its pictures, in their order."""
    repairs: tuple[Edit, ...] = ()
    """What was repaired in `title + "\\n" + text`."""


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """An article of the archive, with where it was published."""

    id: int
    url: str
    source: str
    source_name: str
    first_seen: datetime
    article: Article


@dataclass(frozen=True, slots=True)
class Event:
    """A main event (重大事件): what happened, and the sentence that says so."""

    kind: str
    text: str
    start: int
    """Offset of the sentence in the article's text, in characters."""
    end: int
    date: str = ""
    """When, as the sentence says first; empty if it does not."""
    keys: tuple[str, ...] = ()
    """What tells it from other events; two that share one are the same."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of an article with what it measures. Offsets count characters of the text."""

    subject: str
    """What is measured, and of whom; at most 30 characters."""
    values: tuple[float, ...]
    """One number or, for a range, two, in the bare unit: 7亿元 is 700000000."""
    unit: str
    kind: str
    """`stock` (a level at a moment), `flow` (of a period or happening), `price`, `rate` (share,
    growth) or `measure` (physical)."""
    date: str
    """When it holds, as stated; empty if the sentence does not say."""
    as_of: str
    """The same as year, month or day (`2023`, `2023-10`, `2023-07-13`); empty without a year."""
    by: str
    """Who counted, estimated or claimed it; empty if the sentence does not say."""
    text: str
    start: int
    end: int
    sentence: tuple[int, int]
    terms: tuple[str, ...]
    """The nouns of the subject in the form in which subjects are compared, sorted."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that a written summary says, and where its article says it."""

    kind: str
    """`number`, `date`, `quotation`, `name`, `address`, `relation` or `negation`."""
    start: int
    end: int
    """Its place in the summary."""
    at: int
    """Its offset in the article's text; -1 if it does not stand there."""
    problem: str = ""
    """The words that are wrong; empty if the article says so."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What one article says. `spans` are character offsets into its text, one per sentence."""

    text: str
    spans: tuple[tuple[int, int], ...]
    keywords: tuple[str, ...]
    technologies: tuple[str, ...]
    industries: tuple[str, ...]
    topic: str
    events: tuple[Event, ...]
    method: str
    """`extractive`, `lead`; of a model's text `written`, `repaired` if sentences were left out of
    it, `shared` if it was written for another publication of the article."""
    reason: str = ""
    """Why the model's text is not kept, or not all of it; empty otherwise."""
    figures: tuple[Figure, ...] = ()
    checks: tuple[Check, ...] = ()
    """What a text that a model wrote was checked for; an extract needs none."""
    companies: tuple[str, ...] = ()
    """Those it is about, by the names or products of `names.toml`."""
    tag_spans: Mapping[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    """Where the text mentions each technology, industry and company; nowhere if only the title."""
    model: str = ""
    """The model that was asked, its text kept or not; empty if none was."""
    prompt: str = ""
    """The version of what it was asked."""
    read: int = 0
    wrote: int = 0
    """Tokens that it read and wrote."""
    again: bool = False
    """The model could not be used; to be made again when it can."""
