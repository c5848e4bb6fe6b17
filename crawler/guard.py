"""Only public addresses: checked on every hop, and again when a name is resolved.

The resolver check closes DNS rebinding: it sees the address that is connected to. Exceptions are
exact `address:port` pairs from the environment, for the sample newsroom; never from the registry.
"""

import ipaddress
import unicodedata
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.resolver import CachingThreadedResolver
from scrapy.robotstxt import RobotParser
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError

# What Python calls global has translated and obsolete addresses of private ones in it.
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")


class BlockedAddress(IgnoreRequest):
    """The address is not a public http(s) one."""

    def __init__(self, url: str, problem: str) -> None:
        super().__init__(problem)
        self.url = url
        self.problem = problem


class BlockedByRobots(IgnoreRequest):
    """robots.txt forbids it, or could not be had (`closed`), which forbids it for this run."""

    def __init__(self, url: str, problem: str, closed: bool) -> None:
        super().__init__(problem)
        self.url = url
        self.problem = problem
        self.closed = closed


def is_public(address: str) -> bool:
    """Whether a literal address is public unicast. Raises ValueError if it is not a literal."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        if inner := ip.ipv4_mapped or ip.sixtofour:
            return is_public(str(inner))
        return ip.is_global and ip in _GLOBAL_UNICAST
    return ip.is_global and not ip.is_multicast


def refusal(url: str, allowed: frozenset[str]) -> str:
    """Why a request to `url` is refused before any name is resolved; empty if it is not."""
    try:
        parts = urlsplit(url)
        # Circled or full-width digits become a literal address on their way to the network.
        host = unicodedata.normalize("NFKC", parts.hostname or "").removesuffix(".")
        port = parts.port
    except ValueError:
        return "the address is malformed"
    if parts.scheme not in ("http", "https"):
        return f"scheme {parts.scheme or 'missing'} is not http or https"
    if f"{host}:{port or (443 if parts.scheme == 'https' else 80)}" in allowed:
        return ""
    if any(pair.rpartition(":")[0] == host for pair in allowed):
        # The resolver, which knows no ports, would let it pass.
        return f"{host} is allowed on another port only"
    try:
        return "" if is_public(host) else f"{host} is not a public address"
    except ValueError:
        # A name, or a spelling such as 127.1: the resolver will see the address.
        return "" if host else "the address has no host"


class PublicResolver(CachingThreadedResolver):
    """Twisted's resolver, refusing names that resolve to non-public addresses."""

    refused: ClassVar[dict[str, str]] = {}
    """Refused names and the address each resolved to: Twisted reports them as merely unknown."""

    allowed: frozenset[str] = frozenset()
    """Literal addresses that PublicOnly lets pass on some port: it has checked the port."""

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: Any) -> Self:
        resolver = super().from_crawler(crawler, reactor)
        pairs = crawler.settings.getlist("JIANBAO_ALLOW")
        resolver.allowed = frozenset(pair.rpartition(":")[0] for pair in pairs)
        return resolver

    @classmethod
    def problem(cls, name: str) -> str:
        """Why a name was refused; empty if it was not."""
        address = cls.refused.get(name)
        return f"{name} resolves to {address}, not a public address" if address else ""

    def getHostByName(self, name: str, timeout: Any = ()) -> "Deferred[str]":
        def check(address: str) -> str:
            if name not in self.allowed and not is_public(address):
                self.refused[name] = address
                raise DNSLookupError(f"{name} resolves to {address}, which is not public")
            return address

        return super().getHostByName(name, timeout).addCallback(check)


class PublicOnly:
    """Downloader middleware closest to the network, so redirects and robots.txt pass it too."""

    def __init__(self, allowed: frozenset[str]) -> None:
        self.allowed = allowed

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(frozenset(crawler.settings.getlist("JIANBAO_ALLOW")))

    def process_request(self, request: Request) -> None:
        if problem := refusal(request.url, self.allowed):
            raise BlockedAddress(request.url, problem)


class Robots(RobotsTxtMiddleware):
    """robots.txt by RFC 9309: 4xx means no rules; 5xx and no answer mean closed for this run."""

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        if isinstance(rp, _Closed):
            if rp.refused:
                raise BlockedAddress(request.url, rp.refused)
            problem = f"robots.txt cannot be had ({rp.cause}): closed for this run"
            raise BlockedByRobots(request.url, problem, closed=True)
        try:
            super().process_request_2(rp, request)
        except IgnoreRequest:
            raise BlockedByRobots(request.url, "robots.txt forbids it", closed=False) from None

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= 500:
            self._conclude(netloc, _Closed(f"HTTP {response.status}"))
        elif response.status >= 400:
            self._conclude(netloc, None)
        else:
            await super()._parse_robots(response, netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        if isinstance(exc, IgnoreRequest) and not isinstance(exc, BlockedAddress):
            self._conclude(netloc, None)  # It leads in circles: as good as none.
            return
        host = urlsplit(f"//{netloc}").hostname or ""
        refused = exc.problem if isinstance(exc, BlockedAddress) else PublicResolver.problem(host)
        cause = " ".join(str(exc).split())[:100] or type(exc).__name__
        self._conclude(netloc, _Closed(cause, refused))

    def _conclude(self, netloc: str, parser: RobotParser | None) -> None:
        waiting = self._parsers[netloc]
        self._parsers[netloc] = parser
        if isinstance(waiting, Deferred):
            waiting.callback(parser)


class _Closed(RobotParser):
    """Nothing may be asked for: why robots.txt could not be had, and was refused, if it was."""

    def __init__(self, cause: str, refused: str = "") -> None:
        self.cause = cause
        self.refused = refused

    @classmethod
    def from_crawler(cls, crawler: Crawler, robotstxt_body: bytes) -> Self:
        return cls("")

    def allowed(self, url: str | bytes, user_agent: str | bytes) -> bool:
        return False
