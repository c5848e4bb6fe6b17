from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from psycopg import Connection

from archive import clock, editions, links, material, sources
from archive.edition_models import Edition
from archive.models import Figure, Outcome

DAY = date(2026, 3, 5)
WINDOW = clock.window(DAY, time(7))
SECOND = timedelta(seconds=1)


def shown(conn: Connection) -> list[str]:
    return [story.title for story in material.gather(conn, WINDOW, WINDOW.end).stories]


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (WINDOW.start - SECOND, DAY - timedelta(days=1)),
        (WINDOW.start, DAY),
        (WINDOW.end - SECOND, DAY),
        (WINDOW.end, DAY + timedelta(days=1)),
    ],
)
def test_an_article_is_in_the_edition_of_its_day_only(
    conn: Connection, desk: Any, at: datetime, day: date
) -> None:
    desk.summary(desk.article("a", at=at))
    days = [DAY + timedelta(days=n) for n in (-1, 0, 1)]
    windows = [clock.window(each, time(7)) for each in days]
    found = [w.day for w in windows if material.gather(conn, w, w.end).stories]
    assert found == [day]


def test_a_story_says_all_that_the_digest_shows(conn: Connection, desk: Any) -> None:
    hour = WINDOW.start + timedelta(hours=1)
    article = desk.article("a", at=hour, title="量潮发布新模型", origin="量潮", published_at=hour)
    desk.summary(article, text="新模型更小。")
    (story,) = material.gather(conn, WINDOW, WINDOW.end).stories
    assert (story.article_id, story.title) == (article, "量潮发布新模型")
    assert (story.url, story.source_name) == ("https://xinghe.example/a", "星河科技报")
    assert (story.origin, story.published_at, story.first_seen) == ("量潮", hour, hour)
    assert (story.summary, story.topic) == ("新模型更小。", "模型")
    assert (story.keywords, story.technologies) == (("量潮", "新模型"), ("大模型",))
    assert (story.industries, story.copies) == (("软件",), ())


def test_an_article_without_a_summary_is_not_shown(conn: Connection, desk: Any) -> None:
    desk.article("a", at=WINDOW.start)
    assert shown(conn) == []


def test_copies_are_folded_into_the_original(conn: Connection, desk: Any) -> None:
    early, late = WINDOW.start + SECOND, WINDOW.start + 2 * SECOND
    # The reprint was seen first, and says an earlier time.
    reprint = desk.article("reprint", origin="智点财经", at=WINDOW.start, published_at=early)
    original = desk.article("original", source="zhidian", at=late, published_at=late)
    other = desk.article("other", at=late)
    for article in (reprint, original, other):
        desk.summary(article)
    desk.copies(reprint, original)
    assert shown(conn) == ["标题 original", "标题 other"]
    first, second = material.gather(conn, WINDOW, WINDOW.end).stories
    assert first.copies == (("星河科技报", "https://xinghe.example/reprint"),)
    assert (first.origin, first.reports, second.copies) == ("智点财经", (), ())


def test_an_origin_that_was_never_seen_is_named(conn: Connection, desk: Any) -> None:
    silent = desk.article("a", at=WINDOW.start)
    naming = desk.article("b", source="zhidian", at=WINDOW.start, origin="东岸")
    desk.summary(naming)
    desk.copies(silent, naming)
    (story,) = material.gather(conn, WINDOW, WINDOW.end).stories
    assert (story.title, story.origin) == ("标题 b", "东岸")


def test_a_story_is_told_once_by_its_first_report(conn: Connection, desk: Any) -> None:
    names = ("first", "second", "copy", "rewritten")
    first, second, copy, rewritten = (
        desk.article(name, source=source, at=WINDOW.start + number * SECOND, origin=origin)
        for number, (name, source, origin) in enumerate(
            zip(names, ("xinghe", "zhidian") * 2, ("", "", "智点财经", "星河科技报"), strict=True)
        )
    )
    for article in (first, second, rewritten):
        desk.summary(article)
    for members in ((first,), (second, copy), (rewritten,)):
        desk.copies(*members, story=first)
    (story,) = material.gather(conn, WINDOW, WINDOW.end).stories
    assert (story.title, story.follows) == ("标题 first", False)
    assert story.reports == (("标题 second", "智点财经", "https://zhidian.example/second"),)
    # What others make of the same writer's report is no report of their own.
    assert {url.rpartition("/")[2] for _, url in story.copies} == {"copy", "rewritten"}


def test_a_flash_does_not_lead_a_story(conn: Connection, desk: Any) -> None:
    flash = desk.article("flash", "量潮发布模型。", at=WINDOW.start)
    full = desk.article("full", "量潮发布了新模型。" * 4, "zhidian", WINDOW.start + SECOND)
    for article in (flash, full):
        desk.summary(article)
        desk.copies(article, story=flash)
    assert shown(conn) == ["标题 full"]


def test_a_story_of_yesterday_is_told_again_only_when_others_report_it(
    conn: Connection, desk: Any
) -> None:
    told = desk.article("told", at=WINDOW.start - SECOND)
    reprint = desk.article("reprint", source="zhidian", at=WINDOW.start, origin="星河科技报")
    desk.summary(told)
    desk.copies(told, reprint, story=told)
    assert shown(conn) == []
    rewritten = desk.article(
        "rewritten", "又写一遍。", "zhidian", WINDOW.start, origin="星河科技报"
    )
    desk.summary(rewritten)
    desk.copies(rewritten, story=told)
    assert shown(conn) == []
    new = desk.article("new", source="zhidian", at=WINDOW.end - SECOND)
    desk.summary(new)
    desk.copies(new, story=told)
    (story,) = material.gather(conn, WINDOW, WINDOW.end).stories
    assert (story.title, story.follows, story.reports) == ("标题 new", True, ())
    assert story.copies == (("智点财经", "https://zhidian.example/rewritten"),)
    # Its first writer may know more by now.
    more = desk.article("more", "第二天的消息。", at=WINDOW.end - SECOND)
    desk.summary(more)
    desk.copies(more, story=told)
    (story,) = material.gather(conn, WINDOW, WINDOW.end).stories
    assert story.reports == (("标题 more", "星河科技报", "https://xinghe.example/more"),)
    # The day before is what it was.
    yesterday = clock.window(DAY - timedelta(days=1), time(7))
    (story,) = material.gather(conn, yesterday, WINDOW.start).stories
    assert (story.title, story.follows, story.copies) == ("标题 told", False, ())


def test_what_each_source_gave_in_the_window(conn: Connection, desk: Any) -> None:
    for name, at in (("a", WINDOW.start), ("b", WINDOW.end), ("c", WINDOW.end - SECOND)):
        desk.article(name, at=at)
    links.settle(conn, desk.link("d", at=WINDOW.start), Outcome.PAYWALLED, "未读", WINDOW.start)
    desk.link("e", at=WINDOW.start)
    given = [(s.id, s.stored, s.refused) for s in material.gather(conn, WINDOW, WINDOW.end).sources]
    assert given == [("xinghe", 2, 1), ("zhidian", 0, 0)]


def test_an_edition_waits_for_originals_not_for_copies(conn: Connection, desk: Any) -> None:
    copy = desk.article("copy", at=WINDOW.end - SECOND, origin="智点财经")
    original = desk.article("original", source="zhidian", at=WINDOW.end)
    desk.copies(copy, original)
    assert (editions.unready(conn, WINDOW), shown(conn)) == (1, [])
    desk.summary(original)
    assert (editions.unready(conn, WINDOW), shown(conn)) == (0, ["标题 original"])


def test_a_story_has_the_summary_of_whoever_was_summarized(conn: Connection, desk: Any) -> None:
    first = desk.article("first", at=WINDOW.start, origin="智点财经")
    desk.summary(first, text="先到的摘要。")
    later = desk.article("later", source="zhidian", at=WINDOW.start + SECOND)
    desk.copies(first, later)
    (story,) = material.gather(conn, WINDOW, WINDOW.end).stories
    assert (story.title, story.summary, story.articles) == (
        "标题 later",
        "先到的摘要。",
        (first, later),
    )
    desk.summary(later, text="原文的摘要。")
    (story,) = material.gather(conn, WINDOW, WINDOW.end).stories
    assert story.summary == "原文的摘要。"


def test_a_summary_of_an_earlier_version_is_not_told(conn: Connection, desk: Any) -> None:
    article = desk.article("a", at=WINDOW.start)
    desk.summary(article)
    desk.article("a", "更正后的正文。", at=WINDOW.start)
    assert shown(conn) == []
    desk.summary(article)
    assert shown(conn) == ["标题 a"]


def test_what_goes_on_says_what_is_new_in_it(conn: Connection, desk: Any) -> None:
    told = desk.article("told", at=WINDOW.start - SECOND)
    text = "量潮发布了新模型。新模型的价格是每百万词元9元，比同行低。"
    new = desk.article("new", text, "zhidian", WINDOW.start)
    for article in (told, new):
        desk.summary(article)
        desk.copies(article, story=told)
    before = clock.window(DAY - timedelta(days=1), time(7))
    editions.freeze(conn, before, Edition(before.day, "", "", ""), before.end, {told: "told"})
    (story,) = material.gather(conn, WINDOW, WINDOW.end).stories
    assert (story.follows, story.caught_up) == (True, False)
    assert story.adds == "新模型的价格是每百万词元9元，比同行低。"


def figure(value: float, written: str) -> Figure:
    return Figure(
        "模型产业规模", (value,), "元", "stock", "2025年", "2025", "", written, 0, 1, (0, 5),
        ("模型", "规模"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("other", "source", "relation"),
    [
        (figure(3e9, "30亿元"), "zhidian", "conflict"),
        (figure(2e9, "20亿元"), "zhidian", "agreement"),
        (figure(2e9, "20亿元"), "xinghe", ""),
        (replace(figure(3e9, "30亿元"), as_of="2024"), "zhidian", ""),
    ],
)
def test_a_figure_says_who_agrees_and_who_does_not(
    conn: Connection, desk: Any, other: Figure, source: str, relation: str
) -> None:
    desk.summary(desk.article("a", at=WINDOW.start), figures=(figure(2e9, "20亿元"),))
    elsewhere = desk.article("b", "别处的正文。", source, at=WINDOW.start - timedelta(days=30))
    desk.summary(elsewhere, figures=(other,))
    (story,) = material.gather(conn, WINDOW, WINDOW.end).stories
    (told,) = story.figures
    assert (told.subject, told.written, told.relation) == ("模型产业规模", "20亿元", relation)
    if relation:
        assert (told.other_source, told.other) == ("智点财经", other.text)


def test_what_agrees_is_decided_in_one_place(conn: Connection, desk: Any) -> None:
    for name, source in (("a", "xinghe"), ("b", "zhidian")):
        article = desk.article(name, f"{name}的正文。", source, at=WINDOW.start)
        desk.summary(article, figures=(figure(2e9, "20亿元"),))
    conn.execute(
        "create or replace view archive.related_figure as select text 'conflict' as relation,"
        " 1::bigint as article, 1 as number, 1::bigint as other_article, 1 as other_number"
        " where false"
    )
    assert conn.execute("select * from news.figure_comparisons").fetchall() == []
    (one, other) = material.gather(conn, WINDOW, WINDOW.end).stories
    assert (one.figures[0].relation, other.figures[0].relation) == ("", "")


def test_changes_of_numbers_and_titles_are_told_with_who_did_not_follow(
    conn: Connection, desk: Any
) -> None:
    before = WINDOW.start - timedelta(days=1)
    article = desk.article("a", "营收是12亿元。", at=before)
    copy = desk.article("b", "营收是12亿元。", "zhidian", before, origin="星河科技报")
    desk.summary(article)
    desk.copies(article, copy)
    wording = desk.article("c", "新模型发布了。", at=before)
    desk.summary(wording)
    desk.article("a", "营收是21亿元。", at=WINDOW.start)
    desk.article("c", "新模型发布啦。", at=WINDOW.start)
    (changed,) = material.gather(conn, WINDOW, WINDOW.end).corrections
    assert (changed.article_id, changed.source_name, changed.stale) == (article, "星河科技报", 1)
    assert "数字由12亿元改为21亿元" in changed.account
    yesterday = clock.window(DAY - timedelta(days=1), time(7))
    assert material.gather(conn, yesterday, WINDOW.start).corrections == ()


def test_the_weight_of_a_source_and_rising_terms_come_along(conn: Connection, desk: Any) -> None:
    for name, text in (("a", "量潮。"), ("b", "新模型。")):
        desk.summary(desk.article(name, text, at=WINDOW.start + SECOND))
    sources.sync(conn, [("xinghe", "星河科技报", "https://xinghe.example", True, 2.5)], WINDOW.end)
    gathered = material.gather(conn, WINDOW, WINDOW.end)
    assert [story.weight for story in gathered.stories] == [2.5, 2.5]
    assert {(each.term, each.articles) for each in gathered.rising} == {
        ("大模型", 2),
        ("量潮", 2),
        ("新模型", 2),
    }
