"""Documents and links that somebody brings: the same way as crawled pages."""

import hashlib
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from archive import clock, links, pages, sources
from archive.child import Unanswered
from archive.errors import KnownError
from archive.models import FoundLink, Link, Outcome, Page
from archive.settings import Settings
from crawler.articles import reader
from crawler.articles.documents import read_document
from crawler.articles.reading import read_pending
from crawler.pages.crawl import crawl, sync_registry
from crawler.sources import registry, urls
from crawler.sources.relevance import Rule
from crawler.sources.source import Source


class Unimportable(KnownError):
    """What somebody brought cannot be taken in."""

    def __init__(self, target: str, problem: str) -> None:
        super().__init__(f"cannot import {target}: {problem}")
        self.target = target
        self.problem = problem


def bring_in(conn: Any, settings: Settings, targets: list[str]) -> list[tuple[str, str]]:
    """Take in files and http(s) addresses; (target, link key) of each, in order.

    All are checked before anything is written. Addresses are fetched by the guarded spider, obeying
    robots.txt. Then everything that waits is read. Raises Unimportable.
    """
    known = registry.load(settings.jianbao_sources)
    addresses = {
        target: _identified(known, target)
        for target in targets
        if target.lower().startswith(("http://", "https://"))
    }
    bodies = {target: _bytes(target) for target in targets if target not in addresses}
    sync_registry(conn, known, clock.now())
    keys = {target: _add_file(conn, known, target, body) for target, body in bodies.items()}
    wanted: list[tuple[Link, Source | None]] = []
    for target, (url, key, source) in addresses.items():
        link = _note(conn, key, url, source)
        keys[target] = link.key
        outcome, reason = links.outcome(conn, link.key) or ("", "")
        if outcome != Outcome.ALIAS and (outcome, reason) != ("stored", ""):
            wanted.append((link, source))
    if wanted:
        crawl(
            conn,
            settings,
            (),
            wanted=tuple(wanted),
            per_source=settings.crawl_articles_per_source,
            seconds=settings.crawl_seconds,
        )
    read_pending(conn, Rule.load(known, settings.jianbao_topics))
    return [(target, keys[target]) for target in targets]


def _bytes(target: str) -> bytes:
    if "://" in target:
        raise Unimportable(target, "it is not an http or https address")
    try:
        with Path(target).open("rb") as file:
            body = file.read(pages.MAX_BYTES + 1)
    except OSError as error:
        raise Unimportable(target, error.strerror or str(error)) from None
    if len(body) > pages.MAX_BYTES:
        raise Unimportable(target, f"it is larger than {pages.MAX_BYTES // 2**20} MB")
    if not body.strip():
        raise Unimportable(target, "it is empty")
    return body


def _add_file(conn: Any, known: tuple[Source, ...], target: str, body: bytes) -> str:
    now = clock.now()
    name = Path(target).name
    try:
        stated = reader.ours.call(read_document, body, name, now).url
    except Unanswered:
        stated = ""  # Reading it will say why.
    urn = f"urn:sha256:{hashlib.sha256(body).hexdigest()}"
    source: Source | None = None
    url = key = urn
    if stated:
        with suppress(urls.UrlError):
            url, key, source = registry.identify(known, stated)
    with conn.transaction():
        link = _note(conn, key, url, source)
        pages.add(conn, Page(link.id, f"{urn}/{quote(name)}", body, now))
    return key


def _identified(known: tuple[Source, ...], address: str) -> tuple[str, str, Source | None]:
    try:
        return registry.identify(known, address)
    except urls.UrlError as error:
        raise Unimportable(address, error.problem) from None


def _note(conn: Any, key: str, url: str, source: Source | None) -> Link:
    name = source.id if source else sources.IMPORTED[0]
    links.discover(conn, name, key, FoundLink(url), clock.now())
    links.bring(conn, key)
    link = links.get(conn, key)
    assert link is not None
    return link
