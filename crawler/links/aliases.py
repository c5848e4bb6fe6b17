"""Which address a page belongs to: the one it was served from, or the one it states for itself."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urljoin, urlsplit

from archive.models import Canonical, Link
from crawler.sources import registry, urls
from crawler.sources.source import Source

_SHORTENERS = {"t.cn"}
"""Domains whose links lead to pages of others."""
# What a template leaves in an address when nothing was filled in.
_PLACEHOLDER = re.compile(r"[\[\]{}<>$]|%(?:5B|7B|3C|24)|/(?:undefined|null)\b", re.IGNORECASE)


def stated(tree: Any) -> tuple[tuple[str, ...], ...]:
    """What a page's head names as its address: by rel=canonical, and by og:url."""
    links = tree.xpath("//head//link[@rel and @href]")
    metas = tree.xpath("//head//meta[@property='og:url' or @name='og:url']/@content")
    return (
        tuple(each.get("href") for each in links if "canonical" in each.get("rel").lower().split()),
        tuple(map(str, metas)),
    )


def canonical(
    url: str, named: Iterable[Iterable[str]], link: Link, sources: Mapping[str, Source]
) -> Canonical | None:
    """The address that the page served from `url` belongs to; None if that is its link's.

    It must be an article of the link's publisher. What the page has `stated` comes before where
    the server led, and is judged by the publisher's pattern; without one it is not believed.
    """
    source = sources.get(link.source)
    try:
        leads_to = source or registry.matching(sources.values(), url)
    except urls.UrlError:  # A document that somebody brought.
        return None
    served = _article(url, link, leads_to)
    says = _says(url, named, link, source) if source else None
    if says and served and says.key == served.key:
        says = None
    if says:
        return replace(says, served=False) if says.key != link.key else None
    if served is None or served.key == link.key or served.url == link.url:
        return None  # One address has two keys where the registry has changed since.
    return served


def is_named(
    url: str, named: Iterable[Iterable[str]], link: Link, sources: Mapping[str, Source]
) -> bool:
    """Whether a page says of itself that it is a certain article of the link's publisher."""
    source = sources.get(link.source)
    return bool(source and _says(url, named, link, source))


def _says(
    base: str, named: Iterable[Iterable[str]], link: Link, source: Source
) -> Canonical | None:
    """The one article that a page says it is; None if it says nothing, or two things at once."""
    for addresses in named:
        found = {}
        for address in addresses:
            if not _PLACEHOLDER.search(address) and (own := _article(address, link, source, base)):
                found[own.key] = own
        if found:
            return next(iter(found.values())) if len(found) == 1 else None
    return None


def _article(address: str, link: Link, source: Source | None, base: str = "") -> Canonical | None:
    """An address as an article of the link's publisher; None if it is none."""
    try:
        url = urls.canonical(urljoin(base, address), source)
    except ValueError:
        return None
    domain, own = (urls.domain(urls.host(each)) for each in (url, link.url))
    if source and source.id == link.source:
        ours = domain in (own, urls.domain(source.host), source.domain) and source.matches(url)
    else:
        ours = domain == own or own in _SHORTENERS
    if not ours or urlsplit(url)[2:] == ("/", "", ""):
        return None
    return Canonical(source.id if source else link.source, url, urls.key(url, source), True)
