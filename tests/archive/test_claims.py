from typing import Any

import psycopg
import pytest
from psycopg import Connection

from archive import claims


def pass_away(conn: Connection, seconds: float) -> None:
    """As if so many seconds had passed since the last claim."""
    conn.execute(
        "update archive.claim set claimed_until = claimed_until - make_interval(secs => %s)",
        (seconds,),
    )


def test_one_of_two_holders_has_the_claim(conn: Connection) -> None:
    assert claims.take(conn, "shard:0", "one")
    assert not claims.take(conn, "shard:0", "two")
    assert claims.take(conn, "shard:1", "two")


def test_its_holder_renews_it(conn: Connection) -> None:
    claims.take(conn, "shard:0", "one")
    pass_away(conn, claims.LEASE_SECONDS - 1)
    assert claims.take(conn, "shard:0", "one")
    pass_away(conn, claims.LEASE_SECONDS - 1)
    assert not claims.take(conn, "shard:0", "two")


def test_another_takes_over_when_its_holder_died(conn: Connection) -> None:
    claims.take(conn, "shard:0", "one")
    pass_away(conn, claims.LEASE_SECONDS + 1)
    assert claims.take(conn, "shard:0", "two")
    assert not claims.take(conn, "shard:0", "one")


@pytest.mark.parametrize(("holder", "free"), [("one", True), ("two", False)])
def test_only_its_holder_gives_it_back(conn: Connection, holder: str, free: bool) -> None:
    claims.take(conn, "shard:0", "one")
    claims.release(conn, "shard:0", holder)
    assert claims.take(conn, "shard:0", "three") is free


def test_of_eight_takers_one_gets_it(database_url: str, at_once: Any) -> None:
    def take(index: int) -> bool:
        with psycopg.connect(database_url, autocommit=True) as conn:
            return claims.take(conn, "shard:0", f"worker {index}")

    assert sum(at_once(8, take)) == 1
