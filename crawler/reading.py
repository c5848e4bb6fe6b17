"""The reading stage: pages that wait are read, one transaction each."""

from collections import Counter
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from archive import articles, clock, links, pages
from archive.models import Article, Link, Outcome, Page
from archive.text import clean_line, fold
from crawler import verdict
from crawler.decode import decode
from crawler.documents import read_document
from crawler.extract import Reading, read
from crawler.registry import Source
from crawler.relevance import Rule


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
                reading = _judged(conn, page_id, page, link, reading)
                reading = _on_topic(conn, rule, link, reading)
            except Exception as error:
                # A bad page is a row with an outcome, whatever a parser makes of it.
                counts["failed"] += 1
                pages.failed(conn, page_id)
                if attempts + 1 < pages.MAX_ATTEMPTS:
                    continue
                reason = clean_line(f"reading raised {type(error).__name__}: {error}", 300)
                reading = Reading((), Outcome.QUARANTINED, reason)
            counts[store(conn, page_id, link, reading)] += 1


def _read(page: Page, source: Source | None) -> Reading:
    if page.url.startswith("urn:"):
        name = unquote(page.url.rpartition("/")[2])
        return read_document(page.body, name, page.fetched_at).reading
    return read(page.body, page.url, page.fetched_at, source, page.content_type)


def _judged(conn: Any, page_id: int, page: Page, link: Link, reading: Reading) -> Reading:
    """The reading, or the verdict on how the page came and on the pages like it."""
    first = reading.articles[0] if reading.articles else Article("", "")
    if not (link.title and fold(link.title) in fold(first.title)):
        if refused := verdict.led_away(link.url, page.url):
            return Reading((), *refused)
        if reading.articles:
            alike = pages.alike(conn, page_id)
            if verdict.is_template(link.title, first.title, first.text, alike):
                reason = f"{alike} links of its source gave this same page"
                return Reading((), Outcome.GONE, reason)
    if not reading.articles and (sign := verdict.challenge(decode(page.body), page.status)):
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


def store(conn: Any, page_id: int, link: Link, reading: Reading) -> str:
    """Write what a page turned out to be; the outcome, or `new`, `revised`, `same` if stored."""
    now = clock.now()
    pages.read(conn, page_id, now)
    if not reading.articles:
        challenged = reading.outcome == Outcome.CHALLENGE_PAGE
        retry_at = now + verdict.CHALLENGE_REST if challenged else None
        links.settle(conn, link.id, reading.outcome, reading.reason, now, retry_at)
        return reading.outcome
    states = set()
    for article in reading.articles:
        if article.published_at is None and link.published_at is not None:
            # The entry point knew the time, the page did not say it.
            article = replace(article, published_at=link.published_at, date_precision="minute")
        states.add(articles.put(conn, link.id, page_id, article, now))
    links.settle(conn, link.id, Outcome.STORED, reading.reason, now)
    return next(state for state in ("new", "revised", "same") if state in states)
