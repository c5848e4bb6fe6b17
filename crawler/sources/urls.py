"""Addresses: one canonical form for a page, and the key by which an article is known."""

import ipaddress
import re
import socket
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, unquote, urljoin, urlsplit

import tldextract

from archive.text import clean

if TYPE_CHECKING:
    from crawler.sources.source import Source

_LONGEST = 2000
_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?")
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*")
_ESCAPE = re.compile(r"%([0-9a-fA-F]{2})?")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")
_SLASHES = re.compile(r"(?<!:)/{2,}")
_MOST_JUMPS = 3

_KNOWN = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))

_suffixes = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


class UrlError(ValueError):
    """`url` is no http(s) address that can be fetched; `problem` says why."""

    def __init__(self, url: str, problem: str) -> None:
        super().__init__(f"{url[:200]!r} {problem}")
        self.url = url
        self.problem = problem


class _Address(NamedTuple):
    scheme: str
    host: str
    port: int | None
    path: str
    query: str
    fragment: str

    def __str__(self) -> str:
        port = "" if self.port is None else f":{self.port}"
        query = self.query and f"?{self.query}"
        fragment = self.fragment and f"#{self.fragment}"
        return f"{self.scheme}://{self.host}{port}{self.path}{query}{fragment}"


def canonical(url: str, source: "Source | None") -> str:
    """The one address under which a page is known, by the rules of its source, if it has one.

    Jump links are unwrapped, hosts folded, tracking dropped. Canonical addresses stay as they are.
    Raises UrlError for what is not an http(s) address.
    """
    address = _parse(url)
    jumps = 0
    while target := _jump_target(address):
        # Beyond what is unwrapped nothing is canonical: it would not be its own canonical form.
        if (jumps := jumps + 1) > _MOST_JUMPS:
            raise UrlError(url, f"jumps more than {_MOST_JUMPS} times")
        address = target
    if source:
        address = _folded(address, source)
    address = address._replace(query=_identifying_query(address, source))
    if len(str(address)) > _LONGEST:
        raise UrlError(url, f"is longer than {_LONGEST} characters")
    return str(address)


def key(url: str, source: "Source | None") -> str:
    """What makes an article the same: `source:article id`, else the canonical URL, no scheme."""
    address = canonical(url, source)
    if source and (article := source.article_id(address)):
        return f"{source.id}:{article}"
    return address.partition("://")[2]


def host(url: str) -> str:
    """The host of an address, in lower case."""
    return urlsplit(url).hostname or ""


@lru_cache(maxsize=10_000)
def domain(host: str) -> str:
    """The registrable domain of a host; an IP address, or a public suffix, is itself."""
    parts = _suffixes(host)
    if not parts.suffix and parts.domain != host:
        return ".".join(host.split(".")[-2:])
    return parts.top_domain_under_public_suffix or host


def _parse(url: str) -> _Address:
    if len(url) > 4 * _LONGEST:
        raise UrlError(url, "is too long")
    try:
        parts = urlsplit(clean(url))
        port, host = parts.port, _host(parts.hostname or "")
    except ValueError as error:
        raise UrlError(url, "is not a valid address") from error
    if parts.scheme not in _PORTS:
        raise UrlError(url, "is not an http or https address")
    if "@" in parts.netloc:
        raise UrlError(url, "carries a user name")
    path = _SLASHES.sub("/", _quoted(parts.path)) or "/"
    if "/." in path:
        path = urlsplit(urljoin("http://host", path)).path or "/"
    if path.endswith("/index.html"):
        path = path.removesuffix("index.html")
    return _Address(
        parts.scheme,
        host,
        None if port == _PORTS[parts.scheme] else port,
        path,
        _quoted(parts.query),
        # Only routes of one-page sites name a page of their own.
        _quoted(parts.fragment) if parts.fragment.startswith(("/", "!/")) else "",
    )


def _host(name: str) -> str:
    if ":" in name:
        address = ipaddress.IPv6Address(name)
        if address.scope_id:
            raise ValueError(name)
        return str(address.ipv4_mapped or f"[{address}]")
    host = name.rstrip(".").encode("idna").decode("ascii").lower()
    if not _HOST.fullmatch(host):
        raise ValueError(name)
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        # 127.1, 0x7f.1 and 2130706433 are the address that the network takes them for.
        try:
            return socket.inet_ntoa(socket.inet_aton(host))
        except OSError as error:
            raise ValueError(name) from error
    return host


def _quoted(text: str) -> str:
    """Text with every character escaped that must be, none that need not be, in one spelling."""
    escaped = quote(text, safe="%/:@!$&'()*+,;=~?[]-._", errors="replace")
    return _ESCAPE.sub(_escape, escaped)


def _escape(found: re.Match[str]) -> str:
    if found[1] is None:
        return "%25"
    character = chr(int(found[1], 16))
    return character if _UNRESERVED.fullmatch(character) else found[0].upper()


def _jump_target(address: _Address) -> _Address | None:
    for host, end, name in _KNOWN["jumps"]:
        if f".{address.host}".endswith(f".{host}") and address.path.endswith(end):
            for own, pair in _pairs(address.query):
                if own == name and (target := _spelled_out(pair.partition("=")[2])):
                    return target
    return None


def _spelled_out(text: str) -> _Address | None:
    """The address that a parameter says, escaped up to three times."""
    for _ in range(4):
        try:
            return _parse(text)
        except UrlError:
            text = unquote(text)
    return None


def _pairs(query: str) -> list[tuple[str, str]]:
    """Every parameter of a query as (name, as it stands)."""
    return [(unquote(pair.partition("=")[0]), pair) for pair in query.split("&") if pair]


def _folded(address: _Address, source: "Source") -> _Address:
    host = address.host
    if host in source.aliases:
        host = source.host
    elif (alias := domain(host)) in source.aliases:
        host = host.removesuffix(alias) + domain(source.host)
    ours = domain(host) in (source.domain, domain(source.host))
    secure = source.https and ours and address.port is None
    return address._replace(host=host, scheme="https" if secure else address.scheme)


def _identifying_query(address: _Address, source: "Source | None") -> str:
    pairs = _pairs(address.query)
    if names := _KNOWN["identity"].get(f"{address.host}/{address.path.split('/')[1]}"):
        return "&".join(pair for name in names for own, pair in pairs if own == name)
    keep = source.keep_params if source else ()
    noise = " ".join(
        _KNOWN["noise"].get(place, "") for place in ("", domain(address.host), address.host)
    )
    told = sorted(
        pair
        for name, pair in pairs
        if name in keep or not (name.lower() in noise.split() or name.lower().startswith("utm_"))
    )
    query = "&".join(told)
    if source:
        kept = "&".join(pair for pair in told if unquote(pair.partition("=")[0]) in keep)
        article = source.article_id(str(address._replace(query=kept)))
        # A registry that forgot the parameter with the id must not make all articles one.
        if article and source.article_id(str(address._replace(query=query))) in ("", article):
            return kept
    return query
