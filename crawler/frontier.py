"""Between the spider and the archive: what is found, what is pending, what was kept."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from archive import clock, feed_texts, links, pages, sources
from archive.models import FoundLink, Link, Outcome, Page
from archive.sources import Validators
from archive.text import clean, clean_line
from crawler import feed_page, urls
from crawler.registry import Source


class Frontier:
    """The archive's side of one crawl. `counts` grow as it goes; `per_source` limits fetches."""

    def __init__(self, conn: Any, per_source: int) -> None:
        self._conn = conn
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
        cleaned = FoundLink(address, clean_line(link.title), link.published_at, link.stamp)
        with self._conn.transaction():
            key = urls.key(address, source)
            link_id = links.discover(self._conn, source.id, key, cleaned, now, entry)
            if link_id is not None and link.content:
                told = replace(cleaned, content=clean(link.content))
                page = Page(link_id, address, feed_page.render(told), now, content_type="text/html")
                if source.read == "feed":
                    self.counts["pages"] += pages.add(self._conn, page)
                elif feed_page.is_full(told):
                    feed_texts.keep(self._conn, page)
        return link_id

    def pending(self, source: Source) -> list[Link]:
        """The source's links that this crawl has not asked for yet, within its budget."""
        left = max(self._left.setdefault(source.id, self._per_source), 0)
        asked = self._asked
        due = links.pending(self._conn, source.id, left + len(asked), self.now())
        fresh = [link for link in due if link.id not in asked][:left]
        asked.update(link.id for link in fresh)
        self._left[source.id] -= len(fresh)
        return fresh

    def afford(self, source: str) -> bool:
        """Pay for a further page of an article from its source's budget; what links have used up
        may be overdrawn once, so that what is begun can be finished."""
        left = self._left.get(source, self._per_source)
        self._left[source] = left - 1
        return left > -self._per_source

    def keep(self, page: Page) -> None:
        self.counts["pages"] += pages.add(self._conn, page)

    def settle(
        self, link: Link, outcome: Outcome, reason: str, wait: timedelta | None = None
    ) -> None:
        now = self.now()
        with self._conn.transaction():
            links.settle(self._conn, link.id, outcome, reason, now, now + wait if wait else None)
            note = feed_page.note(outcome, reason)
            told = bool(note) and feed_texts.stand_in(self._conn, link.id, note)
        self.counts["pages" if told else "refused"] += 1
