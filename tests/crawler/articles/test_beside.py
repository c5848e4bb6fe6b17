"""Pages as other publishers build them, without a name that says what stands beside."""

import pytest
from lxml import html

from archive.text import fold
from crawler.articles import beside, body, lines

TITLE = "云岭智能发布青鸾三代大模型"
TEXT = [
    "云岭智能今天在江城发布了第三代大模型“青鸾”，并把调用价格下调三成。",
    "公司首席执行官沈砚秋说，新模型把长文档的处理速度提高了两倍。",
    "首批接入的有十二家医院和三家银行，年内计划扩展到一百家。",
]
OTHERS = [
    "砺石资本昨天宣布完成新一期基金的募集，规模为三十亿元，主要投向机器人。",
    "望江市的第一条无人驾驶公交线路上周开通，首日载客两千人次，全程不用安全员。",
    "澄湖大学的研究组发表了一种新的电池材料，充电到八成只要六分钟，后年量产。",
    "松涛传感第三季度的毛利率回升到四成，管理层把它归功于自研的激光芯片。",
]
HEAD = f"<h1>{TITLE}</h1><div><span>云上科技报</span> <span>2026-11-21 09:05</span></div>"


def paragraphs(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def text(inside: str, headline: str = TITLE) -> list[str]:
    found = body.text(html.document_fromstring(f"<body>{inside}</body>"), headline).split("\n")
    return lines.tidy(found, headline)


def other(number: int, heading: str = "h1") -> str:
    return (
        f"<div><{heading}>砺石资本募集第{number}期基金</{heading}>"
        f"<div>云上科技报 2026-11-1{number} 10:20</div>{paragraphs(*OTHERS * 3)}</div>"
    )


ARTICLE = f"<div>{HEAD}<div>{paragraphs(*TEXT)}</div></div>"
COMMENTS = "".join(
    f"<div><div><span>读者{n}</span> <span>2026-11-21 1{n}:05</span></div><div>{line}</div>"
    f"<div><span>回复</span></div></div>"
    for n, line in enumerate(OTHERS * 2)
)
TASTES = "".join(
    f"<li><h4><span>另一篇文章的标题{n}</span></h4><p>{line}</p><span>3小时前</span></li>"
    for n, line in enumerate(OTHERS)
)
LINKS = "".join(f"<li><a href='/{n}'>另一篇文章的标题{n}</a></li>" for n in range(12))


@pytest.mark.parametrize("heading", ["h1", "h2", "div"])
def test_articles_that_follow_without_end_are_other_ones(heading: str) -> None:
    stream = "".join(other(number, heading) for number in range(1, 5))
    assert text(f"{ARTICLE}{stream}") == TEXT
    assert text(f"<div>{HEAD}{paragraphs(*TEXT)}{stream}</div>") == TEXT


@pytest.mark.parametrize("heading", ["", "<h3>全部评论</h3>", "<div>网友评论（8）</div>"])
def test_comments_longer_than_the_text_are_none_of_it(heading: str) -> None:
    assert text(f"{ARTICLE}<div>{heading}{COMMENTS}</div>") == TEXT
    assert text(f"<div>{HEAD}{paragraphs(*TEXT)}<div>{heading}{COMMENTS}</div></div>") == TEXT


def test_comments_without_boxes_follow_their_heading() -> None:
    flat = "".join(f"<p>读者{n}</p><p>{line}</p>" for n, line in enumerate(OTHERS * 3))
    assert text(f"<div>{HEAD}{paragraphs(*TEXT)}<h3>12条评论</h3>{flat}</div>") == TEXT


def test_tastes_of_other_articles_are_no_text_on_either_side() -> None:
    assert text(f"<ul>{TASTES}</ul>{ARTICLE}<ul>{TASTES}</ul>") == TEXT
    assert text(f"<div>{HEAD}{paragraphs(*TEXT)}<ul>{TASTES}</ul></div>") == TEXT


def test_a_box_of_links_inside_the_text_does_not_end_it() -> None:
    box = f"<div><h4>相关阅读</h4><ul>{LINKS}</ul></div>"
    inside = f"{paragraphs(*TEXT)}{box}{paragraphs(*OTHERS)}"
    assert [line for line in TEXT + OTHERS if line not in text(f"{HEAD}<div>{inside}</div>")] == []


def test_entries_of_a_live_blog_are_the_text() -> None:
    entries = "".join(
        f"<li><div>2026-11-21 1{n}:05</div><p>{line}</p></li>" for n, line in enumerate(OTHERS)
    )
    found = text(f"{HEAD}<div>{paragraphs(*TEXT)}<ul>{entries}</ul></div>")
    assert [line for line in TEXT + OTHERS if line not in found] == []


def test_sections_of_a_text_are_no_entries_of_a_list() -> None:
    sections = "".join(
        f"<section><h3>第{n}部分</h3><p>{one}</p><p>{two}</p></section>"
        for n, (one, two) in enumerate(zip(TEXT, OTHERS, strict=False))
    )
    found = text(f"{HEAD}<div>{sections}</div>")
    assert found[:3] == ["第0部分", TEXT[0], OTHERS[0]]
    assert len(found) == 9


def test_a_text_in_two_boxes_is_read_to_its_end() -> None:
    parts = f"<div>{paragraphs(*TEXT * 8)}</div><div>{paragraphs(*OTHERS * 2)}</div>"
    assert len(text(f"{HEAD}<div>{parts}</div>")) == 32


def test_a_list_is_the_text_where_nothing_else_is() -> None:
    assert len(text(f"<h1>{TITLE}</h1><ul>{TASTES}</ul>")) > 3


def test_a_date_under_the_text_is_its_own() -> None:
    signed = "<div><p>云岭智能新闻中心</p><p>2026年11月21日</p></div>"
    found = text(f"<h1>{TITLE}</h1><div>{paragraphs(*TEXT * 2)}{signed}</div>")
    assert found[:6] == TEXT * 2


def test_a_wechat_text_in_nested_sections_is_read_whole() -> None:
    deep = "".join(
        f"<section><section><section><span>{line}</span></section></section></section>"
        for line in TEXT
    )
    again = "<div><p>微信扫一扫</p><p>关注该公众号</p></div>"
    assert text(f"{HEAD}<div><section>{deep}</section></div>{again}<ul>{LINKS}</ul>") == TEXT


def test_a_flash_between_long_side_bars_is_found() -> None:
    side = f"<div><div>热点</div><ul>{LINKS}</ul><ul>{TASTES}</ul></div>"
    assert text(f"{side}<div>{HEAD}<p>{TEXT[0]}{TEXT[1]}</p></div>{side}{other(1)}") == [
        TEXT[0] + TEXT[1]
    ]


def test_an_official_page_with_tools_editors_and_rights_is_cleaned() -> None:
    tools = "<div><span>分享到：</span><span>字号：大 中 小</span><span>打印</span></div>"
    foot = "<div>责任编辑：宋知微</div><p>版权声明：凡本网注明来源的作品，均为本网所有。</p>"
    assert text(f"<div>{HEAD}{tools}<div>{paragraphs(*TEXT)}{foot}</div></div>") == TEXT


def test_a_page_of_2005_laid_out_as_tables_is_read() -> None:
    menu = f"<td><table>{LINKS.replace('li>', 'td>')}</table></td>"
    cell = "<br><br>".join(TEXT)
    page = f"<tr>{menu}<td><b>{TITLE}</b><br>2026年11月21日 09:05<br><br>{cell}</td></tr>"
    assert text(f"<table>{page}</table>")[-3:] == TEXT


def test_numbered_news_of_a_morning_brief_stays_in_order() -> None:
    brief = "".join(
        f"<p><strong>{n}、第{n}条消息的标题</strong></p><p>{line}</p>"
        for n, line in enumerate(TEXT + OTHERS, 1)
    )
    found = text(f"{HEAD}<div>{brief}</div>")
    assert found[0] == "1、第1条消息的标题"
    assert [line for line in found if line in TEXT + OTHERS] == TEXT + OTHERS


def test_mixed_languages_code_tables_and_lists_are_kept() -> None:
    inside = (
        f"<p>{TEXT[0]}</p><p>“This is a milestone,” said Shen Yanqiu, the chief executive.</p>"
        "<pre>pip install qingluan</pre><table><tr><td>模型</td><td>价格</td></tr></table>"
        f"<ol><li>医院</li><li>银行</li></ol><blockquote>{TEXT[1]}</blockquote><p>{TEXT[2]}</p>"
    )
    assert text(f"{HEAD}<div>{inside}</div>") == [
        TEXT[0],
        "“This is a milestone,” said Shen Yanqiu, the chief executive.",
        "pip install qingluan",
        "模型 | 价格",
        "医院",
        "银行",
        TEXT[1],
        TEXT[2],
    ]


def test_captions_of_a_gallery_are_its_text() -> None:
    slides = "".join(
        f"<figure><img src='{n}.jpg'><figcaption>{line}</figcaption></figure>"
        for n, line in enumerate(TEXT + OTHERS)
    )
    assert text(f"{HEAD}<div>{slides}</div><ul>{LINKS}</ul>") == TEXT + OTHERS


def test_a_headline_set_in_two_lines_is_found() -> None:
    markup = "<ul><li>别的</li></ul><h1>云岭智能发布<div>青鸾三代大模型</div></h1><p>正文。</p>"
    found = body.lines(html.document_fromstring(markup))
    assert beside.place(found, fold(TITLE)) == 2
    assert beside.place(found, fold("另一篇文章")) is None


def test_a_box_under_a_heading_of_others_is_none_of_the_text() -> None:
    box = f"<div><h4>延伸阅读</h4>{paragraphs(*OTHERS * 3)}</div>"
    assert text(f"<div>{HEAD}{paragraphs(*TEXT)}{box}<p>江城新闻中心</p></div>") == TEXT


def test_the_first_date_after_a_text_without_one_is_its_own() -> None:
    rest = f"<div><p>来源：云上科技报 2026-11-21 09:05</p>{paragraphs(*OTHERS)}</div>"
    found = text(f"<h1>{TITLE}</h1><div><p>{''.join(TEXT)}</p>{rest}</div>")
    assert found[-4:] == OTHERS


def test_titles_may_end_like_sentences() -> None:
    follows = other(1, "div").replace("期基金<", "期基金，这次投什么！<")
    assert text(f"{ARTICLE}{follows}") == TEXT
    tastes = TASTES.replace("</span></h4>", "，谁会想到！</span></h4>")
    assert text(f"<div>{HEAD}{paragraphs(*TEXT)}<ul>{tastes}</ul></div>") == TEXT


def test_long_sections_with_linked_headings_are_the_text() -> None:
    sections = "".join(
        f"<div><h3><a href='/{n}'>第{n}部分的标题在这里</a></h3>{paragraphs(*OTHERS * 2)}</div>"
        for n in range(3)
    )
    assert text(f"{HEAD}<div>{paragraphs(*TEXT * 2)}{sections}</div>").count(OTHERS[0]) == 6
