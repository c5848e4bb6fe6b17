"""`jianbao sources check` against publishers that are broken, each in its own way."""

import asyncio
import json
import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count, takewhile
from typing import Any

import pytest

from crawler.sources import registry
from crawler.sources.checking import check, silence

NOW = "2026-11-22T06:30:00+08:00"
CHALLENGE = "<title>安全验证</title><script>document.cookie='a=1';location.reload()</script>"
SENTENCE = "云岭智能今天在江城发布了第三代大模型，并把调用价格下调三成，首批客户有十二家医院。"


def page(text: str, date: str = "2026-11-21 09:05") -> str:
    title = "云岭智能发布青鸾三代大模型"
    return f"<html><title>{title}</title><h1>{title}</h1><p>{date}</p><p>{text}</p></html>"


def dated(address: str, day: str) -> str:
    entry = f"<item><link>{address}</link><pubDate>{day}</pubDate></item>"
    return f"<rss version='2.0'><channel>{entry}</channel></rss>"


class Press:
    """Opens publishers, each with a source of its name in the registry."""

    def __init__(self, bare: Any, publish: Callable[[str], Any]) -> None:
        self._bare, self._publish, self._numbers = bare, publish, count(1)
        self._sources: list[str] = []
        self._hosts: list[str] = []

    def open(self, name: str, kind: str = "feed", **changes: str) -> Any:
        site = self._publish(f"127.0.4.{next(self._numbers)}")
        source = site.source(name, **changes)
        self._sources.append(source.replace("kind = 'feed'", f"kind = '{kind}'"))
        self._hosts.append(site.host)
        return site

    def register(self) -> None:
        self._bare.register(*self._sources)
        self._bare.allow(*self._hosts)


@pytest.fixture
def press(bare: Any, publish: Callable[[str], Any]) -> Press:
    bare.environment |= {"JIANBAO_NOW": NOW, "COLUMNS": "80"}
    return Press(bare, publish)


def checked(bare: Any, *ids: str) -> tuple[int, dict[str, dict[str, Any]]]:
    code, out, err = bare.run("sources", "check", "--json", *ids)
    assert "Traceback" not in err
    return code, {each["id"]: each for each in json.loads(out)}


def test_every_way_of_being_broken_has_its_verdict(bare: Any, press: Press) -> None:
    expected = {}

    def broken(name: str, verdict: str, kind: str = "feed", **changes: str) -> Any:
        expected[name] = verdict
        return press.open(name, kind, **changes)

    def with_article(name: str, verdict: str, body: str | bytes, **answer: Any) -> None:
        site = broken(name, verdict)
        site.feed(site.say("/a/1", body, **answer))

    site = broken("healthy", "ok")
    site.feed(site.article("/a/1"))
    with_article("lying_charset", "ok", page(SENTENCE * 2).encode("gbk"),
                 Content_Type="text/html; charset=utf-8")  # fmt: skip
    broken("gone", "http_error").say("/feed", status=404)
    broken("refused", "http_error").say("/feed", status=403)
    broken("limited", "rate_limited").say("/feed", status=429)
    broken("html", "wrong_kind").say("/feed", page(SENTENCE))
    broken("challenge", "challenge_page").say("/feed", CHALLENGE)
    broken("wall", "challenge_page").say("/feed", CHALLENGE, status=412)
    broken("empty", "empty").feed()
    site = broken("frozen", "stale")
    site.say("/feed", dated(site.article("/a/1"), "Sat, 18 Oct 2025 09:00:00 +0800"))
    broken("redesigned", "layout").feed("http://127.0.4.1/news/1", "http://127.0.4.1/news/2")
    site = broken("redesigned_list", "layout", "listing")
    titles = (f"<a href='/new/{n}'>云岭智能发布第{n}代大模型</a>" for n in range(1, 8))
    site.say("/feed", "".join(titles))
    broken("script", "empty", "listing").say("/feed", "<div id=app></div><script>1</script>")
    site = broken("forbidding", "blocked_by_robots")
    site.say("/robots.txt", "User-agent: *\nDisallow: /feed\n")
    broken("closed", "blocked_by_robots").say("/robots.txt", status=503)
    broken("away", "unreachable", entry="http://127.0.5.1:9/feed")
    broken("slow", "timeout").say("/feed", status=302, Location="/slow")
    broken("inward", "blocked_address").say("/feed", status=302, Location="http://127.0.0.1:9/feed")
    broken("circle", "redirect_loop").say("/feed", status=302, Location="/feed")
    broken("huge", "too_large").say("/feed", b"<rss>" + b" " * 5_000_001)
    with_article("short", "too_short", page("详见图片。"))
    with_article("paid", "paywalled", page("云岭智能今天发布了大模型。</p><p>订阅后可读全文"))
    with_article("damaged", "garbled", page(SENTENCE * 2).encode().replace("，".encode(), b"\xff"))
    with_article("timeless", "undated", page(SENTENCE * 2, date=""))
    with_article("old", "stale", page(SENTENCE * 2, date="2025-10-18 09:05"))
    with_article("dead_links", "http_error", "", status=404)
    with_article("inward_article", "blocked_address", "", status=301, Location="http://[::1]/")

    press.register()
    bare.environment["JIANBAO_ALLOW"] += ",127.0.5.1:9"
    bare.environment["CRAWL_TIMEOUT"] = "10"

    code, found = checked(bare)
    assert {name: each["verdict"] for name, each in found.items()} == expected
    assert code == 1
    findings = [part for each in found.values() for part in (*each["entries"], each["article"])]
    for part in filter(None, findings):
        assert (part["verdict"] == "ok") == (not part["problem"]) == (not part["fix"])
    assert found["healthy"]["article"]["characters"] > 50
    assert found["lying_charset"]["article"]["title"] == "云岭智能发布青鸾三代大模型"
    assert found["frozen"]["entries"][0]["published"] == "2025-10-18T09:00+08:00"
    assert "399 days" in found["frozen"]["entries"][0]["problem"]
    assert "/new/1" in found["redesigned_list"]["entries"][0]["problem"]
    assert "robots" not in found["away"]["entries"][0]["problem"]


def test_a_healthy_source_ends_with_nought_and_is_asked_politely(bare: Any, press: Press) -> None:
    site = press.open("healthy", read="feed")
    site.say("/robots.txt", "User-agent: *\nCrawl-delay: 120\n")
    site.feed(site.article("/a/2"), site.article("/a/1"))
    press.register()
    code, found = checked(bare)
    assert code == 0
    assert site.asked == ["/robots.txt", "/feed", "/a/2"]
    (entry,) = found["healthy"]["entries"]
    assert (entry["links"], entry["articles"], entry["crawl_delay"]) == (2, 2, 120)


def test_full_text_in_the_feed_needs_no_page(bare: Any, press: Press) -> None:
    site = press.open("full", read="feed")
    content = f"<content:encoded><![CDATA[<p>{SENTENCE * 2}</p>]]></content:encoded>"
    day = "<pubDate>Sat, 21 Nov 2026 09:00:00 +0800</pubDate><title>云岭智能发布大模型</title>"
    site.say(
        "/feed",
        "<rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel>"
        f"<item><link>{site.root}/a/1</link>{day}{content}</item></channel></rss>",
    )
    press.register()
    code, found = checked(bare)
    assert (code, found["full"]["article"]["characters"]) == (0, len(SENTENCE * 2))
    assert "/a/1" not in site.asked


def test_one_bad_article_does_not_condemn_a_source(bare: Any, press: Press) -> None:
    site = press.open("video_first")
    site.feed(site.say("/a/1", page("视频")), site.article("/a/2"))
    press.register()
    code, found = checked(bare)
    assert (code, found["video_first"]["article"]["url"]) == (0, f"{site.root}/a/2")


def test_the_sitemaps_of_an_index_are_followed(bare: Any, press: Press) -> None:
    site = press.open("index", "sitemap")
    nested = site.say("/news.xml", f"<urlset><url><loc>{site.article('/a/1')}</loc></url></urlset>")
    site.say("/feed", f"<sitemapindex><sitemap><loc>{nested}</loc></sitemap></sitemapindex>")
    press.register()
    code, found = checked(bare)
    (entry,) = found["index"]["entries"]
    assert (code, entry["url"], entry["articles"]) == (0, f"{site.root}/feed", 1)


def test_people_read_a_table_of_eighty_columns_and_what_to_fix(bare: Any, press: Press) -> None:
    site = press.open("healthy")
    site.feed(site.article("/a/1"))
    press.open("gone").say("/feed", status=404)
    press.register()
    _, out, err = bare.run("sources", "check")
    table, fixes = out.split("\n\n")
    assert [line.split()[:3] for line in table.splitlines()] == [
        ["id", "name", "verdict"],
        ["healthy", "云上科技报", "ok"],
        ["gone", "云上科技报", "http_error"],
    ]
    assert fixes.splitlines()[0] == "gone 云上科技报: http_error"
    assert "HTTP 404: moved or gone" in fixes
    assert max(map(len, out.splitlines())) <= 80
    assert "Checking 2 sources" in err
    named = bare.run("sources", "check", "healthy")[1]
    assert "1 links, 1 articles" in named
    assert "2026-11-21 09:05" in named
    assert "云岭智能发布青鸾三代大模型" in named


def test_without_a_network_one_line_says_so(bare: Any, press: Press) -> None:
    for name in ("one", "two"):
        root = f"https://{name}.invalid"
        press.open(name, homepage=f"{root}/", entry=f"{root}/feed")
    press.register()
    code, out, err = bare.run("sources", "check")
    assert (code, out, err) == (
        1,
        "",
        "None of the sources answers: is this machine online?\n",
    )
    assert "cannot be resolved" in bare.run("sources", "check", "one")[1]


def test_an_interrupt_tells_what_is_known_so_far(bare: Any, press: Press) -> None:
    good, slow = press.open("good"), press.open("hanging")
    good.feed(good.article("/a/1"))
    slow.say("/feed", status=302, Location="/slow")
    press.register()
    with bare.start("sources", "check", "--json") as process:
        slow.until_asked("/slow")
        # Its progress says when the good one has been read.
        said = list(takewhile(lambda line: "1 to go: hanging" not in line, process.stderr))
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    assert (process.returncode, "Traceback" in err) == (1, False), [*said, err]
    verdicts = {each["id"]: each["verdict"] for each in json.loads(out)}
    assert verdicts == {"good": "ok", "hanging": "unfinished"}


def test_a_source_has_only_so_long() -> None:
    source = registry.load()[0]

    async def never(url: str, **how: Any) -> Any:
        await asyncio.Event().wait()

    found = asyncio.run(check(source, never, datetime.now(UTC), 0.05))
    assert found.verdict == "unfinished"
    assert "0.05 seconds" in found.findings[0].problem


@pytest.mark.parametrize(
    ("gap", "count", "limit"),
    [
        (timedelta(hours=1), 20, timedelta(hours=48)),
        (timedelta(days=1), 20, timedelta(days=3)),
        (timedelta(days=7), 5, timedelta(days=14)),
        (timedelta(days=7), 1, timedelta(days=14)),
    ],
)
def test_how_long_a_source_may_be_silent_depends_on_its_pace(
    gap: timedelta, count: int, limit: timedelta
) -> None:
    newest = datetime(2026, 11, 22, tzinfo=UTC)
    assert silence([newest - gap * number for number in range(count)]) == limit
