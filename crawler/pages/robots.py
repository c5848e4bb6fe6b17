"""robots.txt by RFC 9309, once per host and run: 4xx means no rules; 5xx and no answer, closed."""

from typing import Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.robotstxt import ProtegoRobotParser, RobotParser
from twisted.internet.defer import Deferred

from crawler.pages import manners
from crawler.pages.guard import BlockedAddress, PublicResolver
from crawler.pages.slots import DomainSlots

_MOST_BYTES = 500 * 1024
"""What is read of a robots.txt, as the RFC asks at least."""


class BlockedByRobots(IgnoreRequest):
    """robots.txt forbids it, or could not be had (`closed`), which forbids it for this run.

    `cause` is what befell the request for it, if there was no answer at all.
    """

    def __init__(
        self, url: str, problem: str, closed: bool, cause: Exception | None = None
    ) -> None:
        super().__init__(problem)
        self.url = url
        self.problem = problem
        self.closed = closed
        self.cause = cause


class Robots(RobotsTxtMiddleware):
    """Asks robots.txt before anything else of a host, and keeps to its Crawl-delay."""

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        if isinstance(rp, _Closed):
            if rp.refused:
                raise BlockedAddress(request.url, rp.refused)
            problem = f"robots.txt cannot be had ({rp.problem}): closed for this run"
            raise BlockedByRobots(request.url, problem, closed=True, cause=rp.cause)
        try:
            super().process_request_2(rp, request)
        except IgnoreRequest:
            raise BlockedByRobots(request.url, "robots.txt forbids it", closed=False) from None

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        # "Too many requests" is no word on what is allowed, although it is a 4xx.
        if response.status >= 500 or response.status == 429:
            self._conclude(netloc, _Closed(f"HTTP {response.status}"))
        elif response.status >= 300:
            self._conclude(netloc, None)
        else:
            parser = ProtegoRobotParser.from_crawler(self.crawler, response.body[:_MOST_BYTES])
            delay = parser.crawl_delay(self._robotstxt_useragent or "") or 0
            downloader = self.crawler.engine and self.crawler.engine.downloader
            if delay and isinstance(downloader, DomainSlots):
                downloader.slow_down(request, min(delay, manners.MOST_CRAWL_DELAY))
            self._conclude(netloc, parser)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        if isinstance(exc, IgnoreRequest) and not isinstance(exc, BlockedAddress):
            self._conclude(netloc, None)  # It leads in circles: as good as none.
            return
        host = urlsplit(f"//{netloc}").hostname or ""
        refused = exc.problem if isinstance(exc, BlockedAddress) else PublicResolver.problem(host)
        problem = " ".join(str(exc).split())[:100] or type(exc).__name__
        self._conclude(netloc, _Closed(problem, refused, exc))

    def _conclude(self, netloc: str, parser: RobotParser | None) -> None:
        waiting = self._parsers[netloc]
        self._parsers[netloc] = parser
        if isinstance(waiting, Deferred):
            waiting.callback(parser)


class _Closed(RobotParser):
    """Nothing may be asked for: why robots.txt could not be had, and was refused, if it was."""

    def __init__(self, problem: str, refused: str = "", cause: Exception | None = None) -> None:
        self.problem = problem
        self.refused = refused
        self.cause = cause

    @classmethod
    def from_crawler(cls, crawler: Crawler, robotstxt_body: bytes) -> Self:
        return cls("")

    def allowed(self, url: str | bytes, user_agent: str | bytes) -> bool:
        return False
