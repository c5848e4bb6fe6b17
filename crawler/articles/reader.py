"""One kept page read by what it is: a document, one page, or an article of several pages.

This runs in a child process, see child.py, and so knows no archive.
"""

from urllib.parse import unquote

from archive.models import Outcome, Page
from crawler.articles import verdict
from crawler.articles.decode import decode
from crawler.articles.documents import read_document
from crawler.articles.joining import read_serial
from crawler.extract import Reading, read
from crawler.sources.source import Source


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
