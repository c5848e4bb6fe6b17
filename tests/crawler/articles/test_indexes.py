"""Refused: pages that only lead to articles. Stored: articles that look a little like them."""

from datetime import UTC, date, datetime

import pytest
from lxml import html as lxml_html

from archive.models import Outcome
from crawler.articles.indexes import index
from crawler.extract import Reading, read
from demo.newsroom import OUTLETS, load
from demo.sites import Site

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
URL = "https://news.example/2026/11/22/40017.html"
DAY = date(2026, 11, 22)
TITLES = (
    "云岭智能把长文档模型的价格再降三成",
    "江城第二座液冷机房封顶，明年春天投用",
    "汀兰学习机召回首批电池，涉及两万台",
    "沧澜半导体公布车规芯片路线图",
    "北屿能源拿下海岛微电网订单",
    "南浦试点夜间无人配送，首周送出九千单",
    "衡岳传动新厂投产，关节模组年产四十万",
    "墨屿阅读器支持方言朗读",
    "栖云公布故障报告：一个单位多写了三个零",
    "青禾医学递交招股书，亏损继续收窄",
)
STORIES = (
    "云岭智能昨天宣布，长文档模型的调用价格下调三成，老客户从下月起按新价结算。",
    "江城第二座液冷机房昨天封顶，设计功率四十兆瓦，投资方说明年四月开始搬入设备。",
    "汀兰教育召回首批学习机的电池，原因是快充时温度偏高，用户可以到门店免费更换。",
    "沧澜半导体公布未来三年的车规芯片路线图，第一款产品已经送到两家车厂试装。",
    "北屿能源将为东湾的六座海岛建设微电网，合同金额三亿元，工期十八个月。",
)
CUT = [story[:30] + "…" for story in STORIES]


def links(*texts: str, form: str = "<li><a href='/a/{n}.html'>{text}</a></li>") -> str:
    return "".join(form.format(n=n, text=text) for n, text in enumerate(texts))


def zipped(form: str, texts: list[str] | tuple[str, ...]) -> str:
    pairs = enumerate(zip(TITLES, texts, strict=False), 10)
    return "".join(form.format(n=n, title=title, text=text) for n, (title, text) in pairs)


def page(title: str, body: str) -> str:
    menu = links("首页", "科技", "财经", "汽车", "登录", "注册")
    foot = "<p>南岸传媒有限公司版权所有 南ICP备00000009号</p>"
    return f"<title>{title}_云上新闻</title><body><ul>{menu}</ul>{body}<footer>{foot}</footer>"


def judged(markup: str, url: str = URL) -> Reading:
    return read(markup.encode(), url, NOW)


INDEXES = {
    "front": page("云上新闻", "".join(f"<h2>{s}</h2><ul>{links(*TITLES)}</ul>" for s in "科技")),
    "topic": page(
        "专题：大模型价格战",
        "<h1>专题：大模型价格战</h1><p>一年里第七次降价，谁先撑不住？</p>"
        + zipped("<div><h3><a href='/{n}'>{title}</a></h3><p>{text}</p></div>", CUT),
    ),
    "tag": page(
        "标签：芯片",
        "<h1>芯片</h1>"
        + zipped(
            "<div><a href='/{n}'>{title}</a><p>{text}</p><span>2026-11-{n}</span></div>", STORIES
        ),
    ),
    "search": page(
        "“液冷”的搜索结果",
        "<form><input></form><p>找到约128条结果</p>"
        + zipped("<div><a href='/{n}'>{title}</a><p>2026-11-{n} - {text}</p></div>", CUT),
    ),
    "album": page(
        "#价格观察", "<h2>#价格观察</h2><p>10篇内容</p>"
        + links(*TITLES, form="<li><a href='/s/{n}'>{n}. {text}<em>2026-11-02</em></a></li>"),
    ),
    "video": page(
        "机房封顶现场",
        "<h1>机房封顶现场</h1><video src='/v.mp4'></video><p>播放：12043</p><h3>接着播放</h3>"
        + links(*TITLES),
    ),
    "gallery": page(
        "图集：液冷机房",
        "<h1>图集：液冷机房</h1><img src='/1.jpg'><img src='/2.jpg'><p>1/12</p><h3>更多图集</h3>"
        + links(*TITLES),
    ),
    "board": page(
        "硬件区",
        "<table>"
        + links(
            *TITLES, form="<tr><td><a href='/t{n}'>{text}</a></td><td>陆知远</td>"
            "<td>2026-11-2{n} 10:20</td></tr>"
        )
        + "</table>",
    ),
    "author": page(
        "陆知远的主页",
        "<h1>陆知远</h1><p>云上新闻记者，写芯片和机房。</p>"
        + links(*TITLES, form="<li><a href='/{n}'>{text}</a><span>2026-11-1{n} 09:30</span></li>"),
    ),
    "archive": page(
        "2026年11月21日新闻", "<h1>2026年11月21日</h1>"
        + links(*TITLES, form="<p><a href='/{n}'>{text}</a> 11-21 08:0{n}</p>"),
    ),
    "ranking": page("热榜", "<h1>24小时热榜</h1><ol>" + links(*TITLES) + "</ol>"),
    "frame": page(
        TITLES[0], f"<h1>{TITLES[0]}</h1><p>2026-11-21 09:30</p><div></div>" + links(*TITLES[1:])
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", INDEXES)
def test_a_page_that_only_leads_to_articles_is_refused_with_the_reason(kind: str) -> None:
    found = judged(INDEXES[kind])
    assert found.articles == ()
    assert found.outcome == Outcome.NOT_ARTICLE
    assert "links" in found.reason


def test_lists_of_the_newsroom_are_no_articles_and_its_articles_are() -> None:
    shelves, lists = load(DAY), 0
    for outlet in OUTLETS:
        site = Site(outlet, shelves[outlet.id], DAY, 80)
        articles = {site.path(piece) for piece in site.pieces if not piece.locked}
        known = {site.path(piece) for piece in site.pieces}
        for path, answer in site.routes().items():
            reply = answer()
            if "html" in reply.content_type and (path in articles or path not in known):
                stored = read(reply.body, f"https://news.example{path}", NOW).articles
                assert bool(stored) == (path in articles), (outlet.id, path)
                lists += path not in articles
    assert lists == 13


def test_a_front_page_is_one_by_its_address_if_it_has_no_sentences() -> None:
    markup = page("云上行情", "".join(f"<p>江城指数{n} 上涨</p>" for n in range(3310, 3330)))
    assert judged(markup, "https://news.example/").reason == "a site's front page without sentences"
    assert judged(markup).articles
    story = page("云上", f"<h1>{TITLES[0]}</h1><p>{STORIES[0]}{STORIES[1]}</p>")
    assert judged(story, "https://news.example/").articles


ARTICLES = {
    "digest": zipped("<h3><a href='https://x.example/{n}'>{title}</a></h3><p>{text}</p>", STORIES),
    "dated digest": "<p>2026-11-22 06:30　来源：云上新闻</p>"
    + zipped("<h3><a href='/{n}'>{title}</a></h3><p>{text}</p><p>2026-11-{n}</p>", STORIES),
    "questions": zipped("<p><a href='#{n}'>问：{title}？</a></p><p>答：{text}</p>", STORIES),
    "prices": "<table>" + links(
        *TITLES, form="<tr><td><a href='/p{n}'>{text}</a></td><td>版本{n}</td>"
        "<td>每百万词元0.{n}元，长期有效</td></tr>",
    ) + "</table>",
    "plain prices": "".join(f"<p>汀兰T{n} 128GB 1{n}99元</p>" for n in range(10)) + links(*TITLES),
    "live": "".join(f"<p>2026-11-21 1{n}:05</p><p>{text}</p>" for n, text in enumerate(STORIES)),
    "flash": f"<p>{STORIES[0]}{STORIES[1]}</p><h3>热门</h3><ul>{links(*TITLES)}</ul>",
    "verse": "<p>机房的灯一盏盏暗下去</p><p>风还在走廊里数着格子</p>" * 4
    + links(*TITLES[:2]),
    "notice": "<p>各有关单位：</p><p>现将《江城市算力设施管理办法》印发给你们，请认真贯彻执行。</p>"
    "<p>江城市数据局</p><p>2026年11月20日</p>"
    + links(*TITLES[:4], form="<p>附件：<a href='/f'>{text}</a></p>"),
}  # fmt: skip


@pytest.mark.parametrize("kind", ARTICLES)
def test_an_article_with_links_or_without_sentences_stays(kind: str) -> None:
    found = judged(page("云上日报第七期", "<h1>云上日报第七期</h1>" + ARTICLES[kind]))
    assert len(found.articles) == 1, found.reason


def test_a_text_that_is_cut_off_in_one_place_is_none_of_many() -> None:
    body = f"<h1>{TITLES[0]}</h1><p>{''.join(STORIES)}</p><p>{CUT[0]}</p><p>{CUT[1]}</p>"
    assert judged(page(TITLES[0], body + links(*TITLES))).articles


def test_sentences_of_its_own_make_a_page_an_article() -> None:
    tastes = zipped("<div><h3><a href='/{n}'>{title}</a></h3><p>{text}</p></div>", CUT)
    tree = lxml_html.document_fromstring(f"<p>{STORIES[0]}</p><p>{STORIES[1]}</p>{tastes}")
    assert index(tree, "", "\n".join((*CUT, *STORIES[:2])), 0.0, None) == ""
    listed = lxml_html.document_fromstring(links(*TITLES))
    assert index(listed, "", "\n".join(TITLES), 0.0, None)
    assert index(listed, "", "\n".join((*TITLES, *STORIES[:2])), 0.0, None) == ""
