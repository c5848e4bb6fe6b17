from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from archive.clock import BEIJING
from crawler import metadata
from crawler.metadata import Credits

FETCHED = datetime(2026, 3, 5, 14, 30, tzinfo=BEIJING)
HEADLINE = "云岭智能发布青鸾三代大模型"


def title(markup: str) -> str:
    tree = html.document_fromstring(markup)
    return metadata.title(tree, metadata.visible_lines(tree))


def credits(markup: str, body: str = "", url: str | None = None) -> Credits:
    tree = html.document_fromstring(f"<title>{HEADLINE}</title><h1>{HEADLINE}</h1>{markup}")
    lines = metadata.visible_lines(tree)
    return metadata.credits(tree, lines, HEADLINE, body, url, FETCHED)


def moment(found: Credits) -> str:
    assert found.date is not None
    return f"{found.date.instant.astimezone(BEIJING):%Y-%m-%d %H:%M} {found.date.precision}"


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


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p>2026-03-04 09:05 来源：云上科技报 作者：陆知远</p>", ("陆知远", "", "云上科技报")),
        (
            "<p>2026年3月4日 09:05</p><p>來源：《望江周刊》</p>",
            ("", "", "望江周刊"),
        ),
        (
            "<div><span>文｜闻溪桥</span> · <span>编辑｜傅云深</span></div>",
            ("闻溪桥", "傅云深", ""),
        ),
        ("<p>撰稿 鲁青岚　编辑 宫小满</p>", ("鲁青岚", "宫小满", "")),
        ("<p>本报记者 秦疏桐 沈一苇</p>", ("秦疏桐、沈一苇", "", "")),
        ("<p>东岸财经记者 秦若谷 实习记者 黎晓棠</p>", ("秦若谷、黎晓棠", "", "")),
        ("<p>作者：江 默、万里晴　阅读 300</p>", ("江默、万里晴", "", "")),
        ("<p>作者：评论 0</p>", ("", "", "")),
        ("<p>来源：互联网</p>", ("", "", "")),
        ("<p>稿源：http://a.example/</p>", ("", "", "")),
        ("<a>首页</a> &gt; 正文 | 云上科技", ("", "", "")),
        ("<p>（编辑 许棠）</p>", ("", "许棠", "")),
        ("<p>责任编辑：孟昭远</p>", ("", "孟昭远", "")),
    ],
)
def test_the_lines_beside_the_headline_name_people_and_origin(
    markup: str, expected: tuple[str, str, str]
) -> None:
    found = credits(markup)
    assert ("、".join(found.authors), found.editor, found.origin) == expected


def test_credits_at_the_end_of_the_text_count_too() -> None:
    body = "第一段。\n第二段。\n（记者 章以宁）\n责编：何汝嘉\n来源：云上科技报"
    found = credits("<p>第一段。</p>", body)
    assert (found.authors, found.editor, found.origin) == (("章以宁",), "何汝嘉", "云上科技报")


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        (
            "<p>3月4日上午，公司在江城发布了新模型。</p><p>2026-03-04 09:05</p>",
            "2026-03-04 09:05 minute",
        ),
        ("<p>发布日期：2026-03-04</p>", "2026-03-04 00:00 day"),
        (
            "<meta name='PubDate' content='2026-03-04 08:00'><p>2026-03-01</p>",
            "2026-03-04 08:00 minute",
        ),
        ("<p>2小时前</p>", "2026-03-05 12:30 minute"),
    ],
)
def test_the_date_is_the_one_beside_the_headline(markup: str, expected: str) -> None:
    assert moment(credits(markup)) == expected


def test_a_headline_in_a_list_is_passed_over_for_the_one_with_a_date() -> None:
    listed = f"<ul><li>{HEADLINE}</li><li>另一条旧闻</li></ul>" + "<p>快讯</p>" * 15
    below = f"<div>{HEADLINE}</div><p>2026-03-04 09:05　作者：陆知远</p>"
    tree = html.document_fromstring(f"<title>{HEADLINE}_云上</title>{listed}{below}")
    found = metadata.credits(tree, metadata.visible_lines(tree), HEADLINE, "", None, FETCHED)
    assert (moment(found), found.authors) == ("2026-03-04 09:05 minute", ("陆知远",))


def test_the_address_dates_an_article_that_does_not_date_itself() -> None:
    found = credits("<p>正文</p>", url="https://yun.example/2026/0304/17.html")
    assert moment(found) == "2026-03-04 00:00 day"
    assert credits("<p>正文</p>", url="https://yun.example/a/17.html").date is None


def test_what_machines_are_told_fills_what_readers_are_not() -> None:
    told = """<script type="application/ld+json">{"@graph": [{"@type": "WebSite"},
        {"@type": "NewsArticle", "datePublished": "2026-03-04T09:05:00+08:00",
         "author": [{"name": "陆知远"}, {"name": "云上科技报"}],
         "publisher": {"name": "云上科技报"}}]}</script>"""
    found = credits(told)
    assert (moment(found), found.authors) == ("2026-03-04 09:05 minute", ("陆知远",))
    shown = credits(told + "<p>2026-03-03 10:00 作者：沈一苇</p>")
    assert (moment(shown), shown.authors) == ("2026-03-03 10:00 minute", ("沈一苇",))


@pytest.mark.parametrize(
    "told",
    ["", "{", "[]", "7", "[7]", '{"@graph": 3}', '{"@type": "Article", "author": 7}', "[" * 9999],
)
def test_what_machines_are_told_may_be_nonsense(told: str) -> None:
    found = credits(f'<script type="application/ld+json">{told}</script><p>作者：陆知远</p>')
    assert found.authors == ("陆知远",)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("来源：云上科技报", True),
        ("（责任编辑：孟昭远）", True),
        ("（编辑 许棠）", True),
        ("2026/03/04 · 文｜闻溪桥 · 编辑｜傅云深 · 1543 阅读", True),
        ("2026-03-04 09:05　来源：云上科技报", True),
        ("编辑 部门今年招了三个人", False),
        ("来源：公司说，" + "这句话很长" * 12, False),
        ("他说，作者：读者＝一比一万，来源：他自己的统计。", False),
        ("3月4日，公司发布了新模型。", False),
        ("", False),
    ],
)
def test_a_credit_line_says_nothing_but_credits(line: str, expected: bool) -> None:
    assert metadata.is_credit_line(line) is expected


def test_inline_elements_do_not_glue_words_together_and_scripts_are_not_seen() -> None:
    tree = html.document_fromstring(
        "<title>题</title><p><span>来源：甲报</span><span>作者：乙</span></p>"
        "<script>var a='丙'</script><style>.丁{}</style><!-- 戊 --><p>己<br>庚</p>"
    )
    assert metadata.visible_lines(tree) == ["来源：甲报 作者：乙", "己", "庚"]


@given(st.lists(st.text(max_size=60), max_size=8), st.lists(st.text(max_size=60), max_size=4))
def test_any_lines_can_be_read(head: list[str], feet: list[str]) -> None:
    found = metadata.from_lines(head, feet, FETCHED)
    assert len(found.authors) <= 6
    assert found.date is None or found.date.instant <= FETCHED + timedelta(days=1)
