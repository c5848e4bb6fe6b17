"""One Scrapy process, many hosts: look at entry points, fetch what is pending, keep the bytes.

The spider decides nothing about articles; it keeps pages, and settles the links that gave none.
"""

import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadTimeoutError,
    IgnoreRequest,
)
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from archive.models import FoundLink, Link, Outcome, Page
from archive.sources import Validators
from crawler import discovery, verdict
from crawler.decode import decode
from crawler.frontier import Frontier
from crawler.guard import BlockedAddress, BlockedByRobots, PublicResolver
from crawler.registry import Entry, Source

log = logging.getLogger(__name__)

_NESTED_SITEMAPS = 5
_SITEMAP_DEPTH = 2
_RETRY_AFTER_MOST = timedelta(hours=1)
_RETRY_LATER = timedelta(hours=2)
_PASSING = {408, 429, 500, 502, 503, 504, 522, 524}


@dataclass(frozen=True, slots=True)
class Look:
    """One look at an entry point: its page, counted from 1."""

    source: Source
    entry: Entry
    page: int = 1
    depth: int = 0
    """How many sitemap indexes led here."""

    @property
    def url(self) -> str:
        return self.entry.url if self.page == 1 else self.entry.next.format(page=self.page)


class NewsSpider(Spider):
    """Crawls the entry points of `sources`, then their pending links, then `links`."""

    name = "news"

    def __init__(
        self,
        *args: Any,
        sources: tuple[Source, ...] = (),
        links: tuple[tuple[Link, Source | None], ...] = (),
        frontier: Frontier,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.sources = sources
        self.links = links
        self.frontier = frontier

    async def start(self) -> AsyncIterator[Request]:
        for link, source in self.links:
            yield self._page_request(link, source)
        for source in self.sources:
            for entry in source.entry:
                yield self._entry_request(Look(source, entry))

    def _entry_request(self, look: Look) -> Request:
        entry = look.entry
        headers = dict(entry.headers)
        seen = self.frontier.validators(look.source, look.url)
        if seen.etag:
            headers["If-None-Match"] = seen.etag
        if seen.last_modified:
            headers["If-Modified-Since"] = seen.last_modified
        body, url = discovery.request_body(entry, look.url)
        if body and entry.body == "json":
            headers.setdefault("Content-Type", "application/json")
        elif body:
            headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
        return Request(
            url,
            method=entry.method,
            headers=headers,
            body=body,
            callback=self.parse_entry,
            errback=self.entry_failed,
            dont_filter=True,
            priority=10,
            meta={"download_slot": look.source.domain, "handle_httpstatus_list": [304]},
            cb_kwargs={"look": look},
        )

    def _page_request(self, link: Link, source: Source | None) -> Request:
        meta: dict[str, Any] = {"download_slot": source.domain} if source else {}
        return Request(
            link.url,
            callback=self.parse_page,
            errback=self.page_failed,
            dont_filter=True,
            meta=meta,
            cb_kwargs={"link": link},
        )

    def parse_entry(self, response: Response, look: Look) -> Iterator[Request]:
        """Note what an entry point shows, and go on to the source's pending links."""
        if response.status == 304:
            self.frontier.unchanged(look.source, look.url)
        else:
            found: list[FoundLink] = []
            nested: list[str] = []
            try:
                found, nested = discovery.discover(
                    response.body, response.url, look.source, look.entry, self.frontier.now()
                )
            except discovery.DiscoveryError as error:
                self.frontier.entry_failed(look.source, look.url, str(error))
            else:
                new = self.frontier.found(
                    look.source,
                    look.url,
                    found,
                    Validators(_header(response, "ETag"), _header(response, "Last-Modified")),
                )
                if new and look.page < look.entry.pages and look.entry.next:
                    yield self._entry_request(Look(look.source, look.entry, look.page + 1))
            if look.depth < _SITEMAP_DEPTH:
                for url in nested[:_NESTED_SITEMAPS]:
                    entry = look.entry.model_copy(update={"url": url})
                    yield self._entry_request(Look(look.source, entry, depth=look.depth + 1))
        yield from self._pending(look.source)

    def entry_failed(self, failure: Failure) -> Iterator[Request]:
        look: Look = _request(failure).cb_kwargs["look"]
        _, reason = explain(failure)
        self.frontier.entry_failed(look.source, look.url, reason)
        yield from self._pending(look.source)

    def _pending(self, source: Source) -> Iterator[Request]:
        for link in self.frontier.pending(source):
            yield self._page_request(link, source)

    def parse_page(self, response: Response, link: Link) -> None:
        """Keep a page; the reader decides later what it is."""
        content_type = _header(response, "Content-Type")
        if content_type.startswith(("image/", "video/", "audio/", "application/pdf")):
            self.frontier.settle(link, Outcome.NOT_ARTICLE, f"content type {content_type}")
            return
        self.frontier.keep(
            Page(
                link.id,
                response.url,
                response.body,
                self.frontier.now(),
                response.status,
                content_type,
            )
        )

    def page_failed(self, failure: Failure) -> None:
        link: Link = _request(failure).cb_kwargs["link"]
        outcome, reason = explain(failure)
        wait = None
        closed = isinstance(failure.value, BlockedByRobots) and failure.value.closed
        if closed or outcome in (Outcome.TIMEOUT, Outcome.UNREACHABLE):
            wait = _RETRY_LATER
        elif outcome == Outcome.CHALLENGE_PAGE:
            wait = verdict.CHALLENGE_REST
        elif isinstance(failure.value, HttpError):
            response = failure.value.response
            if response.status in _PASSING:
                wait = _retry_after(response)
        self.frontier.settle(link, outcome, reason, wait)


def explain(failure: Failure) -> tuple[Outcome, str]:
    """The outcome that a failed request means, and why in a few words."""
    error = failure.value
    match error:
        case HttpError():
            status = error.response.status
            sign = verdict.challenge(decode(error.response.body), status)
            if sign and status != 429:
                return Outcome.CHALLENGE_PAGE, sign
            kind = Outcome.RATE_LIMITED if status == 429 else Outcome.HTTP_ERROR
            return kind, f"HTTP {status}"
        case BlockedByRobots():
            return Outcome.BLOCKED_BY_ROBOTS, error.problem
        case BlockedAddress():
            return Outcome.BLOCKED_ADDRESS, error.problem
        case IgnoreRequest() if "redirect" in str(error):
            return Outcome.REDIRECT_LOOP, "too many redirects"
        case IgnoreRequest():
            return Outcome.TOO_LARGE, "larger than is kept, after decompression"
        case CannotResolveHostError():
            host = urlsplit(_request(failure).url).hostname or ""
            if problem := PublicResolver.problem(host):
                return Outcome.BLOCKED_ADDRESS, problem
            return Outcome.UNREACHABLE, f"the name {host} cannot be resolved"
        case DownloadTimeoutError():
            return Outcome.TIMEOUT, "no complete answer in time"
        case DownloadCancelledError():
            return Outcome.TOO_LARGE, "larger than is kept"
    return Outcome.UNREACHABLE, " ".join((str(error) or type(error).__name__).split())[:200]


def _request(failure: Failure) -> Request:
    request: Request = vars(failure)["request"]
    return request


def _retry_after(response: Response) -> timedelta:
    stated = _header(response, "Retry-After").strip()
    if stated.isdigit():
        return min(timedelta(seconds=int(stated)), _RETRY_AFTER_MOST)
    return _RETRY_LATER


def _header(response: Response, name: str) -> str:
    return (response.headers.get(name) or b"").decode("latin-1")[:200]
