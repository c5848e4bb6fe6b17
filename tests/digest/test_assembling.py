import re
from collections import Counter
from dataclasses import replace
from datetime import date

import html5lib
import pytest

from archive.edition_models import Edition, Material, Part
from digest.assembling import assemble
from digest.compose import compose

PAGE = re.compile(r"https?://[^\s\"<>]+")


@pytest.fixture(scope="module")
def brief(full: Material) -> Edition:
    return compose(full, "简报")


def robots(part: Part) -> bool:
    return part.topic == "机器人"


def shown(html: str) -> str:
    return "".join(html5lib.parse(html, namespaceHTMLElements=False).find("body").itertext())


def test_all_of_it_is_the_edition(brief: Edition) -> None:
    whole = assemble(brief)
    assert (whole.subject, whole.html, whole.text) == (brief.subject, brief.html, brief.text)
    kinds = Counter(part.kind for part in brief.parts)
    assert kinds["story"] == 28
    assert kinds["figure"] == kinds["correction"] == kinds["rising"] == 1
    assert "你所选" not in brief.text


def test_a_reader_gets_the_chosen_topic_and_is_told_how_much_of_all_that_is(brief: Edition) -> None:
    mine = assemble(brief, robots)
    assert mine.subject == "简报｜2026年11月22日｜机器人"
    assert re.findall(r"━━ (\S+) ━━", mine.text) == ["机器人", "升温词"]
    for part in (mine.html, mine.text):
        assert "以下是你所选的内容：4 篇，本期共 28 篇。" in part
        assert "鹿溪机器人“阿鹿”进厂" in part
        assert "云岭智能发布青鸾3.0" not in part
        assert "没有你所选" not in part
    assert mine.subject in mine.html
    assert mine.html.count("<title>") == 1


def test_figures_and_corrections_go_with_what_was_chosen(brief: Edition) -> None:
    mine = assemble(brief, lambda part: 21 in part.articles)
    assert re.findall(r"━━ (\S+) ━━", mine.text)[:3] == ["产业与应用", "今日数字", "更正与变更"]
    assert "：1 篇，本期共 28 篇。" in mine.text


def test_keywords_can_choose(brief: Edition) -> None:
    mine = assemble(brief, lambda part: "AIGC" in part.words)
    assert re.findall(r"^\d+\. (.{6})", mine.text, re.M) == ["智能生成内容", "标识办法施行"]


def test_who_wants_nothing_of_it_is_told_so_with_counts(brief: Edition) -> None:
    mine = assemble(brief, lambda _: False)
    assert mine.subject.endswith("｜没有你所选的新文章")
    for part in (mine.html, mine.text):
        assert "本期共收录 28 篇文章，来自 9 家来源。" in part
    assert "你所选的内容" not in mine.text
    assert "━━" not in mine.text
    assert "收录范围" in mine.text


def test_what_is_left_to_the_archive_is_told_to_who_takes_the_topic_whole(
    newsday: Material,
) -> None:
    crowd = [replace(newsday.stories[0], article_id=n, title=f"第{n}则") for n in range(20)]
    brief = compose(replace(newsday, stories=tuple(crowd)), "简报")
    assert "另有 8 篇见存档" in assemble(brief, lambda _: True).text
    assert "见存档" not in assemble(brief, lambda part: "9" in part.title).text


def test_an_inbox_previews_what_was_chosen(brief: Edition) -> None:
    hidden = html5lib.parse(assemble(brief, robots).html, namespaceHTMLElements=False)
    assert hidden.find("body/div").text == "江城机场启用行李搬运机器人，夜班减少40人"


def test_the_way_to_stop_stands_in_both_parts_and_is_escaped(brief: Edition) -> None:
    address = 'https://a.test/u/1?a=1&b="2'
    mine = assemble(brief, robots, address)
    assert address in mine.text
    page = html5lib.parse(mine.html, namespaceHTMLElements=False)
    assert address in [link.get("href") for link in page.iter("a")]
    assert "一键退订" not in brief.html


def test_words_of_articles_in_braces_stay_as_they_are(newsday: Material) -> None:
    story = replace(newsday.stories[0], title="{subject} {shown}", summary="{preheader}")
    brief = compose(replace(newsday, stories=(story,)), "{preheader}")
    assert "1. {subject} {shown}\n" in assemble(brief, lambda _: True).text
    assert "   {preheader}\n" in brief.text


def test_every_choice_is_whole_html_with_both_parts_alike(brief: Edition) -> None:
    for topic in sorted({part.topic for part in brief.parts if part.topic}):
        mine = assemble(brief, lambda part, topic=topic: part.topic == topic)
        page = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(mine.html)
        links = [link.get("href") for link in page.iter("a")]
        assert links == PAGE.findall(mine.text)


def test_both_parts_say_the_same_words_and_numbers(brief: Edition) -> None:
    seen = re.sub(r"\s+", "", shown(brief.html))
    for line in brief.text.splitlines():
        said = re.sub(r"^\s*(-|\d+\.) |https?://\S+|[━─█·　]+", " ", line).split()
        assert all(words.removeprefix("：") in seen for words in said), line
    numbers = Counter(re.findall(r"\d+(?:\.\d+)?", PAGE.sub("", brief.text)))
    text = re.sub(r"^.*?</div>", "", brief.html, count=1, flags=re.S)
    assert not Counter(re.findall(r"\d+(?:\.\d+)?", shown(text))) - numbers


def test_what_was_frozen_without_parts_is_the_same_for_everybody() -> None:
    old = Edition(date(2026, 1, 1), "旧", "<p>", "旧\n")
    assert assemble(old, lambda _: False).text == "旧\n"
