"""A page made of a feed entry, for sources whose feed carries the full text."""

from html import escape

from archive.clock import BEIJING
from archive.models import FoundLink


def render(link: FoundLink) -> bytes:
    """The entry as an HTML page in UTF-8, so that it is read as every other page is."""
    stated = link.published_at.astimezone(BEIJING).isoformat() if link.published_at else ""
    title = escape(link.title)
    return (
        f'<!doctype html><html lang="zh"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta property="article:published_time" content="{stated}"></head>'
        f"<body><article><h1>{title}</h1>{link.content}</article></body></html>"
    ).encode("utf-8", "replace")
