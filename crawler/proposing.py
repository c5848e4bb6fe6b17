"""A site's address to a proposed source: its feed, sitemap or listing, and how to know articles."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml import etree
from lxml import html as lxml_html

from archive.clock import BEIJING
from archive.errors import KnownError, UsageError
from archive.models import FoundLink
from archive.text import clean_line
from crawler import checking, discovery, patterns, urls
from crawler.decode import decode
from crawler.fetching import Answer, Fetch
from crawler.registry import Entry, Source

_FEEDS = ("/feed", "/rss", "/rss.xml", "/atom.xml", "/index.xml")
_SITEMAPS = ("/news-sitemap.xml", "/sitemap_news.xml", "/sitemap.xml")
_NAMED_SITEMAPS = 3
_POSTS = "/wp-json/wp/v2/posts"
_LEAST_DELAY = 10.0
_LEAST_HEADLINES = 4
_TITLE_PARTS = re.compile(r"\s*[_|｜»·–—]+\s*|\s+-\s+|(?<=[^\x00-\x7f])-|-(?=[^\x00-\x7f])")
_NO_NAME = {"首页", "官网", "网站首页", "feed", "rss", "home", ""}
_GENERIC = {"www", "m", "wap"}


class Unproposable(KnownError):
    """No source can be made of an address."""

    def __init__(self, url: str, problem: str) -> None:
        super().__init__(f"no source can be made of {url}: {problem}")
        self.url = url
        self.problem = problem


class AlreadyThere(UsageError):
    """An address belongs to a source of the registry."""

    def __init__(self, url: str, source: Source) -> None:
        fix = "add it there as one more [[source.entry]]"
        if not source.enabled:
            fix = "it is off: set enabled = true"
        super().__init__(f"{url} belongs to source {source.id} ({source.name}) already; {fix}")
        self.url = url
        self.source = source


@dataclass(frozen=True, slots=True)
class Proposal:
    """A source that may be added, and what was found beside: kind, address, why it is not used."""

    source: Source
    unused: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class _Site:
    """What the page at the address tells of its site."""

    answer: Answer
    name: str
    feeds: tuple[str, ...] = ()
    is_wordpress: bool = False


def address(text: str, known: tuple[Source, ...]) -> str:
    """The address that somebody typed, if no source has it. Raises AlreadyThere, UsageError."""
    typed = text if "://" in text else f"https://{text}"
    try:
        url = urls.canonical(typed, None)
    except urls.UrlError as error:
        raise UsageError(str(error)) from None
    for source in known:
        places = [source.homepage, *(entry.url for entry in source.entry)]
        hosts = {_place(each) for each in places} | set(source.aliases)
        if _place(url) in hosts or source.matches(urls.canonical(url, source)):
            raise AlreadyThere(url, source)
    return url


def _place(url: str) -> str:
    return urlsplit(url).netloc.removeprefix("www.")


async def propose(url: str, fetch: Fetch, known: tuple[Source, ...], now: datetime) -> Proposal:
    """Look for the best entry point of the site at `url`. Raises Unproposable, AlreadyThere.

    The first that is well is taken; else the first that shows any articles.
    """
    answer = await fetch(url)
    if not (finding := checking.refusal(answer)).is_well:
        raise Unproposable(url, f"{finding.problem}; {finding.fix}")
    address(answer.url, known)
    site = _site(answer)
    unused: list[tuple[str, str, str]] = []
    fallback = None
    for kind, place in dict.fromkeys(_candidates(site)):
        entry = Entry.model_validate({"kind": kind, "url": place})
        _, where = discovery.request_body(entry)
        candidate = answer if where == answer.url else await fetch(where)
        if where == place:
            entry = entry.model_copy(update={"url": candidate.url})
        source = _draft(site, candidate, entry, known, now)
        if source is None:
            continue
        checked, _, _ = checking.judge(source, source.entry[0], candidate, now)
        if checked.finding.is_well:
            return Proposal(source, tuple(unused))
        unused.append((kind, place, checked.finding.problem))
        fallback = fallback or source
    if fallback is None:
        raise Unproposable(url, "no feed, sitemap or list of articles was found there")
    return Proposal(fallback, tuple(unused))


def literal(source: Source, unused: tuple[tuple[str, str, str], ...] = ()) -> str:
    """A proposed source as a table of a registry file; what was found beside it as comments.

    Of its entry points it tells kind and address: no more is ever proposed.
    """
    fields = source.model_dump(mode="json", exclude_defaults=True, exclude={"entry"})
    lines = [*(clean_line(f"# not used: {' '.join(each)}") for each in unused), "[[source]]"]
    lines += [f"{name} = {_toml(value)}" for name, value in fields.items()]
    for entry in source.entry:
        lines += ["", "[[source.entry]]", f'kind = "{entry.kind}"', f"url = {_toml(entry.url)}"]
    return "\n".join(lines) + "\n"


def _site(answer: Answer) -> _Site:
    try:
        tree = lxml_html.document_fromstring(
            decode(answer.body).encode("utf-8", "replace"),
            parser=lxml_html.HTMLParser(encoding="utf-8"),
        )
    except etree.ParserError:
        raise Unproposable(answer.url, "the page is empty") from None

    def first(path: str) -> str:
        return clean_line(str(next(iter(tree.xpath(path)), "")))

    feeds = [
        urljoin(answer.url, link.get("href", ""))
        for link in tree.xpath("//link[contains(@rel, 'alternate')]")
        if re.search("rss|atom", link.get("type", "")) and "comment" not in link.get("href", "")
    ]
    is_front = urlsplit(answer.url).path in ("", "/")
    parts = [
        part
        for part in _TITLE_PARTS.split(first("//title/text()"))
        if part.casefold() not in _NO_NAME
    ]
    name = first("//meta[@property='og:site_name']/@content")
    name = name or (parts[0 if is_front else -1] if parts else "")
    wordpress = first("//link[@rel='https://api.w.org/']/@href") or re.search(
        "^WordPress", first("//meta[@name='generator']/@content")
    )
    return _Site(
        answer,
        name[:40] or urls.host(answer.url),
        tuple(feeds),
        bool(wordpress),
    )


def _candidates(site: _Site) -> Iterator[tuple[str, str]]:
    """Kind and address of what may be an entry point, the best first."""
    url = site.answer.url
    yield from (("feed", feed) for feed in (url, *site.feeds))
    yield "sitemap", url
    if urlsplit(url).path not in ("", "/"):
        # Who names a section wants the section.
        yield "listing", url
    yield from (("feed", urljoin(url, path)) for path in _FEEDS)
    if site.is_wordpress:
        yield "wordpress", urljoin(url, _POSTS)
    named = site.answer.sitemaps[:_NAMED_SITEMAPS]
    yield from (("sitemap", urljoin(url, path)) for path in (*named, *_SITEMAPS))
    yield "listing", url
    yield "listing", urljoin(url, "/")


def _draft(
    site: _Site, answer: Answer, entry: Entry, known: tuple[Source, ...], now: datetime
) -> Source | None:
    """The source with this entry point; None if it shows no articles."""
    if not checking.refusal(answer).is_well:
        return None
    is_page = entry.kind == "listing"
    shown = checking.headlines(answer, now) if is_page else _shown(answer, entry, now)
    pattern = patterns.induce(link.url for link in shown)
    if pattern is None or (is_page and pattern.size < _LEAST_HEADLINES):
        return None
    parts = urlsplit(answer.url)
    host = parts.hostname or ""
    bare = host.removeprefix("www.")
    source = Source.model_validate(
        {
            "id": identifier(host, {source.id for source in known}),
            "name": site.name,
            "homepage": f"{parts.scheme}://{parts.netloc}/",
            "article": pattern.article,
            "min_delay": max(_LEAST_DELAY, answer.crawl_delay or 0),
            "keep_params": pattern.keep_params,
            "encoding": _encoding(site.answer.body),
            "https": parts.scheme == "https",
            "aliases": (bare,) if bare != host else (),
            "evidence": "jianbao sources add",
            "evidence_date": str(now.astimezone(BEIJING).date()),
            "entry": (entry,),
        }
    )
    # Else the pattern takes in everything.
    pages = (source.homepage, entry.url)
    return None if any(source.matches(urls.canonical(url, source)) for url in pages) else source


def _shown(answer: Answer, entry: Entry, now: datetime) -> list[FoundLink]:
    try:
        return discovery.discover(answer.body, answer.url, checking.EVERYTHING, entry, now)[0]
    except discovery.DiscoveryError:
        return []


def identifier(host: str, taken: set[str]) -> str:
    """An id that is free, from the names of a host without its public suffix."""
    domain = urls.domain(host)
    labels = [each for each in host.removesuffix(domain).split(".") if each not in _GENERIC]
    base = host if host.replace(".", "").isdigit() else "_".join([domain.split(".")[0], *labels])
    base = re.sub("[^a-z0-9]+", "_", base.lower()).strip("_")[:36] or "source"
    return next(
        name for name in (base, *(f"{base}_{n}" for n in range(2, 1000))) if name not in taken
    )


def _encoding(body: bytes) -> str:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def _toml(value: Any) -> str:
    if isinstance(value, str) and "\\" in value and "'" not in value:
        return f"'{value}'"
    # JSON's strings, numbers, truth values and lists are TOML's too.
    return json.dumps(value, ensure_ascii=False)
