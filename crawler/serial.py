"""Articles of several pages on their way: asked for one after another, kept together."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from archive.models import Link, Outcome, Page
from crawler import paging
from crawler.frontier import Frontier
from crawler.registry import Source

_AHEAD = 5
"""Before other pages, after entry points: what is begun is finished first."""


@dataclass(frozen=True, slots=True)
class Serial:
    """The pages of one article that came, and how many there are as far as they tell."""

    link: Link
    source: Source | None
    slot: str
    pages: tuple[Page, ...]
    total: int = 1


class Serials:
    """The serials of one crawl. Nothing of one is written before its last page came or failed."""

    def __init__(
        self, frontier: Frontier, explain: Callable[[Failure], tuple[Outcome, str]]
    ) -> None:
        self._frontier = frontier
        self._explain = explain
        self._open: dict[int, Serial] = {}

    def go_on(self, serial: Serial, whole: bool = True, problem: str = "") -> Iterator[Request]:
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
            yield Request(
                following.url,
                callback=self.parse,
                errback=self.failed,
                dont_filter=True,
                priority=_AHEAD,
                meta={"download_slot": serial.slot},
                cb_kwargs={"serial": serial},
            )

    def parse(self, response: Response, serial: Serial) -> Iterator[Request]:
        content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")[:200]
        now = self._frontier.now()
        page = Page(serial.link.id, response.url, response.body, now, response.status, content_type)
        if problem := paging.problem(serial.pages, page):
            assert response.request
            yield from self._without(serial, response.request.url, problem)
        else:
            yield from self.go_on(replace(serial, pages=(*serial.pages, page)))

    def failed(self, failure: Failure) -> Iterator[Request]:
        request: Request = vars(failure)["request"]
        serial: Serial = request.cb_kwargs["serial"]
        yield from self._without(serial, request.url, self._explain(failure)[1])

    def close(self) -> None:
        """Keep what came of those that the end of the crawl cut off."""
        for serial in list(self._open.values()):
            self._end(serial, "the crawl ended first")

    def _without(self, serial: Serial, asked: str, problem: str) -> Iterator[Request]:
        if paging.number(asked, serial.pages[0].url) == paging.WHOLE:
            yield from self.go_on(serial, whole=False, problem=problem)
        else:
            self._end(serial, problem)

    def _end(self, serial: Serial, problem: str) -> None:
        self._open.pop(serial.link.id, None)
        first, *rest = serial.pages
        came = len(serial.pages)
        note = f"{came} of {serial.total} pages: {problem}" if came < serial.total else ""
        self._frontier.keep(replace(first, note=note, rest=tuple(rest)))
