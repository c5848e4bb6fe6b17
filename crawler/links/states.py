"""Pages that carry their list as JSON in a script, for JavaScript to draw it."""

import json
import re
from datetime import datetime
from itertools import islice
from typing import Any

from archive.models import FoundLink
from crawler.links import answers, apis
from crawler.sources.source import Entry

_CANDIDATES = 5
_UNDEFINED = re.compile(r'("(?:[^"\\]+|\\.)*+(?:"|\Z))|\bundefined\b', re.DOTALL)
_JSON = json.JSONDecoder(strict=False)


def state(body: bytes, url: str, entry: Entry, fetched_at: datetime) -> list[FoundLink]:
    """The links in the value of the entry's `variable`, in its order. Raises DiscoveryError."""
    page = answers.text(body, url)
    name = re.escape(entry.variable.removeprefix("window."))
    begins = re.compile(
        rf"""<script\b[^<>]*\bid=["']?{name}\b[^<>]*>\s*(?=[\[{{])"""
        rf"""|(?<![\w$]){name}["']?\]?\s*=\s*(?=[\[{{])"""
    )
    for found in islice(begins.finditer(page), _CANDIDATES):
        tree = value(page, found.end())
        if tree is not None:
            return apis.links(tree, entry, fetched_at)
    raise answers.DiscoveryError("no_state", url, f"has no JSON in {entry.variable!r}")


def value(page: str, start: int) -> Any:
    """The JSON that begins at `start`, whatever follows it; None if there is none."""
    try:
        return _JSON.raw_decode(page, start)[0]
    except (ValueError, RecursionError):
        pass
    try:
        # JavaScript knows a value that JSON does not.
        return _JSON.raw_decode(_UNDEFINED.sub(lambda f: f[1] or "null", page[start:]))[0]
    except (ValueError, RecursionError):
        return None
