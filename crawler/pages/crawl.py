"""Run one crawl: what is due and free, by one spider, watched."""

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

from scrapy.utils.defer import deferred_from_coro
from twisted.internet.task import LoopingCall
from twisted.python.failure import Failure

from archive import claims, clock, connection, database, sources
from archive.models import Link
from archive.settings import Settings
from archive.sources import EntryPoint
from crawler.links.frontier import Frontier, is_due
from crawler.pages.engine import engine
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
    process = engine(settings, known, seconds)
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


def sync_registry(conn: Any, registry: Iterable[Source], now: datetime) -> None:
    """Make the archive's list of sources equal to the registry."""
    sources.sync(
        conn,
        [(each.id, each.name, each.homepage, each.enabled, each.weight) for each in registry],
        now,
    )
