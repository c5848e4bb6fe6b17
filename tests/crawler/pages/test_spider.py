"""The crawl command against publishers that answer as told, each crawl in a process of its own."""

import contextlib
import gzip
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

# Every spelling of this machine that is a valid address: facts of the guard's tests.
HERE = [
    *("127.0.0.1", "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "0.0.0.0", "localhost"),
    *("LOCALHOST", "127.0.0.1.", "[::1]", "[::ffff:127.0.0.1]", "①②⑦.⓪.⓪.①"),
]


class Trap:
    """A listener on loopback that nobody may reach, on all of its addresses."""

    def __init__(self) -> None:
        self._sockets = [socket.create_server(("127.0.0.1", 0))]
        self.port = self._sockets[0].getsockname()[1]
        with contextlib.suppress(OSError):
            self._sockets.append(socket.create_server(("::1", self.port), family=socket.AF_INET6))

    def hits(self) -> int:
        """How many connections were made."""
        count = 0
        for sock in self._sockets:
            sock.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                while True:
                    sock.accept()[0].close()
                    count += 1
        return count

    def close(self) -> None:
        for sock in self._sockets:
            sock.close()


@pytest.fixture
def trap() -> Iterator[Trap]:
    trap = Trap()
    # It would notice.
    socket.create_connection(("0.0.0.0", trap.port)).close()
    assert trap.hits() == 1
    yield trap
    trap.close()


def test_no_link_or_redirect_leads_to_this_machine(
    deployment: Any, publisher: Any, publish: Callable[[str], Any], trap: Trap
) -> None:
    sly = publish("127.0.3.2")
    sly.say("/robots.txt", status=302, Location=f"http://127.0.0.1:{trap.port}/robots.txt")
    there = [f"http://{host}:{trap.port}" for host in HERE]
    direct = [f"{root}/a/{number}" for number, root in enumerate(there)]
    there += [f"http://user:pw@127.0.0.1:{trap.port}", f"http:\\\\127.0.0.1:{trap.port}"]
    there += [
        f"https://127.0.0.1:{trap.port}",
        "http://169.254.169.254",
        f"//localhost:{trap.port}",
    ]
    redirected = [
        publisher.say(f"/a/r{number}", status=302, Location=f"{root}/secret")
        for number, root in enumerate(there)
    ]
    direct.append(sly.article("/a/sly"))
    good = publisher.article("/a/good")
    publisher.feed(*direct, *redirected, good)
    deployment.register(publisher.source())
    deployment.allow(publisher.host, sly.host)
    assert deployment.counts("crawl")["pages"] == 1
    assert trap.hits() == 0
    outcomes = deployment.outcomes()
    assert outcomes.pop(good) == "pending"  # It waits to be read.
    assert len(outcomes) == len(direct) + len(redirected)
    assert {url: outcome for url, outcome in outcomes.items() if outcome != "blocked_address"} == {}


def test_an_exception_is_one_port_and_is_not_made_by_the_registry(
    deployment: Any, publisher: Any, trap: Trap
) -> None:
    names = ["127.0.0.1", "localhost"]
    publisher.feed(publisher.article("/a/good"), f"http://127.0.3.1:{trap.port}/a/1")
    deployment.register(
        publisher.source(),
        *(
            publisher.source(f"bad{number}", homepage=f"{root}/", entry=f"{root}/feed")
            for number, root in enumerate(f"http://{name}:{trap.port}" for name in names)
        ),
    )
    deployment.allow(publisher.host)
    counts = deployment.counts("crawl")
    assert trap.hits() == 0
    assert (counts["polled"], counts["entries_failed"]) == (1, 2)
    errors = dict(deployment.ask("select source, error from archive.entry_point where error <> ''"))
    assert errors == {
        "bad0": "127.0.0.1 is not a public address",
        "bad1": "localhost resolves to 127.0.0.1, not a public address",
    }


def test_robots_txt_is_obeyed_and_closed_when_it_cannot_be_had(
    deployment: Any, publisher: Any, publish: Callable[[str], Any]
) -> None:
    down, away, forbidding = (publish(f"127.0.3.{number}") for number in (2, 3, 4))
    down.say("/robots.txt", status=503)
    forbidding.say("/robots.txt", "User-agent: jianbao\nDisallow: /a/\n\nUser-agent: *\nAllow: /\n")
    sites = {"down": down, "away": away, "forbidding": forbidding}
    publisher.feed(*(site.article(f"/a/{name}") for name, site in sites.items()))
    deployment.register(publisher.source())
    deployment.allow(*(site.host for site in (publisher, *sites.values())))
    deployment.counts("crawl", JIANBAO_NOW="2026-11-22T06:30:00+08:00")
    told = {
        url.rpartition("/")[2]: (outcome, reason)
        for url, outcome, reason in deployment.ask("select url, outcome, reason from news.ledger")
    }
    assert told == {
        "down": ("blocked_by_robots", "robots.txt cannot be had (HTTP 503): closed for this run"),
        "away": ("pending", ""),  # It was fetched, and waits to be read.
        "forbidding": ("blocked_by_robots", "robots.txt forbids it"),
    }
    assert set(down.asked) == set(forbidding.asked) == {"/robots.txt"}
    assert sorted(away.asked) == ["/a/away", "/robots.txt"]
    # It was closed for that run only.
    down.say("/robots.txt", "")
    deployment.counts("crawl", "--force", JIANBAO_NOW="2026-11-22T09:30:00+08:00")
    assert down.asked[-1] == "/a/down"
    assert set(forbidding.asked) == {"/robots.txt"}


def test_what_was_seen_is_asked_for_on_condition(deployment: Any, publisher: Any) -> None:
    modified = "Sun, 22 Nov 2026 00:00:00 GMT"
    publisher.feed(publisher.article("/a/1"), ETag='"one"', Last_Modified=modified)
    deployment.register(publisher.source())
    deployment.allow(publisher.host)
    first, second = (deployment.counts("crawl", "--force") for _ in range(2))
    assert (first["found"], first["pages"]) == (1, 1)
    assert second == {"sources": 1, "busy": 0, "polled": 1, "errors": 0}
    before, now = publisher.headers["/feed"]
    assert "If-None-Match" not in before
    assert (now["If-None-Match"], now["If-Modified-Since"]) == ('"one"', modified)
    assert publisher.asked.count("/a/1") == 1
    assert now["User-Agent"].startswith("Jianbao/")


def test_two_crawls_at_once_share_the_sources(
    deployment: Any, publisher: Any, publish: Callable[[str], Any]
) -> None:
    another = publish("127.0.3.2")
    for site in (publisher, another):
        site.feed(site.article("/a/1"), path="/slow")
    deployment.register(
        *(
            site.source(name, entry=f"{site.root}/slow", article=f"^{site.root}/a/(.+)$")
            for name, site in (("one", publisher), ("two", another))
        )
    )
    deployment.allow(publisher.host, another.host)
    another.release.set()
    with deployment.start("crawl", "one") as first:
        publisher.until_asked("/slow")
        second = deployment.counts("crawl")
        publisher.release.set()
        first.communicate()
    assert first.returncode == 0
    assert (second["sources"], second["busy"], second["pages"]) == (1, 1, 1)
    assert publisher.asked.count("/slow") == another.asked.count("/slow") == 1
    assert deployment.ask("select count(*) from archive.page") == [(2,)]
    assert deployment.ask("select name from archive.claim") == []


def test_pages_that_go_wrong_have_their_outcomes(deployment: Any, publisher: Any) -> None:
    bomb = gzip.compress(b"<p>" + b"\0" * 20_000_000)
    with socket.socket() as closed:
        closed.bind(("127.0.3.9", 0))
        nobody = f"127.0.3.9:{closed.getsockname()[1]}"
        expected = {
            publisher.say("/a/picture", b"\x89PNG", Content_Type="image/png"): "not_article",
            publisher.say("/a/empty"): "not_article",
            publisher.say("/a/gone", status=410): "http_error",
            publisher.say("/a/large", b"x", Content_Length="9000000"): "too_large",
            publisher.say("/a/bomb", bomb, Content_Encoding="gzip"): "too_large",
            publisher.say("/a/cut", b"<p>x", Content_Length="100"): "unreachable",
            # Other schemes are not followed.
            publisher.say("/a/file", status=302, Location="file:///etc/passwd"): "http_error",
            publisher.say("/a/ftp", status=301, Location="ftp://127.0.0.1/a"): "http_error",
            publisher.say("/a/data", status=307, Location="data:text/html,<p>x"): "http_error",
            f"http://{nobody}/a/nobody": "unreachable",
            publisher.article("/a/good"): "stored",
        }
        publisher.feed(*expected)
        deployment.register(publisher.source())
        deployment.allow(publisher.host, nobody)
        deployment.counts("crawl")
    deployment.counts("extract")
    assert deployment.outcomes() == expected
