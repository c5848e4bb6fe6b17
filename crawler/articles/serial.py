"""Articles of several pages on their way: asked for one after another, kept together."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from archive.models import Link, Page
from crawler.links.frontier import Frontier
from crawler.pages import paging
from crawler.pages.failures import Explained, asked
from crawler.pages.lanes import Lane
from crawler.sources.source import Source


@dataclass(frozen=True, slots=True)
class Serial:
    """The pages of one article that came, and how many there are as far as they tell."""

    link: Link
    source: Source | None
    lane: Lane
    pages: tuple[Page, ...]
    total: int = 1


def header(response: Response, name: str) -> str:
    """A header's value, at most 200 characters; empty if it has none."""
    return (response.headers.get(name) or b"").decode("latin-1")[:200]


def as_page(response: Response, link: Link, now: datetime) -> Page:
    """A link's page as it came."""
    return Page(
        link.id,
        response.url,
        response.body,
        now,
        response.status,
        header(response, "Content-Type"),
        etag=header(response, "ETag"),
        last_modified=header(response, "Last-Modified"),
    )


class Serials:
    """The serials of one crawl. Nothing of one is written before its last page came or failed.

    `ask` makes a request, `leave` lets a lane go on, `explain` says why a request failed.
    """

    def __init__(
        self,
        frontier: Frontier,
        ask: Callable[[Request], None],
        leave: Callable[[Lane], None],
        explain: Callable[[Failure], Explained],
    ) -> None:
        self._frontier = frontier
        self._ask = ask
        self._leave = leave
        self._explain = explain
        self._open: dict[int, Serial] = {}

    def go_on(self, serial: Serial, whole: bool = True, problem: str = "") -> None:
        """Ask for the next page; where there is none to be had, keep those that came."""
        following = paging.next_page(serial.pages, serial.source, whole)
        if following is None:
            missing = "the last one does not say where it goes on"
            self._end(serial, problem or missing)
            return
        serial = replace(serial, total=max(serial.total, following.pages))
        if len(serial.pages) == paging.MOST_PAGES:
            self._end(serial, "no more are read")
        elif not self._frontier.afford(serial.link.source):
            self._end(serial, "the crawl's budget is spent")
        else:
            self._open[serial.link.id] = serial
            self._ask(
                Request(
                    following.url,
                    callback=self.parse,
                    errback=self.failed,
                    dont_filter=True,
                    cb_kwargs={"serial": serial},
                )
            )

    def parse(self, response: Response, serial: Serial) -> None:
        page = as_page(response, serial.link, self._frontier.now())
        if problem := paging.problem(serial.pages, page):
            assert response.request
            self._without(serial, response.request.url, problem)
        else:
            self.go_on(replace(serial, pages=(*serial.pages, page)))

    def failed(self, failure: Failure) -> None:
        request = asked(failure)
        self._without(request.cb_kwargs["serial"], request.url, self._explain(failure).reason)

    def close(self) -> None:
        """Keep what came of those that the end of the crawl cut off."""
        for serial in list(self._open.values()):
            self._keep(serial, "the crawl ended first")

    def _without(self, serial: Serial, address: str, problem: str) -> None:
        if paging.number(address, serial.pages[0].url) == paging.WHOLE:
            self.go_on(serial, whole=False, problem=problem)
        else:
            self._end(serial, problem)

    def _end(self, serial: Serial, problem: str) -> None:
        # First, so that a page that cannot be kept does not end its lane.
        self._leave(serial.lane)
        self._keep(serial, problem)

    def _keep(self, serial: Serial, problem: str) -> None:
        self._open.pop(serial.link.id, None)
        first, *rest = serial.pages
        came = len(serial.pages)
        note = f"{came} of {serial.total} pages: {problem}" if came < serial.total else ""
        if rest or note:
            # What its server says of the first page says nothing of the others.
            first = replace(first, etag="", last_modified="")
        self._frontier.keep(replace(first, note=note, rest=tuple(rest)))
