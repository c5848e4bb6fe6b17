"""How the crawl command treats publishers that are slow, fail, or ask to be left alone."""

import contextlib
import gzip
import itertools
import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import brotli
import pytest
import zstandard

MANY = 8


def at(hour: str) -> dict[str, str]:
    return {"JIANBAO_NOW": f"2026-11-22T{hour}:00+08:00"}


def articles(publisher: Any, count: int = MANY) -> list[str]:
    """Announce articles; their paths."""
    paths = [f"/a/{number}" for number in range(count)]
    publisher.feed(*map(publisher.article, paths))
    return paths


def asked(publisher: Any) -> list[str]:
    """The articles that were asked for since the last time."""
    found = [path for path in publisher.asked if path.startswith("/a/")]
    publisher.asked.clear()
    return found


def shortest_gap(*publishers: Any) -> float:
    times = sorted(itertools.chain(*(publisher.times for publisher in publishers)))
    return min(later - earlier for earlier, later in itertools.pairwise(times))


def test_all_that_is_asked_of_a_domain_keeps_its_delay(deployment: Any, publisher: Any) -> None:
    publisher.say("/a/moved", status=301, Location="/a/here")
    publisher.article("/a/here")
    publisher.feed(publisher.root + "/a/moved", publisher.article("/a/1"))
    publisher.say("/other", "<rss version='2.0'><channel></channel></rss>")
    deployment.register(
        publisher.source("one", min_delay=2),
        publisher.source("two", min_delay=6, entry=f"{publisher.root}/other"),
    )
    deployment.allow(publisher.host)
    deployment.counts("crawl", CRAWL_DELAY_FACTOR="0.1")
    assert sorted(publisher.asked) == sorted(
        ["/robots.txt", "/feed", "/other", "/a/moved", "/a/here", "/a/1"]
    )
    assert shortest_gap(publisher) >= 0.5  # It would be 0.6 if this machine had nothing to do.


def test_the_crawl_delay_of_robots_txt_is_kept_within_bounds(
    deployment: Any, publisher: Any, publish: Callable[[str], Any]
) -> None:
    endless = publish("127.0.3.2")
    for site, delay in ((publisher, "6"), (endless, "86400")):
        site.say("/robots.txt", f"User-agent: *\nCrawl-delay: {delay}\n")
        articles(site, 2)
    deployment.register(
        *(
            site.source(name, min_delay=0, article=f"^{site.root}/a/(.+)$")
            for name, site in (("one", publisher), ("two", endless))
        )
    )
    deployment.allow(publisher.host, endless.host)
    assert deployment.counts("crawl", "one", CRAWL_DELAY_FACTOR="0.1")["pages"] == 2
    assert shortest_gap(publisher) >= 0.5
    # It would be 8,640 seconds; two minutes at most, times the factor.
    assert deployment.counts("crawl", "two", CRAWL_DELAY_FACTOR="0.004")["pages"] == 2
    assert shortest_gap(endless) >= 0.4


ROBOTS = """\ufeff# Everything but what RFC 9309 lets our own group say.
User-agent: other
Disallow: /a/1

User-Agent: JIANBAO # in any case
Disallow: /a/no
Allow: /a/no/but
disallow: /*.pdf$

User-agent: jianbao
Disallow: /a/merged

User-agent: *
Disallow: /
"""


def test_robots_txt_is_read_as_the_rfc_says(
    deployment: Any, publisher: Any, publish: Callable[[str], Any]
) -> None:
    busy = publish("127.0.3.2")
    busy.say("/robots.txt", status=429)
    late = "# and so on\n" * 50_000 + "User-agent: jianbao\nDisallow: /a/late\n"
    publisher.say("/robots.txt", ROBOTS + late)
    allowed = ["/a/1", "/a/no/but/1", "/a/x.pdf.html", "/a/late"]
    forbidden = ["/a/no/1", "/a/x.pdf", "/a/merged"]
    expected = dict.fromkeys(map(publisher.article, allowed), "pending")
    for address in (*map(publisher.article, forbidden), busy.article("/a/busy")):
        expected[address] = "blocked_by_robots"
    publisher.feed(*expected)
    deployment.register(publisher.source())
    deployment.allow(publisher.host, busy.host)
    deployment.counts("crawl")
    assert deployment.outcomes() == expected
    assert publisher.asked.count("/robots.txt") == 1
    assert busy.asked == ["/robots.txt"]


def test_who_says_retry_after_is_left_alone_and_nobody_else(
    deployment: Any, publisher: Any, publish: Callable[[str], Any]
) -> None:
    healthy = publish("127.0.3.2")
    articles(healthy)
    articles(publisher)
    publisher.say("/a/6", status=429, Retry_After="1800")
    deployment.register(
        publisher.source("limited", article=f"^{publisher.root}/a/(.+)$"),
        healthy.source("healthy", article=f"^{healthy.root}/a/(.+)$"),
    )
    deployment.allow(publisher.host, healthy.host)
    counts = deployment.counts("crawl", **at("06:00"))
    assert (counts["pages"], counts["resting"]) == (MANY + 1, MANY - 2)
    assert asked(publisher) == ["/a/7", "/a/6"]
    assert len(asked(healthy)) == MANY
    assert deployment.outcomes()[publisher.root + "/a/5"] == "pending"
    deployment.counts("crawl", "--force", **at("06:25"))
    assert publisher.asked == []
    publisher.article("/a/6")
    deployment.counts("crawl", "--force", **at("06:31"))
    assert asked(publisher) == [f"/a/{number}" for number in range(6, -1, -1)]


def test_an_entry_point_can_say_it_too(deployment: Any, publisher: Any) -> None:
    publisher.say("/feed", status=503, Retry_After="Sat, 21 Nov 2026 22:40:00 GMT")
    deployment.register(publisher.source())
    deployment.allow(publisher.host)
    deployment.counts("crawl", **at("06:30"))
    # Not even tried again at once.
    assert publisher.asked == ["/robots.txt", "/feed"]
    deployment.counts("crawl", "--force", **at("06:39"))
    assert publisher.asked == ["/robots.txt", "/feed"]
    assert deployment.ask("select trouble from news.sources where id = 'site'") == [
        (f"{publisher.root}/feed: HTTP 503",)
    ]
    articles(publisher)
    assert deployment.counts("crawl", "--force", **at("06:41"))["pages"] == MANY


def test_a_failing_host_rests_and_its_links_wait(deployment: Any, publisher: Any) -> None:
    for path in articles(publisher):
        publisher.say(path, status=403)
    deployment.register(publisher.source())
    deployment.allow(publisher.host)
    counts = deployment.counts("crawl", **at("06:00"))
    assert (counts["refused"], counts["resting"]) == (5, MANY - 5)
    assert asked(publisher) == ["/a/7", "/a/6", "/a/5", "/a/4", "/a/3"]
    assert deployment.ask("select name, failures, reason from news.hosts") == [
        ("127.0.3.1", 5, "HTTP 403")
    ]
    # Refused, it is left alone for six hours; then a single request tries.
    deployment.counts("crawl", "--force", **at("11:59"))
    assert publisher.asked == []
    publisher.say("/feed", status=500)
    deployment.counts("crawl", "--force", **at("12:01"))
    assert asked(publisher) == []
    articles(publisher)
    deployment.counts("crawl", "--force", **at("13:02"))
    assert asked(publisher) == ["/a/2", "/a/1", "/a/0"]
    assert deployment.ask("select name from news.hosts") == []


@pytest.fixture
def stuck() -> Iterator[tuple[list[str], threading.Event]]:
    """Hosts and ports that take connections, of which one then says nothing and one a byte each
    half second, until it is over."""
    silent, dripping = (socket.create_server((f"127.0.3.{n}", 0)) for n in (7, 8))
    over = threading.Event()

    def serve(host: socket.socket, head: bytes, more: bytes) -> None:
        taken: list[socket.socket] = []
        host.settimeout(0.5)
        while not over.is_set():
            with contextlib.suppress(TimeoutError):
                taken.append(host.accept()[0])
                taken[-1].sendall(head)
            for each in taken:
                with contextlib.suppress(OSError):
                    each.sendall(more)
        for each in (host, *taken):
            each.close()

    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
    threads = [
        threading.Thread(target=serve, args=each)
        for each in ((silent, b"", b""), (dripping, head, b"x"))
    ]
    for thread in threads:
        thread.start()
    yield ["{}:{}".format(*each.getsockname()) for each in (silent, dripping)], over
    over.set()
    for thread in threads:
        thread.join()


def test_broken_sources_do_not_slow_down_the_others(
    deployment: Any, publish: Callable[[str], Any], stuck: tuple[list[str], threading.Event]
) -> None:
    hosts, over = stuck
    sites = [publish(f"127.0.3.{number}") for number in range(1, 5)]
    *healthy, failing = sites
    failing.say("/feed", status=503)
    broken = [failing.source("failing")]
    for name, host in zip(("silent", "dripping"), hosts, strict=True):
        root = f"http://{host}"
        broken.append(failing.source(name, homepage=root + "/", entry=root + "/feed"))
    registered = []
    for number, site in enumerate(healthy):
        articles(site)
        registered.append(site.source(f"healthy{number}", article=f"^{site.root}/a/(.+)$"))
    deployment.register(*broken, *registered)
    deployment.allow(*(site.host for site in sites), *hosts)
    errors = "select source, error from archive.entry_point where error <> ''"
    with deployment.start("crawl", CRAWL_DELAY_FACTOR="0.02") as crawl:
        for site in healthy:
            site.until_asked("/a/0")
            assert len(asked(site)) == MANY
        # Nobody has given up on those that are stuck.
        assert {source for source, _ in deployment.ask(errors)} <= {"failing"}
        over.set()
        crawl.communicate()
    told = dict(deployment.ask(errors))
    assert told["failing"] == "HTTP 503"
    assert "refused" in told["silent"]
    assert "refused" in told["dripping"]


def test_a_slow_source_has_its_time_in_a_run(deployment: Any, publisher: Any) -> None:
    publisher.feed(*(publisher.article(f"/a/{n}") for n in range(MANY)), path="/slow-feed")
    deployment.register(publisher.source(entry=f"{publisher.root}/slow-feed"))
    deployment.allow(publisher.host)
    with deployment.start("crawl", CRAWL_SOURCE_SECONDS="1") as crawl:
        publisher.until_asked("/slow-feed")
        time.sleep(1.1)
        publisher.release.set()
        out, _ = crawl.communicate()
    counts = json.loads(out.splitlines()[-1])
    assert (counts["new"], counts["out_of_time"], "pages" in counts) == (MANY, 1, False)
    waiting = "select count(*) from news.ledger where outcome = 'pending' and attempts = 0"
    assert deployment.ask(waiting) == [(MANY,)]
    assert deployment.counts("crawl")["pages"] == MANY


def test_a_quiet_entry_point_is_looked_at_more_seldom(deployment: Any, publisher: Any) -> None:
    articles(publisher, 2)
    known = [publisher.article(f"/a/{number}") for number in range(20, 30)]
    busy = publisher.feed(*known, path="/busy")
    entry = f"\n[[source.entry]]\nkind = 'feed'\nurl = '{busy}'"
    deployment.register(publisher.source(poll_minutes=60) + entry)
    deployment.allow(publisher.host)
    looks = {}
    for hour in ("06:00", "07:00", "08:00", "08:30"):
        publisher.asked.clear()
        deployment.counts("crawl", **at(hour))
        looks[hour] = [path for path in ("/feed", "/busy") if path in publisher.asked]
        publisher.feed(publisher.article("/a/new"), *known, path="/busy")
    # After an hour, then 90 minutes (a crawl may be a quarter early), then 135.
    both = ["/feed", "/busy"]
    assert looks == {"06:00": both, "07:00": both, "08:00": ["/busy"], "08:30": ["/feed"]}
    told = deployment.ask("select every_minutes, next_at - polled_at from news.entry_points")
    assert sorted((every, after.seconds / 60) for every, after in told) == [(90, 90), (135, 135)]


def test_links_that_wait_are_fetched_between_the_looks(deployment: Any, publisher: Any) -> None:
    articles(publisher)
    deployment.register(publisher.source(poll_minutes=600))
    deployment.allow(publisher.host)
    for hour, pages in (("06:00", 5), ("06:30", 3)):
        counts = deployment.counts("crawl", CRAWL_ARTICLES_PER_SOURCE="5", **at(hour))
        assert counts["pages"] == pages
    assert deployment.counts("crawl", **at("07:00"))["sources"] == 0
    assert publisher.asked.count("/feed") == 1


def test_the_days_budgets_are_kept_and_a_trap_is_shown(deployment: Any, publisher: Any) -> None:
    articles(publisher)
    deployment.register(publisher.source())
    deployment.allow(publisher.host)
    budgets = {"CRAWL_LINKS_PER_DAY": "5", "CRAWL_PAGES_PER_DAY": "3"}
    counts = deployment.counts("crawl", **budgets, **at("06:00"))
    assert (counts["new"], counts["pages"]) == (5, 3)
    trap = "select trap from news.entry_points"
    assert deployment.ask(trap) == [("more than 5 new links in a day",)]
    assert "pages" not in deployment.counts("crawl", "--force", **budgets, **at("12:00"))
    tomorrow = {"JIANBAO_NOW": "2026-11-23T06:01:00+08:00"}
    counts = deployment.counts("crawl", "--force", **budgets, **tomorrow)
    assert (counts["new"], counts["pages"]) == (3, 3)
    assert deployment.ask(trap) == [("",)]


def test_addresses_without_end_are_not_followed_and_shown(deployment: Any, publisher: Any) -> None:
    good = publisher.article("/a/1")
    endless = [publisher.root + "/a" + "/next" * depth for depth in range(4, 8)]
    publisher.feed(good, *endless)
    deployment.register(publisher.source())
    deployment.allow(publisher.host)
    deployment.counts("crawl")
    assert list(deployment.outcomes()) == [good]
    ((trap,),) = deployment.ask("select trap from news.entry_points")
    assert trap == f"4 links such as {endless[0]} repeats a part of its path again and again"


def test_no_port_is_open_while_crawling(deployment: Any, publisher: Any) -> None:
    deployment.register(publisher.source(entry=publisher.root + "/slow-feed"))
    deployment.allow(publisher.host)
    with deployment.start("crawl") as crawl:
        publisher.until_asked("/slow-feed")
        # It sees who listens: this process does.
        assert listening(os.getpid())
        assert not listening(crawl.pid)
        publisher.release.set()
        crawl.communicate()


def listening(pid: int) -> set[str]:
    """The inodes of a process's sockets that listen or receive."""
    own = {str(each.readlink()) for each in Path(f"/proc/{pid}/fd").iterdir() if each.is_symlink()}
    found = set()
    for kind, state in (("tcp", "0A"), ("tcp6", "0A"), ("udp", "07"), ("udp6", "07")):
        for line in Path(f"/proc/{pid}/net/{kind}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == state and f"socket:[{fields[9]}]" in own:
                found.add(fields[9])
    return found


def test_bombs_are_too_large_however_they_are_packed(deployment: Any, publisher: Any) -> None:
    zeros = b"<p>" + b"\0" * 30_000_000
    nested = gzip.compress(gzip.compress(zeros))
    bombs = {
        publisher.say("/a/gzip", gzip.compress(zeros), Content_Encoding="gzip"),
        publisher.say("/a/nested", nested, Content_Encoding="gzip, gzip"),
        publisher.say("/a/br", brotli.compress(zeros, quality=5), Content_Encoding="br"),
        publisher.say("/a/zstd", zstandard.compress(zeros), Content_Encoding="zstd"),
        publisher.say("/a/plain", zeros),
    }
    good = publisher.article("/a/good")
    publisher.feed(*bombs, good)
    deployment.register(publisher.source())
    deployment.allow(publisher.host)
    deployment.counts("crawl")
    assert deployment.outcomes() == dict.fromkeys(bombs, "too_large") | {good: "pending"}
