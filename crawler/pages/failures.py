"""What a failed request means: for its link, and for the host that failed."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadTimeoutError,
    IgnoreRequest,
)
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from archive.models import Outcome
from crawler.articles import verdict
from crawler.articles.decode import decode
from crawler.pages import manners
from crawler.pages.guard import BlockedAddress, PublicResolver
from crawler.pages.robots import BlockedByRobots

_LATER = timedelta(hours=2)
_PASSING = {408, 429, 500, 502, 503, 504, 522, 524}
_REFUSALS = {403, 405, 412}
"""What Chinese web firewalls answer to those they do not want (SOURCES.md §11)."""


@dataclass(frozen=True, slots=True)
class Explained:
    """Why a request failed."""

    outcome: Outcome
    reason: str
    wait: timedelta | None = None
    """After which its link is tried again; None for never."""
    hurts: bool = False
    """Whether it is the host's fault; then also:"""
    asked: timedelta | None = None
    """How long the host asked to be left alone."""
    refused: bool = False
    closed: bool = False
    """Whether robots.txt cannot be had."""


def explain(failure: Failure, now: datetime) -> Explained:
    """What a failed request means."""
    error = failure.value
    if isinstance(error, BlockedByRobots) and error.cause:
        told = _explained(error.cause, asked(failure).url, now)
        if told.hurts:
            # Not even robots.txt was answered: it is the host that is away.
            return replace(told, closed=True)
    return _explained(error, asked(failure).url, now)


def asked(failure: Failure) -> Request:
    """The request that failed."""
    request: Request = vars(failure)["request"]
    return request


def _explained(error: BaseException | None, url: str, now: datetime) -> Explained:
    match error:
        case HttpError():
            return _status(error.response, now)
        case BlockedByRobots(closed=True):
            outcome = Outcome.BLOCKED_BY_ROBOTS
            return Explained(outcome, error.problem, _LATER, hurts=True, closed=True)
        case BlockedByRobots():
            return Explained(Outcome.BLOCKED_BY_ROBOTS, error.problem)
        case BlockedAddress():
            return Explained(Outcome.BLOCKED_ADDRESS, error.problem)
        case IgnoreRequest() if "redirect" in str(error):
            return Explained(Outcome.REDIRECT_LOOP, "too many redirects")
        case IgnoreRequest():
            return Explained(Outcome.TOO_LARGE, "larger than is kept, after decompression")
        case CannotResolveHostError():
            host = urlsplit(url).hostname or ""
            if problem := PublicResolver.problem(host):
                return Explained(Outcome.BLOCKED_ADDRESS, problem)
            reason = f"the name {host} cannot be resolved"
            return Explained(Outcome.UNREACHABLE, reason, _LATER, hurts=True)
        case DownloadTimeoutError():
            return Explained(Outcome.TIMEOUT, "no complete answer in time", _LATER, hurts=True)
        case DownloadCancelledError():
            return Explained(Outcome.TOO_LARGE, "larger than is kept")
    reason = " ".join((str(error) or type(error).__name__).split())[:200]
    return Explained(Outcome.UNREACHABLE, reason, _LATER, hurts=True)


def _status(response: Response, now: datetime) -> Explained:
    status = response.status
    if status != 429 and (sign := verdict.challenge(decode(response.body), status)):
        rest = verdict.CHALLENGE_REST
        return Explained(Outcome.CHALLENGE_PAGE, sign, rest, hurts=True, refused=True)
    stated = (response.headers.get("Retry-After") or b"").decode("latin-1")
    wait = manners.retry_after(stated, now) if status in (429, 503) else None
    return Explained(
        Outcome.RATE_LIMITED if status == 429 else Outcome.HTTP_ERROR,
        f"HTTP {status}",
        (wait or _LATER) if status in _PASSING else None,
        hurts=status >= 500 or status in _PASSING | _REFUSALS,
        asked=wait,
        refused=status in _REFUSALS,
    )
