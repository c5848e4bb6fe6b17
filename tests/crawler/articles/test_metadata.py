from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from archive.clock import BEIJING
from crawler.articles import metadata
from crawler.articles.headline import visible_lines
from crawler.articles.metadata import Credits
from crawler.links.dates import find_date

FETCHED = datetime(2026, 3, 5, 14, 30, tzinfo=BEIJING)
HEADLINE = "云岭智能发布青鸾三代大模型"


def credits(markup: str, body: str = "", url: str | None = None) -> Credits:
    tree = html.document_fromstring(f"<title>{HEADLINE}</title><h1>{HEADLINE}</h1>{markup}")
    lines = visible_lines(tree)
    return metadata.credits(tree, lines, HEADLINE, body, url, FETCHED)


def moment(found: Credits) -> str:
    assert found.date is not None
    return f"{found.date.instant.astimezone(BEIJING):%Y-%m-%d %H:%M} {found.date.precision}"


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
        ("<p>东岸财经记者 秦若谷 实习记者 黎晓棠</p>", ("秦若谷、黎晓棠", "", "东岸财经")),
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
    found = metadata.credits(tree, visible_lines(tree), HEADLINE, "", None, FETCHED)
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


def test_all_of_a_document_that_its_lines_tell() -> None:
    head = ["来源：互联网 2026-03-04 09:05", "关键词：青鸾 大模型 手机", "首页 > 科技 > 正文"]
    body = [
        "《望江周刊》记者 孙冰 | 江城报道",
        "云岭智能发布了大模型青鸾。",
        "▲青鸾的发布会",
        "宋怀民（江城大学教授）：价格还会再降。",
    ]
    assert metadata.from_lines(head, ["责任编辑：", "傅云深"], FETCHED, body) == Credits(
        ("孙冰",),
        "傅云深",
        "望江周刊",
        find_date("2026-03-04 09:05", FETCHED),
        contributors=("宋怀民",),
        origin_kind="byline",
        keywords=("青鸾", "大模型"),
        captions=("▲青鸾的发布会",),
    )


def test_the_nearest_credit_counts_and_a_picture_has_its_own() -> None:
    body = "江城社记者 章以宁 摄\n第二段。\n第三段。\n第四段。\n价格还会再降。（评论员 陆知远）"
    found = credits("<p>2026-03-04</p>", body)
    assert (found.authors, found.contributors) == (("陆知远",), ("章以宁",))
    assert credits("<p>作者：沈一苇</p>", body).authors == ("沈一苇",)


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        # Where page and machines agree on the day, the page has the minute.
        ("<meta name='PubDate' content='2026-03-04'><p>2026-03-04 09:05</p>", "03-04 09:05 minute"),
        ("<meta name='PubDate' content='2026-03-04'><p>2026-03-03 09:05</p>", "03-04 00:00 day"),
        # Another day stands beside the headline as well.
        (
            '<script type="application/ld+json">{"pubDate": "2026-03-03T09:00:00"}</script>'
            "<p>最新推荐于 2026-03-04 22:12</p><p>于 2026-03-03 09:05 发布</p>",
            "03-03 09:05 minute",
        ),
        ("<p>正文</p>" + "<p>段</p>" * 14 + "<p>发表于 2026-03-04 09:05</p>", "03-04 09:05 minute"),
        ("<time datetime='2026-03-04T09:05'>前天</time>", "03-04 09:05 minute"),
    ],
)
def test_page_and_machines_date_an_article_together(markup: str, expected: str) -> None:
    assert moment(credits(markup)) == f"2026-{expected}"


def test_several_times_or_a_date_of_another_text_are_none() -> None:
    times = "<time datetime='2026-03-04'></time><time datetime='2026-03-03'></time>"
    below = "<p>段</p>" * 14 + "<p>云上旧闻 2026-03-04 09:05</p>"
    assert credits(times + below).date is None


def test_a_year_that_is_not_shown_is_the_one_that_machines_are_told() -> None:
    found = credits("<meta itemprop='dateUpdate' content='2019-10-08 12:00'><p>10-08 12:00</p>")
    assert found.date is not None
    assert found.date.instant.year == 2019
    changed = credits("<meta itemprop='dateUpdate' content='2026-03-05'><p>2026-03-04 09:05</p>")
    assert moment(changed) == "2026-03-04 09:05 minute"
    later = credits("<meta itemprop='dateUpdate' content='2026-03-04 22:00'><p>2026-03-04</p>")
    assert moment(later) == "2026-03-04 00:00 day"


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<meta name='author' content='陆知远'>", ("陆知远",)),
        ("<meta name='author' content='云上科技报'>", ()),
        (
            "<meta name='author' content='云上人家'>"
            "<meta property='og:site_name' content='云上人家'>",
            (),
        ),
        ("<meta name='author' content='2909'>", ()),
        ("<meta name='author' content='www.yun.example,云上网'>", ()),
        ("<a href='/author/17'>云上飞鱼</a>", ("云上飞鱼",)),
        ("<a href='/author/17'>本站</a>", ()),
    ],
)
def test_an_author_whom_only_machines_are_told_is_a_person(
    markup: str, expected: tuple[str, ...]
) -> None:
    assert credits(markup).authors == expected


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p>首页 > 财经 > 股市 > 正文</p>", "股市"),
        ("<p>首页 ></p><p>新闻中心 ></p>", "新闻中心"),
        ("<p>云上网 > 时政 > 正文</p>", "时政"),
        ("<p>您的当前位置： 新闻中心 > 江城</p>", "江城"),
        ("<p>首页</p><p>财经</p>", ""),
        ("<meta property='article:section' content='科技'><p>首页 > 财经 > 正文</p>", "科技"),
        ("<meta name='channel' content='1024'>", ""),
    ],
)
def test_the_section_is_the_last_of_the_trail(markup: str, expected: str) -> None:
    body = "云岭智能今天在江城发布了新模型。"
    page = f"<title>{HEADLINE}</title>{markup}<h1>{HEADLINE}</h1><p>{body}</p>"
    tree = html.document_fromstring(page)
    found = metadata.credits(tree, visible_lines(tree), HEADLINE, body, None, FETCHED)
    assert found.section == expected


def test_keywords_are_those_that_the_article_has() -> None:
    stated = "<meta name='keywords' content='青鸾,AI 芯片,云上网,新闻资讯'>"
    assert credits(stated, "青鸾用上了ai 芯片。").keywords == ("青鸾", "AI 芯片")
    told = """<script type="application/ld+json">{"@type": "NewsArticle",
        "keywords": ["青鸾", 7]}</script><p>关键词：大模型 手机</p>"""
    assert credits(told, "青鸾一号").keywords == ("青鸾", "大模型")


def test_captions_are_those_of_the_articles_own_pictures() -> None:
    shown = "<figure><img><figcaption>发布会的现场，台上是青鸾三代</figcaption></figure>"
    body = "云岭智能今天发布了新模型。\n首批接入的有十二家医院。"
    first, last = body.split("\n")
    other = "<figure><figcaption>另一篇</figcaption></figure>"
    found = credits(f"<p>{first}</p>{shown}<p>{last}</p><div>{other}</div>", body)
    assert found.captions == ("发布会的现场，台上是青鸾三代",)


@given(st.lists(st.text(max_size=60), max_size=8), st.lists(st.text(max_size=60), max_size=4))
def test_any_lines_can_be_read(head: list[str], feet: list[str]) -> None:
    found = metadata.from_lines(head, feet, FETCHED, [*feet, *head])
    assert len(found.authors) <= 6
    assert found.date is None or found.date.instant <= FETCHED + timedelta(days=1)
