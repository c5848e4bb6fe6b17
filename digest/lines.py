"""What may stand in a mail: one clean line of bounded length, and addresses of the web."""

import re
from urllib.parse import urlsplit

from archive.text import clean_line

_WEB = re.compile(r"https?://[^\s<>\"\\]{1,1000}", re.IGNORECASE)


def line(text: str, limit: int) -> str:
    """One clean line of at most `limit` characters, that ends in … when it was longer."""
    whole = clean_line(text, limit + 1)
    return whole if len(whole) <= limit else f"{whole[: limit - 1].rstrip()}…"


def web(url: str) -> str:
    """The address if a mail may link to it, else an empty string.

    It must be http or https, name a host, hide nothing (blanks, controls, a login before the
    host), and have at most 1,000 characters.
    """
    if not _WEB.fullmatch(url) or clean_line(url, len(url)) != url:
        return ""
    try:
        parts = urlsplit(url)
        port_is_number = parts.port is None or parts.port > 0
    except ValueError:
        return ""
    return url if parts.hostname and port_is_number and "@" not in parts.netloc else ""
