"""Committed claims of long work: one worker crawls a shard, another takes over when it dies."""

from psycopg import Connection
from psycopg.rows import TupleRow

LEASE_SECONDS = 60
"""How long a claim lasts; its holder renews it every third of this."""


def take(conn: Connection[TupleRow], name: str, holder: str) -> bool:
    """Take or renew a claim; False while somebody else holds it.

    Runs on the server's clock, not the archive's, because a simulated day has no seconds.
    """
    return (
        conn.execute(
            "insert into archive.claim (name, holder, claimed_until)"
            " values (%(name)s, %(holder)s, clock_timestamp() + make_interval(secs => %(lease)s))"
            " on conflict (name) do update set holder = excluded.holder,"
            " claimed_until = excluded.claimed_until where claim.holder = excluded.holder"
            " or claim.claimed_until < clock_timestamp()",
            {"name": name, "holder": holder, "lease": LEASE_SECONDS},
        ).rowcount
        == 1
    )


def release(conn: Connection[TupleRow], name: str, holder: str) -> None:
    """Give a claim back."""
    conn.execute("delete from archive.claim where name = %s and holder = %s", (name, holder))
