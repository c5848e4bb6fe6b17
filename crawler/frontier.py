"""Between the spider and the archive: what is found, what is pending, what was kept."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from archive import clock, links, pages, sources
from archive.models import FoundLink, Link, Outcome, Page
from archive.sources import Validators
from archive.text import clean, clean_line
from crawler import feed_page, urls
from crawler.registry import Source
from crawler.relevance import Rule


class Frontier:
    """The archive's side of one crawl. `counts` grow as it goes; `per_source` limits fetches."""

    def __init__(self, conn: Any, per_source: int, rule: Rule) -> None:
        self._conn = conn
        self._rule = rule
        self._left: dict[str, int] = {}
        self._per_source = per_source
        self._asked: set[int] = set()
        self.counts: Counter[str] = Counter()
        self.now = clock.now

    def validators(self, source: Source, url: str) -> Validators:
        return sources.validators(self._conn, source.id, url)

    def unchanged(self, source: Source, url: str) -> None:
        self.counts["polled"] += 1
        sources.polled(self._conn, source.id, url, self.now())

    def entry_failed(self, source: Source, url: str, reason: str) -> None:
        self.counts["entries_failed"] += 1
        sources.polled(self._conn, source.id, url, self.now(), error=reason)

    def found(self, source: Source, url: str, found: list[FoundLink], seen: Validators) -> int:
        """Note what an entry point shows; how many links are new or were changed."""
        new = matched = 0
        now = self.now()
        for link in found:
            try:
                address = urls.canonical(link.url, source)
            except urls.UrlError:
                continue
            if source.matches(address):
                matched += 1
                new += self._discover(source, address, link, now, url) is not None
        dates = [link.published_at for link in found if link.published_at]
        shown = sources.Shown(len(found), matched, max(dates, default=None), seen)
        sources.polled(self._conn, source.id, url, now, shown)
        self.counts["polled"] += 1
        self.counts["found"] += len(found)
        self.counts["new"] += new
        return new

    def _discover(
        self, source: Source, address: str, link: FoundLink, now: datetime, entry: str
    ) -> int | None:
        cleaned = FoundLink(
            address,
            clean_line(link.title),
            link.published_at,
            link.stamp,
            clean(link.content) if source.read == "feed" else "",
        )
        with self._conn.transaction():
            key = urls.key(address, source)
            link_id = links.discover(self._conn, source.id, key, cleaned, now, entry)
            if link_id is None or self._refused(source, link_id, cleaned):
                return link_id
            if cleaned.content:
                body = feed_page.render(cleaned)
                self.counts["pages"] += pages.add(
                    self._conn, Page(link_id, address, body, now, content_type="text/html")
                )
        return link_id

    def _refused(self, source: Source, link_id: int, found: FoundLink) -> bool:
        """Whether a link is off topic by its address or title, and so is never fetched."""
        decision = self._rule.before(source, found.url, found.title)
        if decision.relevant is not False or links.stays(self._conn, link_id):
            return False
        self.counts["off_topic"] += 1
        links.settle(self._conn, link_id, Outcome.OFF_TOPIC, decision.reason, self.now())
        return True

    def pending(self, source: Source) -> list[Link]:
        """The source's links that this crawl has not asked for yet, within its budget."""
        left = self._left.setdefault(source.id, self._per_source)
        asked = self._asked
        due = links.pending(self._conn, source.id, left + len(asked), self.now())
        fresh = [link for link in due if link.id not in asked][:left]
        asked.update(link.id for link in fresh)
        self._left[source.id] = left - len(fresh)
        return fresh

    def keep(self, page: Page) -> None:
        self.counts["pages"] += pages.add(self._conn, page)

    def settle(
        self, link: Link, outcome: Outcome, reason: str, wait: timedelta | None = None
    ) -> None:
        self.counts["refused"] += 1
        now = self.now()
        links.settle(self._conn, link.id, outcome, reason, now, now + wait if wait else None)
