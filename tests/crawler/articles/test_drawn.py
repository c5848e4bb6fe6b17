"""Articles that stand in a page's scripts alone."""

import json
from datetime import datetime
from html import escape
from typing import Any

import pytest

from archive.clock import BEIJING
from archive.models import Article, Outcome
from crawler.extract import Reading, read

FETCHED = datetime(2026, 11, 22, 6, 30, tzinfo=BEIJING)
TITLE = "云岭智能发布青鸾三代大模型"
PARAGRAPHS = (
    "云岭智能今天在江城发布了第三代大模型“青鸾”，并把调用价格下调三成。",
    "公司首席执行官沈砚秋说，新模型把长文档的处理速度提高了两倍。",
    "首批接入的有十二家医院和三家银行，年内计划扩展到一百家。",
)
TEXT = "\n".join(PARAGRAPHS)
HTML = "".join(f"<p>{line}</p>" for line in PARAGRAPHS)
OTHER = {
    "title": "江城地铁第十二条线路开始试运行",
    "content": "<p>江城地铁第十二条线路今天开始试运行。首日客流三万人次。末班车到夜里十一点。</p>"
    * 9,
}
STORY = {
    "id": 813,
    "title": TITLE,
    "publishTime": 1795223100000,
    "author": {"name": "陆知远"},
    "media_name": "云上科技报",
    "content": HTML,
}


def nuxt(article: dict[str, Any]) -> list[Any]:
    flat: list[Any] = [{"data": 1}, {"related": 2, "story": 3}, {}, {}]
    for at, each in enumerate((OTHER, article), 2):
        for key, value in each.items():
            flat[at][key] = len(flat)
            flat.append(value)
    return flat


def page(script: str, body: str = "<div id=app></div>", title: str = f"{TITLE}_云上") -> str:
    return f"<html><head><title>{title}</title></head><body>{body}{script}</body></html>"


def said(script: str, **more: str) -> Reading:
    return read(page(script, **more).encode(), None, FETCHED)


def article(script: str, **more: str) -> Article:
    (found,) = said(script, **more).articles
    return found


def form(carrier: str, **more: Any) -> str:
    story = STORY | more
    state = json.dumps({"page": {"related": [OTHER], "story": story}}, ensure_ascii=False)
    flat = json.dumps(nuxt(story))
    ld = {"@type": "NewsArticle", "headline": TITLE, "articleBody": TEXT}
    return {
        "next": f'<script id=__NEXT_DATA__ type="application/json">{state}</script>',
        "window": f"<script>var a=1;window.__INITIAL_STATE__ = {state};(function(){{}})()</script>",
        "undefined": f"<script>window.X={state.replace('813', 'undefined')};</script>",
        "parsed": f"<script>window.X=JSON.parse({json.dumps(state)})</script>",
        "nuxt": f"<script type=application/json id=__NUXT_DATA__>{flat}</script>",
        "json-ld": f'<script type="application/ld+json">{json.dumps(ld)}</script>',
    }[carrier]


CARRIERS = "next", "window", "undefined", "parsed", "nuxt"


@pytest.mark.parametrize("carrier", CARRIERS)
def test_an_article_that_only_a_script_carries_is_read_with_its_credits(carrier: str) -> None:
    found = article(form(carrier))
    assert (found.title, found.text) == (TITLE, TEXT)
    assert (found.authors, found.origin) == (("陆知远",), "云上科技报")
    assert found.published_at == datetime(2026, 11, 21, 9, 5, tzinfo=BEIJING)


def test_machines_are_told_the_text_too() -> None:
    assert article(form("json-ld")).text.replace("\n", "") == TEXT.replace("\n", "")


@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize("content", [escape(HTML), TEXT, {"type": "html", "value": HTML}])
def test_the_text_may_be_escaped_plain_or_deeper(carrier: str, content: object) -> None:
    assert article(form(carrier, content=content)).text == TEXT


def test_the_text_wins_over_a_frame_of_links() -> None:
    links = "".join(
        f"<p><a href='/{n}'>江城第{n}座液冷机房封顶，明年投用</a></p>" for n in range(9)
    )
    assert article(form("next"), body=f"<h1>{TITLE}</h1>{links}").text == TEXT


def test_a_text_that_is_shown_is_not_replaced() -> None:
    shown = HTML.replace("今天", "昨天")
    assert "昨天" in article(form("next"), body=f"<h1>{TITLE}</h1>{shown}").text


@pytest.mark.parametrize("title", ["云上科技报", "", "江城机房明年投用"])
def test_an_article_of_another_title_is_not_taken(title: str) -> None:
    found = said(form("next"), title=title)
    assert (found.articles, found.outcome) == ((), Outcome.TOO_SHORT)


@pytest.mark.parametrize(
    "script",
    [
        "<script>x=" + "[" * 200_000 + "</script>",
        "<script>" + "a={" * 200_000 + "</script>",
        "<script type='application/json'>" + '{"title":' * 100_000 + "</script>",
        f"<script id=__NUXT_DATA__ type=application/json>{json.dumps([{'a': 0, 'b': 0}] * 50_000)}"
        "</script>",
        "<script>x=" + json.dumps([{"title": TITLE, "content": "。" * 99}] * 30_000) + "</script>",
        "<script>x={\"title\":[{\"name\":{}}],\"content\":\"<\"}</script>",
    ],
)  # fmt: skip
def test_hostile_states_are_read_in_time(script: str, in_time: None) -> None:
    said(script)


def test_of_an_article_and_its_summaries_the_article_is_taken() -> None:
    summary = {"title": TITLE, "digest": f"{PARAGRAPHS[0]}{PARAGRAPHS[2]}"}
    state = json.dumps({"card": summary, "story": STORY, "share": summary})
    assert article(f"<script>window.X={state}</script>").text == TEXT
