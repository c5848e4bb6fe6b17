from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.clock import BEIJING
from archive.models import FoundLink
from crawler.links.answers import DiscoveryError
from crawler.links.listings import listing
from crawler.sources.source import Source

FETCHED = datetime(2026, 3, 5, 14, 30, tzinfo=BEIJING)
BASE = "https://www.jia.example/news/index.html"
SOURCE = Source.model_validate(
    {
        "id": "jia",
        "name": "甲报",
        "homepage": "https://www.jia.example/",
        "article": r"^https?://(?:www|m)\.jia\.example/(?:a|\d{4}/\d{4})/(\d+)",
        "aliases": ["m.jia.example"],
        "entry": [{"kind": "listing", "url": BASE}],
    }
)
PAGE = """\
<!DOCTYPE html><html><head><meta charset="utf-8"><title>要闻</title></head><body>
<nav><a href="/">首页</a> <a href="/about">关于</a> <a href="javascript:void(0)">更多</a></nav>
<ul>
<li><a href="/a/1?from=list"><img src="1.png"></a>
    <h3><a href="../a/1">云岭智能发布青鸾3.0</a></h3> <span>昨天 12:30</span>
    <a href="http://m.jia.example/a/1">详细</a></li>
<li><a href="/a/2" title="沧澜半导体宣布玄鲸二代芯片量产并交付首批客户">沧澜半导体…</a>
    03-04 09:05</li>
<li><a href="/2026/0303/3.shtml">3月1日起施行的新办法</a></li>
<li><a href="/2026/0303/4.shtml">观澜数据公布季报</a> 公司成立于2012年3月1日</li>
</ul>
<div><a href="//www.jia.example/a/5"><h2>卡片标题</h2><p>一大段摘要，不是标题。</p></a></div>
<a href="https://elsewhere.example/a/9">友情链接</a><a>没有地址</a><a href="#top">顶部</a>
<a href="http://[">坏地址</a>
</body></html>
"""


def read(page: str | bytes, base: str = BASE) -> list[FoundLink]:
    return listing(page if isinstance(page, bytes) else page.encode(), base, SOURCE, FETCHED)


def test_a_listing_shows_the_source_s_articles_in_order_and_once() -> None:
    assert [link.url for link in read(PAGE)] == [
        "https://www.jia.example/a/1",
        "https://www.jia.example/a/2",
        "https://www.jia.example/2026/0303/3.shtml",
        "https://www.jia.example/2026/0303/4.shtml",
        "https://www.jia.example/a/5",
    ]


def test_the_title_is_the_longest_that_a_link_has() -> None:
    assert [link.title for link in read(PAGE)] == [
        "云岭智能发布青鸾3.0",
        "沧澜半导体宣布玄鲸二代芯片量产并交付首批客户",
        "3月1日起施行的新办法",
        "观澜数据公布季报",
        "卡片标题",
    ]


def test_the_date_is_the_one_beside_the_link_or_in_its_address() -> None:
    assert [link.published_at for link in read(PAGE)] == [
        datetime(2026, 3, 4, 12, 30, tzinfo=BEIJING),
        datetime(2026, 3, 4, 9, 5, tzinfo=BEIJING),
        datetime(2026, 3, 3, tzinfo=BEIJING),
        datetime(2026, 3, 3, tzinfo=BEIJING),
        None,
    ]


def test_an_address_of_a_day_to_come_tells_no_date() -> None:
    (link,) = read('<a href="/2099/0303/7.shtml">云岭智能发布青鸾3.0</a>')
    assert link.published_at is None


def test_a_gbk_page_that_says_it_is_utf_8_is_read() -> None:
    assert read(PAGE.encode("gbk"))[0].title == "云岭智能发布青鸾3.0"


def test_a_base_element_that_is_no_address_is_not_obeyed() -> None:
    page = '<base href="http://["><a href="/a/77">乙</a>'
    assert [link.url for link in read(page)] == ["https://www.jia.example/a/77"]


def test_a_base_element_is_obeyed() -> None:
    page = '<base href="/a/"><a href="77">乙</a>'
    assert [link.url for link in read(page)] == ["https://www.jia.example/a/77"]


@pytest.mark.parametrize("page", ["", "  ", "<p>没有链接</p>", "<!-- -->", "\x00"])
def test_a_page_without_articles_shows_none(page: str) -> None:
    assert read(page) == []


def test_a_page_of_many_megabytes_is_refused() -> None:
    with pytest.raises(DiscoveryError) as caught:
        read(b"<a>" * 2_000_000)
    assert caught.value.kind == "too_large"


def test_a_page_of_links_without_end_is_read_quickly(in_time: None) -> None:
    page = "<ul><li>" + "".join(f'<a href="/a/{n % 900}">第{n}条</a>' for n in range(8_000))
    assert len(read(page)) == 500


@pytest.mark.parametrize(
    "unit",
    ["<a href=/b/1>x</a>", "<li><a href=/a/1>x</a>", "<article><a href=/a/1>甲</a>" + "字" * 2000],
)
def test_the_worst_five_megabytes_are_read_in_time(unit: str, in_time: None) -> None:
    page = (unit * (4_999_000 // len(unit.encode()))).encode()
    read(page)


def test_cards_in_cards_are_read_in_time(in_time: None) -> None:
    cards = "".join(f"<article><a href=/a/{number}>甲</a>" for number in range(200))
    assert len(read(cards + "字" * 1_600_000)) == 200


FRAGMENTS = st.sampled_from(
    ["<a href='/a/1'>", "</a>", "<li>", "<h2>", "<base href='", "'>", "<!--", "<tr>", "昨天 12:30",
     "<a href='", "http://[", "<?xml version='1.0' encoding='gbk'?>", "<a title='", "<svg>", "&#x"]
)  # fmt: skip


@settings(deadline=None)
@given(st.binary() | st.lists(FRAGMENTS | st.text(max_size=5)).map("".join), st.text())
def test_any_bytes_are_articles_of_the_source(body: bytes | str, base: str) -> None:
    raw = body if isinstance(body, bytes) else body.encode("utf-8", "replace")
    for address in (BASE, base):
        assert all(SOURCE.matches(link.url) for link in read(raw, address))
