"""The reading stage: pages that wait are read, one transaction each."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from archive import aliases, articles, clock, feed_texts, links, pages
from archive.child import Unanswered
from archive.connection import is_down
from archive.models import Article, Canonical, Link, Outcome, Page
from archive.text import clean_line, fold
from crawler.articles import reader, verdict
from crawler.articles.reader import read_page
from crawler.extract import Reading
from crawler.links.aliases import canonical, is_named
from crawler.pages import feed_page
from crawler.sources.relevance import Rule

_RETRY_INCOMPLETE = timedelta(hours=2)


def read_pending(conn: Any, rule: Rule) -> dict[str, int]:
    """Read every page that waits, by the rules of its source; counts by what became of them.

    Safe to run in several workers at once: each page is locked for its own transaction. A page
    is read in a child process and tried `pages.MAX_ATTEMPTS` times in all, then quarantined; a try
    counts even if this whole program dies of it, but not if the database does.
    """
    counts: Counter[str] = Counter()
    while claimed := pages.claim_unread(conn):
        page_id, page, link, attempt = claimed
        try:
            with conn.transaction():
                if not pages.hold(conn, page_id, attempt):
                    continue  # Another worker was quicker.
                reading = _attempt(conn, rule, claimed)
                if reading is None:
                    counts["failed"] += 1
                    continue
                belongs = canonical(page.url, reading.stated, link, rule.sources)
                counts[store(conn, page_id, page, link, reading, belongs)] += 1
        except Exception as error:
            if is_down(error):
                pages.excuse(conn, page_id, attempt)
            raise
    return dict(counts)


def _attempt(conn: Any, rule: Rule, claimed: tuple[int, Page, Link, int]) -> Reading | None:
    """What a page turns out to be; None if reading it failed, and it is to be tried again."""
    page_id, page, link, attempt = claimed
    reason = f"the program died each time it read this page, {pages.MAX_ATTEMPTS} times"
    if attempt <= pages.MAX_ATTEMPTS:
        try:
            return interpret(conn, rule, page_id, page, link)
        except Unanswered as error:
            reason = error.reason
    if attempt < pages.MAX_ATTEMPTS:
        return None
    return Reading((), Outcome.QUARANTINED, reason)


def interpret(conn: Any, rule: Rule, page_id: int, page: Page, link: Link) -> Reading:
    """What a page of a link is by today's rules. Raises Unanswered."""
    source = rule.sources.get(link.source)
    reading = reader.ours.call(read_page, page, source)
    try:
        return _on_topic(conn, rule, link, _judged(conn, rule, page_id, page, link, reading))
    except Exception as error:
        # A bad page is a row with an outcome, whatever a rule makes of it.
        reason = clean_line(f"judging raised {type(error).__name__}: {error}", 300)
        raise Unanswered(reason) from error


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
    fresh: bool = True,
) -> str:
    """Write what a page turned out to be; the outcome, or `new`, `revised`, `same` if stored.

    `belongs` is the address that it is a page of, if that is not the link's. For a page that is
    not `fresh`, read again, nothing is fetched or left unfetched.
    """
    now = clock.now()
    pages.read(conn, page_id, now)
    if not reading.articles:
        # The feed's text only stands in: its link has the outcome of the page.
        if not page.from_feed:
            challenged = reading.outcome == Outcome.CHALLENGE_PAGE
            retry_at = now + verdict.CHALLENGE_REST if challenged else None
            _settle(conn, link, reading.outcome, reading.reason, now, retry_at, fresh)
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
        _settle(conn, link, Outcome.STORED, reason, now, again, fresh)
    return next(state for state in ("new", "revised", "same") if state in states)


def _settle(
    conn: Any,
    link: Link,
    outcome: Outcome,
    reason: str,
    now: datetime,
    retry_at: datetime | None,
    fresh: bool,
) -> None:
    if fresh:
        links.settle(conn, link.id, outcome, reason, now, retry_at)
    else:
        links.restate(conn, link.id, outcome, reason, now)


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
