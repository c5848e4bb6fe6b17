from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.models import Article
from archive.text import clean
from summarizer.extractive import summarize
from summarizer.grounding import LONGEST, ground

SOURCE = Article(
    "星阶科技发布大模型",
    "星阶科技3月2日发布大模型“青禾”，参数量为１３０亿，售价1,200元，比上一代下降19.67%。"
    "周望川说：“数据全部取得授权。”详情见 https://qinghe.example/docs 。\n"
    "2026年上半年，星阶科技营业收入为4.62亿元，净利润为8585.96万元，云汐市有三十家示范农场。"
    "国家药品监督管理局尚未批准相关产品。",
)


def problems(summary: str) -> list[str]:
    return list(ground(summary, SOURCE).problems)


@pytest.mark.parametrize(
    "summary",
    [
        "星阶科技3月2日发布大模型「青禾」。",
        "大模型“青禾”的参数量为130亿，售价1200元。",
        "大模型“青禾”售价为一千二百元，下降近20%。",
        "周望川说，“数据全部取得授权”。",
        "星阶科技发布大模型，详情见https://qinghe.example/docs。",
        "2026年上半年，星阶科技营收4.6亿元，净利润近8600万元。",
        "云汐市有30家示范农场。",
        "国家药监局尚未批准相关产品。",
    ],
)
def test_what_the_article_says_may_be_said(summary: str) -> None:
    assert problems(summary) == []


@pytest.mark.parametrize(
    ("summary", "problem"),
    [
        ("星阶科技3月2日发布大模型，参数量为131亿。", "numbers not in the article: 131亿"),
        ("大模型“青禾”售价1200美元。", "numbers not in the article: 1200美元"),
        ("大模型“青禾”的参数量为130万。", "numbers not in the article: 130万"),
        ("星阶科技4月2日发布大模型。", "dates not in the article: 4月2日"),
        ("2025年上半年，星阶科技发布大模型。", "dates not in the article: 2025年上半年"),
        ("2026年下半年，星阶科技营业收入为4.62亿元。", "dates not in the article: 2026年下半年"),
        ("星阶科技发布大模型“青苗”。", "quotations not in the article: 青苗"),
        ("许长庚说：“数据全部取得授权。”", "names not in the article: 长庚"),
        ("星阶科技3月2日在云南发布大模型。", "names not in the article: 云南"),
        ("OpenAI3月2日发布大模型“青禾”。", "names not in the article: OpenAI"),
        (
            "星阶科技发布大模型，详情见https://qinghe.example.net/。",
            "addresses not in the article: https://qinghe.example.net/",
        ),
        (
            "星阶科技营业收入为8585.96万元。",
            "said of something else in the article: 8585.96万元",
        ),
        (
            "星阶科技半年营业收入8585.96万元。",
            "said of something else in the article: 8585.96万元",
        ),
        (
            "国家药品监督管理局批准相关产品。",
            "denied or affirmed otherwise than in the article: 国家药品监督管理局批准相关产品",
        ),
        ("星阶科技发布\x07大模型。", "it has control characters or stray blanks"),
        ("星阶科技发布\u202e大模型。", "it has control characters or stray blanks"),
        ("澜图机器人昨日宣布收购北辰汽车全部股权。", "most of its words are not in the article"),
        ("  ", "it is empty"),
    ],
)
def test_what_it_does_not_say_is_named(summary: str, problem: str) -> None:
    assert problem in problems(summary)


def test_checks_say_where_the_article_says_so() -> None:
    summary = "“青禾”的参数量为130亿。"
    (number,) = [one for one in ground(summary, SOURCE).checks if one.kind == "number"]
    assert summary[number.start : number.end] == "130亿"
    assert SOURCE.text[number.at :].startswith("１３０亿")


def test_a_summary_has_a_length() -> None:
    copied = "星阶科技发布大模型。" * 99
    article = Article("", copied)
    long = f"it is {LONGEST + 1} characters long"
    assert long in ground(copied[: LONGEST + 1], article).problems
    assert ground(copied[:LONGEST], article).problems == ()


def test_an_extract_is_grounded(article: Article) -> None:
    assert ground(summarize(article).text, article).problems == ()


@given(st.text(min_size=2, max_size=300).map(clean).filter(lambda text: len(text) > 1))
def test_every_text_grounds_itself(text: str) -> None:
    assert [one for one in ground(text, Article("", text)).problems if ":" in one] == []


def test_nobody_does_what_the_article_says_of_another() -> None:
    article = Article(
        "江城农业模型会议",
        "会议在江城举行。何汝嘉介绍了智算中心的建设进度和资金安排。随后是圆桌讨论。观众提问踊跃。"
        "马世铎演示了灌溉机器人的田间作业过程。会议随后结束。来宾参观了园区。",
    )
    said = "介绍了智算中心的建设进度和资金安排。"
    assert ground(f"何汝嘉{said}", article).problems == ()
    wrong = ground(f"马世铎{said}", article).problems
    assert wrong == ("said of something else in the article: 马世铎",)


PUBLISHED = datetime(2026, 3, 3, 2, tzinfo=UTC)
OTHER = Article(
    "",
    "今年2月，云汐市、江城市、南浦市联合印发《智慧农业数据管理办法》，去年产量为103279万吨，"
    "是1969年以来最高，国内生产总值增长64%。星阶科技持有青禾农机80%股权，潮声资本持有20%股权。"
    "昨日，国家卫生健康委和工业和信息化部坚定不移支持农民减负。云汐市卖掉了旧农机，欧佩克未表态。",
    published_at=PUBLISHED,
)


@pytest.mark.parametrize(
    "summary",
    [
        "2026年2月，3个城市联合印发《智慧农业数据管理办法》。",
        "2025年产量为10.3亿吨，是57年来最高。",
        "去年产量突破10亿吨，GDP增长超六成。",
        "星阶科技、潮声资本共持有青禾农机100%股权。",
        "卫健委和工信部3月2日支持农民减负。",
        "云汐市“卖掉”旧农机，OPEC未表态。",
    ],
)
def test_what_is_computed_shortened_or_dated_by_the_article_may_be_said(summary: str) -> None:
    assert ground(summary, OTHER).problems == ()


@pytest.mark.parametrize(
    ("summary", "problem"),
    [
        (
            "2026年2月，五个城市联合印发《智慧农业数据管理办法》。",
            "numbers not in the article: 五个",
        ),
        ("2024年产量为10.3亿吨。", "dates not in the article: 2024年"),
        ("去年产量是58年来最高。", "numbers not in the article: 58年"),
        ("去年产量突破11亿吨。", "numbers not in the article: 11亿吨"),
        ("GDP增长超七成。", "numbers not in the article: 七成"),
        ("国内生产总值下降64%。", "said of something else in the article: 64%"),
        ("星阶科技持有青禾农机90%股权。", "numbers not in the article: 90%"),
        ("卫健委和工信部3月1日支持农民减负。", "dates not in the article: 3月1日"),
        ("云汐市推出旧农机“青苗”。", "quotations not in the article: 青苗"),
        ("云汐市说，旧农机已经“变现”。", "quotations not in the article: 变现"),
        ("阿根廷支持农民减负。", "names not in the article: 阿根廷"),
    ],
)
def test_what_can_not_be_computed_is_named(summary: str, problem: str) -> None:
    assert problem in ground(summary, OTHER).problems


@pytest.mark.parametrize(
    ("source", "summary"),
    [
        (
            "云汐市新增示范农场3家，新增试点农户1户。现有示范农场12家，试点农户26户。",
            "云汐市新增示范农场3家，试点农户1户。",
        ),
        (
            "2025年云汐汽车产业快速发展，销量达352.1万辆。进入2026年，500万辆成为新的目标。",
            "2026年云汐汽车产业销量有望突破500万辆。",
        ),
        (
            "最新数据显示，该市新冠肺炎累计确诊病例达到9035例，累计死亡病例12例。该市过去一日新增确诊病例164例。",
            "云汐市新增新冠肺炎确诊病例164例。",
        ),
        (
            "周望川表示，要坚定不移全链条排查冷链货物，追溯到末端。",
            "全链条排查冷链货物，追溯到末端。",
        ),
    ],
)
def test_numbers_of_another_kind_are_no_other_subject(source: str, summary: str) -> None:
    assert ground(summary, Article("", source)).problems == ()
