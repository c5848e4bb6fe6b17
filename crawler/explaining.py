"""`jianbao explain URL [OTHER]`: one link's whole story on one screen, or two articles compared."""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from archive import console
from archive.clock import BEIJING
from archive.errors import KnownError, UsageError
from crawler.accounts import counted

if TYPE_CHECKING:
    from archive.biography import Biography, Fetch, Telling
    from crawler.sources.source import Source

app = typer.Typer()

_WIDTH = 80
_LABEL = 10
# What a person can do about an outcome; {source} is its source.
_ADVICE = {
    "stored": "nothing",
    "not_article": "nothing, unless the pattern of {source} takes more than articles",
    "off_topic": "nothing, unless it belongs to your topics",
    "gone": "nothing: its publisher took it away",
    "paywalled": "nothing: only its beginning is public",
    "blocked_by_robots": "nothing: its publisher asks robots to stay away",
    "blocked_address": "nothing, unless you mean this host: JIANBAO_ALLOW lets one pass",
    "challenge_page": "its site asks for a browser: crawl {source} less often, or from its feed",
    "rate_limited": "raise min_delay of {source}",
    "too_short": "look at it: if it has a text, {source} needs a body selector",
    "extraction_failed": "look at it: if it has a text, {source} needs a body selector",
    "quarantined": "report the reason: reading its page raises an error",
}
_PLACES = {
    "told": "",
    "folded": ", which had its news already",
    "left": ", which has no room for it",
    "older": ", for which it was published too long before",
}
_TRY = "look at it in a browser; if it is there, try again: jianbao import URL"


class UnknownLink(KnownError):
    """The archive never saw this address."""

    def __init__(self, address: "Address") -> None:
        super().__init__(
            f"the archive does not know {address.url or address.key} ({address.known_as});"
            " bring it with: jianbao import URL"
        )
        self.address = address


class NoAddress(UsageError):
    """What was typed is no address of a link."""

    def __init__(self, typed: str, problem: str) -> None:
        super().__init__(f"cannot explain {typed[:200]!r}: it {problem}")
        self.typed = typed
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Address:
    """What a typed address became by the rules of the registry."""

    typed: str
    url: str
    """Empty for a urn."""
    key: str
    source: str
    """Empty if no source has articles with such an address."""
    known_as: str


@app.command()
def explain(
    address: Annotated[
        str, typer.Argument(metavar="URL", help="An address, a urn, or an article's number.")
    ],
    other: Annotated[
        str, typer.Argument(help="Another: are the two one text, or one story, and why?")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False,
) -> None:
    """Tell one link's whole story: found, fetched, outcome and reason, articles, what to do.

    Of two addresses (or numbers of articles), tell what their texts have in common.
    """
    from archive import biography, clock, database, material, settings
    from crawler import likeness
    from crawler.sources import registry

    current = settings.load()
    if other:
        likeness.tell(current, address, other, as_json)
        return
    with database.connect(current) as conn:
        if address.strip().isdecimal():
            address = likeness.side(conn, current, address).url
        meant = resolve(registry.load(current.jianbao_sources), address)
        link = biography.find(conn, meant.key, meant.url)
        if link is None:
            raise UnknownLink(meant)
        life = biography.of_link(conn, link)
    if as_json:
        told = {"address": asdict(meant), **asdict(life), "advice": advice(life)}
        sys.stdout.write(json.dumps(told, ensure_ascii=False, default=_plain) + "\n")
        return
    cutoff, zone = current.edition_cutoff, current.timezone
    due = clock.edition_day(life.first_seen, cutoff, zone)
    coming = clock.window(clock.edition_day(clock.now(), cutoff, zone), cutoff, zone)
    lines = screen(meant, life, due, coming.start - material.CATCH_UP)
    console.out.print("\n".join(lines), markup=False, emoji=False)


def resolve(known: "tuple[Source, ...]", typed: str) -> Address:
    """What an address means, however it was copied. Raises NoAddress."""
    from crawler.sources import registry, urls

    text = typed.strip()
    if text.lower().startswith("urn:"):
        return Address(typed, "", text.lower().partition("/")[0], "", "an imported document")
    full = text if "://" in text else f"https://{text}"
    try:
        url, key, source = registry.identify(known, full)
    except urls.UrlError as error:
        raise NoAddress(typed, error.problem) from None
    if source:
        return Address(typed, url, key, source.id, f"an article of {source.id}")
    domain = urls.domain(urls.host(url))
    near = next((each.id for each in known if domain in each.domains), "")
    why = f"{near} has this site, but its pattern for articles does not match" if near else ""
    return Address(typed, url, key, "", why or "no source has articles there")


def advice(life: "Biography") -> str:
    """What a person can do now."""
    if life.pending:
        if life.enabled or not life.entry:
            return f"nothing: the next crawl of {life.source} fetches it"
        return f"{life.source} is off; fetch it once with: jianbao import URL"
    if any(fetch.read_at is None for fetch in life.fetches):
        return "nothing: jianbao extract reads it, and the service does so after every crawl"
    if life.retry_at:
        return f"nothing yet: it is tried again after {shown_time(life.retry_at)}"
    return _ADVICE.get(life.outcome, _TRY).format(source=life.source)


def screen(meant: Address, life: "Biography", due: date, since: datetime) -> list[str]:
    """The story for people, in lines of at most 80 columns; times are Beijing's.

    `due` is the day of the edition for what was first seen when the link was; the next edition
    makes up for what was missed of what was first seen from `since` on.
    """
    story = _story(meant, life, due, since)
    return [line for label, text in story for line in wrapped(label, text) if text]


def _story(
    meant: Address, life: "Biography", due: date, since: datetime
) -> Iterator[tuple[str, str]]:
    yield "link", life.url
    if meant.typed != life.url:
        yield "typed", meant.typed
    if meant.key != life.key:
        yield "", f"which is an address of the same page, and of its own {meant.key}"
    yield (
        "key",
        f"{life.key}, of {life.source} {life.source_name}" + ("" if life.enabled else " (off)"),
    )
    yield (
        "found",
        f"{shown_time(life.first_seen)} {f'at {life.entry}' if life.entry else 'by hand'}",
    )
    yield "", life.title
    yield "", f"published {shown_time(life.published_at)}" if life.published_at else ""
    for number, fetch in enumerate(life.fetches):
        yield ("" if number else "fetched"), _fetched(fetch)
        if fetch.url != life.url and not fetch.url.startswith("urn:"):
            yield "", f"led to {fetch.url}"
    tries = f"{life.attempts} {'try' if life.attempts == 1 else 'tries'}"
    if life.outcome:
        when = f" {shown_time(life.decided_at)}" if life.decided_at else ""
        yield "outcome", f"{life.outcome}{when} after {tries}"
    else:
        yield "outcome", f"pending after {tries}"
    yield "", life.reason
    yield (
        "",
        "to be fetched again: its publisher changed it" * (life.pending and bool(life.outcome)),
    )
    for article in life.articles:
        yield from _article(article, due, since)
    yield "to do", advice(life)


def _fetched(fetch: "Fetch") -> str:
    size = "bytes removed" if fetch.size is None else f"{fetch.size:,} bytes"
    kind = fetch.content_type.partition(";")[0]
    read = "" if fetch.read_at else "not read yet"
    return ", ".join(
        filter(None, (f"{shown_time(fetch.at)}  HTTP {fetch.status}", kind, size, read))
    )


def _article(article: "Telling", due: date, since: datetime) -> Iterator[tuple[str, str]]:
    part = f", part {article.part} of its page" if article.part > 1 else ""
    yield "article", f"number {article.id}{part}: {article.title}"
    shown = "%Y-%m-%d" if article.date_precision == "day" else "%Y-%m-%d %H:%M"
    stated = article.published_at and article.published_at.astimezone(BEIJING).strftime(shown)
    times = "time" if article.revisions == 1 else "times"
    revised = f"changed {article.revisions} {times} since" if article.revisions else ""
    told = (stated or "no date", article.origin, f"{article.characters:,} characters", revised)
    yield "", ", ".join(filter(None, told))
    yield "", f"repaired: {counted(article.repairs)}" if article.repairs else ""
    for number, change in enumerate(article.changes):
        back = f"; back {shown_time(change.returned_at)}" if change.returned_at else ""
        yield ("" if number else "changed"), f"{shown_time(change.at)} {change.account}{back}"
    topic = f", topic {article.topic}" if article.topic else ""
    yield (
        "",
        f"summary: {article.summary_method}{topic}" if article.summary_method else "no summary yet",
    )
    seen_alone = article.written_at and article.publications == 1 and not article.reports
    if article.written_by and not seen_alone:
        yield "lineage", _lineage(article)
    for number, copy in enumerate(article.copies):
        yield ("" if number else "copies"), f"number {copy.id}, {copy.source_name}: {copy.url}"
    if (more := article.publications - 1 - len(article.copies)) > 0:
        yield "", f"and {more} more"
    if article.edition:
        yield "edition", f"{article.edition}{_PLACES[article.place]}"
    elif article.missed_at:
        read, frozen = shown_time(article.extracted_at), shown_time(article.missed_at)
        was_read = article.extracted_at < article.missed_at
        late = "it had no summary yet" if was_read else f"it was read at {read}"
        yield "edition", f"missed {article.missed}, frozen at {frozen}: {late}"
        then = "may still have it" if article.first_seen >= since else "does not: it is too old"
        yield "", f"the next edition {then}"
    else:
        yield "edition", f"{due}, which is not composed yet"


def _lineage(article: "Telling") -> str:
    """Who was first, and how far it went: 14 reprints, 2 independent reports."""
    seen = article.written_at
    first = (
        f"first published by {article.written_by} at {shown_time(seen)}"
        if seen
        else f"written by {article.written_by}, of whom no publication was seen"
    )
    reprints = article.publications - bool(seen)
    own = "" if article.original == article.id else f"; number {article.original} stands for it"
    return (
        f"{reprints} reprint{'s' * (reprints != 1)}, {article.reports} independent"
        f" report{'s' * (article.reports != 1)}, {first}{own}"
    )


def shown_time(instant: datetime) -> str:
    """Beijing time to the minute."""
    return instant.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")


def wrapped(label: str, text: str) -> list[str]:
    """A text beside its label, in lines of 80 columns."""
    lines = Text(text).wrap(console.out, _WIDTH - _LABEL)
    heads = [label, *[""] * (len(lines) - 1)]
    return [
        f"{head:{_LABEL}}{line.plain.rstrip()}" for head, line in zip(heads, lines, strict=True)
    ]


def _plain(value: Any) -> str:
    return str(value.isoformat())
