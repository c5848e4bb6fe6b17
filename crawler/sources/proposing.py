"""A site's address to a proposed source: its feed, sitemap or listing, and how to know articles."""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from archive.clock import BEIJING
from archive.errors import KnownError, UsageError
from archive.text import clean_line
from crawler.articles.decode import decode
from crawler.links import answers, discovery
from crawler.pages.fetching import Answer, Fetch
from crawler.sources import checking, patterns, urls
from crawler.sources.checking import Finding
from crawler.sources.source import Entry, Source

_FEEDS = ("/feed", "/rss", "/rss.xml", "/atom.xml", "/index.xml")
_SITEMAPS = ("/news-sitemap.xml", "/sitemap_news.xml", "/sitemap.xml")
_NAMED_SITEMAPS = 3
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


def address(text: str, known: tuple[Source, ...]) -> str:
    """The address that somebody typed, if no source has it. Raises AlreadyThere, UsageError."""
    try:
        url = urls.canonical(text if "://" in text else f"https://{text}", None)
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


async def propose(
    url: str, fetch: Fetch, known: tuple[Source, ...], now: datetime
) -> tuple[Source, list[Finding]]:
    """A source of the site at `url`, and what was found beside and is not used.

    Its entry point is the first that is well, else the first that shows any articles. Raises
    Unproposable, AlreadyThere.
    """
    site = await fetch(url)
    if site.outcome:
        finding = Finding("page", url, site.outcome, site.problem)
        raise Unproposable(url, f"{finding.problem}; {finding.fix}")
    address(site.url, known)
    name = _name(site)
    found: list[tuple[Finding, Source]] = []
    for kind, place in dict.fromkeys(_candidates(site)):
        entry = Entry.model_validate({"kind": kind, "url": place})
        how = discovery.request(entry)
        answer = site if how["url"] == site.url else await fetch(**how)
        if how["url"] == place:
            entry = entry.model_copy(update={"url": answer.url})
        if source := _draft(name, answer, entry, known, now):
            finding, _, _ = checking.judge(source, entry, answer, now)
            found.append((finding, source))
            if finding.is_well:
                break
    if not found:
        raise Unproposable(url, "no feed, sitemap or list of articles was found there")
    best = min(found, key=lambda each: not each[0].is_well)
    return best[1], [each[0] for each in found if each is not best]


def literal(source: Source, unused: list[Finding]) -> str:
    """A proposed source as a table of a registry file; what is not used as comments.

    Of its entry points it tells kind and address: no more is ever proposed.
    """
    fields = source.model_dump(mode="json", exclude_defaults=True, exclude={"entry"})
    lines = [clean_line(f"# not used: {each.kind} {each.url} {each.problem}") for each in unused]
    lines += ["[[source]]", *(f"{name} = {_toml(value)}" for name, value in fields.items())]
    for entry in source.entry:
        lines += ["", "[[source.entry]]", f'kind = "{entry.kind}"', f"url = {_toml(entry.url)}"]
    return "\n".join(lines) + "\n"


def _candidates(site: Answer) -> Iterator[tuple[str, str]]:
    """Kind and address of what may be an entry point, the best first."""
    url = site.url
    yield "feed", url
    for link in _select(site, "//link[contains(@rel, 'alternate')][@href]"):
        if re.search("rss|atom", link.get("type", "")) and "comment" not in link.get("href"):
            yield "feed", urljoin(url, link.get("href"))
    yield "sitemap", url
    if urlsplit(url).path not in ("", "/"):
        # Who names a section wants the section.
        yield "listing", url
    yield from (("feed", urljoin(url, path)) for path in _FEEDS)
    if b"/wp-" in site.body:
        yield "wordpress", urljoin(url, "/wp-json/wp/v2/posts")
    for path in (*site.sitemaps[:_NAMED_SITEMAPS], *_SITEMAPS):
        yield "sitemap", urljoin(url, path)
    yield "listing", url
    yield "listing", urljoin(url, "/")


def _draft(
    name: str, answer: Answer, entry: Entry, known: tuple[Source, ...], now: datetime
) -> Source | None:
    """The source with this entry point; None if it shows no articles."""
    if answer.outcome:
        return None
    shown = checking.everything(answer, entry, now)
    pattern = patterns.induce(link.url for link in shown)
    if pattern is None or (entry.kind == "listing" and pattern.size < _LEAST_HEADLINES):
        return None
    parts = urlsplit(answer.url)
    host = parts.hostname or ""
    bare = host.removeprefix("www.")
    source = Source(
        id=identifier(host, {source.id for source in known}),
        name=name,
        homepage=f"{parts.scheme}://{parts.netloc}/",
        article=pattern.article,
        min_delay=max(_LEAST_DELAY, answer.crawl_delay or 0),
        keep_params=pattern.keep_params,
        https=parts.scheme == "https",
        aliases=(bare,) if bare != host else (),
        evidence="jianbao sources add",
        evidence_date=str(now.astimezone(BEIJING).date()),
        entry=(entry,),
    )
    # Else the pattern takes in everything.
    pages = (source.homepage, entry.url)
    return None if any(source.matches(urls.canonical(url, source)) for url in pages) else source


def _name(site: Answer) -> str:
    """What the site calls itself: in so many words, or in its title; else its host."""
    stated = _select(site, "//meta[@property='og:site_name']/@content")
    titles = _TITLE_PARTS.split(clean_line("".join(_select(site, "//title/text()")[:1])))
    parts = [part for part in titles if part.casefold() not in _NO_NAME]
    if urlsplit(site.url).path not in ("", "/"):
        parts.reverse()
    names = map(clean_line, (*stated, *parts, urls.host(site.url)))
    return next(filter(None, names))[:40]


def _select(site: Answer, path: str) -> Any:
    tree = answers.parse(decode(site.body, site.content_type))
    return [] if tree is None else tree.xpath(path)


def identifier(host: str, taken: set[str]) -> str:
    """An id that is free, from the names of a host without its public suffix."""
    domain = urls.domain(host)
    labels = [each for each in host.removesuffix(domain).split(".") if each not in _GENERIC]
    base = host if host.replace(".", "").isdigit() else "_".join([domain.split(".")[0], *labels])
    base = re.sub("[^a-z0-9]+", "_", base.lower()).strip("_")[:36] or "source"
    names = (base, *(f"{base}_{number}" for number in range(2, 1000)))
    return next(name for name in names if name not in taken)


def _toml(value: Any) -> str:
    if isinstance(value, str) and "\\" in value and "'" not in value:
        return f"'{value}'"
    # JSON's strings, numbers, truth values and lists are TOML's too.
    return json.dumps(value, ensure_ascii=False)
