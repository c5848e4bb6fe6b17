import gzip
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.clock import BEIJING
from archive.models import FoundLink
from crawler.links.answers import DiscoveryError
from crawler.links.sitemaps import sitemap

FETCHED = datetime(2026, 3, 5, 14, 30, tzinfo=BEIJING)
BASE = "https://www.jia.example/sitemap.xml"
NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
NEWS = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
IMAGE = 'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'

URLSET = f"""\
<?xml version="1.0" encoding="UTF-8"?>
<urlset {NAMESPACE} {NEWS} {IMAGE}>
<url><loc> https://www.jia.example/a/1 </loc><lastmod>2026-03-04T09:05:00+08:00</lastmod>
 <image:image><image:loc>https://www.jia.example/1.png</image:loc></image:image>
 <news:news><news:publication><news:name>甲报</news:name></news:publication>
 <news:publication_date>2026-03-03T08:00:00+08:00</news:publication_date>
 <news:title>云岭智能 &amp; 青鸾</news:title></news:news></url>
<url><loc>https://www.jia.example/2026/0302/2.html</loc><lastmod>2026-03-04</lastmod></url>
<url><loc>/a/3</loc><lastmod>2026-03-04</lastmod></url>
<url><loc>https://www.jia.example/a/1</loc></url>
<url><loc>javascript:void(0)</loc></url>
<url><lastmod>2026-03-04</lastmod></url>
</urlset>
"""
INDEX = f"""\
<sitemapindex {NAMESPACE}>
<sitemap><loc>https://www.jia.example/news.xml</loc></sitemap>
<sitemap><loc>https://www.jia.example/old.xml</loc><lastmod>2020-01-01</lastmod></sitemap>
<sitemap><loc>{BASE}</loc></sitemap>
<sitemap><loc>https://www.jia.example/news.xml</loc></sitemap>
</sitemapindex>
"""


def read(text: str | bytes) -> tuple[list[FoundLink], list[str]]:
    return sitemap(text if isinstance(text, bytes) else text.encode(), BASE, FETCHED)


def test_a_sitemap_shows_its_pages_in_order_and_once() -> None:
    links, nested = read(URLSET)
    assert [link.url for link in links] == [
        "https://www.jia.example/a/1",
        "https://www.jia.example/2026/0302/2.html",
        "https://www.jia.example/a/3",
    ]
    assert nested == []


def test_the_date_is_the_publication_or_the_address_or_the_change() -> None:
    links, _ = read(URLSET)
    assert [link.published_at for link in links] == [
        datetime(2026, 3, 3, 8, 0, tzinfo=BEIJING),
        datetime(2026, 3, 2, tzinfo=BEIJING),
        datetime(2026, 3, 4, tzinfo=BEIJING),
    ]
    assert links[0].title == "云岭智能 & 青鸾"


def test_an_address_of_a_day_to_come_does_not_hide_the_time_of_change() -> None:
    links, _ = read(URLSET.replace("/2026/0302/", "/2099/0302/"))
    assert links[1].published_at == datetime(2026, 3, 4, tzinfo=BEIJING)


def test_the_stamp_is_the_time_of_the_last_change() -> None:
    before, _ = read(URLSET)
    after, _ = read(URLSET.replace("2026-03-04T09:05", "2026-03-04T10:05"))
    assert before[0].stamp != after[0].stamp
    assert before[1].stamp == after[1].stamp != ""


def test_an_index_names_other_sitemaps_but_not_itself() -> None:
    assert read(INDEX) == (
        [],
        ["https://www.jia.example/news.xml", "https://www.jia.example/old.xml"],
    )


def test_of_many_sitemaps_the_newest_come_first() -> None:
    entries = "".join(
        f"<sitemap><loc>https://www.jia.example/{n}.xml</loc><lastmod>2026-02-{n:02}</lastmod>"
        "</sitemap>"
        for n in range(1, 29)
    )
    _, nested = read(f"<sitemapindex>{entries}</sitemapindex>")
    assert [url.rpartition("/")[2] for url in nested[:2]] == ["28.xml", "27.xml"]


def test_a_packed_sitemap_is_unpacked() -> None:
    assert read(gzip.compress(URLSET.encode())) == read(URLSET)


def test_an_address_that_was_cut_off_is_none() -> None:
    links, _ = read(URLSET[: URLSET.index("/2.html")])
    assert [link.url for link in links] == ["https://www.jia.example/a/1"]


def test_a_sitemap_of_more_pages_than_the_protocol_allows_is_read_in_time(in_time: None) -> None:
    entry = "<url><loc>https://www.jia.example/a/{n}</loc><lastmod>2026-03-04</lastmod></url>"
    text = "".join(entry.replace("{n}", str(n)) for n in range(60_000))
    links, _ = read(f"<urlset>{text}</urlset>")
    assert len(links) == 500


def test_of_a_long_sitemap_the_newest_pages_are_kept_in_order() -> None:
    day = datetime(2024, 1, 1, tzinfo=UTC)
    entries = "".join(
        f"<url><loc>https://www.jia.example/a/{n}</loc>"
        f"<lastmod>{day + timedelta(days=n):%Y-%m-%d}</lastmod></url>"
        for n in range(700)
    )
    links, _ = read(f"<urlset>{entries}</urlset>")
    assert [link.url.rpartition("/")[2] for link in links] == [str(n) for n in range(200, 700)]


def test_a_damaged_sitemap_gives_what_can_be_read() -> None:
    links, _ = read("\n\ufeff" + URLSET.replace("<lastmod>2026-03-04</lastmod>", "<lastmod>&\x01"))
    assert links[0].url == "https://www.jia.example/a/1"
    links, _ = read(URLSET.replace("UTF-8", "gb2312").encode("gbk"))
    assert links[0].title == "云岭智能 & 青鸾"


def test_entities_are_neither_expanded_nor_fetched(tmp_path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("https://secret.example/")
    evil = f'<!DOCTYPE urlset [<!ENTITY x SYSTEM "file://{secret}">]>'
    assert "secret" not in repr(read(evil + "<urlset><url><loc>&x;</loc></url></urlset>"))


@pytest.mark.parametrize("body", ["", "<html><body/></html>", "User-agent: *", "<rss></rss>", "{}"])
def test_what_is_no_sitemap_is_said_to_be_none(body: str) -> None:
    with pytest.raises(DiscoveryError) as caught:
        read(body)
    assert caught.value.kind == "not_a_sitemap"


FRAGMENTS = st.sampled_from(
    ["<url>", "</url>", "<loc>", "</loc>", "https://a.example/1", "<lastmod>", "<news:news>",
     "</urlset>", "<!--", "-->", "<?x", "?>", "&a;", "<![CDATA[", "]]>", "<!DOCTYPE", "<sitemap>"]
)  # fmt: skip


@settings(deadline=None)
@given(st.binary() | st.lists(FRAGMENTS | st.text(max_size=5)).map("".join))
def test_any_bytes_are_links_or_an_error_of_ours(body: bytes | str) -> None:
    raw = body if isinstance(body, bytes) else ("<urlset>" + body).encode("utf-8", "replace")
    try:
        links, nested = read(raw)
    except DiscoveryError:
        return
    assert all(url.startswith("http") for url in [*nested, *(link.url for link in links)])
