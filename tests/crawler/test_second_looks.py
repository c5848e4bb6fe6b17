"""Stored articles are looked at again: ever more seldom, after what is new, within a budget."""

from collections.abc import Callable
from typing import Any

import pytest

Stored = Callable[..., list[str]]
FIRST = "15:06"
"""Its first second look is due: all that the publisher has is from 09:05 of the 21st."""
KEPT = "select flags, account, returned_at is not null from news.revisions order by number"


def at(hour: str, day: int = 21) -> dict[str, str]:
    return {"JIANBAO_NOW": f"2026-11-{day}T{hour}:00+08:00"}


@pytest.fixture
def stored(deployment: Any, publisher: Any) -> Stored:
    """Stores so many articles at 09:30; their paths."""

    def store(count: int = 1, **headers: str) -> list[str]:
        paths = [f"/a/{number}" for number in range(count)]
        addresses = [publisher.article(path, f"云岭智能发布青鸾{path[3:]}号") for path in paths]
        for path in paths:
            publisher.answers[path] = publisher.answers[path]._replace(headers=headers)
        publisher.feed(*addresses)
        deployment.register(publisher.source())
        deployment.allow(publisher.host)
        crawl(deployment, publisher, **at("09:30"))
        return paths

    return store


def crawl(deployment: Any, publisher: Any, **settings: str) -> tuple[list[str], int]:
    """Crawl, and read what came; the articles that were asked for, and the second looks."""
    publisher.asked.clear()
    counts = deployment.counts("crawl", **settings)
    if counts.get("pages"):
        deployment.counts("extract", **settings)
    return [path for path in publisher.asked if path.startswith("/a/")], counts.get("looks", 0)


def test_a_look_finds_a_correction_that_no_entry_point_shows(
    deployment: Any, publisher: Any, stored: Stored
) -> None:
    (path,) = stored()
    body = publisher.answers[path].body
    publisher.say(path, body.decode().replace("十二家", "十五家"))
    assert crawl(deployment, publisher, **at(FIRST)) == ([path], 1)
    ((flags, account, _),) = deployment.ask(KEPT)
    assert (flags, account[:15]) == (["number"], "数字由十二家改为十五家；正文改")


def test_an_unchanged_page_is_not_sent_again(
    deployment: Any, publisher: Any, stored: Stored
) -> None:
    said = {"ETag": '"1"', "Last-Modified": "Sat, 21 Nov 2026 01:05:00 GMT"}
    (path,) = stored(**said)
    for day in (22, 24):
        assert crawl(deployment, publisher, **at("09:06", day)) == ([path], 1)
    for asked in publisher.headers[path][1:]:
        assert (asked["If-None-Match"], asked["If-Modified-Since"]) == tuple(said.values())
    assert deployment.ask("select attempts from news.ledger") == [(1,)]


def test_a_page_vanishes_and_comes_back(deployment: Any, publisher: Any, stored: Stored) -> None:
    (path,) = stored(ETag='"1"')
    there = publisher.answers[path]
    for day, answer, kept in (
        (22, there._replace(status=503, headers={}), []),
        (
            24,
            there._replace(status=404, headers={}),
            [(["vanished"], "原页面消失（HTTP 404）", False)],
        ),
        (28, there, [(["vanished"], "原页面消失（HTTP 404）", True)]),
    ):
        publisher.answers[path] = answer
        assert set(crawl(deployment, publisher, **at("09:06", day))[0]) == {path}
        assert deployment.ask(KEPT) == kept
        assert deployment.outcomes() == {publisher.root + path: "stored"}


PAGES = (
    "<title>页面不存在</title><h1>页面不存在</h1><p>抱歉，您访问的页面不存在。</p>",
    "<title>安全验证</title><p>请完成验证</p><script>document.cookie='a';location.reload()</script>",
    "<title>青鸾</title><p>剩余82%的内容未读</p>",
)


def test_a_page_that_says_it_is_gone_has_vanished_one_that_is_closed_has_not(
    deployment: Any, publisher: Any, stored: Stored
) -> None:
    paths = stored(3)
    for path, page in zip(paths, PAGES, strict=True):
        publisher.say(path, f"<html>{page}</html>")
    crawl(deployment, publisher, **at(FIRST))
    assert deployment.ask(
        "select url from news.articles where vanished_at is not null"
        " and id in (select id from news.revisions)"
    ) == [(publisher.root + paths[0],)]
    assert set(deployment.outcomes().values()) == {"stored"}


def test_looks_have_a_budget_and_come_after_what_is_new(
    deployment: Any, publisher: Any, stored: Stored
) -> None:
    paths = stored(6)
    new = [f"/a/new{number}" for number in range(7)]
    budget = {"CRAWL_ARTICLES_PER_SOURCE": "8"}
    # A quarter of eight.
    first, count = crawl(deployment, publisher, **at(FIRST), **budget)
    assert (len(set(first) & set(paths)), count) == (2, 2)
    publisher.feed(*map(publisher.article, new))
    asked, count = crawl(deployment, publisher, **at("20:00"), **budget)
    # Seven of eight are new.
    assert (set(asked[:7]), len(asked), count) == (set(new), 8, 1)
    assert not set(asked) & set(first)


def test_looks_ask_robots_txt_and_resting_hosts_as_all_requests_do(
    deployment: Any, publisher: Any, stored: Stored
) -> None:
    stored()
    publisher.say("/robots.txt", "User-agent: *\nDisallow: /a/\n")
    assert crawl(deployment, publisher, **at(FIRST)) == ([], 1)
    publisher.answers.pop("/robots.txt")
    publisher.say("/feed", status=429, Retry_After="1800")
    assert crawl(deployment, publisher, **at("09:06", 22)) == ([], 0)
    assert deployment.ask(KEPT) == []
    # It is still due.
    publisher.feed()
    assert crawl(deployment, publisher, **at("09:50", 22)) == (["/a/0"], 1)


def test_two_workers_look_once(deployment: Any, publisher: Any, stored: Stored) -> None:
    paths = stored(5)
    publisher.asked.clear()
    workers = [deployment.start("crawl", "--force", **at(FIRST)) for _ in range(2)]
    for worker in workers:
        worker.communicate()
    asked = [path for path in publisher.asked if path.startswith("/a/")]
    assert sorted(asked) == paths


def test_a_text_from_the_feed_is_not_looked_at(deployment: Any, publisher: Any) -> None:
    said = "".join(
        f"&lt;p&gt;第{n}批大模型客户有十二家医院，价格下调三成。&lt;/p&gt;" for n in range(9)
    )
    publisher.say(
        "/feed",
        "<rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel><item>"
        f"<title>云岭智能发布大模型</title><link>{publisher.root}/a/1</link>"
        f"<content:encoded>{said}</content:encoded></item></channel></rss>",
    )
    deployment.register(publisher.source(read="feed"))
    deployment.allow(publisher.host)
    crawl(deployment, publisher, **at("09:30"))
    assert deployment.outcomes() == {publisher.root + "/a/1": "stored"}
    assert crawl(deployment, publisher, **at("09:00", 23)) == ([], 0)
