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
from scrapy.exceptions import IgnoreRequest
from scrapy.resolver import CachingThreadedResolver
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
