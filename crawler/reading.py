"""The reading stage: pages that wait are read, one transaction each."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

from archive import aliases, articles, clock, feed_texts, links, pages
from archive.models import Article, Canonical, Link, Outcome, Page
from archive.text import clean_line, fold
from crawler import feed_page, verdict
from crawler.aliases import canonical, is_named
from crawler.decode import decode
from crawler.documents import read_document
from crawler.extract import Reading, read
from crawler.joining import read_serial
from crawler.relevance import Rule
from crawler.source import Source

_RETRY_INCOMPLETE = timedelta(hours=2)


def read_pending(conn: Any, rule: Rule) -> dict[str, int]:
    """Read every page that waits, by the rules of its source; counts by what became of them.

    Safe to run in several workers at once: each page is locked for its own transaction. A page
    whose reading raises is tried `pages.MAX_ATTEMPTS` times in all, then quarantined.
    """
    counts: Counter[str] = Counter()
    while True:
        with conn.transaction():
            claimed = pages.claim_unread(conn)
            if claimed is None:
                return dict(counts)
            page_id, page, link, attempts = claimed
            try:
                reading = _read(page, rule.sources.get(link.source))
                reading = _judged(conn, rule, page_id, page, link, reading)
                reading = _on_topic(conn, rule, link, reading)
            except Exception as error:
                # A bad page is a row with an outcome, whatever a parser makes of it.
                counts["failed"] += 1
                pages.failed(conn, page_id)
                if attempts + 1 < pages.MAX_ATTEMPTS:
                    continue
                reason = clean_line(f"reading raised {type(error).__name__}: {error}", 300)
                reading = Reading((), Outcome.QUARANTINED, reason)
            belongs = canonical(page.url, reading.stated, link, rule.sources)
            counts[store(conn, page_id, page, link, reading, belongs)] += 1


def _read(page: Page, source: Source | None) -> Reading:
    if page.url.startswith("urn:"):
        name = unquote(page.url.rpartition("/")[2])
        return read_document(page.body, name, page.fetched_at).reading
    if page.rest or page.note:
        return read_serial(page, source)
    return read(page.body, page.url, page.fetched_at, source, page.content_type)


def _judged(
    conn: Any, rule: Rule, page_id: int, page: Page, link: Link, reading: Reading
) -> Reading:
    """The reading, or the verdict on how the page came and on the pages like it."""
    first = reading.articles[0] if reading.articles else Article("", "")
    if not (link.title and fold(link.title) in fold(first.title)):
        if refused := verdict.led_away(link.url, page.url):
            return Reading((), *refused)
        if reading.articles and not is_named(page.url, reading.stated, link, rule.sources):
            alike = pages.alike(conn, page_id)
            if verdict.is_template(link.title, first.title, first.text, alike):
                reason = f"{alike} links of its source gave this same page"
                return Reading((), Outcome.GONE, reason)
    if not reading.articles and (
        sign := verdict.challenge(decode(page.body, page.content_type), page.status)
    ):
        return Reading((), Outcome.CHALLENGE_PAGE, sign)
    return reading


def _on_topic(conn: Any, rule: Rule, link: Link, reading: Reading) -> Reading:
    """The reading with those of its articles that are relevant.

    What somebody brought stays, and so does what the archive has: its corrections are wanted.
    """
    decisions = [rule.after(link.source, each.title, each.text) for each in reading.articles]
    if all(decision.relevant for decision in decisions) or links.stays(conn, link.id):
        return reading
    relevant = [a for a, d in zip(reading.articles, decisions, strict=True) if d.relevant]
    if relevant:
        return replace(reading, articles=tuple(relevant))
    return Reading((), Outcome.OFF_TOPIC, decisions[0].reason)


def store(
    conn: Any,
    page_id: int,
    page: Page,
    link: Link,
    reading: Reading,
    belongs: Canonical | None = None,
) -> str:
    """Write what a page turned out to be; the outcome, or `new`, `revised`, `same` if stored.

    `belongs` is the address that it is a page of, if that is not the link's.
    """
    now = clock.now()
    pages.read(conn, page_id, now)
    if not reading.articles:
        # The feed's text only stands in: its link has the outcome of the page.
        if not page.from_feed:
            challenged = reading.outcome == Outcome.CHALLENGE_PAGE
            retry_at = now + verdict.CHALLENGE_REST if challenged else None
            links.settle(conn, link.id, reading.outcome, reading.reason, now, retry_at)
            if note := feed_page.note(reading.outcome, reading.reason):
                feed_texts.stand_in(conn, link.id, note)
        return reading.outcome
    if not _may_replace(pages.standing(conn, link.id, page_id), page, reading):
        return "same"
    text = "\n".join(article.text for article in reading.articles)
    home = aliases.home(conn, link, page_id, belongs, text, now)
    if not page.from_feed:
        feed_texts.forget(conn, link.id)
    if home is None:
        return Outcome.ALIAS
    states = set()
    for article in reading.articles:
        if article.published_at is None and link.published_at is not None:
            # The entry point knew the time, the page did not say it.
            article = replace(article, published_at=link.published_at, date_precision="minute")
        states.add(articles.put(conn, home, page_id, article, now))
    if home == link.id:
        reason = "; ".join(filter(None, (reading.reason, page.note)))
        again = now + _RETRY_INCOMPLETE if page.note and not page.from_feed else None
        links.settle(conn, link.id, Outcome.STORED, reason, now, again)
    return next(state for state in ("new", "revised", "same") if state in states)


def _may_replace(standing: tuple[bool, int] | None, page: Page, reading: Reading) -> bool:
    """Whether a text may replace what is stored of its link: whether that is from the feed, and
    its length. The feed's text never replaces the page's; else what may lack something must be
    longer, and so must what replaces the feed's text."""
    if standing is None:
        return True
    was_from_feed, length = standing
    if page.from_feed:
        return was_from_feed
    if was_from_feed or page.note or reading.reason:
        return sum(len(article.text) for article in reading.articles) > length
    return True
