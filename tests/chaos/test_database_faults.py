"""The database goes away: in the middle of commits, with an answer, while the schema changes."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from archive import embedded, migrations
from archive.query import ask
from benchmarks import injectors

SOURCES, PAGES = 4, 8
STAGES = (("crawl", "--force", "--wait", "70"), ("extract",), ("dedupe",), ("summarize",))


@pytest.mark.chaos
@pytest.mark.parametrize("stage", ["crawl", "extract"])
def test_a_database_that_stops_at_once_loses_nothing(
    crowd: Callable[..., Any], facts: Any, one_line: Any, stage: str,
    record_property: Callable[[str, object], None],
) -> None:  # fmt: skip
    here = crowd(SOURCES, PAGES)
    if stage == "extract":
        here.run("crawl", "--force")
    kept: set[tuple[object, ...]] = set()
    for pause in (0.7, 0.9, 1.4):  # A crawl does not wait for its commits, which take 0.6 s.
        written = len(kept)
        with here.start(stage) as command:
            deadline = time.monotonic() + 60
            acknowledged = "select id from ledger union all select -id from articles"
            while len(kept) <= written and command.poll() is None and time.monotonic() < deadline:
                kept |= set(ask(here.url, acknowledged).rows)
            time.sleep(pause)
            # What `pg_ctl stop -m immediate` sends.
            pid = int((here.home / "postgres/data/postmaster.pid").read_text().split()[0])
            os.kill(pid, signal.SIGQUIT)
            _, err = command.communicate(timeout=60)
            while Path("/proc", str(pid)).exists() and time.monotonic() < deadline:
                time.sleep(0.05)
            if command.returncode:
                assert "database" in one_line(err)
        now = set(ask(here.url, acknowledged).rows)  # The server starts anew.
        assert kept <= now
        kept = now
    for words in STAGES:
        here.run(*words)
    assert facts(here) == (SOURCES * PAGES,) * 3
    record_property("seen", f"{stage}: 3 stops, 0 rows lost, 0 twice, {len(kept)} kept rows")


@pytest.mark.chaos
def test_an_answer_that_is_lost_leaves_nothing_twice(
    crowd: Callable[..., Any], facts: Any, one_line: Any,
    record_property: Callable[[str, object], None],
) -> None:  # fmt: skip
    here = crowd(2, PAGES)
    commits = 0

    def harm(_: int, answer: bool, told: bytes) -> bool:
        nonlocal commits
        commits += (done := answer and b"COMMIT\0" in told)
        return done and commits % 10 == 3

    # As the owner: the roles of the embedded server are no concern of the proxy.
    dsn = embedded.start(here.home / "postgres").dsn("jianbao", "jianbao")
    with injectors.between(dsn, harm) as (url, proxy):
        here.env.update(DATABASE_URL=url)
        for words in STAGES:
            for _ in range(20):
                with here.start(*words) as command:
                    _, err = command.communicate(timeout=120)
                if not command.returncode:
                    break
                assert "database" in one_line(err)
                with psycopg.connect(dsn) as conn:  # The minute of a dead crawl's claim passes.
                    conn.execute("update archive.claim set claimed_until = clock_timestamp()")
            else:
                pytest.fail(f"{words[0]} never came to its end")
    here.env.update(DATABASE_URL="")
    for words in STAGES:
        here.run(*words)
    assert proxy.resets >= 5
    assert facts(here) == (2 * PAGES,) * 3
    record_property("seen", f"{proxy.resets} of {commits} answers lost, 0 rows twice or missing")


def test_a_database_that_is_down_is_one_line_for_each_command_until_it_is_back(
    crowd: Callable[..., Any], facts: Any, one_line: Any
) -> None:
    here = crowd(2, 3)
    server = embedded.start(here.home / "postgres")
    here.env.update(DATABASE_URL=server.dsn("jianbao", "jianbao"))
    embedded.stop(here.home / "postgres")
    for words in (*STAGES, ("digest",), ("backup",), ("prune",), ("status",)):
        with here.start(*words) as command:
            _, err = command.communicate(timeout=60)
        assert command.returncode == 1, words
        assert "cannot connect to the database" in one_line(err)
    embedded.start(here.home / "postgres")
    for words in STAGES:
        here.run(*words)
    assert facts(here) == (6, 6, 6)


SCHEMA = """
select 'column', attrelid::regclass::text, attname::text, atttypid::regtype::text
    from pg_attribute join pg_class c on c.oid = attrelid
    where relnamespace in ('archive'::regnamespace, 'news'::regnamespace) and attnum > 0
union all select 'constraint', conrelid::regclass::text, conname, '' from pg_constraint
union all select 'routine', oid::regprocedure::text, '', md5(prosrc) from pg_proc
    where pronamespace in ('archive'::regnamespace, 'news'::regnamespace)
union all select 'file', name, digest, '' from archive_schema.applied
order by 1, 2, 3, 4
"""


@pytest.mark.chaos
def test_a_migration_that_is_cut_off_at_any_statement_goes_on(
    empty_database: str, database_url: str, record_property: Callable[[str, object], None]
) -> None:
    cuts, at = 0, 3  # The first messages are the login.
    while True:
        asked = 0

        def harm(_: int, answer: bool, __: bytes, at: int = at) -> bool:
            nonlocal asked
            asked += not answer
            return not answer and asked == at

        with injectors.between(empty_database, harm) as (url, proxy):
            try:
                with psycopg.connect(url, autocommit=True) as conn:
                    migrations.migrate(conn)
            except psycopg.OperationalError:
                cuts += 1
            if not proxy.resets:
                break
        # Either of the two: still to be brought forward, or whole.
        with psycopg.connect(empty_database, autocommit=True) as conn:
            if migrations.is_empty(conn):
                at += 1
                continue
            with pytest.raises(migrations.SchemaError, match="run: jianbao migrate"):
                migrations.check(conn)
        at += 1
    assert cuts > 20
    with psycopg.connect(empty_database) as conn, psycopg.connect(database_url) as whole:
        assert conn.execute(SCHEMA).fetchall() == whole.execute(SCHEMA).fetchall()
    record_property("seen", f"cut at {cuts} statements in turn; the schema is the same")
