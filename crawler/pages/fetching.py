"""A few addresses fetched as the crawl fetches them, without a database: same guard, same manners.

One Scrapy process for many errands at once; each is a coroutine that asks for one address after
another and goes on with the answer.
"""

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, TypeVar
from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.robotstxt import ProtegoRobotParser
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from archive import clock
from archive.models import Outcome
from archive.settings import Settings
from crawler.pages.engine import engine
from crawler.pages.failures import explain
from crawler.pages.robots import Robots
from crawler.sources.source import Source

Result = TypeVar("Result")
_ASKED = 6
"""Sources; one that answers is enough to be online."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What asking for one address gave: a page, or the outcome of a refused one and why."""

    url: str
    """Where it came from, after redirects."""
    status: int = 200
    body: bytes = b""
    content_type: str = ""
    outcome: Outcome | None = None
    problem: str = ""
    crawl_delay: float | None = None
    """Seconds that robots.txt wants between two requests; None if it does not say."""
    sitemaps: tuple[str, ...] = ()
    """The sitemaps that robots.txt names."""


Fetch = Callable[..., Coroutine[Any, Any, Answer]]
"""Asks for a `url`, as `discovery.request` says how; of the same address it gives the same."""
Errand = Callable[[Fetch], Coroutine[Any, Any, Result]]


def run(
    settings: Settings, chosen: tuple[Source, ...], errands: Sequence[Errand[Result]], seconds: int
) -> list[Result]:
    """Run all errands at once, at most `seconds` long; their results in their order.

    The delays are those of `chosen`. An interrupt (Ctrl-C) cancels every errand once, and what it
    then returns counts. Raises what an errand raised. Can run once per process.
    """
    process = engine(settings, chosen, seconds)
    tasks: list[asyncio.Task[Result]] = []
    process.crawl(_Errands, errands=errands, tasks=tasks)
    process.start(install_signal_handlers=False)
    return [task.result() for task in tasks]


def online(sources: Iterable[Source]) -> bool:
    """Whether one of the first sources can be connected to."""

    def answers(source: Source) -> bool:
        at = urlsplit(source.homepage)
        port = at.port or (80 if at.scheme == "http" else 443)
        with contextlib.suppress(OSError), socket.create_connection((at.hostname, port), 5):
            return True
        return False

    some = list(islice(sources, _ASKED))
    with ThreadPoolExecutor(_ASKED) as pool:
        return any(pool.map(answers, some))


class _Errands(Spider):
    """Yields nothing: it lives as long as its errands run."""

    name = "errands"

    def __init__(self, errands: Sequence[Errand[Any]], tasks: list[asyncio.Task[Any]]) -> None:
        super().__init__()
        self.errands = errands
        self.tasks = tasks
        self.answers: dict[tuple[str, bytes | None], Answer] = {}

    async def start(self) -> AsyncIterator[Request]:
        loop = asyncio.get_running_loop()
        self.tasks += [loop.create_task(errand(self._fetch)) for errand in self.errands]

        def cancel() -> None:
            for task in self.tasks:
                task.cancel()

        def interrupted(*_: object) -> None:
            signal.signal(signal.SIGINT, before)
            loop.call_soon_threadsafe(cancel)

        before = signal.signal(signal.SIGINT, interrupted)
        await asyncio.wait(self.tasks)
        signal.signal(signal.SIGINT, before)
        none: tuple[Request, ...] = ()
        for request in none:
            yield request

    async def _fetch(self, url: str, **how: Any) -> Answer:
        key = url, how.get("body")
        if key not in self.answers:
            self.answers[key] = await self._ask(Request(url, dont_filter=True, **how))
        return self.answers[key]

    async def _ask(self, request: Request) -> Answer:
        assert self.crawler.engine is not None
        try:
            response = await self.crawler.engine.download_async(request)
            if response.status >= 400:
                raise HttpError(response)
        except Exception as error:
            failure = Failure(error)  # type: ignore[no-untyped-call]  # Twisted has no types here.
            vars(failure)["request"] = request
            told = explain(failure, clock.now())
            return Answer(request.url, outcome=told.outcome, problem=told.reason)
        content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
        answer = Answer(response.url, response.status, response.body, content_type)
        rules = self.crawler.get_downloader_middleware(Robots)
        assert rules is not None
        # It was asked before the address itself.
        parser = await rules.robot_parser(request)
        if not isinstance(parser, ProtegoRobotParser):
            return answer
        return replace(
            answer,
            crawl_delay=parser.crawl_delay(self.settings["ROBOTSTXT_USER_AGENT"]),
            sitemaps=tuple(parser.rp.sitemaps),
        )
