from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from crawler.articles import body

TITLE = "云岭智能发布青鸾三代大模型"
TEXT = (
    "云岭智能今天在江城发布了第三代大模型“青鸾”，并把调用价格下调三成。",
    "公司首席执行官沈砚秋说，新模型把长文档的处理速度提高了两倍。",
    "首批接入的有十二家医院和三家银行，年内计划扩展到一百家。",
)
OTHERS = (
    "砺石资本昨天宣布完成新一期基金的募集，规模为三十亿元，主要投向机器人。",
    "望江市的第一条无人驾驶公交线路上周开通，首日载客两千人次，全程不用安全员。",
    "澄湖大学的研究组发表了一种新的电池材料，充电到八成只要六分钟，后年量产。",
)


def paragraphs(*lines: str) -> str:
    return "".join(f"<p>{line}</p>" for line in lines)


def text(inside: str, headline: str = TITLE, whole: bool = False) -> list[str]:
    return body.text(html.document_fromstring(inside), headline, whole).split("\n")


ARTICLE = f"<h1>{TITLE}</h1><div class='t'>{paragraphs(*TEXT)}</div>"


def test_the_element_with_the_sentences_is_the_body_and_links_are_no_part_of_it() -> None:
    links = "".join(f"<li><a href='/{n}'>{line}</a></li>" for n, line in enumerate(OTHERS))
    inside = f"<div class='t'>{paragraphs(*TEXT)}<p><a href='/'>{OTHERS[0]}</a></p></div>"
    assert text(f"<ul>{links}</ul><h1>{TITLE}</h1>{inside}<ul>{links}</ul>") == [*TEXT]


def test_what_calls_itself_comments_is_none_of_the_text_however_long() -> None:
    comments = f"<div class='comment-list'>{paragraphs(*OTHERS * 9)}</div>"
    assert text(ARTICLE + comments) == [*TEXT]
    assert text(f"<div>{paragraphs(*TEXT)}{comments}</div>") == [*TEXT]


def test_a_name_is_not_believed_of_what_holds_the_headline_or_all_there_is() -> None:
    below = f"<p>{OTHERS[0]}</p><p>{OTHERS[1]}</p>"
    assert text(f"<div class='left side'>{ARTICLE}</div><div>{below}</div>")[:3] == [*TEXT]
    assert text(f"<h1>{TITLE}</h1><div class='share related'>{paragraphs(*TEXT)}</div>") == [*TEXT]
    shared = f"<h1>{TITLE}</h1><div class='js_share_area'>{paragraphs(*TEXT * 3)}</div>"
    assert text(f"{shared}<div>{below}</div>") == [*TEXT * 3]


def test_names_that_only_begin_like_those_are_none() -> None:
    for name in ("relative", "football", "hotel", "commentary", "inside"):
        assert text(f"<div>{paragraphs(*TEXT)}<p class='{name}'>{OTHERS[0]}</p></div>") == [
            *TEXT,
            OTHERS[0],
        ]


def test_tastes_of_other_articles_are_no_text() -> None:
    stream = "".join(
        f"<li><h4><a href='/{n}'>另一篇文章的标题</a></h4><p>{line}</p></li>"
        for n, line in enumerate(OTHERS * 4)
    )
    assert text(f"{ARTICLE}<ul>{stream}</ul>") == [*TEXT]


def test_a_row_of_a_table_is_a_line() -> None:
    table = "<table><tr><th>模型</th><th>价格</th></tr><tr><td>青鸾</td><td>三元</td></tr></table>"
    inside = f"<div>{paragraphs(*TEXT)}{table}{paragraphs(*OTHERS)}</div>"
    assert text(inside) == [*TEXT, "模型 | 价格", "青鸾 | 三元", *OTHERS]


def test_inline_elements_break_no_line_and_scripts_say_nothing() -> None:
    half = len(TEXT[0]) // 2
    inline = f"<b>{TEXT[0][:half]}</b><a href='/'>{TEXT[0][half:]}</a>"
    mixed = f"<p>{TEXT[1]}{inline}<script>var a = '，。，。';</script></p>"
    assert text(f"<div>{mixed}<!-- 注 -->{paragraphs(TEXT[2])}</div>") == [
        TEXT[1] + TEXT[0],
        TEXT[2],
    ]


def test_a_selected_element_is_read_whole() -> None:
    assert text(f"<div>{paragraphs(*TEXT)}<p>{OTHERS[0]}</p></div>", whole=True) == [
        *TEXT,
        OTHERS[0],
    ]


def test_a_page_without_sentences_has_no_body() -> None:
    assert text("<h1>图集</h1><p>江城夜景</p>") == [""]


@given(
    st.lists(
        st.sampled_from(["<div class='comment'>", "</div>", "<table><tr><td>", "</tr>", "<br>"])
        | st.sampled_from(["<a href='/'>", "</a>", "<p>", "<!-- ", "-->", "<tr>", *TEXT])
        | st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20),
        max_size=30,
    ).map("".join)
)
def test_no_markup_makes_it_raise(markup: str) -> None:
    body.text(html.document_fromstring(f"<body>x{markup}"), TITLE)
