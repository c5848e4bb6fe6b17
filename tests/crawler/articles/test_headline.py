from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from archive.clock import BEIJING
from crawler.articles import headline

FETCHED = datetime(2026, 3, 5, 14, 30, tzinfo=BEIJING)
HEADLINE = "云岭智能发布青鸾三代大模型"
SPAM = "棋牌大全_在线开奖_注册送金"
TEXT = "云岭智能今天在江城发布了第三代大模型“青鸾”，价格下调三成。\n首批接入的有十二家医院。"


def title(markup: str) -> str:
    tree = html.document_fromstring(markup)
    return headline.title(tree, headline.visible_lines(tree))


@pytest.mark.parametrize(
    "markup",
    [
        f"<title>{HEADLINE}_云上科技报</title><h1>云上科技报</h1><h2>{HEADLINE}</h2>",
        f"<title>{HEADLINE} - 科技 - 云上</title><h3>热门文章</h3><h1> {HEADLINE} </h1>",
        # The heading has a button in it.
        f"<title>{HEADLINE}-云上网</title><h1>{HEADLINE}<br><a>播放全文</a></h1>",
        f"<title>云上博客 » {HEADLINE}</title><div>{HEADLINE}</div>",
        f"<title>{HEADLINE}-云上网</title><h1></h1><div>{HEADLINE}</div><a>{HEADLINE}-云上网</a>",
        f"<title>首页</title><h1>{HEADLINE}</h1>",
        f"<title>首页</title><meta property='og:title' content='{HEADLINE}'><h1>报</h1>",
        f"<title>{HEADLINE}_科技频道_云上网</title><p>正文</p>",
        f"<title>{HEADLINE}</title>",
        f"<h2>{HEADLINE}</h2>",
    ],
)
def test_the_title_is_what_a_reader_sees_of_it(markup: str) -> None:
    assert title(f"<html>{markup}</html>") == HEADLINE


def test_a_page_without_any_title_has_none() -> None:
    assert title("<p>正文一段。</p>") == ""


def test_the_line_above_a_text_that_the_text_speaks_of_is_its_headline() -> None:
    lines = [SPAM, "?", HEADLINE, "2026-03-04 09:05", "关键词：算力", *TEXT.split("\n")]
    assert headline.above(lines, 5, TEXT) == HEADLINE
    assert headline.above([SPAM, "首页", *TEXT.split("\n")], 2, TEXT) == ""
    # What ends as a sentence does is the text's own.
    assert headline.above([f"{HEADLINE}。", *TEXT.split("\n")], 1, TEXT) == ""


def test_a_text_is_found_among_the_lines_of_its_page() -> None:
    first, last = TEXT.split("\n")
    lines = ["首页", first[:20], HEADLINE, first, "（图）", last, "相关阅读"]
    assert headline.span(lines[2:], TEXT) == (1, 4)
    assert headline.span(["首页", "相关阅读"], TEXT) == (0, 1)
    assert headline.span(lines, "短") == (0, 0)


def test_lines_without_the_headline_are_those_before_the_text() -> None:
    lines = ["首页", *["导航"] * 20, "2026-03-04 09:05 来源：云上科技报", *TEXT.split("\n")]
    assert lines[21] in headline.around(lines, HEADLINE, 22, FETCHED)


def test_inline_elements_do_not_glue_words_together_and_scripts_are_not_seen() -> None:
    tree = html.document_fromstring(
        "<title>题</title><p><span>来源：甲报</span><span>作者：乙</span></p>"
        "<script>var a='丙'</script><style>.丁{}</style><!-- 戊 --><p>己<br>庚</p>"
    )
    assert headline.visible_lines(tree) == ["来源：甲报 作者：乙", "己", "庚"]


LINES = st.lists(st.text(max_size=40), max_size=8)


@given(LINES, st.text(max_size=60), st.text(max_size=80))
def test_any_lines_can_be_looked_at(lines: list[str], title: str, text: str) -> None:
    start, end = headline.span(lines, text)
    assert 0 <= start <= end <= max(1, len(lines))
    assert headline.above(lines, start, text) in ("", *lines)
    assert set(headline.around(lines, title, start, FETCHED)) <= set(lines)
    assert 0 <= headline.said(title, text) <= 1
