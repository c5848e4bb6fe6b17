"""`jianbao live`: one quick look at the real sources, and a preview of what the digest would be."""

import time

from archive import clock, console, database, links, runs, settings
from archive.sameness.stored import place_pending
from archive.sameness.telling import tell_pending
from crawler.articles.reading import read_pending
from crawler.pages.crawl import crawl, sync_registry
from crawler.pages.fetching import online
from crawler.sources import registry
from crawler.sources.relevance import Rule
from digest import edition
from service.folders import Folders
from service.supervisor import ServiceError
from summarizer.stage import summarize_pending

ARTICLES = 10
"""At most so many of each source."""
SECONDS = 600
_AFTER_CRAWL = 60
"""Of the seconds, what is left for reading and summarizing."""


def look() -> None:
    """Crawl the real sources once and print what each gave. Raises ServiceError when offline."""
    began = time.monotonic()
    current = settings.load()
    known = registry.load(current.jianbao_sources)
    chosen = registry.choose(known, ())
    if not online(chosen):
        raise ServiceError(
            "The internet", "cannot be reached from here: none of the sources answers"
        )
    folders = Folders(current.jianbao_home)
    folders.make()
    database.migrate(current)
    with database.connect(current) as conn, runs.logged(conn, "live") as counts:
        sync_registry(conn, known, clock.now())
        with console.working(f"Crawling {len(chosen)} sources, {ARTICLES} articles each") as tell:
            counts |= crawl(
                conn,
                current,
                chosen,
                per_source=ARTICLES,
                seconds=SECONDS - _AFTER_CRAWL,
                progress=tell,
            )
        with console.working("Reading and summarizing") as tell:
            counts |= read_pending(conn, Rule.load(known, current.jianbao_topics))
            counts |= place_pending(conn, clock.now())
            counts |= tell_pending(conn)
            counts |= summarize_pending(conn, current, tell)
        rows = links.by_source(conn, [source.id for source in chosen])
        console.table(["source", "found", "stored", "refused", "trouble"], list(rows))
        day = clock.edition_day(clock.now(), current.edition_cutoff, current.timezone)
        window = clock.window(day, current.edition_cutoff, current.timezone)
        preview = edition.compose(conn, window, current)
        paths = edition.write_files(preview, folders.home / "preview", current)
    console.say(f"{preview.subject}\nPreview: {paths[0]}")
    console.say(f"Done in {time.monotonic() - began:.0f} seconds; nobody was mailed.")
