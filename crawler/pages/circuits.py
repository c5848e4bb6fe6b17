"""Which hosts may be asked now: a circuit per host that opens, and closes by itself."""

from datetime import timedelta
from typing import Any

from archive import clock, hosts
from archive.hosts import Host
from crawler.pages import manners


class Circuits:
    """The hosts that failed lately, as all crawls know them."""

    def __init__(self, conn: Any) -> None:
        self._conn = conn
        self._troubled = hosts.troubled(conn)
        self._tried: set[str] = set()

    def may_ask(self, name: str) -> bool:
        """Whether a host may be asked; after a rest one request tries it, and the others wait."""
        host = self._troubled.get(name)
        if host is None or host.until is None:
            return True
        if clock.now() < host.until or name in self._tried:
            return False
        if host.rests:
            self._tried.add(name)
        return True

    def answered(self, name: str) -> None:
        """Note that a host answered well."""
        self._tried.discard(name)
        if self._troubled.pop(name, None):
            hosts.remember(self._conn, name, Host(), clock.now())

    def failed(
        self,
        name: str,
        reason: str,
        asked: timedelta | None = None,
        refused: bool = False,
        closed: bool = False,
    ) -> None:
        """Note that a request to a host failed through its fault; see manners.failed."""
        self._tried.discard(name)
        now = clock.now()
        before = self._troubled.get(name, Host())
        host = manners.failed(before, now, reason, asked=asked, refused=refused, closed=closed)
        self._troubled[name] = host
        hosts.remember(self._conn, name, host, now)
