"""Decisions on fictional titles and texts; the real ones are in benchmarks/relevance.py."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.taxonomy import load as load_taxonomy
from crawler.sources import topics
from crawler.sources.relevance import LEAD, Rule, by_text, by_title
from crawler.sources.source import Source

TOPICS = topics.load()
STRONG = [word for group in TOPICS.group if group.weight >= 3 for word in group.words]
STRONG += [word for each in load_taxonomy().technologies for word in each.words]
OFF = [word for group in TOPICS.group if group.weight < 0 for word in group.words]
FILLER = "这一天没有什么特别的事，大家照常起床，照常回家。" * 3


def source(focus: str = "general", **changes: object) -> Source:
    return Source.model_validate(
        {
            "id": "site",
            "name": "江城商报",
            "homepage": "https://news.example/",
            "article": "^https://news\\.example/[a-z]+/(\\d+)$",
            "entry": [{"kind": "feed", "url": "https://news.example/feed"}],
            "focus": focus,
            **changes,
        }
    )


def rule(known: Source) -> Rule:
    return Rule.load([known])


@pytest.mark.parametrize(
    "title",
    [
        "云岭智能发布第三代大模型",
        "江城首条芯片产线流片",
        "雲嶺智能發布晶片新品：半導體產能翻倍",
        "如何在 Fedora 上安装 Foliate",
        "三家机器人公司入选名单",
    ],
)
def test_a_title_about_technology_is_relevant(title: str) -> None:
    decision = by_title(TOPICS, title)
    assert decision.relevant is True
    assert decision.reason.startswith("title: ")


@pytest.mark.parametrize(
    ("title", "word"),
    [
        ("江城龙舟赛明日开桨", "龙舟"),
        ("午评：三大指数集体高开", "指数"),
        ("动力煤价格连涨三周", "动力煤"),
        ("重申青禾医学买入评级，目标价上调", "买入评级"),
    ],
)
def test_a_title_about_something_else_is_off_topic_by_its_words(title: str, word: str) -> None:
    decision = by_title(TOPICS, title)
    assert decision.relevant is False
    assert "off topic by" in decision.reason
    assert word in decision.reason


def test_a_title_that_says_too_little_is_unclear() -> None:
    assert by_title(TOPICS, "老街的一天").reason == "title: no topic word"
    assert by_title(TOPICS, "一次技术升级").relevant is None


def test_a_title_that_speaks_for_and_against_is_unclear() -> None:
    decision = by_title(TOPICS, "芯片板块大涨")
    assert (decision.relevant, decision.reason) == (None, "title: unclear")


def test_a_single_weak_sign_refuses_nothing() -> None:
    # 疫情 alone weighs 1 against it: its text shall decide.
    assert by_title(TOPICS, "疫情之后").relevant is None


def test_an_unclear_title_is_decided_by_the_text() -> None:
    about = by_text(TOPICS, "老街的一天", f"这里的芯片与机器人都来自江城。{FILLER}")
    assert about.relevant is True
    assert "2 topic words against 0 (芯片, 机器人)" in about.reason
    elsewhere = by_text(TOPICS, "老街的一天", f"餐饮店和酒店都关了门。{FILLER}")
    assert elsewhere.relevant is False
    assert "0 topic words against 2 (餐饮, 酒店)" in elsewhere.reason
    assert elsewhere.reason.startswith("title: no topic word; text: ")


def test_one_topic_word_in_a_text_is_not_enough() -> None:
    assert by_text(TOPICS, "老街的一天", f"街角有一台机器人。{FILLER}").relevant is False


def test_topic_words_must_not_be_fewer_than_off_topic_ones() -> None:
    both = "芯片与机器人，"
    assert by_text(TOPICS, "老街的一天", f"{both}餐饮和酒店。").relevant is True
    assert by_text(TOPICS, "老街的一天", f"{both}餐饮、酒店和楼市。").relevant is False


def test_what_a_text_says_late_does_not_count() -> None:
    late = "平" * 1000 + "芯片与机器人。"
    assert by_text(TOPICS, "老街的一天", late).relevant is False


def test_a_general_source_is_refused_by_title_before_it_is_asked() -> None:
    known = source()
    decision = rule(known).before(known, "https://news.example/a/1", "江城龙舟赛明日开桨")
    assert decision.relevant is False
    assert rule(known).before(known, "https://news.example/a/1", "").relevant is None


def test_a_source_of_technology_is_never_refused_by_title() -> None:
    known = source("technology")
    judge = rule(known)
    assert judge.before(known, "https://news.example/a/1", "江城龙舟赛明日开桨").relevant is None
    assert judge.after("site", "江城龙舟赛明日开桨", FILLER).relevant is False
    assert judge.after("site", "江城龙舟赛明日开桨", f"裁判用上了机器人。{FILLER}").relevant is True
    assert judge.after("site", "老街的一天", f"餐饮店和酒店都关了门。{FILLER}").relevant is True


@pytest.mark.parametrize("focus", ["general", "technology"])
def test_a_section_is_refused_whatever_the_title_says(focus: str) -> None:
    known = source(focus, drop=("/auto/",), take=("/it/", "/auto/"))
    judge = rule(known)
    dropped = judge.before(known, "https://news.example/auto/1", "芯片流片")
    assert (dropped.relevant, dropped.reason) == (False, "section: the address matches /auto/")
    elsewhere = judge.before(known, "https://news.example/ent/1", "芯片流片")
    assert (elsewhere.relevant, "in no section to take" in elsewhere.reason) == (False, True)
    assert judge.before(known, "https://news.example/it/1", "芯片流片").relevant is True


def test_a_source_that_is_no_longer_registered_is_taken_for_one_of_technology() -> None:
    assert rule(source()).after("gone", "老街的一天", FILLER).relevant is True


@given(st.text(), st.text(), st.booleans())
def test_any_text_is_decided_with_a_reason(title: str, text: str, technology: bool) -> None:
    decision = by_text(TOPICS, title, text, technology)
    assert decision.relevant is not None
    assert decision.reason


words = st.sampled_from([*OFF, *STRONG, "老街", "2026", "新功能", "技术"])


@given(st.lists(words), st.lists(words), st.sampled_from(STRONG))
def test_one_more_topic_word_never_makes_it_irrelevant(
    title: list[str], text: list[str], more: str
) -> None:
    head, body = "，".join(title), "，".join(text)
    assert not by_title(TOPICS, head).relevant or by_title(TOPICS, f"{head}，{more}").relevant
    if by_text(TOPICS, head, body).relevant:
        assert by_text(TOPICS, f"{head}，{more}", body).relevant
        assert by_text(TOPICS, head, f"{more}，{body}"[:LEAD]).relevant
