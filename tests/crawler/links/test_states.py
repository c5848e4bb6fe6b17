import json
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.clock import BEIJING
from archive.models import FoundLink
from crawler.links.answers import DiscoveryError
from crawler.links.states import state
from crawler.sources.source import Entry

FETCHED = datetime(2026, 3, 5, 14, 30, tzinfo=BEIJING)
BASE = "https://www.jia.example/channel"
STREAM = [
    {"t": "云岭智能发布“青鸾”；}", "u": "/a/1", "d": 1772586300000, "note": 'a "]}; b'},
    {"t": "沧澜半导体</b>量产", "u": "//www.jia.example/a/2", "d": "2026-03-04 08:00"},
]
JSON = json.dumps({"page": {"stream": STREAM}}, ensure_ascii=False)


def read(page: str | bytes, variable: str = "__NEXT_DATA__") -> list[FoundLink]:
    entry = Entry.model_validate(
        {
            "kind": "state",
            "url": BASE,
            "variable": variable,
            "items": "page.stream",
            "title": "t",
            "date": "d",
            "link": "u",
        }
    )
    return state(page if isinstance(page, bytes) else page.encode(), BASE, entry, FETCHED)


CARRIERS = {
    "a script of JSON": (
        "__NEXT_DATA__",
        '<script id="__NEXT_DATA__" type="application/json" nonce=x>\n{}</script><p>',
    ),
    "an unquoted id": ("__NEXT_DATA__", "<script type=x id=__NEXT_DATA__>{}</script>"),
    "a property of window": (
        "window.initialState",
        "<script>window.other={{}};window.initialState={};(function(){{}})()</script>",
    ),
    "a property in brackets": (
        "window.__INITIAL_STATE__",
        "window['__INITIAL_STATE__'] = {}</script>",
    ),
    "a variable before another": (
        "allData",
        "var allDataLength = {{}}, allData  =\n{};\nvar adData = {{}};",
    ),
    "the second of its name": ("allData", "if (allData == {{}}) {{}} allData={{a:1}};allData={};"),
}


@pytest.mark.parametrize(("variable", "page"), CARRIERS.values(), ids=CARRIERS)
def test_the_list_is_found_in(variable: str, page: str) -> None:
    first, second = read(page.format(JSON), variable)
    assert (first.url, first.title) == ("https://www.jia.example/a/1", "云岭智能发布“青鸾”；}")
    assert (second.url, second.title) == ("https://www.jia.example/a/2", "沧澜半导体量产")
    assert first.published_at == datetime(2026, 3, 4, 9, 5, tzinfo=BEIJING)
    assert second.published_at == datetime(2026, 3, 4, 8, 0, tzinfo=BEIJING)


def test_undefined_is_nothing_but_in_a_text_it_is_a_word() -> None:
    text = JSON.replace('"page"', '"x":undefined,"page"').replace("量产", "undefined")
    assert read(f"var s={text};", "s")[1].title == "沧澜半导体undefined"


def test_a_page_in_gbk_with_raw_tabs_is_read() -> None:
    text = JSON.replace("沧澜", "沧\t澜")
    assert len(read(f"var s={text};".encode("gbk"), "s")) == 2


@pytest.mark.parametrize(
    "page",
    [
        "",
        "<html>安全验证</html>",
        f"var other={JSON}",
        f"var my__NEXT_DATA__={JSON}",
        "var __NEXT_DATA__=(function(a){return {page:a}}(1));",
        f"var __NEXT_DATA__={JSON[:-1]}",
        "__NEXT_DATA__=" + "[" * 100_000,
    ],
)
def test_a_page_without_the_state_says_so(page: str) -> None:
    with pytest.raises(DiscoveryError, match="__NEXT_DATA__") as caught:
        read(page)
    assert caught.value.kind == "no_state"


def test_a_state_without_the_list_names_the_path() -> None:
    sealed = json.dumps({"state": "QUJD", "isEncrypt": True})
    with pytest.raises(DiscoveryError, match=r"page\.stream") as caught:
        read(f"window.__NEXT_DATA__={sealed}")
    assert caught.value.kind == "not_a_list"


@pytest.mark.parametrize("unit", ["s=[", 's={"a":undefined,', '\\"', "undefined,", " "])
def test_the_worst_five_megabytes_are_read_in_time(unit: str, in_time: None) -> None:
    page = 's={"' + unit * (4_999_000 // len(unit))
    with pytest.raises(DiscoveryError):
        read(page, "s")


FRAGMENTS = st.sampled_from(
    ["s=", "{", "}", "[", "]", '"', "\\", ",", ":", "undefined", "<script id=s>",
     '"page":{"stream":[', '{"u":"/a/1"}', "window.", "1e999", "-", "]}}"]
)  # fmt: skip


@settings(deadline=None)
@given(st.binary() | st.lists(FRAGMENTS | st.text(max_size=3)).map("".join))
def test_any_bytes_are_links_or_an_error_of_ours(page: bytes | str) -> None:
    raw = page.encode("utf-8", "replace") if isinstance(page, str) else page
    try:
        links = read(raw, "s")
    except DiscoveryError:
        return
    assert all(link.url.startswith("http") for link in links)
