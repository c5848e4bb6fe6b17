"""The hosts that failed lately, so that the next crawl knows which of them to leave alone."""

from dataclasses import astuple, dataclass
from datetime import datetime

from psycopg import Connection
from psycopg.rows import TupleRow


@dataclass(frozen=True, slots=True)
class Host:
    """How a host behaves; one that answers well is `Host()`."""

    failures: int = 0
    """Requests that failed in a row."""
    rests: int = 0
    """How often in a row it was left alone."""
    until: datetime | None = None
    """Nothing is asked of it before; then one request tries."""
    reason: str = ""


def troubled(conn: Connection[TupleRow]) -> dict[str, Host]:
    """Every host that does not answer well, by its name."""
    rows = conn.execute("select name, failures, rests, until, reason from archive.host").fetchall()
    return {name: Host(*rest) for name, *rest in rows}


def remember(conn: Connection[TupleRow], name: str, host: Host, now: datetime) -> None:
    """Keep how a host behaves."""
    if host == Host():
        conn.execute("delete from archive.host where name = %s", (name,))
        return
    conn.execute(
        "insert into archive.host (name, failures, rests, until, reason, changed_at)"
        " values (%s, %s, %s, %s, %s, %s) on conflict (name) do update set"
        " failures = excluded.failures, rests = excluded.rests, until = excluded.until,"
        " reason = excluded.reason, changed_at = excluded.changed_at",
        (name, *astuple(host), now),
    )
