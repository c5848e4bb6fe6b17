"""Sitemaps, news sitemaps and their indexes."""

from datetime import datetime
from typing import Any

from lxml import etree

from archive.models import FoundLink
from crawler import answers
from crawler.dates import date_in_url, parse_date


def sitemap(body: bytes, base_url: str, fetched_at: datetime) -> tuple[list[FoundLink], list[str]]:
    """The pages of a sitemap (the newest, if there are many) and the sitemaps of an index.

    Raises DiscoveryError.
    """
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    source = answers.xml(body, base_url, ("urlset", "sitemapindex"), "not_a_sitemap")
    try:
        root = etree.fromstring(source, parser)
    except etree.XMLSyntaxError as error:
        raise answers.DiscoveryError("not_a_sitemap", base_url, f"is damaged: {error}") from error
    links: list[FoundLink] = []
    nested: dict[str, None] = {}
    for element in root.iterchildren("*") if root is not None else ():
        told = _told(element)
        url = answers.absolute(base_url, told.get("loc", ""))
        if not url:
            continue
        if _name(element) == "sitemap":
            nested[url] = None
            continue
        changed = told.get("lastmod", "")
        when = (
            parse_date(told.get("publication_date", ""), fetched_at)
            or date_in_url(url)
            or parse_date(changed, fetched_at)
        )
        title = answers.plain(told.get("title", ""))
        stamp = answers.digest(changed) if changed else ""
        links.append(FoundLink(url, title, when.instant if when else None, stamp))
    # Sitemaps often begin with what is oldest.
    dates = sorted((link.published_at for link in links if link.published_at), reverse=True)
    if len(dates) > answers.MOST_LINKS:
        edge = dates[answers.MOST_LINKS - 1]
        links = [link for link in links if link.published_at and link.published_at >= edge]
    nested.pop(base_url, None)
    return answers.distinct(links)[: answers.MOST_LINKS], list(nested)[: answers.MOST_LINKS]


def _told(element: Any) -> dict[str, str]:
    """The texts of an entry by their names; those of a news entry too, but not of its pictures."""
    children = list(element.iterchildren("*"))
    news = [
        each for child in children if _name(child) == "news" for each in child.iterchildren("*")
    ]
    return {_name(each): (each.text or "").strip() for each in (*news, *children)}


def _name(element: Any) -> str:
    # Not etree.QName, which refuses the names that recovery lets through.
    return str(element.tag).rpartition("}")[2].rpartition(":")[2]
