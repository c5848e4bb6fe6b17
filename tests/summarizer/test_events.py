from datetime import UTC, datetime
from itertools import pairwise

import pytest

from archive.models import Article
from summarizer.events import LONGEST, MOST, OTHER, events, measure
from summarizer.ranking import rank


def kinds(text: str, title: str = "") -> list[str]:
    return [event.kind for event in events(Article(title, text))]


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("星阶科技3月2日正式发布垂直大模型“青禾”。", "发布"),
        ("星阶科技宣布完成2.4亿元B轮融资，由潮声资本领投。", "融资"),
        ("星阶科技宣布将“青禾”全部权重开源。", "开源"),
        ("星阶科技与云汐大学签署战略合作协议。", "合作"),
        ("云汐市农业农村局印发《智慧农业数据管理办法》。", "政策"),
        ("“青禾”通过生成式人工智能服务备案，可以向公众开放。", "备案"),
        ("澜图机器人去年营收12.5亿元，净利润增长三成。", "财报"),
        ("潮声资本拟以9亿元收购澜图机器人六成股权。", "收购"),
        ("周望川出任星阶科技首席科学家，原任者已退休。", "人事"),
        ("云汐市市场监管局对星阶科技处以30万元罚款。", "处罚"),
        ("据统计，云汐市去年有216个示范农场。", "统计"),
        ("云汐大学研究人员发现，轮作能让病虫害减少三成。", "研究"),
        ("第三届智慧农业大会3月2日在云汐市举行。", "会议"),
        ("农业大模型正成为各地竞相布局的热点。", "趋势"),
    ],
)
def test_the_wording_tells_the_kind(sentence: str, kind: str) -> None:
    assert kinds(sentence) == [kind]


@pytest.mark.parametrize(
    "sentence",
    [
        "如果星阶科技发布新模型，市场会有反应。",
        "专家建议尽快出台智慧农业的管理办法。",
        "例如，星阶科技发布的模型可以识别病虫害。",
        "村民们离开工作了多年的农场。",
        "星阶科技发布会的门票已经售完。",
    ],
)
def test_what_did_not_happen_is_no_event(sentence: str) -> None:
    assert set(kinds(sentence)) <= {OTHER}


def test_the_events_of_an_article_in_its_order(article: Article) -> None:
    found = events(article)
    of_a_kind = [event.kind for event in found if event.kind != OTHER]
    assert of_a_kind == ["发布", "融资", "政策", "趋势"]
    for event in found:
        assert article.text[event.start : event.end] == event.text


def test_an_article_in_which_nothing_happens_has_none() -> None:
    plain = "你可以在农田里放几个传感器。然后把它们一个个打开。再看看屏幕上有没有字。" * 9
    assert kinds(plain) == []


def test_the_wording_is_read_in_traditional_characters_too() -> None:
    one, other = (
        Article("", text)
        for text in ("董事會簽訂協議，預計營業收入增長。", "董事会签订协议，预计营业收入增长。")
    )
    assert list(measure(one, rank(one))) == list(measure(other, rank(other)))
    assert kinds("星階科技宣佈完成2.4億元B輪融資，由潮聲資本領投。") == ["融资"]


@pytest.mark.parametrize(
    ("sentence", "date", "keys"),
    [
        (
            "2026年7月13日，云汐市七部门印发《智慧农业数据管理办法》，自8月15日起施行。",
            "2026年7月13日",
            ("《智慧农业数据管理办法》|07-13", "《智慧农业数据管理办法》|08-15"),
        ),
        ("3月2日，百度正式发布垂直大模型，面向种植业。", "3月2日", ("百度|发布|03-02",)),
        ("Baidu在3月2日发布垂直大模型，面向种植业。", "3月2日", ("百度|发布|03-02",)),
        ("百度正式发布垂直大模型“青禾”，面向种植业。", "", ()),
        ("《云汐日报》记者3月2日获悉，农业大模型已上线。", "3月2日", ()),
    ],
)
def test_an_event_has_its_date_and_what_it_is_known_by(
    sentence: str, date: str, keys: tuple[str, ...]
) -> None:
    (event,) = events(Article("", sentence))
    assert (event.date, event.keys) == (date, keys)


def test_yesterday_is_a_day_if_that_of_the_article_is_known() -> None:
    published = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    (told,) = events(Article("", "华为昨日正式发布垂直大模型“青禾”。", published_at=published))
    (unknown,) = events(Article("", "华为昨日正式发布垂直大模型“青禾”。"))
    # It is the 3rd in Beijing.
    assert (told.date, told.keys) == ("昨日", ("华为|发布|03-02",))
    assert (unknown.date, unknown.keys) == ("", ())


def test_a_long_sentence_is_cut_to_the_clauses_around_the_cue() -> None:
    filler = "，".join(["在云汐市的许多个示范农场的田间地头"] * 5)
    text = (
        f"{filler}，星阶科技正式发布大模型“青禾”，" + "，".join(["并将逐步接入各个农场"] * 5) + "。"
    )
    (event,) = events(Article("", text))
    assert "正式发布大模型“青禾”" in event.text
    assert len(event.text) <= LONGEST
    assert text[event.start : event.end] == event.text


def test_at_most_seven_and_none_twice() -> None:
    firms = ["星阶", "澜图", "青岚", "望舒", "云脊", "北辰", "砚台", "听涛", "知更"]
    told = [f"{firm}公司在{i}月正式发布产品{firm * 3}{i}号。" for i, firm in enumerate(firms, 1)]
    assert len(kinds("".join(told))) == MOST
    assert kinds(told[0] + "今天有雨有雪有风有霜有雾。" + told[0]) == ["发布"]


def test_the_events_of_an_essay_are_its_claims_from_all_its_sections() -> None:
    claims = [
        "近年来，智慧农业正逐渐成为各地竞相布局的热点，许多农场纷纷入局。",
        "目前，农业大模型已进入从试点向推广的阶段，示范农场的数量越来越多。",
        "未来，智慧农业的发展将有三大趋势，农机与农场整体上加速升级，向无人化迈进。",
    ]
    twin = "如今，{}也正日益成为主流，众多企业相继升级，未来有望加速。"
    cited = "某研报显示，农药未来将有三大趋势。"
    names = [f"老{name}" for name in "张王李赵陈刘周吴郑孙朱马胡郭林何高罗"]
    text = ""
    for number, claim in enumerate(claims):
        section = names[6 * number : 6 * number + 6]
        text += "".join(f"田里的事情说来话长，{name}就是这样说的。" for name in section)
        text += claim + twin.format(section[0]) + cited
    article = Article("智慧农业", text)
    told = [event.start for event in events(article)]
    ranked = rank(article)
    places = [place for place, one in enumerate(ranked) if one.start in told]
    assert {place * len(claims) // len(ranked) for place in places} == {0, 1, 2}
    assert all(later - place > 1 for place, later in pairwise(places))
    by_text = {one.text: row for one, row in zip(ranked, measure(article, ranked), strict=True)}
    assert by_text[cited]["cites"] == 1 > by_text[claims[0]]["cites"]
    assert by_text[claims[0]]["claim"] > by_text[cited]["claim"] > 0


def test_no_text_no_event() -> None:
    assert events(Article("题", "")) == ()
