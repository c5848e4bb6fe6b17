"""Reads pages whose first word says what shall go wrong, to be called in a child process."""

import ctypes
import os
from typing import Any

from crawler.articles import reader


def read_page(page: Any, source: Any) -> Any:
    what = page.body.split(b" ")[0]
    if what == b"hang":
        while True:
            pass
    if what == b"eat":
        return [bytearray(2**24) for _ in range(1000)]
    if what == b"exit":
        os._exit(7)
    if what == b"crash":
        ctypes.string_at(0)
    if what == b"raise":
        raise LookupError("no such table")
    return reader.read_page(page, source)
