import re
from dataclasses import replace
from datetime import UTC, datetime
from xml.etree.ElementTree import Element

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.edition_models import Corrected, Edition, KeyFigure, Material, Rising, SourceDay, Story
from benchmarks.mail_safety import PROBES, SEEN, TAGS, WINDOW, check
from digest.compose import compose
from digest.lines import web
from digest.words import Language

STORY = Story(1, "题目", "https://a.test/1", "甲报", "", SEEN, SEEN, "摘要。", (), (), (), "大模型")


def edition(*stories: Story, sources: tuple[SourceDay, ...] = ()) -> Edition:
    return compose(Material(WINDOW, stories, sources), "简报")


def parsed(html: str) -> Element:
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html)


def links(html: str) -> list[str]:
    return [a.get("href") for a in parsed(html).iter("a")]


def text_links(text: str) -> list[str]:
    return re.findall(r"https?://\S+", text)


def test_the_same_material_gives_the_same_bytes(newsday: Material) -> None:
    assert compose(newsday, "简报") == compose(newsday, "简报")


def test_a_story_lies_where_its_rank_says_whatever_the_order_it_came_in(newsday: Material) -> None:
    order = ("大模型", "机器人", "芯片与硬件", "智能驾驶", "产业与应用", "政策与标准")
    backwards = replace(newsday, stories=newsday.stories[::-1], topics=order)
    assert compose(replace(newsday, topics=order), "简报") == compose(backwards, "简报")


def test_subject_names_the_product_the_day_and_the_two_largest_topics(newsday: Material) -> None:
    assert compose(newsday, "晨读").subject == "晨读｜2026年11月22日｜大模型｜产业与应用"


def test_the_subject_names_the_rest_only_when_there_is_nothing_else() -> None:
    rest = [replace(STORY, article_id=n, topic="") for n in range(3)]
    assert edition(*rest, STORY).subject.endswith("｜大模型｜其他")
    assert edition(*rest).subject.endswith("｜其他")


def test_counts_are_those_of_the_material(newsday: Material) -> None:
    brief = compose(newsday, "简报")
    assert brief.counts == {
        **{"articles": 28, "sources": 9, "copies": 21, "reports": 4, "shown": 28},
        **{"older": 0, "caught_up": 0, "undelivered": 0},
    }
    for part in (brief.html, brief.text):
        assert "28 篇文章 · 9 家来源 · 合并转载 21 篇、同题报道 4 篇" in part


def test_html_has_no_parse_error_and_only_the_tags_of_the_template(newsday: Material) -> None:
    tags = {node.tag for node in parsed(compose(newsday, "简报").html).iter()}
    assert tags <= TAGS


def test_html_fetches_nothing(newsday: Material) -> None:
    html = compose(newsday, "简报").html
    assert not re.search(r"<(img|link|script|iframe)|url\(|@import|\bsrc=", html)


def test_both_parts_hold_the_same_links_in_the_same_order(newsday: Material) -> None:
    brief = compose(newsday, "简报")
    assert links(brief.html) == text_links(brief.text)
    # Two of one story's six copies and one of its four other reports are only counted.
    assert len(links(brief.html)) == 28 + 19 + 3


def test_each_story_is_there_once(newsday: Material) -> None:
    brief = compose(newsday, "简报")
    for story in newsday.stories:
        assert brief.text.count(f". {story.title}\n   {story.url}\n") == 1
        assert links(brief.html).count(story.url) == 1


def test_copies_are_folded_into_one_line() -> None:
    copies = tuple((f"{name}报", f"https://{n}.test/") for n, name in enumerate("乙丙丁戊己庚"))
    brief = edition(replace(STORY, copies=copies))
    shown = "".join(parsed(brief.html).find("body").itertext())
    assert "另有 6 家转载：乙报、丙报、丁报、戊报\n" in shown
    lines = "".join(f"   - {name} {url}\n" for name, url in copies[:4])
    assert f"   另有 6 家转载：\n{lines}\n" in brief.text
    assert "家转载" not in edition(STORY).text


def test_other_reports_stand_below_with_their_titles() -> None:
    reports = tuple(
        (f"别题{n}", f"{name}报", f"https://{n}.test/") for n, name in enumerate("乙丙丁戊")
    )
    brief = edition(replace(STORY, reports=reports))
    shown = "".join(parsed(brief.html).find("body").itertext())
    assert "另有报道 4 篇：· 别题0（乙报）· 别题1（丙报）· 别题2（丁报）\n" in shown
    assert "   另有报道 4 篇：\n   - 别题0（乙报） https://0.test/\n" in brief.text


def test_who_was_first_is_said_where_others_follow() -> None:
    copies = (("乙报", "https://b.test/"),)
    assert "   首发 甲报 · " in edition(replace(STORY, copies=copies)).text
    reports = (("别题", *copies[0]),)
    assert "   首发 甲报 · " in edition(replace(STORY, reports=reports, origin="甲报")).text
    # This copy is not the first.
    assert "首发" not in edition(replace(STORY, copies=copies, origin="丙报")).text
    assert "首发" not in edition(STORY).text


def test_what_goes_on_from_an_earlier_edition_says_so() -> None:
    assert "   续报 · 甲报 · " in edition(replace(STORY, follows=True)).text


def test_an_inbox_previews_the_first_story_of_the_first_three_topics() -> None:
    titles = ("甲一", "甲二", "乙一", "丙一", "丁一")
    brief = edition(*(replace(STORY, title=title, topic=title[0]) for title in titles))
    hidden = parsed(brief.html).find("body/div").text
    assert hidden.split() == ["甲一", "乙一", "丙一"]


def test_both_parts_say_the_same(newsday: Material) -> None:
    brief = compose(newsday, "简报")
    shown = "".join(parsed(brief.html).find("body").itertext())
    for story in newsday.stories:
        for words in (story.title, story.summary, story.source_name, *story.technologies):
            assert words in shown
            assert words in brief.text
    for line in brief.text[brief.text.index("收录范围") :].splitlines():
        assert line in shown


def test_topics_keep_the_given_order_and_the_unnamed_come_last() -> None:
    material = Material(
        WINDOW,
        tuple(replace(STORY, topic=topic) for topic in ("", "乙", "甲", "其他", "丙")),
        (),
        ("丙", "无", "甲"),
    )
    text = compose(material, "简报").text
    assert re.findall(r"━━ (\S+) ", text) == ["丙", "甲", "乙", "其他"]


def test_what_more_outlets_carry_comes_first_and_round_ups_last() -> None:
    told = replace(STORY, title="平平", copies=(("乙报", "https://b.test/"),))
    own = replace(STORY, title="自转", copies=(("甲报", "https://a.test/2"),))
    reported = replace(STORY, title="两家", reports=(("题", "乙报", "u"), ("题", "丙报", "u")))
    newsy = replace(STORY, title="首次量产")
    round_up = replace(STORY, title="早报合集", copies=told.copies * 2)
    text = edition(round_up, own, newsy, told, reported).text
    ranked = ["两家", "平平", "首次量产", "自转", "早报合集"]
    assert re.findall(r"^\d\. (\S+)", text, re.M) == ranked


def test_of_equal_weight_the_newer_comes_first() -> None:
    old = replace(STORY, title="旧闻", published_at=datetime(2026, 11, 20, tzinfo=UTC))
    text = edition(old, replace(STORY, title="新闻"), replace(STORY, title="同时")).text
    assert re.findall(r"^\d\. (\S+)", text, re.M) == ["新闻", "同时", "旧闻"]


def test_a_topic_shows_twelve_and_says_how_many_are_left() -> None:
    brief = edition(*(replace(STORY, article_id=n) for n in range(15)))
    assert brief.counts["shown"] == 12
    for part in (brief.html, brief.text):
        assert "另有 3 篇见存档" in part


def test_forty_are_shown_in_all_and_no_topic_starves() -> None:
    crowd = [replace(STORY, article_id=n, topic=f"题{n % 6}") for n in range(60)]
    brief = edition(*crowd, replace(STORY, article_id=99, topic="冷门"))
    assert brief.counts["shown"] == 40
    assert "━━ 冷门 ━━\n\n1. 题目" in brief.text


@pytest.mark.parametrize(
    ("origin", "said"), [("", False), ("甲报", False), ("甲 报", False), ("乙报", True)]
)
def test_the_origin_is_named_when_it_is_not_the_source(origin: str, said: bool) -> None:
    assert ("原载" in edition(replace(STORY, origin=origin)).text) is said


@pytest.mark.parametrize(
    ("published", "said"),
    [
        (datetime(2026, 11, 21, 17, 5, tzinfo=UTC), "甲报 · 11月22日 01:05\n"),
        (datetime(2025, 12, 31, 15, 59, tzinfo=UTC), "甲报 · 2025年12月31日 23:59\n"),
        (None, "甲报 · 11月21日 12:00 收录\n"),
    ],
)
def test_times_are_beijing_time(published: datetime | None, said: str) -> None:
    assert said in edition(replace(STORY, published_at=published)).text


def test_a_day_is_told_without_a_time() -> None:
    day = datetime(2026, 11, 20, 16, tzinfo=UTC)
    assert "甲报 · 11月21日\n" in edition(replace(STORY, published_at=day, is_day=True)).text


def test_keywords_stand_in_for_missing_tags() -> None:
    assert "· 甲 / 乙 / 丙\n" in edition(replace(STORY, keywords=tuple("甲乙丙丁"))).text
    assert "· 芯片\n" in edition(replace(STORY, keywords=("甲",), technologies=("芯片",))).text


def test_the_foot_names_the_silent_and_the_refused() -> None:
    sources = (
        SourceDay("a", "甲报", 1, 0),
        SourceDay("b", "乙报", 0, 0),
        SourceDay("c", "丙", 0, 9),
    )
    brief = edition(STORY, sources=sources)
    for part in (brief.html, brief.text):
        assert "没有新文章的来源：乙报。" in part
        assert "有链接未收录的来源（链接数）：丙 9。" in part


def test_a_long_list_of_sources_ends_in_their_number() -> None:
    sources = tuple(SourceDay(str(n), f"第{n}报", 0, 0) for n in range(40))
    assert "、第29报 等 40 家。" in edition(STORY, sources=sources).text


def test_a_story_without_a_title_can_still_be_followed() -> None:
    brief = edition(replace(STORY, title="\u200b"))
    assert "1. （无标题）\n   https://a.test/1\n" in brief.text


@pytest.mark.parametrize(
    ("sources", "why"),
    [
        ((), "没有启用任何来源"),
        ((SourceDay("a", "甲", 0, 0), SourceDay("b", "乙", 0, 0)), "检查了 2 家来源，都没有发布"),
        ((SourceDay("a", "甲", 0, 7),), "检查了 1 家来源，发现 7 个新链接，没有一篇可以收录"),
        ((SourceDay("a", "甲", 3, 0),), "收到 3 篇文章，但在截稿前没有写完摘要"),
    ],
)
def test_an_empty_day_says_so_and_why(sources: tuple[SourceDay, ...], why: str) -> None:
    brief = edition(sources=sources)
    assert brief.subject == "简报｜2026年11月22日｜没有新文章"
    for part in (brief.html, brief.text):
        assert "今天没有可读的新文章" in part
        assert why in part
    parsed(brief.html)


def test_thirty_long_stories_stay_below_seventy_kilobytes() -> None:
    long = replace(
        STORY,
        title="某公司发布新一代训练芯片，性能提升三倍，功耗下降四成" * 2,
        url="https://news.example.test/2026/11/21/" + "a" * 80,
        summary="这家公司在发布会上说，新芯片将于明年一季度交付，首批两万片。" * 8,
        technologies=("人工智能芯片", "大模型训练"),
        copies=tuple((f"第{n}日报", f"https://copy{n}.test/{'b' * 60}") for n in range(6)),
    )
    brief = edition(*(replace(long, article_id=n, topic=f"题{n % 4}") for n in range(30)))
    assert brief.counts["shown"] == 30
    assert len(brief.html.encode()) <= 70_000


def test_what_does_not_fit_is_left_to_the_archive() -> None:
    huge = replace(STORY, title="&" * 5000, summary="'" * 5000, url="https://a.test/" + "&" * 900)
    brief = edition(*(replace(huge, article_id=n) for n in range(12)))
    assert len(brief.html.encode()) <= 70_000
    assert 0 < brief.counts["shown"] < 12
    assert f"另有 {12 - brief.counts['shown']} 篇见存档" in brief.text


@pytest.mark.parametrize("url", ["https://a.test", "HTTP://a.test:8080/新闻?a=1&b='2'#c"])
def test_web_addresses_pass(url: str) -> None:
    assert web(url) == url


@pytest.mark.parametrize("url", ["", "mailto:a@b.test", "ftp://a.test/", "https:a", *PROBES])
def test_everything_else_is_not_linked(url: str) -> None:
    assert web(url) == ""


@pytest.mark.parametrize("probe", PROBES)
@pytest.mark.parametrize(
    "field",
    ["title", "url", "source_name", "origin", "summary", "topic", "keywords", "copies", "reports"],
)
def test_no_field_can_break_out(field: str, probe: str) -> None:
    listed = {"keywords": (probe,), "copies": ((probe, probe),), "reports": ((probe,) * 3,)}
    value = listed.get(field, probe)
    brief = edition(replace(STORY, **{field: value}), sources=(SourceDay("a", probe, 0, 1),))
    check(brief)
    check(compose(Material(WINDOW, (STORY,), ()), probe))


any_text = st.text(st.characters(exclude_categories=()), max_size=40) | st.sampled_from(PROBES)
any_words = st.lists(any_text, max_size=4).map(tuple)
any_figure = st.builds(
    KeyFigure,
    any_text | any_text.map("{}营收".format),
    *[any_text] * 4,
    st.sampled_from(["", "agreement", "conflict", "other kind"]),
    *[any_text] * 3,
)
any_story = st.builds(
    Story,
    article_id=st.integers(1, 9),
    title=any_text,
    url=any_text | any_text.map("https://a.test/{}".format),
    source_name=any_text,
    origin=any_text,
    published_at=st.none()
    | st.integers(0, 4 * 10**9).map(lambda n: datetime.fromtimestamp(n, UTC)),
    first_seen=st.just(SEEN),
    summary=any_text,
    keywords=any_words,
    technologies=any_words,
    industries=any_words,
    topic=any_text,
    copies=st.lists(st.tuples(any_text, any_text), max_size=6).map(tuple),
    reports=st.lists(st.tuples(any_text, any_text, any_text), max_size=5).map(tuple),
    follows=st.booleans(),
    adds=any_text,
    caught_up=st.booleans(),
    figures=st.lists(any_figure, max_size=3).map(tuple),
    method=any_text,
)
any_change = st.builds(
    Corrected,
    st.integers(1, 9),
    *[any_text] * 3,
    st.just(SEEN),
    any_text,
    any_text,
    st.integers(0, 3),
    any_words,
)
any_rising = st.builds(Rising, any_text, st.integers(1, 99), st.floats(0, 9))
any_source = st.builds(SourceDay, any_text, any_text, st.integers(0, 9), st.integers(0, 9))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(any_story, max_size=5).map(tuple),
    st.lists(any_source, max_size=3).map(tuple),
    st.lists(any_change, max_size=2).map(tuple),
    st.lists(any_rising, max_size=2).map(tuple),
    st.sampled_from(["zh", "en"]),
)
def test_any_text_makes_a_safe_mail(
    stories: tuple[Story, ...],
    sources: tuple[SourceDay, ...],
    changes: tuple[Corrected, ...],
    rising: tuple[Rising, ...],
    language: Language,
) -> None:
    material = Material(WINDOW, stories, sources, corrections=changes, rising=rising)
    check(compose(material, "简报", language))
