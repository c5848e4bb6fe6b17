import json
from collections import Counter
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.clock import BEIJING
from archive.models import Article, Outcome
from archive.text import clean, fold
from crawler.extract import MIN_CHARACTERS, Reading, as_dict, extract, read
from demo.newsroom import OUTLETS, Outlet, Piece, load
from demo.sites import Site

DAY = date(2026, 11, 22)
FETCHED = datetime(2026, 11, 22, 6, 30, tzinfo=BEIJING)
SHELVES = load(DAY)
ENOUGH = 0.95
PARAGRAPHS = (
    "云岭智能今天在江城发布了第三代大模型“青鸾”，并把调用价格下调三成。",
    "公司首席执行官沈砚秋说，新模型把长文档的处理速度提高了两倍，错误率下降到千分之四。",
    "首批接入的有十二家医院和三家银行，年内计划扩展到一百家。",
)
MORE = "砺石资本合伙人方亦行认为，价格还会再降。"
PAGE = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}_云上科技报</title></head>
<body><nav><a href="/">首页</a> <a href="/ai">人工智能</a></nav>
<h1>{title}</h1><p class="info">2026-11-21 09:05　来源：云上科技报　作者：陆知远</p>
<div class="content">{body}</div>
<ul><li><a href="/1">相关阅读一</a></li><li><a href="/2">相关阅读二</a></li></ul></body></html>"""
TITLE = "云岭智能发布青鸾三代大模型"


def page(*paragraphs: str, title: str = TITLE) -> bytes:
    return PAGE.format(title=title, body="".join(f"<p>{each}</p>" for each in paragraphs)).encode()


def reading(body: bytes, url: str | None = None) -> Reading:
    return read(body, url, FETCHED)


def article(body: bytes, url: str | None = None) -> Article:
    (found,) = reading(body, url).articles
    return found


def fetched(outlet: Outlet, piece: Piece) -> tuple[bytes, Article]:
    site = Site(outlet, SHELVES[outlet.id], DAY, 8700)
    body = site.page(piece).body
    return body, article(body, site.url(piece))


def told(piece: Piece) -> str:
    shown = [block for block in piece.blocks if block.kind != "picture"]
    return "\n".join(line.replace("|", " ") for block in shown for line in block.lines)


def f1(text: str, truth: str) -> float:
    """Of the two texts' pairs of neighbouring characters."""
    a, b = (Counter(zip(fold(each), fold(each)[1:], strict=False)) for each in (text, truth))
    return 2 * (a & b).total() / max(1, a.total() + b.total())


@pytest.mark.parametrize("outlet", OUTLETS, ids=lambda outlet: outlet.id)
def test_every_article_of_the_newsroom_is_read_as_it_was_written(outlet: Outlet) -> None:
    pieces = [piece for piece in SHELVES[outlet.id] if not piece.document]
    wrong = []
    for piece in pieces:
        body, found = fetched(outlet, piece)
        shown = piece.author if piece.author in body.decode(outlet.encoding) else ""
        if (found.title, "、".join(found.authors), found.published_at) != (
            piece.title,
            shown,
            piece.published,
        ) or f1(found.text, told(piece)) < ENOUGH:
            wrong.append((piece.slug, found))
    assert wrong == []
    assert pieces


@pytest.mark.parametrize("outlet", OUTLETS, ids=lambda outlet: outlet.id)
def test_the_origin_is_the_writer_and_else_the_outlet_or_nothing(outlet: Outlet) -> None:
    for piece in SHELVES[outlet.id]:
        if not piece.document:
            _, found = fetched(outlet, piece)
            assert found.origin == piece.origin or (
                not piece.origin and found.origin == outlet.name
            )


def test_the_frame_of_a_page_is_no_part_of_its_text() -> None:
    found = article(page(*PARAGRAPHS, MORE, "（责任编辑：孟昭远）", "（完）", "关注我们。"))
    assert found.text == "\n".join((*PARAGRAPHS, MORE))
    assert found == Article(
        TITLE,
        found.text,
        authors=("陆知远",),
        editor="孟昭远",
        origin="云上科技报",
        origin_kind="credit",
        published_at=datetime(2026, 11, 21, 9, 5, tzinfo=BEIJING),
        date_precision="minute",
    )


def test_an_end_mark_in_the_first_part_of_a_text_is_no_end() -> None:
    found = article(page("上半场", "END", *PARAGRAPHS, *PARAGRAPHS))
    assert "一百家" in found.text


@pytest.mark.parametrize(
    ("body", "outcome", "reason"),
    [
        (b"", Outcome.NOT_ARTICLE, "the page is empty"),
        (b" \n ", Outcome.NOT_ARTICLE, "the page is empty"),
        (b"<!-- -->", Outcome.NOT_ARTICLE, "the page is empty"),
        (
            "<title>图集_云上</title><p>图片加载中</p>".encode(),
            Outcome.TOO_SHORT,
            f"5 characters of text, {MIN_CHARACTERS} are needed",
        ),
        (
            "<p>{}</p>".format("</p><p>".join(PARAGRAPHS)).encode(),
            Outcome.EXTRACTION_FAILED,
            "no title found",
        ),
        (
            page("价格战打到第三轮。", "登录后阅读全文"),
            Outcome.PAYWALLED,
            "the page says 登录后阅读全文",
        ),
    ],
)
def test_a_page_that_is_no_article_says_why(body: bytes, outcome: Outcome, reason: str) -> None:
    assert reading(body) == Reading((), outcome, reason)


def test_a_page_may_declare_its_encoding_as_xml_does() -> None:
    declared = b"<?xml version='1.0' encoding='gb2312'?>\n" + page(*PARAGRAPHS)
    assert article(declared).title == TITLE


def test_the_bytes_decide_the_encoding() -> None:
    assert article(page(*PARAGRAPHS).decode().encode("gbk")).text == "\n".join(PARAGRAPHS)


def test_a_body_that_says_nothing_of_the_headline_is_doubted() -> None:
    other = "江城地铁第十二条线路今天开始试运行，首日客流三万人次，末班车到夜里十一点。" * 2
    misnamed = f"<article class='hotnews'>{''.join(f'<p>{each}</p>' for each in PARAGRAPHS)}"
    body = f"<h1>{TITLE}</h1>{misnamed}</article><div class='box'><p>{other}</p></div>"
    found = article(f"<title>{TITLE}_云上</title><body>{body}".encode())
    assert found.text == "\n".join(PARAGRAPHS)


def test_a_title_that_the_text_does_not_speak_of_gives_way_to_the_line_above_it() -> None:
    spam = "棋牌大全_在线开奖_注册送金"
    body = f"<title>{spam}</title><p>{spam}</p><div>{TITLE}</div><p>2026-11-20 04:26:09 江以默</p>"
    shown = "".join(f"<p>{each}</p>" for each in (*PARAGRAPHS, MORE))
    found = article(f"{body}<div>{shown}</div>".encode())
    assert (found.title, found.authors) == (TITLE, ("江以默",))


def test_a_text_that_only_machines_are_told_is_found() -> None:
    told = json.dumps({"@type": "NewsArticle", "articleBody": "\n".join(PARAGRAPHS)})
    script = f"<script type='application/ld+json'>{told}</script>"
    body = f"<title>{TITLE}_云上</title>{script}<body><h1>{TITLE}</h1><div id='app'></div>"
    assert PARAGRAPHS[1] in article(body.encode()).text


def test_what_is_stored_is_clean() -> None:
    found = article(
        page("云岭\u202e智能\x07发布\u200b新模型。\x00" + PARAGRAPHS[0], *PARAGRAPHS[1:])
    )
    assert found.text == clean(found.text)
    assert found.text.startswith("云岭智能发布新模型。云岭智能今天")


def test_extract_gives_plain_values() -> None:
    assert json.loads(json.dumps(extract(page(*PARAGRAPHS)))) == {
        "text": "\n".join(PARAGRAPHS),
        "title": TITLE,
        "author": "陆知远",
        "date": "2026-11-21T09:05+08:00",
        "source": "云上科技报",
        "origin_kind": "credit",
        "contributors": [],
        "editor": "",
        "section": "",
        "keywords": [],
        "captions": [],
        "more": [],
    }


def test_extract_gives_empty_values_where_there_is_no_article() -> None:
    assert {key for key, value in extract(b"").items() if value} == set()
    assert extract(page("图片加载中")) == extract(b"")


def test_a_day_without_a_time_is_given_as_a_day() -> None:
    midnight = datetime(2026, 11, 20, 16, tzinfo=UTC)
    dated = Article("题", "文", published_at=midnight, date_precision="day")
    assert as_dict(dated)["date"] == "2026-11-21"


FRAGMENTS = st.sampled_from(
    [
        *("<div>", "</div>", "<p>", "</table>", "<tr>", "<td>", "<script>", "</script>", "<svg>"),
        *("<title>", "</title>", "<h1>", "<meta name=author content=", "<![CDATA[", "<!--", "-->"),
        *("<?xml", "?>", "<!DOCTYPE html [", "&#x110000;", "&#0;", "&nbsp;", "<a href='//[::1'>"),
        *("<template>", "<frameset>", "<br/>", "\x00", "\ud800", "\ufeff", "\U0010ffff", "来源："),
        *('<script type="application/ld+json">', '{"@type":"Article","author":[[]]}', "2026-02-30"),
        PARAGRAPHS[0],
    ]
)


@settings(max_examples=150)
@given(st.one_of(st.binary(), st.lists(FRAGMENTS, max_size=30).map("".join)), st.text())
def test_no_bytes_make_reading_fail(body: bytes | str, url: str) -> None:
    raw = body if isinstance(body, bytes) else body.encode("utf-8", "surrogatepass")
    found = reading(raw, url)
    assert (found.outcome == Outcome.STORED) == bool(found.articles)
    assert all(each.text == clean(each.text) for each in found.articles)


@pytest.mark.parametrize(
    "body",
    [
        b"<div>" * 20_000,
        b"<table><tr><td>" * 2_000,
        b"<title>" + b"x" * 1_000_000,
        b"<p>" + "来源：".encode() * 20_000,
        b"<a href=/>x</a>" * 2_000,
        b"<p>" + "记者 江默、".encode() * 20_000,
    ],
    ids=["deep", "tables", "long title", "labels", "links", "names"],
)
def test_a_monstrous_page_is_read_within_seconds(body: bytes, in_time: None) -> None:
    assert reading(body).articles == ()
