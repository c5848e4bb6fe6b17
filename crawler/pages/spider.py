"""One Scrapy process, many hosts: look at entry points, fetch what is pending, keep the bytes.

The spider decides nothing about articles; it keeps pages, and settles the links that gave none.
Each domain has a lane, in which one request is under way at a time: so a slow or failing source
stops itself only.
"""

import time
from collections import defaultdict
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response
from twisted.python.failure import Failure

from archive.models import FoundLink, Link, Outcome
from archive.sources import Validators
from crawler.articles import verdict
from crawler.articles.serial import Serial, Serials, as_page, header
from crawler.links import discovery
from crawler.links.answers import DiscoveryError
from crawler.links.frontier import Frontier
from crawler.pages.failures import Explained, asked, explain
from crawler.pages.lanes import Lane, Look, Turn
from crawler.sources import urls
from crawler.sources.source import Source

_NESTED_SITEMAPS = 5
_SITEMAP_DEPTH = 2


class NewsSpider(Spider):
    """Crawls the entry points of `sources`, then their pending links; and `links`."""

    name = "news"

    def __init__(
        self,
        *args: Any,
        sources: tuple[Source, ...] = (),
        links: tuple[tuple[Link, Source | None], ...] = (),
        frontier: Frontier,
        source_seconds: float,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.frontier = frontier
        self._seconds = source_seconds
        self._lanes: dict[str, Lane] = defaultdict(partial(Lane, frontier.pending))
        self._serials = Serials(frontier, self._ask, self._go_on, self._told)
        for link, publisher in links:
            turn = Turn(publisher, links=[link])
            self._lanes[urls.domain(urls.host(link.url))].turns.append(turn)
        for source in sources:
            looks = [Look(source, entry) for entry in source.entry if frontier.due(source, entry)]
            self._lanes[source.domain].turns.append(Turn(source, looks))

    async def start(self) -> AsyncIterator[Request]:
        for lane in list(self._lanes.values()):
            if request := self._next(lane):
                yield request

    def _go_on(self, lane: Lane) -> None:
        """Make the next request of a lane, now that its last one has its answer."""
        if request := self._next(lane):
            self._ask(request)

    def _ask(self, request: Request) -> None:
        # Yielded from the callback it would cost more than all else that is done with a page.
        self.crawler.engine.crawl(request)

    def _next(self, lane: Lane) -> Request | None:
        """The next request of a lane, passing by what must wait; none when it has done."""
        while not self.frontier.lost and (drawn := lane.draw()):
            turn, task = drawn
            if time.monotonic() - turn.began > self._seconds:
                # The others of the domain go on; what is left waits for the next run.
                lane.drop(turn)
                self.frontier.counts["out_of_time"] += 1
            elif not self.frontier.circuits.may_ask(urls.host(task.url)):
                self.frontier.counts["resting"] += 1
            else:
                if isinstance(task, Look):
                    return self._entry_request(task, lane, turn)
                return self._page_request(task, lane, turn.source)
        return None

    def _entry_request(self, look: Look, lane: Lane, turn: Turn) -> Request:
        how = discovery.request(look.entry, look.page)
        how["headers"] |= _conditions(self.frontier.validators(look.source, look.url))
        return Request(
            **how,
            callback=self.parse_entry,
            errback=self.entry_failed,
            dont_filter=True,
            meta={"handle_httpstatus_list": [304]},
            cb_kwargs={"look": look, "lane": lane, "turn": turn},
        )

    def _page_request(self, link: Link, lane: Lane, source: Source | None) -> Request:
        conditions = _conditions(self.frontier.seen(link))
        return Request(
            link.url,
            callback=self.parse_page,
            errback=self.page_failed,
            headers=conditions,
            dont_filter=True,
            meta={"handle_httpstatus_list": [304]} if conditions else None,
            cb_kwargs={"link": link, "lane": lane, "source": source},
        )

    def parse_entry(self, response: Response, look: Look, lane: Lane, turn: Turn) -> None:
        """Note what an entry point shows."""
        self.frontier.circuits.answered(urls.host(response.url))
        if response.status == 304:
            self.frontier.unchanged(look.source, look.url)
        else:
            found: list[FoundLink] = []
            nested: list[str] = []
            try:
                found, nested = discovery.discover(
                    response.body, response.url, look.source, look.entry, self.frontier.now()
                )
            except DiscoveryError as error:
                self.frontier.entry_failed(look.source, look.url, str(error))
            else:
                seen = Validators(header(response, "ETag"), header(response, "Last-Modified"))
                new = self.frontier.found(look.source, look.url, found, seen)
                if new and look.page < look.entry.pages:
                    turn.looks.append(Look(look.source, look.entry, look.page + 1))
            if look.depth < _SITEMAP_DEPTH:
                for url in nested[:_NESTED_SITEMAPS]:
                    entry = look.entry.model_copy(update={"url": url})
                    turn.looks.append(Look(look.source, entry, depth=look.depth + 1))
        self._go_on(lane)

    def entry_failed(self, failure: Failure) -> None:
        given = asked(failure).cb_kwargs
        look: Look = given["look"]
        reason = self._told(failure).reason
        self.frontier.entry_failed(look.source, look.url, reason)
        self._go_on(given["lane"])

    def parse_page(self, response: Response, link: Link, lane: Lane, source: Source | None) -> None:
        """Keep a page, and those that it goes on with; the reader decides later what it is."""
        host = urls.host(response.url)
        if response.status == 304:
            self.frontier.circuits.answered(host)
            self._go_on(lane)
            self.frontier.same(link)
            return
        if verdict.is_challenge(response.body, response.status):
            self.frontier.circuits.failed(host, "challenge page", refused=True)
        else:
            self.frontier.circuits.answered(host)
        page = as_page(response, link, self.frontier.now())
        if page.content_type.startswith(("image/", "video/", "audio/", "application/pdf")):
            self._go_on(lane)
            self.frontier.settle(link, Outcome.NOT_ARTICLE, f"content type {page.content_type}")
        else:
            self._serials.go_on(Serial(link, source, lane, (page,)))

    def closed(self, reason: str) -> None:
        self._serials.close()

    def page_failed(self, failure: Failure) -> None:
        given = asked(failure).cb_kwargs
        told = self._told(failure)
        self._go_on(given["lane"])
        self.frontier.settle(given["link"], told.outcome, told.reason, told.wait)

    def _told(self, failure: Failure) -> Explained:
        told = explain(failure, self.frontier.now())
        host = urls.host(asked(failure).url)
        if told.hurts:
            self.frontier.circuits.failed(host, told.reason, told.asked, told.refused, told.closed)
        else:
            self.frontier.circuits.answered(host)
        return told


def _conditions(seen: Validators) -> dict[str, str]:
    """The headers that ask for a page only if it is another than the one that was seen."""
    headers = {"If-None-Match": seen.etag, "If-Modified-Since": seen.last_modified}
    return {name: value for name, value in headers.items() if value}
