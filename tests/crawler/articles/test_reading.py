"""What became of links whose pages are no articles, told by how the pages came."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from crawler.articles.verdict import CHALLENGE_REST

NOON = "2026-11-22T12:00:00+08:00"
LEDGER = (
    "select regexp_replace(url, '^http://[^/]+', ''), outcome, reason, retry_at - decided_at"
    " from news.ledger order by id"
)
SCRIPT = "<html><script src='/probe.js'>go()</script></html>"
WALL = "<html><title>405</title><p>很抱歉，您的访问被阻断。</p></html>"
TEMPLATE = (
    "<html><title>云上科技报</title><h1>云上科技报</h1><p>编辑部设在江城，每个工作日出三版，"
    "周末出一版，读者可以写信、打电话，也可以到楼下的接待室来坐一坐，喝一杯热茶。</p></html>"
)
LEAD = (
    "云岭智能今天在江城发布了第三代大模型，并把调用价格下调三成，首批客户有十二家医院和三家银行。"
)
ASIDE = "砺石资本昨天宣布完成新一期基金的募集，规模为三十亿元，主要投向机器人与自动驾驶。"

Ledger = dict[str, tuple[str, str, timedelta | None]]


@pytest.fixture
def crawled(deployment: Any, publisher: Any) -> Callable[..., Ledger]:
    """Announces these addresses in a feed, crawls and reads them."""

    def crawl(**titles: str) -> Ledger:
        entries = "".join(
            f"<item><link>{publisher.root}/a/{name}</link><title>{title}</title></item>"
            for name, title in titles.items()
        )
        publisher.say("/feed", f"<rss version='2.0'><channel>{entries}</channel></rss>")
        deployment.register(publisher.source())
        deployment.allow(publisher.host)
        deployment.counts("crawl", "--force", JIANBAO_NOW=NOON)
        deployment.counts("extract", JIANBAO_NOW=NOON)
        return {path: tuple(rest) for path, *rest in deployment.ask(LEDGER)}

    return crawl


def test_an_address_that_leads_home_is_gone_unless_its_article_is_there(
    publisher: Any, crawled: Callable[..., Ledger]
) -> None:
    publisher.article("/", "云岭智能发布青鸾三代大模型")
    for name in ("x30018", "x30019"):
        publisher.say(f"/a/{name}", status=302, Location="/")
    ledger = crawled(x30018="湖区数据中心改用风冷", x30019="云岭智能发布青鸾三代大模型")
    assert ledger["/a/x30018"][:2] == ("gone", f"its address leads to {publisher.root}/")
    assert ledger["/a/x30019"][:2] == ("stored", "")


def test_a_page_that_three_links_gave_is_no_article(
    publisher: Any, crawled: Callable[..., Ledger]
) -> None:
    for name in ("a", "b", "c"):
        publisher.say(f"/a/{name}", TEMPLATE)
    publisher.article("/a/good")
    ledger = crawled(a="风冷机房省电", b="无人车夜间上路", c="医院试用新模型", good="青鸾三代")
    expected = ("gone", "3 links of its source gave this same page", None)
    assert [ledger[f"/a/{name}"] for name in "abc"] == [expected] * 3
    assert ledger["/a/good"][0] == "stored"


def test_two_links_with_the_same_page_are_two_articles(
    publisher: Any, crawled: Callable[..., Ledger]
) -> None:
    for name in ("a", "b"):
        publisher.say(f"/a/{name}", TEMPLATE)
    assert {found[0] for found in crawled(a="风冷机房", b="无人车").values()} == {"stored"}


def test_a_challenge_is_known_by_status_and_left_alone_for_six_hours(
    publisher: Any, crawled: Callable[..., Ledger], deployment: Any
) -> None:
    publisher.say("/a/probe", SCRIPT, status=202)
    publisher.say("/a/packed", SCRIPT, status=412)
    publisher.say("/a/wall", WALL, status=405)
    publisher.say("/a/plain", "<html><p>拒绝访问</p></html>", status=403)
    ledger = crawled(probe="一", packed="二", wall="三", plain="四")
    alone = "nothing but a script, with HTTP"
    assert ledger == {
        "/a/probe": ("challenge_page", f"{alone} 202", CHALLENGE_REST),
        "/a/packed": ("challenge_page", f"{alone} 412", CHALLENGE_REST),
        "/a/wall": ("challenge_page", "the page says 很抱歉，您的访问被阻断。", CHALLENGE_REST),
        "/a/plain": ("http_error", "HTTP 403", None),
    }
    assert deployment.ask("select count(*) from archive.article") == [(0,)]


def test_a_page_is_read_by_its_sources_selectors(deployment: Any, publisher: Any) -> None:
    title = "云岭智能发布第三代大模型"
    body = f"<div class='txt'><p>{LEAD}</p><p>{LEAD[::-1]}</p></div><div><p>{ASIDE}</p></div>"
    page = f"<html><head><title>{title}</title></head><body><h1>{title}</h1>{body}</body></html>"
    publisher.feed(publisher.say("/a/1", page))
    deployment.allow(publisher.host)
    deployment.register(publisher.source() + "\n[source.selectors]\nbody = '.txt'\n")
    deployment.counts("crawl")
    deployment.counts("extract")
    assert deployment.ask("select text from news.articles") == [(f"{LEAD}\n{LEAD[::-1]}",)]
