"""An Atom feed of the editions (RFC 4287), as one file."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5
from xml.sax.saxutils import escape

EDITIONS = 14
# What XML cannot hold.
_UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def atom(
    name: str, key: str, editions: Sequence[tuple[date, str, datetime, str]], public_url: str = ""
) -> bytes:
    """The feed of these editions, the newest first: (day, subject, composed at, HTML) each.

    `key` tells this archive from others and makes the ids, which stay the same for ever.
    """
    updated = editions[0][2].isoformat() if editions else "1970-01-01T00:00:00+00:00"
    own = public_url.rstrip("/") + "/feed.atom"
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="zh-CN">',
        f"<title>{escape(name)}</title>",
        f"<id>{_id(key, '')}</id>",
        f"<updated>{updated}</updated>",
        f"<author><name>{escape(name)}</name></author>",
    ]
    if public_url:
        lines.append(f'<link rel="self" type="application/atom+xml" href="{escape(own)}"/>')
    for day, subject, at, html in editions:
        lines += [
            "<entry>",
            f"<title>{escape(subject)}</title>",
            f"<id>{_id(key, str(day))}</id>",
            f"<published>{at.isoformat()}</published>",
            f"<updated>{at.isoformat()}</updated>",
            f'<content type="html">{escape(html)}</content>',
            "</entry>",
        ]
    return _UNSAFE.sub("", "\n".join([*lines, "</feed>", ""])).encode()


def file(home: Path) -> Path:
    """Where the feed of the archive in this home is."""
    return home / "editions" / "feed.atom"


def _id(key: str, day: str) -> str:
    return uuid5(NAMESPACE_URL, f"jianbao|{key}|{day}").urn
