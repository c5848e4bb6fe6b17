"""Addresses: one canonical form for a page, and the key by which an article is known."""

import ipaddress
import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import tldextract

from archive.text import clean

if TYPE_CHECKING:
    from crawler.registry import Source

_LONGEST = 2000
_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?")
_ESCAPE = re.compile(r"%[0-9a-fA-F]{2}")
_SLASHES = re.compile(r"(?<!:)/{2,}")

# Where the address that a jump page leads to is: host, part of the path, parameter.
_JUMPS = (
    ("link.zhihu.com", "/", "target"),
    ("link.juejin.cn", "/", "target"),
    ("link.csdn.net", "/", "target"),
    ("www.oschina.net", "/action/GoToLink", "url"),
    ("chinaz.com", "go.shtml", "url"),
    ("sspai.com", "/link", "target"),
    ("www.jianshu.com", "/go-wild", "url"),
    ("weibo.cn", "/sinaurl", "u"),
)
# Parameters that say how a reader came, never what is read, in lower case: on every host (""),
# and those whose names mean something elsewhere, by registrable domain.
_NOISE = {
    "": "spm scm spm_id_from share_from share_token share_source share_medium share_plat share_id"
    " share_uid shareto sharer_shareid sharer_shareinfo sharer_sharetime is_from_share isshare"
    " gclid fbclid msclkid yclid dclid igshid mc_cid mc_eid _hsenc _hsmi bd_vid hmsr hmpl hmcu"
    " hmkw hmci isappinstalled nsukey refluxos _refluxos adtag tt_from spss spssid spsw",
    "baidu.com": "wfr for searchword sourcefrom tn ala",
    "36kr.com": "f",
    "huxiu.com": "f",
    "163.com": "f from frommodule spsf",
    "sina.com.cn": "cre mod loc r rfunc fj tj tr cj from vt pos wm",
    "sina.cn": "cre mod loc r rfunc fj tj tr cj from vt pos wm",
    "qq.com": "refer suid media_id uid qimei devid openid chlid",
    "sohu.com": "pvid _f _trans_ code",
    "toutiao.com": "log_from app category_new wid iid req_id use_new_style share_did source"
    " timestamp",
    "csdn.net": "depth_1-utm_source ops_request_misc request_id biz_id",
}
# Hosts whose articles are named by their query, without a source in the registry.
_IDENTITY_AT = {
    "baijiahao.baidu.com": ("id",),
    "mp.weixin.qq.com": ("__biz", "mid", "idx", "sn"),
}

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
    # To the end, not a fixed number of times: the canonical form must be its own canonical form.
    while target := _jump_target(address):
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
    if path.endswith("/index.html"):
        path = path.removesuffix("index.html")
    return _Address(
        parts.scheme,
        host,
        None if port == _PORTS[parts.scheme] else port,
        path,
        _quoted(parts.query),
        # Only routes of one-page sites name a page of their own.
        _quoted(parts.fragment) if parts.fragment.startswith("/") else "",
    )


def _host(name: str) -> str:
    if ":" in name:
        return f"[{ipaddress.IPv6Address(name)}]"
    host = name.rstrip(".").encode("idna").decode("ascii").lower()
    if not _HOST.fullmatch(host):
        raise ValueError(name)
    return host


def _quoted(text: str) -> str:
    escaped = quote(text, safe="%/:@!$&'()*+,;=~?[]-._", errors="replace")
    return _ESCAPE.sub(lambda match: match[0].upper(), escaped)


def _jump_target(address: _Address) -> _Address | None:
    for host, part, name in _JUMPS:
        if f".{address.host}".endswith(f".{host}") and part in address.path:
            for parameter, value in parse_qsl(address.query):
                if parameter == name:
                    try:
                        return _parse(value)
                    except UrlError:
                        continue
    return None


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
    pairs = [(unquote(pair.partition("=")[0]), pair) for pair in address.query.split("&") if pair]

    def only(names: tuple[str, ...]) -> str:
        return "&".join(pair for name in names for own, pair in pairs if own == name)

    if names := _IDENTITY_AT.get(address.host):
        return only(names)
    if source and (article := source.article_id(str(address))):
        query = only(source.keep_params)
        # A registry that forgot the parameter with the id must not make all articles one.
        if source.article_id(str(address._replace(query=query))) == article:
            return query
    noise = f"{_NOISE['']} {_NOISE.get(domain(address.host), '')}".split()
    return "&".join(
        sorted(
            pair
            for name, pair in pairs
            if name.lower() not in noise and not name.lower().startswith("utm_")
        )
    )
