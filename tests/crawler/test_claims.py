"""Several workers: nobody crawls a source twice at once, and a killed worker's work goes on."""

import json
import os
import signal
from pathlib import Path
from typing import Any

import psycopg


def run_out(deployment: Any) -> None:
    """Let a minute pass for every claim."""
    with psycopg.connect(deployment.environment["DATABASE_URL"]) as conn:
        conn.execute("update archive.claim set claimed_until = clock_timestamp()")


def test_a_killed_crawl_is_taken_up_again(deployment: Any, publisher: Any) -> None:
    publisher.feed(
        publisher.article("/a/1"), publisher.say("/a/slow-2"), publisher.root + "/slow/a/3"
    )
    deployment.register(publisher.source(article=r"^https?://[^/]+/(?:slow/)?a/(.+)$"))
    deployment.allow(publisher.host)
    killed = deployment.start("crawl")
    with killed:
        publisher.until_asked("/slow/a/3")
        killed.send_signal(signal.SIGKILL)
        killed.communicate()
    publisher.release.set()
    publisher.article("/slow/a/3")
    assert deployment.counts("crawl", "--force")["busy"] == 1
    run_out(deployment)
    assert deployment.counts("crawl", "--force", "--wait", "30")["busy"] == 0
    deployment.counts("extract")
    assert deployment.outcomes()[publisher.root + "/slow/a/3"] == "stored"
    assert deployment.outcomes()[publisher.root + "/a/1"] == "stored"


def test_a_crawl_whose_connection_is_cut_says_so_once_and_asks_for_no_more(
    deployment: Any, publisher: Any
) -> None:
    links = [publisher.article(f"/slow/a/{n}") for n in range(1, 7)]
    publisher.feed(*links)
    deployment.register(publisher.source(article=r"^https?://[^/]+/slow/a/(.+)$"))
    deployment.allow(publisher.host)
    with deployment.start("crawl") as crawl:
        publisher.until_asked("/slow/")
        deployment.ask(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
        publisher.release.set()
        _, err = crawl.communicate()
    assert crawl.returncode == 1
    assert "Traceback" not in err
    assert err.splitlines()[-1].startswith("jianbao: database: ")
    assert len(publisher.asked) < len(links)
    run_out(deployment)
    deployment.counts("crawl", "--force")
    assert set(publisher.asked) >= {path.removeprefix(publisher.root) for path in links}


def test_waiting_ends_when_the_other_is_done(deployment: Any, publisher: Any) -> None:
    publisher.feed(publisher.root + "/slow/a/1")
    deployment.register(publisher.source(article=r"^https?://[^/]+/slow/a/(.+)$"))
    deployment.allow(publisher.host)
    with deployment.start("crawl") as first:
        publisher.until_asked("/slow/a/1")
        with deployment.start("crawl", "--force", "--wait", "30") as second:
            publisher.article("/slow/a/1")
            publisher.release.set()
            out, _ = second.communicate()
        first.communicate()
    assert '"busy": 0' in out.splitlines()[-1]


def child_of(pid: int) -> int:
    """The process that this one has started; 0 if there is none yet."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(children[0]) if children else 0


def test_source_by_source_one_that_dies_stops_no_other(
    deployment: Any, publisher: Any, publish: Any
) -> None:
    deadly = publish("127.0.3.2")
    publisher.feed(publisher.article("/a/1"))
    deployment.register(
        deadly.source("deadly", entry=deadly.root + "/slow-feed"), publisher.source("healthy")
    )
    deployment.allow(publisher.host, deadly.host)
    with deployment.start("crawl", "--apart") as crawl:
        deadly.until_asked("/slow-feed")
        os.kill(child_of(crawl.pid), signal.SIGKILL)
        out, _ = crawl.communicate()
    assert json.loads(out.splitlines()[-1])["died"] == 1
    deployment.counts("extract")
    assert deployment.outcomes() == {publisher.root + "/a/1": "stored"}
    ((trouble,),) = deployment.ask("select trouble from news.sources where id = 'deadly'")
    assert "its crawl ended" in trouble
