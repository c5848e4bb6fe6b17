from datetime import datetime

import pytest

from archive.clock import BEIJING
from crawler.links.answers import DiscoveryError
from crawler.links.discovery import discover, request
from crawler.sources.source import Entry, Source

FETCHED = datetime(2026, 3, 5, 14, 30, tzinfo=BEIJING)
ADDRESS = "https://www.jia.example/list"


def an_entry(**more: object) -> Entry:
    return Entry.model_validate({"kind": "api", "url": ADDRESS, "link": "url", **more})


BODIES = {
    "feed": b"<rss><channel><item><link>/a/1</link></item></channel></rss>",
    "listing": b"<a href='/a/1'>x</a>",
    "sitemap": b"<urlset><url><loc>/a/1</loc></url></urlset>",
    "api": b'[{"url": "/a/1"}]',
    "wordpress": b'[{"link": "/a/1"}]',
    "state": b'<script>var s=[{"url": "/a/1"}];</script>',
}


@pytest.mark.parametrize("kind", BODIES)
def test_every_kind_of_entry_point_shows_its_links(kind: str) -> None:
    entry = an_entry(kind=kind, variable="s", link="link" if kind == "wordpress" else "url")
    source = Source(id="jia", name="甲报", homepage=ADDRESS, article=r".*/a/(\d+)", entry=(entry,))
    links, nested = discover(BODIES[kind], ADDRESS, source, entry, FETCHED)
    assert [link.url for link in links] == ["https://www.jia.example/a/1"]
    assert nested == []
    with pytest.raises(DiscoveryError):
        discover(b" " * 5_000_001, ADDRESS, source, entry, FETCHED)


def test_a_listing_may_travel_inside_json() -> None:
    entry = an_entry(kind="listing", items="data.html")
    source = Source(id="jia", name="甲报", homepage=ADDRESS, article=r".*/a/(\d+)", entry=(entry,))
    body = b'{"data": {"html": "<ul><li><a href=\\"/a/1\\">x</a><span>2026-03-04</span></ul>"}}'
    (link,), _ = discover(body, ADDRESS, source, entry, FETCHED)
    assert link.url == "https://www.jia.example/a/1"
    assert link.published_at == datetime(2026, 3, 4, tzinfo=BEIJING)
    for other in (b"{}", b'{"data": {"html": 3}}', b"<ul></ul>"):
        with pytest.raises(DiscoveryError, match=r"HTML|JSON"):
            discover(other, ADDRESS, source, entry, FETCHED)


FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("more", "url", "body", "headers"),
    [
        ({}, ADDRESS, None, {}),
        ({"params": {"page": 1, "q": "青"}}, ADDRESS + "?page=1&q=%E9%9D%92", None, {}),
        ({"url": ADDRESS + "?page=2", "params": {"n": 5}}, ADDRESS + "?page=2&n=5", None, {}),
        ({"method": "POST", "params": {"n": 5, "c": "a b"}}, ADDRESS, b"n=5&c=a+b", FORM),
        ({"method": "POST", "body": "json", "params": {"n": 5}}, ADDRESS, b'{"n": 5}', JSON),
        ({"method": "POST", "headers": JSON}, ADDRESS, b"", JSON),
    ],
)
def test_parameters_travel_as_the_entry_says(
    more: dict[str, object], url: str, body: bytes | None, headers: dict[str, str]
) -> None:
    expected = {"url": url, "headers": headers}
    if body is not None:
        expected |= {"method": "POST", "body": body}
    assert request(an_entry(**more)) == expected


PAGES = {
    "TRS": (
        {"next": "/index_{page}.html", "first": 0},
        ["/list", "/index_1.html", "/index_2.html"],
    ),
    "zqrb": ({"next": "/index_p{page}.html"}, ["/list", "/index_p2.html", "/index_p3.html"]),
    "node": ({"next": "/node_324_{page}.html"}, ["/list", "/node_324_2.html", "/node_324_3.html"]),
    "pages": ({"params": {"n": 5, "p": "{page}"}}, [f"/list?n=5&p={n}" for n in (1, 2, 3)]),
    "offsets": (
        {"params": {"offset": "{page}"}, "first": 0, "step": 20},
        [f"/list?offset={n}" for n in (0, 20, 40)],
    ),
}


@pytest.mark.parametrize(("more", "expected"), PAGES.values(), ids=PAGES)
def test_pages_are_turned_as_the_site_counts_them(
    more: dict[str, object], expected: list[str]
) -> None:
    if "next" in more:
        more = more | {"next": f"https://www.jia.example{more['next']}"}
    entry = an_entry(pages=3, **more)
    addresses = [request(entry, page)["url"] for page in (1, 2, 3)]
    assert addresses == [f"https://www.jia.example{path}" for path in expected]
    assert addresses == [entry.address(page) for page in (1, 2, 3)]


def test_posted_pages_have_numbers_in_their_bodies_and_addresses_of_their_own() -> None:
    entry = an_entry(pages=2, method="POST", body="json", params={"p": "{page}", "q": "x"})
    how = request(entry, 2)
    assert (how["body"], how["url"]) == (b'{"p": 2, "q": "x"}', ADDRESS)
    assert entry.address(2) == ADDRESS + "?p=2&q=x"
