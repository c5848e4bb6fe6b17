"""Between the spider and the archive: what is found, what is pending, what was kept."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from archive import clock, feed_texts, links, pages, sources
from archive.models import FoundLink, Link, Outcome, Page
from archive.sameness import revisions
from archive.settings import Settings
from archive.sources import EntryPoint, Pace, Validators
from archive.text import clean, clean_line
from crawler.links import answers
from crawler.pages import feed_page, manners
from crawler.pages.circuits import Circuits
from crawler.sources import urls
from crawler.sources.relevance import Rule
from crawler.sources.source import Entry, Source

_EARLY = 0.25
"""The part of its interval by which an entry point may be early: crawls begin on the dot, the last
look came later, and without this every interval would last one crawl longer than it says."""


def is_due(
    known: Mapping[tuple[str, str], EntryPoint], source: Source, entry: Entry, now: datetime
) -> bool:
    """Whether an entry point's interval has passed, or nearly."""
    point = known.get((source.id, entry.address()))
    if point is None:
        return True
    minutes = point.pace.minutes if point.pace else source.poll_minutes
    return point.polled_at + timedelta(minutes=minutes) * (1 - _EARLY) <= now


class Frontier:
    """The archive's side of one crawl. `counts` grow as it goes; `per_source` limits fetches."""

    def __init__(
        self, conn: Any, settings: Settings, rule: Rule, per_source: int, everything: bool
    ) -> None:
        self._conn = conn
        self._settings = settings
        self._rule = rule
        self._per_source = per_source
        self._everything = everything
        self._points = sources.entry_points(conn)
        self._spent = sources.spent(conn, clock.now() - timedelta(days=1))
        self._new: Counter[str] = Counter()
        self._further: Counter[str] = Counter()
        self._looks: dict[int, Validators] = {}
        self.circuits = Circuits(conn)
        self.counts: Counter[str] = Counter()
        self.now = clock.now

    @property
    def lost(self) -> bool:
        """Whether the archive cannot be reached any more."""
        return bool(self._conn.closed)

    def due(self, source: Source, entry: Entry) -> bool:
        """Whether it is time to look at an entry point."""
        return self._everything or is_due(self._points, source, entry, self.now())

    def validators(self, source: Source, url: str) -> Validators:
        known = self._points.get((source.id, url))
        return known.validators if known else Validators("", "")

    def unchanged(self, source: Source, url: str) -> None:
        self.counts["polled"] += 1
        known = self._points.get((source.id, url))
        pace = self._pace(source, url, known.matched if known else 0, 0)
        sources.polled(self._conn, source.id, url, self.now(), pace=pace)

    def entry_failed(self, source: Source, url: str, reason: str) -> None:
        self.counts["entries_failed"] += 1
        known = self._points.get((source.id, url))
        pace = known.pace if known else None
        if pace:
            # It may have been a night's interval: its next word is awaited sooner.
            pace = replace(pace, minutes=min(pace.minutes, source.poll_minutes))
        sources.polled(self._conn, source.id, url, self.now(), error=reason, pace=pace)

    def found(self, source: Source, url: str, found: list[FoundLink], seen: Validators) -> int:
        """Note what an entry point shows; how many links are new or were changed."""
        new = 0
        now = self.now()
        articles = answers.articles(found, source)
        traps: list[str] = []
        left = self._settings.crawl_links_per_day - self._spent.get(source.id, (0, 0))[0]
        with self._conn.transaction():
            for link in articles:
                if problem := manners.trap(link.url, now):
                    traps.append(f"{link.url} {problem}")
                elif self._new[source.id] < left:
                    is_new = self._discover(source, link, now, url) is not None
                    new += is_new
                    self._new[source.id] += is_new
            trap = (
                f"{len(traps)} links such as {traps[0]}" if 2 * len(traps) > len(articles) else ""
            )
            if self._new[source.id] >= left:
                trap = f"more than {self._settings.crawl_links_per_day} new links in a day"
            dates = [link.published_at for link in found if link.published_at]
            shown = sources.Shown(len(found), len(articles), max(dates, default=None), seen, trap)
            pace = self._pace(source, url, len(articles), new)
            sources.polled(self._conn, source.id, url, now, shown, pace=pace)
        self.counts["polled"] += 1
        self.counts["found"] += len(found)
        self.counts["new"] += new
        return new

    def _pace(self, source: Source, url: str, shown: int, new: int) -> Pace:
        known = self._points.get((source.id, url))
        hours = (self.now() - known.polled_at) / timedelta(hours=1) if known else None
        last = known.pace if known and known.pace else Pace(source.poll_minutes)
        return manners.pace(last, source.poll_minutes, hours, shown, new)

    def _discover(self, source: Source, link: FoundLink, now: datetime, entry: str) -> int | None:
        cleaned = replace(link, title=clean_line(link.title), content="")
        key = urls.key(link.url, source)
        link_id = links.discover(self._conn, source.id, key, cleaned, now, entry)
        if link_id is None or self._refused(source, link_id, cleaned):
            return link_id
        if link.content:
            told = replace(cleaned, content=clean(link.content))
            page = Page(link_id, link.url, feed_page.render(told), now, content_type="text/html")
            if source.read == "feed":
                self.counts["pages"] += pages.add(self._conn, page)
            elif feed_page.is_full(told):
                feed_texts.keep(self._conn, page)
        return link_id

    def _refused(self, source: Source, link_id: int, found: FoundLink) -> bool:
        """Whether a link is off topic by its address or title, and so is never fetched."""
        decision = self._rule.before(source, found.url, found.title)
        if decision.relevant is not False or links.stays(self._conn, link_id):
            return False
        self.counts["off_topic"] += 1
        links.settle(self._conn, link_id, Outcome.OFF_TOPIC, decision.reason, self.now())
        return True

    def pending(self, source: Source) -> tuple[list[Link], list[Link]]:
        """The source's links to fetch in this crawl, and the stored ones to look at again, within
        its budgets."""
        if (limit := min(self._per_source, self._left(source.id))) <= 0:
            return [], []
        new = links.pending(self._conn, source.id, limit, self.now())
        spare = min(limit - len(new), int(self._per_source * manners.LOOKS))
        if spare <= 0 or source.read == "feed":
            return new, []
        found = links.looks(self._conn, source.id, spare, self.now())
        self._looks |= {link.id: seen for link, seen in found}
        return new, [link for link, _ in found]

    def seen(self, link: Link) -> Validators:
        """What the page of a link that is looked at again said of itself; else nothing."""
        return self._looks.get(link.id, Validators("", ""))

    def same(self, link: Link) -> None:
        """Note that the page of a link is the one that is kept."""
        self._looked(link.id)
        revisions.come_back(self._conn, link.id, self.now())

    def _looked(self, link: int) -> bool:
        """Whether this was a second look; then the next one is set."""
        if self._looks.pop(link, None) is None:
            return False
        self.counts["looks"] += 1
        links.looked(self._conn, link, self.now())
        return True

    def _left(self, source: str) -> int:
        """How many more pages of a source may be fetched today."""
        spent = self._spent.get(source, (0, 0))[1]
        return self._settings.crawl_pages_per_day - spent

    def afford(self, source: str) -> bool:
        """Whether a further page of an article may be fetched, within the source's budgets, which
        its links do not share: what is begun can be finished."""
        self._further[source] += 1
        return self._further[source] <= min(self._per_source, self._left(source))

    def keep(self, page: Page) -> None:
        if pages.add(self._conn, page):
            self.counts["pages"] += 1
        else:
            revisions.come_back(self._conn, page.link_id, self.now())
        self._looked(page.link_id)

    def settle(
        self, link: Link, outcome: Outcome, reason: str, wait: timedelta | None = None
    ) -> None:
        now = self.now()
        with self._conn.transaction():
            links.settle(self._conn, link.id, outcome, reason, now, now + wait if wait else None)
            note = feed_page.note(outcome, reason)
            told = bool(note) and feed_texts.stand_in(self._conn, link.id, note)
        if told:
            self.counts["pages"] += 1
        elif not self._looked(link.id):
            self.counts["refused"] += 1
