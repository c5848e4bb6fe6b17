"""Pages of one article are read as one article."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.models import Article, Outcome, Page
from crawler.articles.joining import join, read_serial
from crawler.extract import Reading, read

NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)
FIRST = "https://keji.example/2026/1121/813{}.html"
TITLE = "云岭智能发布青鸾三代大模型"
SUMMARY = "核心提示：价格下调三成，首批客户有十二家医院，年内扩展到一百家。"
TEXT = (
    "云岭智能今天在江城发布了第三代大模型“青鸾”，并把调用价格下调三成，首批客户有十二家医院。",
    "公司首席执行官沈砚秋说，新模型把长文档的处理速度提高了两倍，错误率下降到千分之四。",
    "三、价格与客户",
    "首批接入的有十二家医院和三家银行，年内计划扩展到一百家，价格按照调用次数来计算。",
    "砺石资本合伙人方亦行认为，价格还会再降，因为芯片的供应在明年春天会宽松得多。",
    "他也提醒说，医院要先确认病历的去向，再谈采购的数量，否则后面的麻烦会更多。",
    "会上还公布了开源的计划：两个较小的模型将在下个月开放权重，许可证允许商业使用。",
    "沈砚秋最后说：明年见。",
)
PAGE = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}_云上科技报</title></head>
<body><nav><a href="/">首页</a> <a href="/ai">人工智能</a></nav><div class="main">
<h1>{title}</h1><p class="info">2026-11-21 09:05　来源：云上科技报　作者：陆知远</p>
<div class="content">{body}<p>（责任编辑：周宁）</p></div></div>
<ul><li><a href="/1">江城地铁第十二条线路今天开始试运行</a></li></ul>
<p>版权所有，未经授权不得转载。</p></body></html>"""


def bar(number: int, pages: int) -> str:
    names = ["813", *(f"813_{n}" for n in range(2, pages + 1))]
    links = [f'<a href="{name}.html">{n}</a>' for n, name in enumerate(names, 1) if n != number]
    links.insert(number - 1, f"<b>{number}</b>")
    onward = [f'<a href="{names[number]}.html">下一页</a>'] if number < pages else []
    return f'<div class="pages">{" ".join([*links, *onward])}</div>'


def serial(*bodies: str, title: str = TITLE, page: str = PAGE, code: str = "utf-8") -> Page:
    fetched = [
        Page(
            1,
            FIRST.format(f"_{number}" if number > 1 else ""),
            page.format(title=title, body=body + bar(number, len(bodies))).encode(code),
            NOON,
        )
        for number, body in enumerate(bodies, 1)
    ]
    return Page(1, fetched[0].url, fetched[0].body, NOON, rest=tuple(fetched[1:]))


def paragraphs(*lines: str) -> str:
    return "".join(f"<p>　　{line}</p>\n" for line in lines)


def article(reading: Reading) -> Article:
    (found,) = reading.articles
    return found


@given(st.lists(st.integers(1, len(TEXT)), max_size=4))
@settings(deadline=None, max_examples=40)
def test_wherever_an_article_is_cut_it_is_read_as_if_it_were_not(places: list[int]) -> None:
    cuts = [0, *sorted(set(places) - {len(TEXT)}), len(TEXT)]
    bodies = [paragraphs(*TEXT[a:b]) for a, b in pairwise(cuts)]
    page = serial(*bodies)
    whole = read(serial(paragraphs(*TEXT)).body, page.url, NOON)
    found = read_serial(page) if page.rest else read(page.body, page.url, NOON)
    assert article(found) == article(whole)
    assert article(whole).text == "\n".join(TEXT)
    assert found.reason == ""


@pytest.mark.parametrize("code", ["gbk", "gb18030"])
def test_pages_in_an_old_encoding_are_joined(code: str) -> None:
    found = read_serial(serial(paragraphs(*TEXT[:4]), paragraphs(*TEXT[4:]), code=code))
    assert article(found).text == "\n".join(TEXT)


def test_text_between_line_breaks_is_joined() -> None:
    first, second = "<br><br>".join(TEXT[:4]), "<br><br>".join(TEXT[4:])
    assert article(read_serial(serial(first, second))).text == "\n".join(TEXT)


def test_headline_byline_and_summary_are_not_repeated() -> None:
    top = f"<h2>{TITLE}</h2><p>2026-11-21 09:05　来源：云上科技报</p><p>{SUMMARY}</p>"
    page = serial(*(top + paragraphs(*part) for part in (TEXT[:3], TEXT[3:6], TEXT[6:])))
    text = article(read_serial(page)).text
    assert text.count(SUMMARY) == 1
    assert TITLE not in text
    assert text.endswith("\n".join(TEXT))


def test_a_headline_that_counts_the_pages_is_not_repeated() -> None:
    first, second = (paragraphs(*part) for part in (TEXT[:4], TEXT[4:]))
    page = serial(f"<h3>{TITLE}</h3>{first}", f"<h3>{TITLE}（2）</h3>{second}")
    assert article(read_serial(page)).text == "\n".join(TEXT)


def test_what_two_pages_both_say_in_their_midst_stays() -> None:
    said = "主持人问：价格会不会再降一些？"
    lines = [TEXT[0], said, TEXT[1]], [TEXT[3], said, TEXT[4]]
    text = article(read_serial(serial(*(paragraphs(*part) for part in lines)))).text
    assert text.split("\n") == [*lines[0], *lines[1]]


def test_a_paragraph_that_the_page_edge_breaks_is_whole_again() -> None:
    head, tail = TEXT[4][:30], TEXT[4][30:]
    page = serial(paragraphs(*TEXT[:4], head), paragraphs(tail, *TEXT[5:]))
    assert article(read_serial(page)).text == "\n".join(TEXT)
    broken = serial("<br>".join((*TEXT[:4], head)), "<br>".join((tail, *TEXT[5:])))
    assert article(read_serial(broken)).text == "\n".join(TEXT)


def test_what_is_said_of_the_article_is_taken_from_all_its_pages() -> None:
    bare = PAGE.replace("<p>（责任编辑：周宁）</p>", "")
    last = paragraphs(*TEXT[4:]) + "<p>（责编：何川）</p>"
    found = article(read_serial(serial(paragraphs(*TEXT[:4]), last, page=bare)))
    assert (found.title, found.authors, found.origin) == (TITLE, ("陆知远",), "云上科技报")
    assert (found.editor, found.text) == ("何川", "\n".join(TEXT))


@pytest.mark.parametrize(
    ("third", "reason"),
    [
        ("<title>安全验证</title><p>请完成验证", "2 of 3 pages: page 3 is challenge_page"),
        ("<p>登录后阅读", "2 of 3 pages: page 3 is paywalled"),
        ("", "2 of 3 pages: page 3 is not_article"),
    ],
)
def test_a_page_that_is_none_is_left_out_and_said(third: str, reason: str) -> None:
    page = serial(paragraphs(*TEXT[:4]), paragraphs(*TEXT[4:]))
    odd = Page(1, FIRST.format("_3"), third.encode(), NOON)
    found = read_serial(Page(1, page.url, page.body, NOON, rest=(*page.rest, odd)))
    assert article(found).text == "\n".join(TEXT)
    assert found.reason == reason


def test_a_page_that_adds_nothing_is_said() -> None:
    page = serial(paragraphs(*TEXT), paragraphs(*TEXT[:2]))
    found = read_serial(page)
    assert article(found).text == "\n".join(TEXT)
    assert found.reason == "1 of 2 pages: page 2 adds no text"


def test_the_page_with_all_of_it_is_read_alone() -> None:
    first = serial(paragraphs(*TEXT[:4]), "")
    whole = Page(1, FIRST.format("_all"), serial(paragraphs(*TEXT)).body, NOON)
    found = read_serial(Page(1, first.url, first.body, NOON, rest=(whole,)))
    assert (article(found).text, found.reason) == ("\n".join(TEXT), "")
    closed = Page(1, whole.url, "<p>请先登录".encode(), NOON)
    found = read_serial(Page(1, first.url, first.body, NOON, rest=(closed,)))
    assert article(found).text == "\n".join(TEXT[:4])
    assert found.reason == "1 of 2 pages: page 2 is paywalled"


def test_a_first_page_alone_is_read_without_its_bar() -> None:
    first = serial(paragraphs(*TEXT[:4]), "")
    alone = Page(1, first.url, first.body, NOON, note="1 of 2 pages: HTTP 404")
    assert article(read_serial(alone)).text == "\n".join(TEXT[:4])


def test_a_first_page_that_is_none_decides() -> None:
    page = serial(paragraphs(*TEXT[:4]), paragraphs(*TEXT[4:]))
    empty = Page(1, page.url, b"", NOON, rest=page.rest)
    assert read_serial(empty).outcome == Outcome.NOT_ARTICLE


_MARKUP = st.sampled_from(
    [
        "<p>",
        "</p>",
        "<div>",
        "</div>",
        "<br>",
        "甲乙，",
        "丙。",
        "<!-- -->",
        "<a href='813_2.html'>2</a>",
    ]
)


@given(st.lists(st.lists(_MARKUP, max_size=12).map("".join), min_size=1, max_size=4))
@settings(deadline=None)
def test_no_markup_is_too_strange(bodies: list[str]) -> None:
    pages = [
        Page(1, FIRST.format("" if n == 0 else f"_{n + 1}"), body.encode(), NOON)
        for n, body in enumerate(bodies)
    ]
    body, lines = join(pages)
    assert len(lines) == len(pages) - 1
    assert isinstance(body, bytes)
