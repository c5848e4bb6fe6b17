"""Our twins of the documents that this project was specified from, as pages and as plain text."""

import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from lxml import html

import demo
from archive.clock import BEIJING
from archive.models import Article
from archive.text import fold
from crawler.articles.documents import read_document
from crawler.articles.headline import visible_lines
from crawler.damage.mending import undo
from crawler.extract import Reading, read
from demo.newsroom import blocks, dated

DAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 6, 30, tzinfo=BEIJING)
TWINS = Path(demo.__file__).parent / "twins"
PAGES = sorted(path.stem for path in TWINS.glob("*.html"))
FORMS = ["page", "text"]
ALIKE = 0.995
"""A wrong guess of a lost byte changes two pairs of characters of a thousand."""


@dataclass(frozen=True)
class Truth:
    said: dict[str, Any]
    text: str


def truths(name: str) -> list[Truth]:
    found = []
    for part in (TWINS / f"{name}.truth.md").read_text("utf-8").split("\n=====\n"):
        _, front, body = part.split("+++\n", 2)
        lines = (line for block in blocks(dated(body, DAY)) for line in block.lines)
        found.append(Truth(tomllib.loads(front), "\n".join(lines)))
    return found


@cache
def reading(name: str, form: str = "page") -> Reading:
    markup = dated((TWINS / f"{name}.html").read_text("utf-8"), DAY)
    if form == "page":
        return read(markup.encode(), None, NOW)
    text = "\n\n".join(visible_lines(html.document_fromstring(markup)))
    return read_document(text.encode(), "twin.txt", NOW).reading


def articles(name: str, form: str = "page") -> list[tuple[Article, Truth]]:
    return [*zip(reading(name, form).articles, truths(name), strict=True)]


def f1(text: str, truth: str) -> float:
    """Of the two texts' pairs of neighbouring characters."""
    a, b = (Counter(zip(fold(each), fold(each)[1:], strict=False)) for each in (text, truth))
    return 2 * (a & b).total() / max(1, a.total() + b.total())


def bare(text: str) -> str:
    """Without what script and width do not matter for."""
    return fold(re.sub(r"\n", "", text))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", PAGES)
def test_a_twin_is_read_as_it_was_written(name: str, form: str) -> None:
    for number, (found, truth) in enumerate(articles(name, form), 1):
        author = truth.said["author"]
        assert (found.part, found.title) == (number, truth.said["title"])
        assert (found.authors, found.origin) == ((author,) if author else (), truth.said["origin"])
        day = DAY + timedelta(days=truth.said["day"])
        assert found.published_at is not None
        assert found.published_at.astimezone(BEIJING).date() == day
        assert f1(found.text, truth.text) >= ALIKE
        assert reading(name, form).reason == ""


@pytest.mark.parametrize("form", FORMS)
def test_broken_paragraphs_are_whole_and_figures_are_none(form: str) -> None:
    for name in ("broken-interview", "two-articles"):
        for found, truth in articles(name, form):
            long = [bare(line) for line in truth.text.split("\n") if len(line) > 60]
            lines = {bare(line) for line in found.text.split("\n")}
            assert [line for line in long if line not in lines] == []
            assert len(long) >= 6
    (interview, _), *_ = articles("broken-interview", form)
    assert {"37个", "参与共建企业", "290余家"} <= set(interview.text.split("\n"))


@pytest.mark.parametrize("form", FORMS)
def test_the_experts_of_an_interview_take_part_and_who_is_not_named_stays_unnamed(
    form: str,
) -> None:
    ((found, truth),) = articles("broken-interview", form)
    named = tuple(each["name"] for each in truth.said["speakers"] if each["name"])
    assert (found.authors, found.contributors) == ((), named)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("name", "furniture"),
    [
        (
            "damaged-mirror",
            "导读 会展 热门搜索 浏览 打赏 实验室 热词 相关内容 镜像 Copyright 责编 记者 (fā)",
        ),
        ("hijacked-page", "棋牌 句容市 猜你喜欢 餘熱 蕃茄 番茄 望江周刊}11期 关键词 江以默"),
        ("two-articles", "首页 本版目录 记者 打印 相关新闻 版权所有 热线"),
        ("broken-interview", "首页 分享到 延伸阅读 隐私政策 转载请注明"),
    ],
)
def test_nothing_of_the_page_is_left_in_the_text(name: str, furniture: str, form: str) -> None:
    for found, truth in articles(name, form):
        left = [word for word in furniture.split() if word in found.text]
        assert [word for word in left if word not in truth.text] == []
        assert len(found.text) < 1.02 * len(truth.text)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("name", "damaged", "sound"),
    [
        ("damaged-mirror", "基矗", "可以算账的基础"),
        ("damaged-mirror", ",F(xiàn)在", "并不好看。现在"),
        ("damaged-mirror", "非?粗剀囬g", "公司非常看重车间"),
        ("damaged-mirror", "?蒲袡C(jī)構(gòu)", "先行一步？科研机构"),
        ("damaged-mirror", "?墒悄壳斑€", "为准。可是目前还"),
        ("hijacked-page", "?!斑@不是技術(shù)", "不能少。“这不是技术"),
        ("hijacked-page", "??h城離", "380张。县城离"),
        ("hijacked-page", "??蛻粝舆h", "卖不出去。客户嫌远"),
        ("hijacked-page", "?!盇I公司", "没有的。”AI公司"),
        ("hijacked-page", "巫佣疾淮", "58%。“单子都不大"),
        ("hijacked-page", "蓖\ue214h帆", "养活了。”童远帆"),
    ],
)
def test_damaged_runs_are_right_and_reported(
    name: str, damaged: str, sound: str, form: str
) -> None:
    ((found, _),) = articles(name, form)
    assert bare(sound) in bare(found.text)
    assert bare(damaged) not in bare(found.text)
    whole = f"{found.title}\n{found.text}"
    source = html.document_fromstring(dated((TWINS / f"{name}.html").read_text("utf-8"), DAY))
    said = {bare(line) for line in source.text_content().split("\n")}
    before = undo(whole, found.repairs)
    assert damaged in before.replace("\n", "")
    assert [line for line in before.split("\n") if bare(line) not in said] == []


def test_the_labelled_twin_has_its_fields() -> None:
    body = dated((TWINS / "labelled-record.txt").read_text("utf-8"), DAY)
    document = read_document(body.encode(), "twin.txt", NOW)
    (found,), (truth,) = document.reading.articles, truths("labelled-record")
    assert document.url == "https://baijia.example/s?id=1790264835510077316&wfr=spider&for=pc"
    assert (found.title, found.origin) == (truth.said["title"], truth.said["origin"])
    assert found.authors == ("秦若谷", "黎晓棠")
    assert found.keywords == ("企业大模型", "采购续约", "按结果付费")
    # Where the paragraphs and the subtitles were, nothing says any more.
    assert bare(found.text) == bare(truth.text)
