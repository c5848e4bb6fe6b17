"""From the addresses that a page shows to the expression that knows a site's articles."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.sources.patterns import induce
from crawler.sources.urls import canonical

# Addresses of one site, and the ids that its articles must get: made up, in documented shapes.
SITES = [
    ("https://www.a.cn/2026/11/{}.html", ["123456", "123457"], ["123456", "123457"]),
    ("https://a.cn/{}", ["1612345", "999999"], ["1612345", "999999"]),
    ("https://a.cn/0/812/{}.htm", ["345", "346"], ["0812345", "0812346"]),
    ("https://a.cn/story?sid={}", ["83456", "83457"], ["83456", "83457"]),
    ("https://a.cn/show?cat=ai&id={}&utm_source=x", ["1234", "9"], ["1234", "9"]),
    ("https://a.cn/tech/202611/t20261122_{}.shtml", ["2310101", "2310102"], None),
    ("https://a.cn/2026-11/22/content_{}.html", ["483210", "483211"], None),
    ("https://a.cn/2026/1122/{}.shtml", ["3", "4"], ["202611223", "202611224"]),
    ("https://a.cn/gd77/{}.html", ["100001", "100002"], ["100001", "100002"]),
    ("https://{}/", ["x.a.cn/1/100001", "y.a.cn/1/100002"], ["1100001", "1100002"]),
    ("https://a.cn/{}.html", ["news/102512", "brief/102513"], ["102512", "102513"]),
    ("https://a.cn/category/{}.html", ["ai/AbCdEfGhIj", "car/KlMnOpQrSt"], None),
    ("https://a.cn/art/2026/{}.html", ["0123456789abcdef" * 2, "f" * 32], None),
    ("https://a.cn/2026/11/{}/", ["some-new-model", "update"], ["some-new-model", "update"]),
]


@pytest.mark.parametrize(("form", "parts", "ids"), SITES, ids=lambda value: str(value)[:40])
def test_what_names_an_article_is_its_id(form: str, parts: list[str], ids: list[str]) -> None:
    addresses = [canonical(form.format(part), None) for part in parts]
    pattern = induce(addresses)
    assert pattern is not None
    found = [re.match(pattern.article, address) for address in addresses]
    expected = ids or [part.rpartition("/")[2] for part in parts]
    assert ["".join(match.groups()) if match else None for match in found] == expected
    assert pattern.size == len(addresses)


def test_tomorrow_and_other_numbers_match_too() -> None:
    pattern = induce(
        ["https://www.a.cn/2026/1122/99998.shtml", "https://www.a.cn/2026/1122/99999.shtml"]
    )
    assert pattern is not None
    assert pattern.article == r"^https?://(?:www\.)?a\.cn/\d{4}/\d{4}/(\d+)\.shtml"
    assert re.match(pattern.article, "http://a.cn/2027/0101/100000.shtml")
    assert not re.match(pattern.article, "https://www.a.cn.evil.example/2026/1122/1.shtml")


def test_the_largest_group_is_the_articles() -> None:
    menu = ["https://a.cn/", "https://a.cn/about", "https://a.cn/tag/1", "https://a.cn/u/7/posts"]
    pattern = induce([*menu, *(f"https://a.cn/p/{number}.html" for number in range(1000, 1005))])
    assert pattern is not None
    assert (pattern.article, pattern.size) == (r"^https?://(?:www\.)?a\.cn/p/(\d+)\.html", 5)


@pytest.mark.parametrize("addresses", [[], ["https://a.cn/"]])
def test_without_articles_there_is_no_pattern(addresses: list[str]) -> None:
    assert induce(addresses) is None


SEGMENT = st.text("0123456789abXY_-.%?=&文", min_size=1, max_size=12)
ADDRESS = st.builds(
    lambda host, path: canonical(f"https://{host}/{'/'.join(path)}", None),
    st.sampled_from(["a.cn", "www.a.cn", "b.a.cn", "127.0.0.9:80", "[::1]"]),
    st.lists(SEGMENT, max_size=4),
)


@given(st.lists(ADDRESS, max_size=12))
def test_any_addresses_give_an_expression_for_their_largest_group(addresses: list[str]) -> None:
    pattern = induce(addresses)
    if pattern:
        matched = {address for address in addresses if re.match(pattern.article, address)}
        assert len(matched) >= pattern.size
        assert re.compile(pattern.article).groups
