import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.models import Article
from archive.text import clean
from summarizer.extractive import summarize
from summarizer.grounding import LONGEST, ungrounded

SOURCE = (
    "星阶科技3月2日发布大模型“青禾”，参数量为１３０亿，售价1,200元。"
    "周望川说：“数据全部取得授权。”详情见 https://qinghe.example/docs 。"
)


@pytest.mark.parametrize(
    "summary",
    [
        "星阶科技3月2日发布大模型「青禾」。",
        "大模型“青禾”的参数量为130亿，售价1200元。",
        "周望川说，“数据全部取得授权”。",
        "星阶科技发布大模型，详情见https://qinghe.example/docs。",
    ],
)
def test_what_the_article_says_may_be_said(summary: str) -> None:
    assert ungrounded(summary, SOURCE) == []


@pytest.mark.parametrize(
    ("summary", "problem"),
    [
        ("星阶科技3月2日发布大模型，参数量为131亿。", "numbers not in the article: 131"),
        ("星阶科技4月2日发布大模型，售价1300元。", "numbers not in the article: 1300, 4"),
        ("星阶科技发布大模型“青苗”。", "quotations not in the article: 青苗"),
        ("周望川说：“数据都没有授权。”", "quotations not in the article: 数据都没有授权。"),
        (
            "星阶科技发布大模型，详情见https://qinghe.example.net/。",
            "addresses not in the article: https://qinghe.example.net/",
        ),
        ("星阶科技发布\x07大模型。", "it has control characters or stray blanks"),
        ("星阶科技发布\u202e大模型。", "it has control characters or stray blanks"),
        ("澜图机器人昨日宣布收购北辰汽车全部股权。", "most of its words are not in the article"),
        ("  ", "it is empty"),
    ],
)
def test_what_it_does_not_say_is_named(summary: str, problem: str) -> None:
    assert ungrounded(summary, SOURCE) == [problem]


def test_a_summary_has_a_length() -> None:
    copied = SOURCE * 9
    assert ungrounded(copied[: LONGEST + 1], copied) == [f"it is {LONGEST + 1} characters long"]
    assert ungrounded(copied[:LONGEST].strip(), copied) == []


def test_an_extract_is_grounded(article: Article) -> None:
    assert ungrounded(summarize(article).text, article.text) == []


@given(st.text(min_size=2, max_size=300).map(clean).filter(lambda text: len(text) > 1))
def test_every_text_grounds_itself(text: str) -> None:
    problems = ungrounded(text, text)
    assert not [problem for problem in problems if "not in the article:" in problem]
