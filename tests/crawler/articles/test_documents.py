import re
import zlib
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.clock import BEIJING
from archive.models import Article, Outcome
from crawler.articles.documents import Document, read_document

NOW = datetime(2026, 11, 22, 6, 30, tzinfo=BEIJING)
TITLE = "云岭智能发布青鸾三代大模型"
BODY = (
    "云岭智能在江城发布了第三代大模型，并把调用价格下调三成。\n"
    "11月20日，首批客户开始试用。\n"
    "公司首席执行官沈砚秋说，新模型把长文档的处理速度提高了两倍。"
)


def document(text: str | bytes, name: str = "a.txt") -> Document:
    return read_document(text.encode() if isinstance(text, str) else text, name, NOW)


def article(text: str | bytes, name: str = "a.txt") -> Article:
    (found,) = document(text, name).reading.articles
    return found


def test_a_plain_text_has_its_title_in_the_first_line() -> None:
    found = article(f"{TITLE}\n\n{BODY}")
    assert (found.title, found.text) == (TITLE, BODY)
    # The day of the second paragraph is when something happened, not when this was written.
    assert found.published_at is None


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "gbk", "utf-16"])
def test_any_encoding_and_line_end_will_do(encoding: str, end: str) -> None:
    raw = f"{TITLE}\n\n{BODY}".replace("\n", end).encode(encoding)
    assert article(raw) == article(f"{TITLE}\n\n{BODY}")


def test_the_title_stands_above_a_line_of_credits_with_a_date() -> None:
    found = article(
        f"云上科技报 首页 > 人工智能 > 正文\n订阅本报的电子版\n{TITLE}\n"
        f"2026-11-21 09:05　来源：云上科技报\n作者：陆知远\n{BODY}\n责任编辑：孟昭远"
    )
    assert found == Article(
        TITLE,
        BODY,
        authors=("陆知远",),
        editor="孟昭远",
        origin="云上科技报",
        origin_kind="credit",
        section="人工智能",
        published_at=datetime(2026, 11, 21, 9, 5, tzinfo=BEIJING),
        date_precision="minute",
    )


def test_a_markdown_text_has_its_title_in_a_heading() -> None:
    found = article(f"> 转给大家看看\n\n# {TITLE}\n\n## 价格\n\n{BODY}", "a.md")
    assert (found.title, found.text) == (TITLE, f"价格\n{BODY}")


def test_an_html_document_is_read_as_a_page_whatever_its_name() -> None:
    paragraphs = "".join(f"<p>{line}</p>" for line in BODY.split("\n"))
    page = f"<!DOCTYPE html><html><title>{TITLE}_云上</title><h1>{TITLE}</h1>{paragraphs}</html>"
    assert article(page, "a.txt") == article(page, "a.html")
    assert (article(page).title, article(page).text) == (TITLE, BODY)


def test_a_labelled_record_may_leave_fields_out_or_shuffle_them() -> None:
    found = article(f"总结：{BODY}\n标题：{TITLE}")
    assert (found.title, found.text, found.keywords, found.origin) == (TITLE, BODY, (), "")
    assert document(f"总结：{BODY}\n标题：").reading.outcome == Outcome.EXTRACTION_FAILED
    assert document(f"标题：{TITLE}\n总结：").reading.outcome == Outcome.TOO_SHORT


@pytest.mark.parametrize(
    "raw",
    [
        b"\0" * 100,
        bytes(range(256)) * 8,
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + zlib.compress(BODY.encode() * 9),
        b"%PDF-1.7\n1 0 obj << /Filter /FlateDecode >> stream\n" + zlib.compress(BODY.encode()),
        b"PK\x03\x04" + b"\x14\0\0\0\x08\0" * 50,
    ],
    ids=["zeros", "all bytes", "picture", "pdf", "archive"],
)
def test_bytes_that_are_no_text_are_no_article(raw: bytes) -> None:
    read = document(raw).reading
    assert (read.outcome, read.reason) == (
        Outcome.NOT_ARTICLE,
        "it is not text in a known encoding",
    )


@pytest.mark.parametrize(
    ("text", "outcome", "reason"),
    [
        ("", Outcome.EXTRACTION_FAILED, "no line looks like a title"),
        ("\ufeff \n\u200b\n", Outcome.EXTRACTION_FAILED, "no line looks like a title"),
        (TITLE, Outcome.TOO_SHORT, "0 characters of text, 50 are needed"),
        (f"{TITLE}\n只有一句。", Outcome.TOO_SHORT, "5 characters of text, 50 are needed"),
    ],
)
def test_a_text_that_is_no_article_says_why(text: str, outcome: Outcome, reason: str) -> None:
    read = document(text).reading
    assert (read.articles, read.outcome, read.reason) == ((), outcome, reason)


LINES = st.sampled_from(
    [
        "标题：",
        "总结:",
        "链接: http://[",
        "关键词：,",
        "# ",
        TITLE,
        BODY,
        "2026-11-21",
        "来源：",
        "\x00",
        "<html",
    ]
)


@given(
    st.one_of(st.binary(), st.lists(st.one_of(LINES, st.text()), max_size=12).map("\n".join)),
    st.sampled_from(["a.txt", "a.md", "a.HTM", "无", ""]),
)
def test_no_document_makes_reading_fail(text: str | bytes, name: str) -> None:
    raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    read = document(raw, name).reading
    assert (read.outcome == Outcome.STORED) == bool(read.articles)


OTHER = "松涛科技公布第三季度财报"
MORE = (
    "松涛科技今天公布第三季度财报，营收同比增长一成，净利润下降两成，研发投入创下新高。\n"
    "公司说，第三季度的增长来自海外市场，国内财报数字略有回落，明年会调整产品的布局。"
)


def test_menus_above_a_title_and_boxes_below_a_text_are_left_out() -> None:
    found = article(
        "首页 新闻 财经 科技 汽车\n登录 注册\n当前位置：首页 > 科技 > 正文\n"
        f"{TITLE}\n字号：大 中 小\n{BODY}\n分享到：微信 微博\n【打印】【关闭】\n"
        f"相关热词: 大模型 价格\n{OTHER}\n句容市| 兴化市| 都昌县| 桐城市| 麻城市| 武冈市| 凤凰县"
    )
    assert (found.title, found.text) == (TITLE, BODY)


def test_a_lead_that_the_text_repeats_is_left_out() -> None:
    lead = f"导读：{BODY.split(chr(10))[0][:-6]}..."
    pulled, whole = MORE.split("\n")[0], MORE.replace("\n", "")
    found = article(f"{TITLE}\n{lead}\n{BODY}\n{pulled}\n{whole}")
    assert found.text == f"{BODY}\n{whole}"


def test_a_text_without_title_is_named_by_its_first_clause_and_keeps_it() -> None:
    found = article(f"{BODY}\n{MORE}")
    assert (found.title, found.text) == ("云岭智能在江城发布了第三代大模型", f"{BODY}\n{MORE}")


def test_a_text_in_lines_of_one_width_has_its_paragraphs_again() -> None:
    long = [line for line in (BODY + MORE).split("\n") if len(line) > 22]
    wrapped = re.sub("(.{22})(?=.)", r"\1\n", "\n　　".join(long))
    assert article(f"{TITLE}\n{wrapped}").text == "\n".join(long)


def test_two_headings_with_a_day_each_are_two_articles() -> None:
    text = f"{MORE}\n" * 5
    raw = f"# {TITLE}\n2026-11-21 陆知远\n{BODY * 4}\n\n# {OTHER}\n2026-11-20 白芷汀\n{text}"
    found = document(raw, "a.md").reading.articles
    assert [(each.part, each.title) for each in found] == [(1, TITLE), (2, OTHER)]
    assert [each.text for each in found] == [BODY * 4, text.strip()]
    days = [each.published_at.astimezone(BEIJING).day for each in found if each.published_at]
    assert days == [21, 20]


def test_links_of_markdown_are_links() -> None:
    links = "\n".join(f"- [{OTHER}之{n}](https://yun.example/{n})" for n in range(3))
    found = article(
        f"# {TITLE}\n\n{BODY}\n\n**加粗**的[词](https://yun.example/)。\n\n{links}", "a.md"
    )
    assert found.text == f"{BODY}\n加粗的词。"


def test_the_fields_of_a_record_may_say_who_and_when() -> None:
    found = article(
        f"标题：{TITLE}\n作者：陆知远\n来源：云上科技报\n发布时间：2026-11-21 09:05\n正文：\n{BODY}"
        "\n关键词：模型；价格"
    )
    assert (found.authors, found.origin, found.text) == (("陆知远",), "云上科技报", BODY)
    assert found.published_at == datetime(2026, 11, 21, 9, 5, tzinfo=BEIJING)
    assert found.keywords == ("模型", "价格")
