"""Every kind of entry point, asked by the real spider, with its pages."""

import gzip
import json
from typing import Any

from archive.clock import BEIJING

TEXT = "云岭智能今天在江城发布了第三代大模型，并把调用价格下调三成，首批客户有十二家医院。"


def register(deployment: Any, publisher: Any, *lines: str, **source: str) -> None:
    """Make the publisher the only source, with one entry point that these lines describe."""
    table = publisher.source(**source)
    head, _, _ = table.partition("[[source.entry]]")
    deployment.register(head, "[[source.entry]]", *lines)
    deployment.allow(publisher.host)


def listed(*numbers: int) -> str:
    return "".join(f'<li><a href="/a/{number}">第{number}条新闻</a></li>' for number in numbers)


def pages_asked(publisher: Any) -> list[str]:
    return [path for path in publisher.asked if not path.startswith(("/a/", "/robots"))]


def test_a_list_is_read_page_by_page_until_one_shows_nothing_new(
    deployment: Any, publisher: Any
) -> None:
    # Old and new are mixed, as on lists with pinned articles.
    publisher.say("/list/", listed(1, 2))
    publisher.say("/list/index_1.html", listed(2, 3, 1))
    publisher.say("/list/index_2.html", listed(3, 1))
    publisher.say("/list/index_3.html", listed(4))
    register(
        deployment,
        publisher,
        "kind = 'listing'",
        f"url = '{publisher.root}/list/'",
        f"next = '{publisher.root}/list/index_{{page}}.html'",
        "first = 0",
        "pages = 9",
    )
    counts = deployment.counts("crawl")
    names = ["/list/", "/list/index_1.html", "/list/index_2.html"]
    assert (pages_asked(publisher), counts["new"]) == (names, 3)
    # The next time the first page has something known before what is new.
    publisher.say("/list/", listed(1, 5))
    counts = deployment.counts("crawl", "--force")
    assert (pages_asked(publisher)[3:], counts["new"]) == (names[:2], 1)


def test_an_interface_is_asked_for_its_pages_by_what_is_posted(
    deployment: Any, publisher: Any
) -> None:
    for offset, numbers in ((0, (1, 2)), (2, (3, 4)), (4, ())):
        answer = {"list": [{"u": f"/a/{number}"} for number in numbers]}
        publisher.say(f'/api?{{"offset": {offset}, "limit": 2}}', json.dumps(answer))
    register(
        deployment,
        publisher,
        "kind = 'api'",
        f"url = '{publisher.root}/api'",
        "method = 'POST'",
        "body = 'json'",
        "params = { offset = '{page}', limit = 2 }",
        "first = 0",
        "step = 2",
        "pages = 5",
        "items = 'list'",
        "link = 'u'",
    )
    counts = deployment.counts("crawl")
    assert (counts["polled"], counts["new"]) == (3, 4)
    assert publisher.headers['/api?{"offset": 0, "limit": 2}'][0]["Content-Type"] == (
        "application/json"
    )
    known = deployment.ask("select url, found from archive.entry_point order by url")
    assert known == [
        (f"{publisher.root}/api?offset={offset}&limit=2", found)
        for offset, found in ((0, 2), (2, 2), (4, 0))
    ]


def test_wordpress_gives_the_text_and_the_time(deployment: Any, publisher: Any) -> None:
    post = {
        "link": f"{publisher.root}/a/1",
        "date": "2026-11-21T09:05:00",
        "date_gmt": "2026-11-21T01:05:00",
        "title": {"rendered": "云岭智能发布&#8220;青鸾&#8221;三代大模型"},
        "content": {"rendered": f"<p>{TEXT}</p>\n<p>{TEXT[::-1]}</p>"},
    }
    fields = "link%2Ctitle%2Cdate%2Cdate_gmt%2Ccontent"
    publisher.say(f"/wp-json/wp/v2/posts?per_page=20&page=1&_fields={fields}", json.dumps([post]))
    register(
        deployment,
        publisher,
        "kind = 'wordpress'",
        f"url = '{publisher.root}/wp-json/wp/v2/posts'",
        read="feed",
    )
    clock = "2026-11-21T12:00:00+08:00"
    assert deployment.counts("crawl", JIANBAO_NOW=clock)["pages"] == 1
    deployment.counts("extract", JIANBAO_NOW=clock)
    ((title, text, published),) = deployment.ask(
        "select title, text, published_at from news.articles"
    )
    assert (title, text) == ("云岭智能发布“青鸾”三代大模型", f"{TEXT}\n{TEXT[::-1]}")
    assert f"{published.astimezone(BEIJING):%Y-%m-%d %H:%M}" == "2026-11-21 09:05"
    assert "/a/1" not in publisher.asked


def test_a_state_in_the_page_and_html_in_json_show_their_links(
    deployment: Any, publisher: Any
) -> None:
    state = json.dumps({"news": [{"t": "甲</script", "u": "/a/1"}]})
    publisher.say("/channel", f"<script>window.__S__ = {state};var x=1;</script>")
    publisher.say("/unit?col=7", json.dumps({"data": {"html": listed(2)}}))
    register(
        deployment,
        publisher,
        "kind = 'state'",
        f"url = '{publisher.root}/channel'",
        "variable = 'window.__S__'",
        "items = 'news'",
        "title = 't'",
        "link = 'u'",
        "[[source.entry]]",
        "kind = 'listing'",
        f"url = '{publisher.root}/unit'",
        "params = { col = 7 }",
        "items = 'data.html'",
    )
    assert deployment.counts("crawl")["new"] == 2
    assert set(deployment.outcomes()) == {f"{publisher.root}/a/{number}" for number in (1, 2)}


def test_a_packed_sitemap_of_an_index_is_read(deployment: Any, publisher: Any) -> None:
    pages = "".join(f"<url><loc>{publisher.root}/a/{number}</loc></url>" for number in (1, 2))
    packed = gzip.compress(f"<urlset>{pages}</urlset>".encode())
    publisher.say("/news.xml.gz", packed, Content_Type="application/gzip")
    here = f"<sitemap><loc>{publisher.root}/news.xml.gz</loc></sitemap>"
    publisher.say("/sitemap.xml", f"<sitemapindex>{here}</sitemapindex>")
    register(deployment, publisher, "kind = 'sitemap'", f"url = '{publisher.root}/sitemap.xml'")
    assert deployment.counts("crawl")["new"] == 2
