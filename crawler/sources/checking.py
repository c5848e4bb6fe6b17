"""Does a source work today? Each entry point and one article are looked at, and judged.

Pure but for the asking, which is a function that is given.
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median

from archive.models import FoundLink, Outcome
from archive.text import clean_line
from crawler.articles.decode import decode
from crawler.articles.verdict import challenge
from crawler.extract import read
from crawler.links import answers, discovery
from crawler.pages import feed_page
from crawler.pages.fetching import Answer, Fetch
from crawler.sources.source import Entry, Source

_LONG_TITLE = 8
"""Characters from which on the text of a link is a headline, not a menu."""
_ENOUGH_HEADLINES = 5
_SITEMAPS = 5
_ARTICLES = 2
"""Asked for at most: the first may be a video."""
_DAMAGED = 0.005
_SHORTEST, _LONGEST = timedelta(hours=48), timedelta(days=14)
"""Silence that is never, and always, too long; between, thrice the usual gap counts."""
_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)
_EVERYTHING = Source(
    id="everything",
    name="-",
    homepage="http://everything.invalid/",
    enabled=False,
    article="^(.+)$",
    https=False,
)
_OK = "ok"
_FIXES: dict[str, str] = {
    "stale": "frozen: look for another entry point",
    "empty": "look for another entry point: a feed, or what a script fills the page from",
    "layout": "the site has changed: correct `article` (or `items`, `link` of an api)",
    "wrong_kind": "moved, or a soft block: open it in a browser",
    "garbled": "the text is damaged where it is published: leave the source off",
    "undated": "set selectors.date",
    "unfinished": "check it again, alone",
    Outcome.BLOCKED_BY_ROBOTS: "use another entry point, or leave the source off",
    Outcome.BLOCKED_ADDRESS: "only public addresses are crawled: correct it",
    Outcome.HTTP_ERROR: "moved or gone: try jianbao sources add with the homepage",
    Outcome.GONE: "moved or gone: look for another entry point",
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
    **dict.fromkeys(
        ("HTTP 401", "HTTP 403", "HTTP 405", "HTTP 412"),
        "it turns robots away: leave it alone for six hours, or for good",
    ),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What one address gave: an entry point, by its kind, or an `article`."""

    kind: str
    url: str
    verdict: str = _OK
    """`ok`, an Outcome, or what only checks find: the first seven that can be fixed."""
    problem: str = ""
    crawl_delay: float | None = None
    """Seconds that robots.txt wants between two requests."""
    links: int = 0
    articles: int = 0
    """How many of the links are articles."""
    published: datetime | None = None
    """When the article was, or the newest that is shown."""
    title: str = ""
    characters: int = 0

    @property
    def is_well(self) -> bool:
        return self.verdict == _OK

    @property
    def fix(self) -> str:
        """What to do about it; empty if it is well."""
        if self.problem.startswith("HTTP 5"):
            return "the publisher's own trouble: try again later"
        return _FIXES.get(self.problem) or _FIXES.get(self.verdict, "")


@dataclass(frozen=True, slots=True)
class SourceCheck:
    """What was found of a source: of its entry points in their order, then of an article."""

    source: Source
    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> str:
        """That of the first thing that is not well."""
        return next((each.verdict for each in self.findings if not each.is_well), _OK)


async def check(source: Source, fetch: Fetch, now: datetime, seconds: float) -> SourceCheck:
    """Check a source; what is asked for after `seconds`, or when cancelled, is unfinished."""
    findings: list[Finding] = []
    links: list[FoundLink] = []
    tried: list[Finding] = []
    at = ("", "")
    try:
        async with asyncio.timeout(seconds):
            for entry in source.entry:
                at = entry.kind, entry.url
                finding, shown = await _look(source, entry, fetch, now)
                findings.append(finding)
                links += shown
            links.sort(key=lambda link: link.published_at or _LONG_AGO, reverse=True)
            for link in links[:_ARTICLES]:
                at = "article", link.url
                tried.append(await _read(source, link, fetch, now))
                if tried[-1].is_well:
                    break
    except TimeoutError:
        tried = [Finding(*at, "unfinished", f"not reached within {seconds:g} seconds")]
    except asyncio.CancelledError:
        tried = [Finding(*at, "unfinished", "interrupted")]
    return SourceCheck(source, (*findings, *sorted(tried, key=lambda each: not each.is_well)[:1]))


def judge(
    source: Source, entry: Entry, answer: Answer, now: datetime
) -> tuple[Finding, list[FoundLink], list[str]]:
    """What an entry point's answer is worth, the articles it shows, and the sitemaps it names."""
    found: list[FoundLink] = []
    nested: list[str] = []
    trouble = (str(answer.outcome), answer.problem) if answer.outcome else None
    if not trouble:
        try:
            found, nested = discovery.discover(answer.body, answer.url, source, entry, now)
        except answers.DiscoveryError as error:
            known = {"too_large": "too_large", "not_a_list": "layout"}
            trouble = _challenge(answer) or (known.get(error.kind, "wrong_kind"), error.problem)
    articles = answers.articles(found, source)
    dates = [link.published_at for link in articles if link.published_at]
    if not trouble and articles:
        age = now - max(dates, default=now)
        if age > silence(dates):
            trouble = "stale", f"the newest article is {told(age)} old"
    elif not trouble:
        others = found or everything(answer, entry, now)
        trouble = _challenge(answer) or ("empty", "it shows no links")
        if found or len(others) >= _ENOUGH_HEADLINES:
            trouble = "layout", f"none of {len(others)} links is an article, as {others[0].url}"
    verdict, problem = trouble or (_OK, "")
    finding = Finding(
        entry.kind,
        entry.url,
        verdict,
        clean_line(problem, 200),
        answer.crawl_delay,
        len(found),
        len(articles),
        max(dates, default=None),
    )
    return finding, articles, nested


def everything(answer: Answer, entry: Entry, now: datetime) -> list[FoundLink]:
    """Every link that an entry point shows; of a page, those that are as long as a headline."""
    try:
        shown, _ = discovery.discover(answer.body, answer.url, _EVERYTHING, entry, now)
    except answers.DiscoveryError:
        return []
    return [link for link in shown if entry.kind != "listing" or len(link.title) >= _LONG_TITLE]


def silence(dates: list[datetime]) -> timedelta:
    """How old the newest of these may be: thrice the median gap, within bounds."""
    # SOURCES.md §12.
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(sorted(dates))]
    usual = timedelta(seconds=3 * median(gaps)) if gaps else _LONGEST
    return min(max(usual, _SHORTEST), _LONGEST)


def told(age: timedelta) -> str:
    """An age in its largest unit: minutes, hours or days."""
    minutes = max(int(age.total_seconds()) // 60, 0)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} days"


async def _look(
    source: Source, entry: Entry, fetch: Fetch, now: datetime
) -> tuple[Finding, list[FoundLink]]:
    finding, links, nested = judge(source, entry, await fetch(**discovery.request(entry)), now)
    for deeper in nested[:_SITEMAPS]:
        if not links:
            finding, links, _ = judge(source, entry, await fetch(deeper), now)
    return finding, links


async def _read(source: Source, link: FoundLink, fetch: Fetch, now: datetime) -> Finding:
    answer = Answer(link.url, body=feed_page.render(link))
    if source.read == "page" or not link.content:
        answer = await fetch(link.url)
    if answer.outcome:
        return Finding("article", link.url, answer.outcome, clean_line(answer.problem, 200))
    reading = read(answer.body, answer.url, now, source, answer.content_type)
    if not reading.articles:
        return Finding("article", link.url, reading.outcome, clean_line(reading.reason, 200))
    article = reading.articles[0]
    published = article.published_at or link.published_at
    text = decode(answer.body, answer.content_type)
    damage = text.count("\ufffd") / max(len(text), 1)
    verdict, problem = _OK, ""
    if damage > _DAMAGED:
        verdict, problem = "garbled", f"{damage:.1%} of its characters are damaged"
    elif published is None:
        verdict, problem = "undated", "it tells no date"
    elif link.published_at is None and now - published > _LONGEST:
        # The entry point tells no dates: then the article has to.
        verdict, problem = "stale", f"the article is {told(now - published)} old"
    return Finding(
        "article",
        link.url,
        verdict,
        problem,
        published=published,
        title=article.title,
        characters=len(article.text),
    )


def _challenge(answer: Answer) -> tuple[str, str] | None:
    sign = challenge(decode(answer.body, answer.content_type), answer.status)
    return (Outcome.CHALLENGE_PAGE.value, sign) if sign else None
