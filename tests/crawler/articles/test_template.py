"""Selectors on small pages: what they show is taken where it looks right, and only there."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.clock import BEIJING
from archive.models import Article
from crawler.extract import read
from crawler.sources.source import Selectors, Source

FETCHED = datetime(2026, 11, 22, 6, 30, tzinfo=BEIJING)
TITLE = "松涛科技第三季度营收增长四成"
NEWS = (
    "松涛科技今天公布第三季度财报，营收同比增长四成，达到十二亿元。",
    "公司财务总监闻溪桥说，增长主要来自芯片设计软件，海外订单占三分之一。",
    "公司预计第四季度的增速会回落到三成左右。",
)
FLASH = (
    "松涛科技今天公布第三季度财报，营收同比增长四成，达到十二亿元，"
    "创下公司成立以来同一季度的最好成绩，股价上涨。"
)
ASIDE = [
    "砺石资本昨天宣布完成新一期基金的募集，规模为三十亿元，主要投向机器人与自动驾驶。",
    "望江市的第一条无人驾驶公交线路上周开通，首日载客两千人次，全程不用安全员接管。",
    "澄湖大学的研究组发表了一种新的电池材料，充电到八成只要六分钟，预计三年后量产。",
    "青石软件把办公套件的年费下调了一半，同时宣布所有文档功能向个人用户免费开放。",
]


def source(**selectors: str) -> Source:
    return Source(
        id="jia",
        name="甲报",
        homepage="https://www.jia.example/",
        enabled=False,
        article=r"^https://www\.jia\.example/a/(\d+)",
        selectors=Selectors(**selectors),
    )


def paragraphs(*lines: str) -> str:
    return "".join(f"<p>{line}</p>" for line in lines)


def page(
    inside: str, title: str = TITLE, heading: str = f"<h1>{TITLE}</h1>", head: str = ""
) -> str:
    return (
        f"<html><head><title>{title}_甲报</title>{head}</head><body>"
        f"<ul class='menu'><li>国内</li><li>国际</li><li>财经</li><li>科技</li></ul>"
        f"{heading}{inside}</body></html>"
    )


def article(markup: str, **selectors: str) -> Article:
    (found,) = read(markup.encode(), None, FETCHED, source(**selectors)).articles
    return found


def moment(found: Article) -> str:
    assert found.published_at
    return f"{found.published_at.astimezone(BEIJING):%Y-%m-%d %H:%M} {found.date_precision}"


FLASH_BESIDE_A_SIDEBAR = page(
    f"<div class='txt'><p>{FLASH}</p></div><div class='b2'>{paragraphs(*ASIDE)}</div>"
)


def test_a_flash_beside_a_long_sidebar_is_found_by_its_selector() -> None:
    assert article(FLASH_BESIDE_A_SIDEBAR, body=".txt").text == FLASH
    # What the selector is worth: the generic reader takes the sidebar too.
    assert article(FLASH_BESIDE_A_SIDEBAR).text != FLASH


@pytest.mark.parametrize(
    "selector",
    [".gone", ".side", ".menu", ".empty", "#part"],
    ids=["nothing", "other prose", "a menu", "an empty box", "a part of the text"],
)
def test_a_selector_that_no_longer_fits_changes_nothing(selector: str) -> None:
    markup = page(
        f"<div class='empty'></div><article>{paragraphs(*NEWS)}"
        f"<p id='part'>松涛科技的{ASIDE[2]}{ASIDE[1]}</p></article>"
        f"<aside class='side'>{paragraphs(ASIDE[0])}</aside>"
    )
    assert article(markup, body=selector) == article(markup)
    assert article(markup).text.startswith(NEWS[0])


def test_the_first_alternative_that_looks_right_is_taken() -> None:
    markup = page(
        f"<div class='old'><p>视频加载中</p></div><div class='txt'>{paragraphs(*NEWS)}</div>"
        f"<div class='side'>{paragraphs(*ASIDE)}</div>"
    )
    assert article(markup, body=".gone, .old, .txt, .side").text == "\n".join(NEWS)


def test_matches_beside_each_other_are_one_text_and_others_are_not() -> None:
    markup = page(
        f"<div><div class='lead'>{paragraphs(NEWS[0])}</div>"
        f"<div class='rest'>{paragraphs(*NEWS[1:])}</div></div>"
        f"<div class='side'><div class='lead'>{paragraphs(ASIDE[0])}</div></div>"
    )
    assert article(markup, body=":is(.lead, .rest)").text == "\n".join(NEWS)


def test_what_is_removed_is_not_read_but_still_names_the_article() -> None:
    promotion = f"<p class='b2'>{ASIDE[3]}</p>"
    markup = page(
        f"<div class='txt'><p class='by'>2026-11-21 09:05　作者：陆知远</p>"
        f"{paragraphs(*NEWS)}{promotion}</div>"
    )
    assert ASIDE[3] in article(markup).text
    for selectors in ({}, {"body": ".txt"}):
        found = article(markup, remove=".b2, .by, h1", **selectors)
        assert found.text == "\n".join(NEWS)
        assert (found.title, found.authors) == (TITLE, ("陆知远",))
        assert moment(found) == "2026-11-21 09:05 minute"


def test_half_of_a_page_is_never_removed() -> None:
    markup = page(f"<div class='ad'>{paragraphs(*NEWS)}</div>")
    assert article(markup, remove=".ad").text == "\n".join(NEWS)


@pytest.mark.parametrize(
    ("title", "heading", "expected"),
    [
        # No heading, but the page's title bears it out.
        (f"{TITLE}：利润翻番", f"<div class='t'>{TITLE}</div>", TITLE),
        # The only heading is the site's name, which the page's title has too.
        (
            f"快讯：{TITLE}，利润翻番-甲报财经网",
            f"<h2>甲报财经网</h2><div class='t'>{TITLE}</div>",
            TITLE,
        ),
        # The page's title says something else: a selector is as good as a heading.
        ("甲报网", f"<h1>热门文章排行榜</h1><div class='t'>{TITLE}</div>", TITLE),
        # A selector that shows the site's name.
        (TITLE, f"<div class='t'>甲报财经网</div><h1>{TITLE}</h1>", TITLE),
        (TITLE, f"<h1>{TITLE}</h1>", TITLE),
    ],
)
def test_the_title_is_what_the_selector_shows_if_the_page_agrees(
    title: str, heading: str, expected: str
) -> None:
    assert article(page(paragraphs(*NEWS), title, heading), title=".t").title == expected


@pytest.mark.parametrize(
    ("shown", "selector", "expected"),
    [
        ("<i class='d'>11-20 08:00</i>", ".d", "2026-11-20 08:00 minute"),
        ("<i class='d'>发表于 2026年11月20日</i>", ".d", "2026-11-20 00:00 day"),
        (
            "<i class='d'>11-20</i><i class='d'>2026-11-20 08:00</i>",
            ".d",
            "2026-11-20 08:00 minute",
        ),
        ("<i data-at='1795132800'>前天</i>", "[data-at]::attr(data-at)", "2026-11-20 08:00 minute"),
        (
            "<meta name='p' content='2026-11-20 08:00'>",
            ".gone, meta[name='p']",
            "2026-11-20 08:00 minute",
        ),
        ("<i class='d'>12:30</i>", ".d", ""),
        ("<i class='d'>2026-11-18</i><i class='d'>2026-11-19</i>", ".d", ""),
        ("<i class='d'>2031-01-01</i>", ".d", ""),
        ("<i class='d'>陆知远</i>", ".d", ""),
    ],
    ids=["visible", "a day", "twice", "attribute", "meta", "a time", "a list", "future", "a name"],
)
def test_the_date_is_what_the_selector_shows_if_it_is_one(
    shown: str, selector: str, expected: str
) -> None:
    markup = page(f"<p>2026-11-21 09:05</p>{paragraphs(*NEWS)}<footer>{shown}</footer>")
    assert moment(article(markup)) == "2026-11-21 09:05 minute"
    assert moment(article(markup, date=selector)) == (expected or "2026-11-21 09:05 minute")


@pytest.mark.parametrize(
    ("shown", "author", "editor", "origin"),
    [
        ("作者：江默 网编：许棠 出处：望江周刊", "江默", "许棠", "望江周刊"),
        ("文｜<b>江默</b>", "江默", "", ""),
        ("江默", "江默", "江默", "江默"),
        ("望江周刊-科技频道", "", "", "望江周刊-科技频道"),
        ("责任编辑：许棠_YJ01", "", "许棠", ""),
        ("2026-11-20", "", "", ""),
        ("来源：互联网", "", "", ""),
        ("关注我们，第一时间获得最新资讯。", "", "", ""),
    ],
)
def test_people_and_origin_are_what_the_selectors_show_if_it_is_a_name(
    shown: str, author: str, editor: str, origin: str
) -> None:
    info = "<p>作者：陆知远　责编：孟昭远　来源：云上科技报</p>"
    markup = page(f"{info}{paragraphs(*NEWS)}<div class='info'>{shown}</div>")
    found = article(markup, author=".info", editor=".info", source=".info")
    assert found.authors == ((author or "陆知远"),)
    assert found.editor == (editor or "孟昭远")
    assert found.origin == (origin or "云上科技报")


def test_a_menu_names_nobody() -> None:
    found = article(
        page(paragraphs(*NEWS)), author=".menu li", editor=".menu li", source=".menu li"
    )
    assert (found.authors, found.editor, found.origin) == ((), "", "")


def test_an_encoding_can_be_stated_by_the_header_or_the_source() -> None:
    # A damaged character, and labels that contradict each other: the bytes alone say GB18030.
    body = page(paragraphs(*NEWS), head="<meta charset=gbk><meta charset=utf-8>").encode()
    damaged = body.replace("松涛".encode(), b"\xe6\x9d\xbe\xb6\x9b")
    stated = source().model_copy(update={"encoding": "utf-8"})
    plain: Any = [
        read(damaged, None, FETCHED, of, kind).articles[0].text
        for of, kind in ((stated, ""), (source(), "text/html; charset=utf-8"))
    ]
    assert all(NEWS[1] in text for text in plain)


ANYTHING = Selectors(
    title="*",
    date="*, meta, a::attr(href)",
    author="*::text",
    editor="p, div",
    source="*",
    body="*, p, div",
    remove="*, p",
)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                *("<p>", "</p>", "<div>", "</div>", "<script>", "</script>", "<!--", "-->"),
                *("<meta content=", "<table>", "<tr>", "<a href='2026-11-20'>"),
                *(FLASH, "2026-11-20", "作者：", "江默"),
            ]
        ),
        max_size=25,
    ).map("".join)
)
def test_no_page_makes_selectors_fail(markup: str) -> None:
    wild = source().model_copy(update={"selectors": ANYTHING})
    reading = read(markup.encode(), None, datetime.now(UTC), wild)
    assert all(each.text for each in reading.articles)
