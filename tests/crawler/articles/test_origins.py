import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.articles.origins import origin, usable


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("2026-03-04 来源：云上科技报 作者：陆知远", "云上科技报"),
        ("來源：《望江周刊》", "望江周刊"),
        ("稿源:云上网-《望江日报》", "云上网-《望江日报》"),
        ("来 源 | 云上科技报", "云上科技报"),
        ("来源：微信公众号“云上观察”（ID：yun）", "云上观察"),
        ("来源：云上科技报,原文标题:青鸾", "云上科技报"),
        ("来源：云上科技报举报/反馈", "云上科技报"),
        ("转自：望江晚报", "望江晚报"),
        ("望江周刊 2026年8期", "望江周刊"),
        ("《望江日报》（2026年03月04日 03版）", "望江日报"),
        ("来源：互联网", ""),
        ("来源：本站", ""),
        ("来源：网络整理", ""),
        ("稿源：http://a.example/", ""),
        ("来源：发布时间：2026-03-04", ""),
        ("图片来源：云上图片社", ""),
        ("数据来源：云上统计", ""),
        ("从网络安全看来源", ""),
    ],
)
def test_a_credit_names_the_origin(line: str, expected: str) -> None:
    assert origin([line], [], "", []) == (expected, "credit" if expected else "")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("新华社北京11月3日电（记者 陆知远）", "新华社"),
        ("新華社北京11月3日電", "新華社"),
        ("新华社烟台3月4日电", "新华社"),
        ("（江城社羅馬19日電） 网球", "江城社"),
        ("科技日报北京3月4日电", "科技日报"),
        ("中新网3月4日电", "中新网"),
        ("江城晚报讯（记者 陆知远）", "江城晚报"),
        ("【财经周刊讯】（记者 陆知远）", "财经周刊"),
        ("【云上网科技综合报道】", "云上网"),
        ("云上之家 3 月 4 日消息，", "云上之家"),
        ("36氪获悉，", "36氪"),
        ("本报讯（记者 陆知远）", ""),
        ("本报北京3月4日电", ""),
        ("据云上社3月4日电，", ""),
        ("云上通讯社24日报道称，", ""),
        ("云上统计局网站2月8日消息", ""),
        ("从云上天文台获悉，", ""),
        ("平台3月4日消息", ""),
    ],
)
def test_a_dateline_names_the_agency(line: str, expected: str) -> None:
    assert origin([], [line], "", []) == (expected, "dateline" if expected else "")


@pytest.mark.parametrize(
    ("outlet", "expected"),
    [
        ("导读：《望江周刊》", "望江周刊"),
        ("顶端·江城商报", "江城商报"),
        ("江城商报见习", "江城商报"),
        ("2026-03-04 15:05 聯合報 ", "聯合報"),
        ("本报", ""),
        ("他告诉", ""),
    ],
)
def test_a_byline_says_whose_the_reporter_is(outlet: str, expected: str) -> None:
    assert origin([], [], outlet, []) == (expected, "byline" if expected else "")


def test_a_claim_of_rights_and_a_last_word_in_brackets_name_it_too() -> None:
    rights = "（版權屬《望江周刊》雜誌社所有，任何媒體不得轉載。）"
    assert origin([], [], "", [rights]) == ("望江周刊", "copyright")
    assert origin([], [], "", ["价格还会再降。（江城晚报）"]) == ("江城晚报", "credit")
    assert origin([], [], "", ["价格还会再降。（江城）"]) == ("", "")


def test_a_credit_that_says_nothing_gives_way_to_the_next_kind() -> None:
    credits, opening, rights = ["来源：互联网"], ["新华社北京11月3日电"], ["版权属《望江周刊》所有"]
    assert origin(credits, opening, "《望江周刊》", rights) == ("新华社", "dateline")
    assert origin(credits, [], "《望江周刊》", rights) == ("望江周刊", "byline")
    assert origin(credits, [], "", rights) == ("望江周刊", "copyright")
    assert origin(["来源：云上科技报"], opening, "", rights) == ("云上科技报", "credit")


@given(st.lists(st.text(max_size=60), max_size=4), st.text(max_size=30))
def test_any_lines_have_an_origin_or_none(lines: list[str], outlet: str) -> None:
    name, kind = origin(lines, lines, outlet, lines)
    assert bool(name) == bool(kind)
    assert len(usable(outlet)) <= 30
