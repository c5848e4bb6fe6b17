import pytest

from archive.models import Article
from summarizer.events import FALLBACK, LONGEST, MOST, events


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
    assert kinds(sentence) == [FALLBACK]


def test_the_events_of_an_article_in_its_order(article: Article) -> None:
    found = events(article)
    assert [event.kind for event in found] == ["发布", "融资", "政策", "趋势"]
    for event in found:
        assert article.text[event.start : event.end] == event.text


def test_an_article_without_a_cue_has_its_main_sentence(article: Article) -> None:
    plain = "云汐市的农田里安装了许多传感器。传感器记录土壤的湿度和温度。"
    (event,) = events(Article("农田里的传感器", plain))
    assert event.kind == FALLBACK
    assert event.text in plain


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


def test_no_text_no_event() -> None:
    assert events(Article("题", "")) == ()
