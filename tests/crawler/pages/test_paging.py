"""Where an article goes on, and where it does not."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.models import Page
from archive.pages import MAX_BYTES
from crawler.pages import paging
from crawler.pages.paging import WHOLE, Continuation, next_page, number
from crawler.sources.source import Entry, Source

NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)
ROOT = "https://keji.example"
FIRST = f"{ROOT}/2026/1121/813.html"


def page(url: str, markup: str = "") -> Page:
    return Page(1, url, f"<body><p>正文</p>{markup}</body>".encode(), NOON)


def after(*markup: str, urls: tuple[str, ...] = (), first: str = FIRST) -> Continuation | None:
    """Where pages go on whose markup this is, at 813.html, 813_2.html …"""
    numbered = (first, *(first.replace(".html", f"_{n}.html") for n in range(2, 20)))
    pages = [page(url, each) for url, each in zip(urls or numbered, markup, strict=False)]
    return next_page(pages, None)


def source(pattern: str) -> Source:
    entry = Entry(kind="feed", url=f"{ROOT}/feed")
    return Source(id="keji", name="科技", homepage=ROOT, article=pattern, entry=(entry,))


@pytest.mark.parametrize(
    ("first", "href"),
    [
        ("/2026/1121/813.html", "813_2.html"),
        ("/2026/1121/813.html", "/2026/1121/813-2.html"),
        ("/2026/1121/813.html", "//keji.example/2026/1121/813_p2.html"),
        ("/2026/1121/813.html", "?page=2"),
        ("/2026/1121/813.html", "813_2.html?utm_source=x#top"),
        ("/n1/c1004-40012345.html", "c1004-40012345-2.html"),
        ("/content_813.htm", "content_813_2.htm"),
        ("/2026/11/qingluan/", "/2026/11/qingluan/2/"),
        ("/2026/11/qingluan", "/2026/11/qingluan/2"),
        ("/story?sid=813", "?sid=813&amp;page=2"),
        ("/story?sid=813&page=1", "?sid=813&page=2"),
    ],
)
@pytest.mark.parametrize(
    "words", ["下一页", "下 页", "余下全文", "阅读全文", "[2]", "第2页：价格", "»"]
)
def test_the_next_page_is_known_by_its_address_and_its_words(
    first: str, href: str, words: str
) -> None:
    found = after(f'<a href="{href}">{words}</a>', first=ROOT + first)
    assert found
    assert found.pages == 2


@pytest.mark.parametrize(
    "anchor",
    [
        '<a rel="next" href="813_2.html"></a>',
        '<link rel="next" href="813_2.html">',
        '<a title="下一页" href="813_2.html"></a>',
        '<a href="813_2.html"><img alt="下一页" src="x.gif"></a>',
        '<base href="https://keji.example/2026/1121/"><a href="./813_2.html">下一页</a>',
    ],
)
def test_the_words_may_stand_elsewhere(anchor: str) -> None:
    assert after(anchor) == Continuation(f"{ROOT}/2026/1121/813_2.html", 2)


@pytest.mark.parametrize(
    "anchor",
    [
        '<a href="814.html">下一页</a>',  # The next article.
        '<a href="814.html">下一篇</a>',
        '<a href="813_2.html">下一篇：价格再降</a>',
        '<a href="813_2.html">相关报道</a>',  # Its address alone does not do.
        '<a href="813_3.html">下一页</a>',
        '<a href="813.html">下一页</a>',
        '<a href="813.html?page=1">1</a>',
        '<a href="#page2">下一页</a>',
        '<a href="8130_2.html">下一页</a>',
        '<a href="/2026/1120/813_2.html">下一页</a>',
        '<a href="https://other.example/2026/1121/813_2.html">下一页</a>',
        '<a href="813_2.html">2条评论</a>',
        '<a href="813_2.html#comments">2</a>',
        '<div class="comment-pages"><a href="?page=2">2</a></div>',
        '<a href="/list_2.html">下一页</a>',  # The list it is in.
        '<a href="/list?page=2">下一页</a>',
        '<a href="?page=2&amp;sort=new">下一页</a>',
        '<a href="813_2.html">上一页</a>',
        '<a href="813_20261121.html">下一页</a>',
        '<a href="javascript:next(2)">下一页</a>',
        '<a href="http://[813_2.html">下一页</a>',
        "",
    ],
)
def test_other_links_lead_to_no_next_page(anchor: str) -> None:
    assert after(anchor) is None


def test_each_page_leads_to_the_next_and_the_last_to_none() -> None:
    bar = "".join(f'<a href="813_{n}.html">{n}</a>' for n in (2, 3, 4))
    first = '<a href="813.html">1</a>'
    last = '<a href="813.html">1</a><a href="813_2.html">下一页</a><a href="813_3.html">3</a>'
    assert after(bar) == Continuation(f"{ROOT}/2026/1121/813_2.html", 4)
    assert after(bar, first + bar) == Continuation(f"{ROOT}/2026/1121/813_3.html", 4)
    assert after(bar, first + bar, first + bar) == Continuation(f"{ROOT}/2026/1121/813_4.html", 4)
    assert after(bar, bar, bar, last) is None


def test_pages_may_be_counted_from_zero() -> None:
    second, third = (f'<a href="813_{n}.html">下一页</a>' for n in (1, 2))
    ends = '<a href="813_2.html">尾页</a>'
    urls = (FIRST, f"{ROOT}/2026/1121/813_1.html", f"{ROOT}/2026/1121/813_2.html")
    assert after(second + ends) == Continuation(urls[1], 3)
    assert after(second, third, urls=urls) == Continuation(urls[2], 3)
    assert after(second, third, second, urls=urls) is None


def test_a_bar_may_be_written_by_script() -> None:
    def bar(index: int) -> str:
        return f"<script>createPageHTML(3, {index}, 't813', 'shtml');</script>"

    first = f"{ROOT}/202611/t813.shtml"
    urls = (first, f"{ROOT}/202611/t813_1.shtml", f"{ROOT}/202611/t813_2.shtml")
    assert after(bar(0), urls=urls) == Continuation(urls[1], 3)
    assert after(bar(0), bar(1), urls=urls) == Continuation(urls[2], 3)
    assert after(bar(0), bar(1), bar(2), urls=urls) is None
    assert after(bar(0).replace("3,", "1,"), urls=urls) is None
    assert after(bar(0).replace("t813", "index"), urls=urls) is None


def test_one_page_with_all_of_it_is_preferred() -> None:
    both = '<a href="813_2.html">下一页</a><a href="813_all.html">阅读全文</a>'
    whole = Page(1, f"{ROOT}/2026/1121/813_all.html", both.encode(), NOON)
    assert after(both) == Continuation(whole.url, 2)
    assert after('<a href="?page=all">单页阅读</a>') == Continuation(f"{FIRST}?page=all", 2)
    assert next_page([page(FIRST, both), whole], None) is None
    assert next_page([page(FIRST, both)], None, whole=False) == Continuation(
        f"{ROOT}/2026/1121/813_2.html", 2
    )
    assert after('<a href="813_all.html">广告</a>') is None
    assert paging.is_whole(whole, page(FIRST))
    assert not paging.is_whole(page(FIRST.replace("813", "813_2")), page(FIRST))


@pytest.mark.parametrize(
    ("pattern", "follows"),
    [
        (r"^https?://[^/]+/\d+/\d+/(\d+)(?:_\d+)?\.html", True),
        (r"^https?://[^/]+/\d+/\d+/(\d+)\.html", True),  # It knows no further pages.
        (r"^https?://[^/]+/\d+/\d+/(\w+)\.html", False),  # 813_2 is another article.
    ],
)
def test_the_source_decides_what_is_the_same_article(pattern: str, follows: bool) -> None:
    first = page(FIRST, '<a href="813_2.html">下一页</a>')
    assert (next_page([first], source(pattern)) is not None) == follows


def test_a_page_in_an_old_encoding_is_read_too() -> None:
    old = "<p>大模型</p><a href='813_2.html'>下一页</a>".encode("gbk")
    assert next_page([Page(1, FIRST, old, NOON)], None)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (FIRST, None),
        (f"{ROOT}/2026/1121/813_02.html", 2),
        (f"{ROOT}/2026/1121/813_all.html", WHOLE),
        (f"{ROOT}/2026/1121/813_100.html", None),
        (f"{ROOT}/2026/1121/813/2", None),
        (f"{FIRST}?p=3", 3),
        (f"{FIRST}?id=3", None),
    ],
)
def test_numbers_of_pages(url: str, expected: int | None) -> None:
    assert number(url, FIRST) == expected


def test_what_does_not_go_on_has_a_reason() -> None:
    first, second = page(FIRST), page(FIRST.replace("813", "813_2"), "<p>二</p>")
    large = Page(1, FIRST.replace("813", "813_3"), b"x" * MAX_BYTES, NOON)
    moved = page(f"{ROOT}/404.html", "<p>没有</p>")
    again = page(FIRST.replace("813", "813_2"))
    assert paging.problem([first], second) == ""
    assert paging.problem([first], moved) == "page 2 leads elsewhere"
    assert paging.problem([first], again) == "page 2 repeats an earlier one"
    assert paging.problem([first, second], large) == "together they are larger than is kept"


@given(st.binary(max_size=200), st.sampled_from([FIRST, f"{ROOT}/", f"{ROOT}/story?sid=1"]))
def test_no_bytes_are_too_strange(body: bytes, url: str) -> None:
    for around in (
        b"<a href='813_2.html'>%s</a>",
        b"%s<a href='?page=2'>2",
        b"<a href='?page=2%s'>",
    ):
        next_page([Page(1, url, around % body, NOON)], None)
