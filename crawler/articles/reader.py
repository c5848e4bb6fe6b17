"""One kept page read by what it is: a document, one page, or an article of several pages.

It is read in a child process, `ours`, and so knows no database.
"""

import atexit
from urllib.parse import unquote

from archive.child import Child
from archive.models import Outcome, Page
from crawler.articles import verdict
from crawler.articles.decode import decode
from crawler.articles.documents import read_document
from crawler.articles.joining import read_serial
from crawler.extract import Reading, read
from crawler.sources.source import Source

ours = Child(
    "reading",
    "crawler.articles.reader",
    seconds=60,
    # The largest page (8 MB) takes 3; the clock has more, because the machine may be busy.
    cpu=20,
    # Of address space; the largest page takes 170, and a small server has 2 GB for everything.
    megabytes=1024,
)
atexit.register(ours.close)


def read_page(page: Page, source: Source | None) -> Reading:
    """Read a page by the rules of its source; one that only asks for a browser is a challenge."""
    reading = _read(page, source)
    if not reading.articles and (
        sign := verdict.challenge(decode(page.body, page.content_type), page.status)
    ):
        return Reading((), Outcome.CHALLENGE_PAGE, sign)
    return reading


def _read(page: Page, source: Source | None) -> Reading:
    if page.url.startswith("urn:"):
        name = unquote(page.url.rpartition("/")[2])
        return read_document(page.body, name, page.fetched_at).reading
    if page.rest or page.note:
        return read_serial(page, source)
    return read(page.body, page.url, page.fetched_at, source, page.content_type)
