"""200 sources, a third of them broken in different ways: the others must not notice.

python -m benchmarks.broken_sources [--sources 200] [--pages 10] [--timeout 6] [--slower 1.3]

Two crawls of the same crowd into new archives, one after the other: all healthy, then every third
source with one of the troubles below. Each broken source must be flagged after that one crawl. The
second may take longer by --slower only, or as long as one source that never answers takes alone.
"""

import argparse
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from archive.query import ask
from benchmarks.crowd import Place, place
from crawler.pages.manners import FAILURES
from demo import scale
from demo.newsroom import Outlet
from demo.server import Newsroom
from demo.sites import HTML, Reply, Routes

_PAGE = "<html><head><meta charset='utf-8'><title>{}</title></head><body>{}</body></html>"
_CHALLENGE = _PAGE.format("安全验证", "<script>var _waftokenid='1';location.reload()</script>")
_LOGIN = _PAGE.format("会员专享", "<h1>深度报道</h1><p>本文为会员专享，订阅后可读全文。</p>")
_EMPTY = _PAGE.format("图集", "<h1>图集：展会现场</h1><p>图片加载中</p>")
_GONE = _PAGE.format("页面不存在", "<p>抱歉，您访问的文章已被删除。</p>")


class Trouble(NamedTuple):
    """A way to be broken: what every address of one part answers, and how that must be told."""

    part: str
    """`entry`, `pages` or `robots`."""
    answer: Callable[[Reply], Reply]
    told: str
    """A regular expression for 'state: reason' of the source's health."""


def _say(text: str, status: int = 200, kind: str = HTML, manner: str = "") -> Callable[..., Reply]:
    return lambda _: Reply(text.encode(), kind, status, manner=manner)


def _changed(old: bytes, new: bytes) -> Callable[[Reply], Reply]:
    return lambda reply: Reply(reply.body.replace(old, new), reply.content_type)


def _aged(reply: Reply) -> Reply:
    years = re.sub(rb"(\w{3}, \d\d \w{3} )20\d\d", rb"\g<1>2021", reply.body)
    return Reply(years, reply.content_type)


TROUBLES = {
    "feed is gone": Trouble("entry", _say("404", 404), "failing: .*404"),
    "feed has an error": Trouble("entry", _say("500", 500), "failing: .*500"),
    "feed is a page": Trouble("entry", _say(_EMPTY), "failing: .*not a feed"),
    "feed is a challenge": Trouble("entry", _say(_CHALLENGE), "failing: .*(not a feed|challenge)"),
    "feed is empty": Trouble(
        "entry", _say("<rss version='2.0'><channel></channel></rss>"), "layout: "
    ),
    "feed is slow": Trouble("entry", _say("<rss>" * 99, manner="slow"), "failing: .*in time"),
    "feed has no end": Trouble(
        "entry", _say("<rss>" * 99, manner="endless"), "failing: .*(large|in time)"
    ),
    "feed is old": Trouble("entry", _aged, "silent: "),
    "addresses have changed": Trouble("entry", _changed(b"/n/", b"/story/"), "layout: .*pattern"),
    "robots.txt forbids": Trouble(
        "robots", _say("User-agent: *\nDisallow: /\n", kind="text/plain"), "failing: .*robots"
    ),
    "robots.txt has an error": Trouble("robots", _say("503", 503), "failing: .*robots.*503"),
    "pages are challenges": Trouble("pages", _say(_CHALLENGE), "blocked: .*challenge"),
    "pages are forbidden": Trouble("pages", _say("403", 403), "blocked: .*http_error"),
    "pages have errors": Trouble("pages", _say("500", 500), "blocked: .*http_error"),
    "pages want a login": Trouble("pages", _say(_LOGIN), "(blocked|layout): .*paywalled"),
    "pages are empty": Trouble("pages", _say(_EMPTY), "layout: .*(too_short|extraction)"),
    "pages are gone": Trouble("pages", _say(_GONE), "(layout|blocked): .*gone"),
    "pages are slow": Trouble("pages", _say("<p>" * 99, manner="slow"), "blocked: .*timeout"),
}


def _troubled(make: Callable[[], Reply], answer: Callable[[Reply], Reply]) -> Reply:
    return answer(make())


class Broken(Newsroom):
    """A crowd of which every third outlet has a trouble."""

    def routes(self, address: str) -> Routes:
        routes = super().routes(address)
        outlet = self._outlets[address]
        if not (name := trouble(outlet)):
            return routes
        part, answer, _ = TROUBLES[name]
        paths = {
            "entry": {outlet.entry},
            "robots": {"/robots.txt"},
            "pages": {path for path in routes if path.startswith("/n/")},
        }[part]
        return {
            path: partial(_troubled, make, answer) if path in paths else make
            for path, make in routes.items()
        }


def trouble(outlet: Outlet) -> str:
    """The outlet's trouble; empty if it is healthy."""
    third, rest = divmod(outlet.number, 3)
    return "" if rest else list(TROUBLES)[third % len(TROUBLES)]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sources", type=int, default=200)
    options.add_argument("--pages", type=int, default=10)
    options.add_argument("--timeout", type=int, default=6)
    options.add_argument("--slower", type=float, default=1.3)
    given = options.parse_args()
    timeout = str(given.timeout)
    load = os.getloadavg()[0]
    with place(given.sources, given.pages, CRAWL_TIMEOUT=timeout) as here:
        usual = crawl(here)
    with place(given.sources, given.pages, broken, CRAWL_TIMEOUT=timeout) as here:
        seconds = crawl(here)
        missing = given.pages * len(healthy(here)) - arrived(here)
        wrong = misjudged(here)
        alarms = false_alarms(here)
    # A host is left alone after so many failures in a row; nobody else waits for it.
    goal = given.slower * max(usual, FAILURES * given.timeout)
    bad = sum(bool(trouble(outlet)) for outlet in here.crowd.outlets)
    n = f"n={given.sources} sources, {bad} broken in {len(TROUBLES)} ways"
    print(f"healthy articles missing   {missing:6d}    goal 0       {n}")
    print(f"broken, not so flagged     {sum(wrong.values()):6d}    goal 0       {n}")
    print(f"healthy, flagged           {alarms:6d}    goal 0       {n}")
    print(f"seconds                    {seconds:6.0f}    goal <= {goal:.0f}  "
          f"{seconds / usual:.2f} x the {usual:.0f} of all healthy, timeout {timeout}")  # fmt: skip
    print(f"machine                    {os.cpu_count()} cores, load {load:.1f} before")
    for told, count in wrong.items():
        sys.stderr.write(f"{count} x {told}\n")
    return int(bool(missing or wrong or alarms) or seconds > goal)


def broken(crowd: scale.Crowd) -> Newsroom:
    return Broken(crowd.today, crowd=crowd)


def crawl(here: Place) -> float:
    """One crawl and what it needs to be judged; the seconds of the crawl."""
    began = time.monotonic()
    here.run("crawl", "--force")
    seconds = time.monotonic() - began
    here.run("extract")
    return seconds


def healthy(here: Place) -> list[str]:
    return [outlet.id for outlet in here.crowd.outlets if not trouble(outlet)]


def arrived(here: Place) -> int:
    """How many articles of healthy sources are there."""
    known = set(healthy(here))
    rows = ask(here.url, "select source from ledger where outcome = 'stored'").rows
    return sum(row[0] in known for row in rows)


def told(here: Place) -> dict[str, str]:
    """'state: reason' of every source; now, because a demo's clock stands where it was made."""
    rows = ask(here.url, "select id, state, why from source_health(now())").rows
    return {str(name): f"{state}: {why}" for name, state, why in rows}


def misjudged(here: Place) -> Counter[str]:
    """Broken sources whose flag does not say what is wrong."""
    said = told(here)
    return Counter(
        f"{name}: told {said[outlet.id]!r}, not {TROUBLES[name].told!r}"
        for outlet in here.crowd.outlets
        if (name := trouble(outlet)) and not re.match(TROUBLES[name].told, said[outlet.id])
    )


def false_alarms(here: Place) -> int:
    said = told(here)
    return sum(not said[name].startswith(("ok", "learning")) for name in healthy(here))


if __name__ == "__main__":
    sys.exit(main())
