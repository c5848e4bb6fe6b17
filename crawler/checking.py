"""Does a source work today? Each entry point and one article are looked at, and judged.

Pure but for the asking, which is a function that is given.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from statistics import median

from archive.models import FoundLink, Outcome
from archive.text import clean_line
from crawler import discovery, feed_page, urls
from crawler.decode import decode
from crawler.extract import Reading, read
from crawler.fetching import Answer, Fetch
from crawler.registry import Entry, Source
from crawler.verdict import challenge

LONG_TITLE = 8
"""Characters from which on the text of a link is a headline, not a menu."""
_ENOUGH_HEADLINES = 5
_SITEMAPS = 5
_ARTICLES = 2
"""Asked for at most: the first may be a video."""
_DAMAGED = 0.005
_SHORTEST, _LONGEST = timedelta(hours=48), timedelta(days=14)
"""Silence that is never, and always, too long; between, thrice the usual gap counts."""
_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)
EVERYTHING = Source.model_validate(
    {
        "id": "everything",
        "name": "-",
        "homepage": "http://everything.invalid/",
        "article": "^(.+)$",
        "https": False,
        "entry": [{"kind": "listing", "url": "http://everything.invalid/"}],
    }
)


class Verdict(StrEnum):
    """What a check may find beside the outcomes that refused links have."""

    OK = "ok"
    STALE = "stale"
    EMPTY = "empty"
    LAYOUT = "layout"
    """Links are shown, and none is an article."""
    WRONG_KIND = "wrong_kind"
    GARBLED = "garbled"
    UNDATED = "undated"
    UNFINISHED = "unfinished"


_FIXES: dict[str, str] = {
    Verdict.STALE: "frozen: look for another entry point",
    Verdict.EMPTY: "look for another entry point: a feed, or what a script fills the page from",
    Verdict.LAYOUT: "the site has changed: correct `article` (or `items`, `link` of an api)",
    Verdict.WRONG_KIND: "moved, or a soft block: open it in a browser",
    Verdict.GARBLED: "the text is damaged where it is published: leave the source off",
    Verdict.UNDATED: "set selectors.date",
    Verdict.UNFINISHED: "check it again, alone",
    Outcome.BLOCKED_BY_ROBOTS: "use another entry point, or leave the source off",
    Outcome.BLOCKED_ADDRESS: "only public addresses are crawled: correct it",
    Outcome.HTTP_ERROR: "moved or gone: try jianbao sources add with the homepage",
    Outcome.RATE_LIMITED: "raise min_delay, and try again in some hours",
    Outcome.TIMEOUT: "slow or far from here: raise CRAWL_TIMEOUT",
    Outcome.TOO_LARGE: "look for another entry point",
    Outcome.REDIRECT_LOOP: "open it in a browser, and correct the address",
    Outcome.UNREACHABLE: "is this machine online, and the address right?",
    Outcome.CHALLENGE_PAGE: "it wants a browser: leave it alone for six hours, or for good",
    Outcome.PAYWALLED: 'only subscribers read it: use read = "feed", or leave the source off',
    Outcome.TOO_SHORT: 'set selectors.body, or read = "feed" if the feed has the text',
    Outcome.EXTRACTION_FAILED: "set selectors.title and selectors.body",
    Outcome.NOT_ARTICLE: "it may match too much: correct `article`",
}
_LATER = "the publisher's own trouble: try again later"
_REFUSED = "it turns robots away: leave it alone for six hours, or for good"


@dataclass(frozen=True, slots=True)
class Finding:
    """A verdict (of Verdict or Outcome), what was seen, and what to do about it."""

    verdict: str
    problem: str = ""
    fix: str = ""

    @property
    def is_well(self) -> bool:
        return self.verdict == Verdict.OK


@dataclass(frozen=True, slots=True)
class EntryCheck:
    """One entry point: `matched` of the `found` links are articles, the newest from `newest`."""

    kind: str
    url: str
    finding: Finding
    status: int = 0
    crawl_delay: float | None = None
    found: int = 0
    matched: int = 0
    newest: datetime | None = None


@dataclass(frozen=True, slots=True)
class ArticleCheck:
    """One article of the source, read."""

    url: str
    finding: Finding
    title: str = ""
    published_at: datetime | None = None
    characters: int = 0


@dataclass(frozen=True, slots=True)
class SourceCheck:
    """A source and what was found of it."""

    source: Source
    entries: tuple[EntryCheck, ...]
    article: ArticleCheck | None

    @property
    def findings(self) -> list[tuple[str, Finding]]:
        """Address and finding of everything that was looked at."""
        found = [(entry.url, entry.finding) for entry in self.entries]
        return found + ([(self.article.url, self.article.finding)] if self.article else [])

    @property
    def verdict(self) -> str:
        """That of the first thing that is not well."""
        return next(
            (each.verdict for _, each in self.findings if not each.is_well), Verdict.OK.value
        )

    @property
    def newest(self) -> datetime | None:
        return max((entry.newest for entry in self.entries if entry.newest), default=None)


async def check(source: Source, fetch: Fetch, now: datetime, seconds: float) -> SourceCheck:
    """Check a source; what is not reached within `seconds`, or when cancelled, is unfinished."""
    entries: list[EntryCheck] = []
    links: list[FoundLink] = []
    article = None
    problem = ""
    try:
        async with asyncio.timeout(seconds):
            for entry in source.entry:
                looked, shown = await _look(source, entry, fetch, now)
                entries.append(looked)
                links += shown
            article = await _article(source, links, fetch, now)
    except TimeoutError:
        problem = f"not reached within {seconds:g} seconds"
    except asyncio.CancelledError:
        problem = "interrupted"
    if problem:
        unfinished = _finding(Verdict.UNFINISHED, problem)
        missing = source.entry[len(entries) :]
        entries += [EntryCheck(entry.kind, entry.url, unfinished) for entry in missing]
        article = None if missing else ArticleCheck(_newest_first(links)[0].url, unfinished)
    return SourceCheck(source, tuple(entries), article)


def judge(
    source: Source, entry: Entry, answer: Answer, now: datetime
) -> tuple[EntryCheck, list[FoundLink], list[str]]:
    """What an entry point's answer is worth, the articles it shows, and the sitemaps it names."""
    found: list[FoundLink] = []
    nested: list[str] = []
    matching: list[FoundLink] = []
    finding = refusal(answer)
    if finding.is_well:
        try:
            found, nested = discovery.discover(answer.body, answer.url, source, entry, now)
        except discovery.DiscoveryError as error:
            kind = Verdict.LAYOUT if error.kind == "not_a_list" else Verdict.WRONG_KIND
            known = error.kind if error.kind in set(Outcome) else kind
            finding = _challenge(answer) or _finding(known, error.problem)
        else:
            matching = _articles(source, found)
            finding = _judge_links(source, entry, answer, found, matching, now)
    dates = [link.published_at for link in matching if link.published_at]
    checked = EntryCheck(
        entry.kind,
        entry.url,
        finding,
        answer.status,
        answer.crawl_delay,
        len(found),
        len(matching),
        max(dates, default=None),
    )
    return checked, matching, nested


def refusal(answer: Answer) -> Finding:
    """Well if there was an answer with a page; else why not."""
    if answer.outcome is not None:
        return _finding(answer.outcome, answer.problem)
    if answer.status < 400:
        return _finding(Verdict.OK, "")
    if challenge := _challenge(answer):
        return challenge
    outcome = Outcome.RATE_LIMITED if answer.status == 429 else Outcome.HTTP_ERROR
    fix = _REFUSED if answer.status in (401, 403, 405, 412) else ""
    fix = _LATER if answer.status >= 500 else fix
    return Finding(outcome, f"HTTP {answer.status}", fix or _FIXES[outcome])


def headlines(answer: Answer, now: datetime) -> list[FoundLink]:
    """Every link of a page whose text is as long as a headline."""
    try:
        shown = discovery.listing(answer.body, answer.url, EVERYTHING, now)
    except discovery.DiscoveryError:
        return []
    return [link for link in shown if len(link.title) >= LONG_TITLE]


def silence(dates: list[datetime]) -> timedelta:
    """How old the newest of these may be: thrice the median gap, within bounds."""
    # SOURCES.md §12.
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(sorted(dates))]
    usual = timedelta(seconds=3 * median(gaps)) if gaps else _LONGEST
    return min(max(usual, _SHORTEST), _LONGEST)


def _judge_links(
    source: Source,
    entry: Entry,
    answer: Answer,
    found: list[FoundLink],
    matching: list[FoundLink],
    now: datetime,
) -> Finding:
    dates = [link.published_at for link in matching if link.published_at]
    if matching:
        age = now - max(dates, default=now)
        if age > silence(dates):
            return _finding(Verdict.STALE, f"the newest article is {told(age)} old")
        return _finding(Verdict.OK, "")
    others = found or (headlines(answer, now) if entry.kind == "listing" else [])
    if found or len(others) >= _ENOUGH_HEADLINES:
        problem = f"none of {len(others)} links is an article, as {others[0].url}"
        return _finding(Verdict.LAYOUT, problem)
    return _challenge(answer) or _finding(Verdict.EMPTY, "it shows no links")


async def _look(
    source: Source, entry: Entry, fetch: Fetch, now: datetime
) -> tuple[EntryCheck, list[FoundLink]]:
    body, url = discovery.request_body(entry)
    headers = dict(entry.headers)
    if body:
        kind = "json" if entry.body == "json" else "x-www-form-urlencoded"
        headers.setdefault("Content-Type", f"application/{kind}")
    answer = await fetch(url, method=entry.method, headers=headers, body=body)
    looked, links, nested = judge(source, entry, answer, now)
    for deeper in nested[:_SITEMAPS]:
        if links:
            break
        answer = await fetch(deeper)
        looked, links, _ = judge(source, entry, answer, now)
    return looked, links


async def _article(
    source: Source, links: list[FoundLink], fetch: Fetch, now: datetime
) -> ArticleCheck | None:
    checked = None
    for link in _newest_first(links)[:_ARTICLES]:
        answer = Answer(link.url, body=feed_page.render(link))
        if source.read == "page" or not link.content:
            answer = await fetch(link.url)
            if not (finding := refusal(answer)).is_well:
                checked = checked or ArticleCheck(link.url, finding)
                continue
        reading = read(answer.body, answer.url, now, source, answer.content_type)
        read_one = judge_article(link, answer.body, reading, now)
        if read_one.finding.is_well:
            return read_one
        checked = checked or read_one
    return checked


def judge_article(link: FoundLink, body: bytes, reading: Reading, now: datetime) -> ArticleCheck:
    """What the page of an article, as it was read, is worth."""
    if not reading.articles:
        return ArticleCheck(link.url, _finding(reading.outcome, reading.reason))
    article = reading.articles[0]
    published = article.published_at or link.published_at
    text = decode(body)
    damage = text.count("\ufffd") / max(len(text), 1)
    if damage > _DAMAGED:
        finding = _finding(Verdict.GARBLED, f"{damage:.1%} of its characters are damaged")
    elif published is None:
        finding = _finding(Verdict.UNDATED, "it tells no date")
    elif link.published_at is None and now - published > _LONGEST:
        # The entry point tells no dates: then the article has to.
        finding = _finding(Verdict.STALE, f"the article is {told(now - published)} old")
    else:
        finding = _finding(Verdict.OK, "")
    return ArticleCheck(link.url, finding, article.title, published, len(article.text))


def told(age: timedelta) -> str:
    """An age in its largest unit: minutes, hours or days."""
    minutes = max(int(age.total_seconds()) // 60, 0)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} days"


def _articles(source: Source, found: list[FoundLink]) -> list[FoundLink]:
    links = []
    for link in found:
        try:
            url = urls.canonical(link.url, source)
        except urls.UrlError:
            continue
        if source.matches(url):
            links.append(replace(link, url=url))
    return links


def _newest_first(links: list[FoundLink]) -> list[FoundLink]:
    return sorted(links, key=lambda link: link.published_at or _LONG_AGO, reverse=True)


def _challenge(answer: Answer) -> Finding | None:
    sign = challenge(decode(answer.body, answer.content_type), answer.status)
    return _finding(Outcome.CHALLENGE_PAGE, sign) if sign else None


def _finding(verdict: str, problem: str) -> Finding:
    return Finding(verdict, clean_line(problem, 200), _FIXES.get(verdict, ""))
