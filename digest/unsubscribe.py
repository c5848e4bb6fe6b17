"""The signed link by which one reader leaves: `https://…/u/NUMBER.SIGNATURE`."""

import base64
import hashlib
import hmac
import re

_TOKEN = re.compile(r"([1-9]\d{0,17})\.([A-Za-z0-9_-]{32})")


def link(public_url: str, key: bytes, reader: int) -> str:
    """The reader's own address below `public_url`."""
    return f"{public_url.rstrip('/')}/u/{reader}.{_signature(key, reader)}"


def reader_of(key: bytes, token: str) -> int | None:
    """The number of the reader whose link ends so; None if we did not sign it."""
    match = _TOKEN.fullmatch(token)
    if match is None or not hmac.compare_digest(match[2], _signature(key, int(match[1]))):
        return None
    return int(match[1])


def _signature(key: bytes, reader: int) -> str:
    made = hmac.new(key, f"unsubscribe|{reader}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made[:24]).decode()
