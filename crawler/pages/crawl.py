"""Run one crawl: one Scrapy process with settings that are safe and polite."""

import json
import logging
import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.utils.defer import deferred_from_coro
from twisted.internet.task import LoopingCall
from twisted.python.failure import Failure

from archive import claims, clock, connection, database, sources
from archive.models import Link
from archive.pages import MAX_BYTES
from archive.settings import Settings
from archive.sources import EntryPoint
from crawler.links.frontier import Frontier, is_due
from crawler.pages.spider import NewsSpider
from crawler.sources.relevance import Rule
from crawler.sources.source import Source

Progress = Callable[[str], None]


def due(
    registry: Iterable[Source],
    known: Mapping[tuple[str, str], EntryPoint],
    waiting: Collection[str],
    now: datetime,
) -> tuple[Source, ...]:
    """The enabled sources with an entry point to look at, or with links that wait."""
    return tuple(
        source
        for source in registry
        if source.enabled
        and (
            source.id in waiting or any(is_due(known, source, entry, now) for entry in source.entry)
        )
    )


def crawl(
    conn: Any,
    settings: Settings,
    chosen: tuple[Source, ...],
    *,
    wanted: tuple[tuple[Link, Source | None], ...] = (),
    per_source: int,
    seconds: int,
    wait: int = 0,
    everything: bool = True,
    progress: Progress | None = None,
) -> dict[str, int]:
    """Crawl the chosen sources and the wanted links; counts of what was done.

    With `everything`, entry points are looked at whose interval has not passed, too.

    Sources that another worker is crawling are left to it (`busy`), after `wait` seconds in which
    the claims of a dead one run out. Can run once per process, because Twisted's reactor cannot be
    started twice.
    """
    holder = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
    names = {f"source:{source.id}": source for source in chosen}
    held = _take(conn, names, holder, wait)
    rule = Rule.load(chosen, settings.jianbao_topics)
    frontier = Frontier(conn, settings, rule, per_source, everything)
    counts = frontier.counts
    counts.update(sources=len(held), busy=len(names) - len(held))

    def renew() -> None:
        for name in held:
            claims.take(conn, name, holder)

    def report() -> None:
        if progress:
            progress(f"{counts['polled']} entry points, {counts['pages']} pages")

    try:
        if held or wanted:
            with database.hurried(conn):
                beats = ((renew, claims.LEASE_SECONDS / 3), (report, 2.0))
                _run(settings, tuple(held.values()), wanted, frontier, seconds, beats)
    finally:
        for name in held:
            claims.release(conn, name, holder)
    return dict(counts)


def crawl_apart(
    conn: Any, chosen: tuple[Source, ...], seconds: int, progress: Progress
) -> dict[str, int]:
    """Crawl each source in a process of its own; one that dies is noted, and stops no other."""
    counts: Counter[str] = Counter()
    program = Path(sys.executable).with_name("jianbao")
    for source in chosen:
        progress(source.id)
        try:
            done = subprocess.run(
                [program, "crawl", source.id], capture_output=True, timeout=seconds, check=True
            )
            counts.update(json.loads(done.stdout.splitlines()[-1]))
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            counts["died"] += 1
            problem = f"its crawl ended: {str(error).partition('] ')[2] or error}"
            for entry in source.entry:
                sources.polled(conn, source.id, entry.address(), clock.now(), error=problem)
    return dict(counts)


def _take(conn: Any, names: dict[str, Source], holder: str, wait: int) -> dict[str, Source]:
    deadline = time.monotonic() + wait
    held: dict[str, Source] = {}
    while True:
        for name in names.keys() - held.keys():
            if claims.take(conn, name, holder):
                held[name] = names[name]
        if len(held) == len(names) or time.monotonic() >= deadline:
            return held
        for name in held:
            claims.take(conn, name, holder)
        time.sleep(1)


def _run(
    settings: Settings,
    chosen: tuple[Source, ...],
    wanted: tuple[tuple[Link, Source | None], ...],
    frontier: Frontier,
    seconds: int,
    beats: Iterable[tuple[Callable[[], None], float]],
) -> None:
    known = (*chosen, *(source for _, source in wanted if source))
    process = scrapy_process(settings, known, seconds)
    crawler = process.create_crawler(NewsSpider)
    troubles: list[BaseException] = []

    def ended_by(error: BaseException | None) -> bool:
        """Whether the database is to blame. Nobody's page can be kept then, so the crawl ends."""
        if error and connection.is_down(error):
            troubles.append(error)
            deferred_from_coro(crawler.stop_async())
            return True
        return False

    def missed(failure: Failure) -> Any:
        return None if ended_by(failure.value) else failure

    for beat, every in beats:
        LoopingCall(beat).start(every, now=False).addErrback(missed)
    for name in ("core.scraper", "core.engine", "utils.signal"):
        # It is told once, in the end.
        logging.getLogger(f"scrapy.{name}").addFilter(
            lambda record: not (record.exc_info and ended_by(record.exc_info[1]))
        )
    process.crawl(
        crawler,
        sources=chosen,
        links=wanted,
        frontier=frontier,
        source_seconds=min(settings.crawl_source_seconds, seconds),
    )
    process.start()
    if troubles:
        raise troubles[0]
    errors = crawler.stats.get_value("log_count/ERROR", 0) if crawler.stats else 0
    frontier.counts["errors"] += errors


def scrapy_process(
    settings: Settings, chosen: tuple[Source, ...], seconds: int
) -> AsyncCrawlerProcess:
    """A Scrapy process that is safe and polite to the chosen sources."""
    process = AsyncCrawlerProcess(_settings(settings, chosen, seconds))
    # An unreachable host is an outcome, not a traceback.
    logging.getLogger("scrapy.downloadermiddlewares.robotstxt").setLevel(logging.CRITICAL)
    return process


def _settings(settings: Settings, chosen: tuple[Source, ...], seconds: int) -> dict[str, Any]:
    # Many of Scrapy's defaults are unsafe for unattended work.
    factor = settings.crawl_delay_factor
    delays: dict[str, float] = {}
    for source in chosen:
        for domain in source.domains:
            delays[domain] = max(source.min_delay * factor, delays.get(domain, 0.0))
    return {
        "USER_AGENT": settings.jianbao_user_agent,
        "ROBOTSTXT_USER_AGENT": settings.jianbao_user_agent.split("/", 1)[0],
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "Accept-Language": "zh-CN,zh;q=0.9",
        },
        "ROBOTSTXT_OBEY": True,
        "DOWNLOADER_MIDDLEWARES": {
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
            "crawler.pages.robots.Robots": 100,
            "crawler.pages.guard.PublicOnly": 999,
            # A proxy from the environment would hide the address that is connected to.
            "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": None,
        },
        "JIANBAO_ALLOW": list(settings.jianbao_allow),
        "TWISTED_DNS_RESOLVER": "crawler.pages.guard.PublicResolver",
        "DNS_TIMEOUT": 10,
        # Names that nobody answers for must not hold up the others.
        "REACTOR_THREADPOOL_MAXSIZE": 40,
        "DOWNLOADER": "crawler.pages.slots.DomainSlots",
        "DOWNLOAD_SLOTS": {
            domain: {"concurrency": 1, "delay": delay, "jitter": 0}
            for domain, delay in delays.items()
        },
        "DOWNLOAD_DELAY": 10 * factor,
        "DOWNLOAD_DELAY_JITTER": 0,
        "JIANBAO_DELAY_FACTOR": factor,
        "JIANBAO_TLS": {
            domain: source.tls for source in chosen for domain in source.domains if source.tls
        },
        "DOWNLOAD_HANDLERS": {"https": "crawler.pages.tls.TlsBySource"},
        # At least the domains of a shard: there is one request under way to each.
        "CONCURRENT_REQUESTS": 256,
        # Scrapy starts so many tasks for every answer, and ours give nothing to do.
        "CONCURRENT_ITEMS": 1,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_TIMEOUT": settings.crawl_timeout,
        "DOWNLOAD_MAXSIZE": MAX_BYTES,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "REDIRECT_MAX_TIMES": 5,
        "METAREFRESH_ENABLED": False,
        "DEPTH_LIMIT": 0,
        "RETRY_TIMES": 1,
        "RETRY_HTTP_CODES": [500, 502, 504, 522, 524, 408],
        "RETRY_EXCEPTIONS": [
            "scrapy.exceptions.DownloadConnectionRefusedError",
            "scrapy.exceptions.DownloadFailedError",
            "scrapy.exceptions.ResponseDataLossError",
        ],
        "RETRY_GIVE_UP_LOG_LEVEL": "DEBUG",
        "COOKIES_ENABLED": False,
        "CLOSESPIDER_TIMEOUT": seconds,
        "REMOTE_CONTROL_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "LOG_LEVEL": "WARNING",
        "LOG_INSTALL_ROOT_HANDLER": False,
        "TWISTED_REACTOR": "twisted.internet.asyncioreactor.AsyncioSelectorReactor",
    }


def sync_registry(conn: Any, registry: Iterable[Source], now: datetime) -> None:
    """Make the archive's list of sources equal to the registry."""
    sources.sync(
        conn,
        [(each.id, each.name, each.homepage, each.enabled, each.weight) for each in registry],
        now,
    )
