from datetime import datetime

import pytest

from archive.clock import BEIJING
from crawler.discovery import DiscoveryError, discover, request_body
from crawler.registry import Entry, Source

FETCHED = datetime(2026, 3, 5, 14, 30, tzinfo=BEIJING)
ADDRESS = "https://www.jia.example/list"


def an_entry(**more: object) -> Entry:
    return Entry.model_validate({"kind": "api", "url": ADDRESS, "link": "url", **more})


BODIES = {
    "feed": b"<rss><channel><item><link>/a/1</link></item></channel></rss>",
    "listing": b"<a href='/a/1'>x</a>",
    "sitemap": b"<urlset><url><loc>/a/1</loc></url></urlset>",
    "api": b'[{"url": "/a/1"}]',
}


@pytest.mark.parametrize("kind", BODIES)
def test_every_kind_of_entry_point_shows_its_links(kind: str) -> None:
    entry = an_entry(kind=kind)
    source = Source(id="jia", name="甲报", homepage=ADDRESS, article=r".*/a/(\d+)", entry=(entry,))
    links, nested = discover(BODIES[kind], ADDRESS, source, entry, FETCHED)
    assert [link.url for link in links] == ["https://www.jia.example/a/1"]
    assert nested == []
    with pytest.raises(DiscoveryError):
        discover(b" " * 5_000_001, ADDRESS, source, entry, FETCHED)


@pytest.mark.parametrize(
    ("more", "address", "expected"),
    [
        ({}, ADDRESS, (b"", ADDRESS)),
        ({"params": {"page": 1, "q": "青"}}, ADDRESS, (b"", ADDRESS + "?page=1&q=%E9%9D%92")),
        ({"params": {"n": 5}}, ADDRESS + "?page=2", (b"", ADDRESS + "?page=2&n=5")),
        ({"method": "POST", "params": {"n": 5, "c": "a b"}}, ADDRESS, (b"n=5&c=a+b", ADDRESS)),
        ({"method": "POST", "body": "json", "params": {"n": 5}}, ADDRESS, (b'{"n": 5}', ADDRESS)),
    ],
)
def test_parameters_travel_as_the_entry_says(
    more: dict[str, object], address: str, expected: tuple[bytes, str]
) -> None:
    assert request_body(an_entry(**more), address) == expected
