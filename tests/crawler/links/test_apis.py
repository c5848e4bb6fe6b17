import json
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.clock import BEIJING
from archive.models import FoundLink
from crawler.links.answers import DiscoveryError
from crawler.links.apis import api
from crawler.sources.source import Entry

FETCHED = datetime(2026, 3, 5, 14, 30, tzinfo=BEIJING)


def an_entry(**more: object) -> Entry:
    return Entry.model_validate(
        {
            "kind": "api",
            "url": "https://api.jia.example/list",
            "items": "data.list",
            "title": "title",
            "date": "ctime",
            "link": "url",
            **more,
        }
    )


def read(answer: object, **more: object) -> list[FoundLink]:
    return api(json.dumps(answer).encode(), an_entry(**more), FETCHED)


ANSWER = {
    "code": 0,
    "data": {
        "list": [
            {"id": "x1", "title": "智点<em>快讯</em>&amp;一", "ctime": 1772586300, "url": "/f/1"},
            {"id": "x2", "title": "之二", "ctime": "1772586300000", "url": "//www.jia.example/f/2"},
            {"id": "x3", "title": "之三", "ctime": "3小时前", "url": "/f/1"},
            {"id": "x4", "title": None, "ctime": None, "url": None},
            "不是对象",
        ]
    },
}


def test_an_answer_shows_its_links_in_order_and_once() -> None:
    first, second = read(ANSWER)
    assert (first.url, first.title) == ("https://api.jia.example/f/1", "智点快讯&一")
    assert (second.url, second.title) == ("https://www.jia.example/f/2", "之二")
    moment = datetime(2026, 3, 4, 9, 5, tzinfo=BEIJING)
    assert (first.published_at, second.published_at) == (moment, moment)


def test_an_address_is_made_of_fields_where_the_answer_has_none() -> None:
    links = read(ANSWER, link="", link_template="https://www.jia.example/a/{id}")
    assert [link.url for link in links] == [f"https://www.jia.example/a/x{n}" for n in (1, 2, 3, 4)]


def test_an_answer_that_is_the_list_needs_no_path() -> None:
    assert len(read(ANSWER["data"]["list"], items="")) == 2


def test_a_path_may_flatten_groups() -> None:
    groups = {"groups": [{"rows": [{"data": {"url": "/f/1"}}, {"data": {"url": "/f/2"}}]}]}
    assert len(read(groups, items="groups[].rows[].data")) == 2


def test_the_whole_text_may_be_in_the_answer() -> None:
    answer = [{"url": "/f/1", "body": {"html": "<p>全文</p>"}}, {"url": "/f/2"}]
    links = read(answer, items="", content="body.html")
    assert [link.content for link in links] == ["<p>全文</p>", ""]
    changed = json.loads(json.dumps(answer).replace("<p>", "<p>更正："))
    assert read(changed, items="", content="body.html")[0].stamp != links[0].stamp


POSTS = [
    {
        "link": "https://www.jia.example/2026/03/7.html",
        "date": "2026-03-03T20:05:00",
        "date_gmt": "2026-03-04T01:05:00",
        "title": {"rendered": "云岭智能 &#8220;青鸾&#8221; &amp; 工具链"},
        "content": {"rendered": "<p>全文。</p>"},
    },
    {
        "link": "https://www.jia.example/2026/03/8.html",
        "date": "2026-03-04T08:00:00",
        "date_gmt": None,
        "title": {"rendered": "沧澜半导体<em>玄鲸</em>量产"},
    },
]


def test_wordpress_needs_no_mapping() -> None:
    posts = "https://www.jia.example/wp-json/wp/v2/posts"
    entry = Entry.model_validate({"kind": "wordpress", "url": posts})
    first, second = api(json.dumps(POSTS).encode(), entry, FETCHED)
    assert (first.url, first.title) == (POSTS[0]["link"], "云岭智能 “青鸾” & 工具链")
    assert first.content == "<p>全文。</p>"
    assert first.published_at == datetime(2026, 3, 4, 9, 5, tzinfo=BEIJING)
    assert second.title == "沧澜半导体玄鲸量产"
    assert second.published_at == datetime(2026, 3, 4, 8, 0, tzinfo=BEIJING)


def test_the_stamp_changes_with_the_title() -> None:
    links = read(ANSWER)
    assert links[0].stamp != links[1].stamp
    assert read(ANSWER)[0].stamp == links[0].stamp


def test_a_title_of_brackets_takes_no_time(in_time: None) -> None:
    rows = [{"url": f"/f/{n}", "title": "<" * 5000, "ctime": "1-1 " * 50} for n in range(500)]
    assert len(read({"data": {"list": rows}})) == 500


def test_gbk_and_raw_control_characters_are_read() -> None:
    text = '[{"url": "/f/1", "title": "江城\t商报"}]'
    (link,) = api(text.encode("gbk"), an_entry(items=""), FETCHED)
    assert link.title == "江城 商报"


@pytest.mark.parametrize(
    "body", ["", "<html></html>", "callback([])", "[" * 100_000, '{"a": ', "9" * 5000]
)
def test_what_is_no_json_is_said_to_be_none(body: str) -> None:
    with pytest.raises(DiscoveryError) as caught:
        api(body.encode(), an_entry(), FETCHED)
    assert caught.value.kind == "not_json"
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("answer", [{}, [], {"data": {"list": {}}}, 3, None, {"data": []}])
def test_an_answer_without_the_list_is_an_error_that_names_the_path(answer: object) -> None:
    with pytest.raises(DiscoveryError, match=r"data\.list") as caught:
        read(answer)
    assert caught.value.kind == "not_a_list"


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: (
        st.lists(children, max_size=4)
        | st.dictionaries(
            st.sampled_from(["data", "list", "url", "title", "ctime", "id"]), children, max_size=5
        )
    ),
    max_leaves=20,
)


@settings(deadline=None)
@given(ANYTHING | st.lists(ANYTHING).map(lambda rows: {"data": {"list": rows}}))
def test_any_json_is_links_or_an_error_of_ours(answer: object) -> None:
    for link in ({}, {"link": "", "link_template": "https://a.example/{id}?{title}"}):
        try:
            links = read(answer, **link)
        except DiscoveryError:
            continue
        assert all(each.url.startswith("http") for each in links)


@settings(deadline=None)
@given(st.binary())
def test_any_bytes_are_an_error_of_ours(body: bytes) -> None:
    with pytest.raises(DiscoveryError):
        api(body, an_entry(), FETCHED)
