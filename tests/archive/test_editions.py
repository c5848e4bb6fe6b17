from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from psycopg import Connection

from archive import clock, editions, links
from archive.models import Edition, Outcome
from archive.sameness.stored import place_pending

DAY = date(2026, 3, 5)
WINDOW = clock.window(DAY, time(7))
SECOND = timedelta(seconds=1)
EDITION = Edition(DAY, "简报：量潮发布新模型", "<p>量潮</p>", "量潮\n", {"stories": 1})


def shown(conn: Connection) -> list[str]:
    return [story.title for story in editions.material(conn, WINDOW).stories]


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
    found = [w.day for w in windows if editions.material(conn, w).stories]
    assert found == [day]


def test_a_story_says_all_that_the_digest_shows(conn: Connection, desk: Any) -> None:
    hour = WINDOW.start + timedelta(hours=1)
    article = desk.article("a", at=hour, title="量潮发布新模型", origin="量潮", published_at=hour)
    desk.summary(article, text="新模型更小。")
    (story,) = editions.material(conn, WINDOW).stories
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
    reprint = {"origin": "智点财经", "published_at": early}
    # The reprint was seen first, and says an earlier time.
    desk.summary(desk.article("reprint", "同文。", at=WINDOW.start, **reprint))
    own = {"origin": "智点财经", "source": "zhidian", "published_at": late}
    desk.summary(desk.article("original", "同文。", at=late, **own))
    desk.summary(desk.article("other", "异文。", at=late))
    assert shown(conn) == ["标题 original", "标题 other"]
    original, other = editions.material(conn, WINDOW).stories
    assert original.copies == (("星河科技报", "https://xinghe.example/reprint"),)
    assert other.copies == ()


@pytest.mark.parametrize(
    ("ages", "first"), [((2, 1), "标题 b"), ((1, 2), "标题 a"), ((None, 1), "标题 b")]
)
def test_of_equal_claims_the_earlier_publication_is_the_original(
    conn: Connection, desk: Any, ages: tuple[int | None, int | None], first: str
) -> None:
    for name, age in zip("ab", ages, strict=True):
        published = WINDOW.start + age * SECOND if age else None
        desk.summary(desk.article(name, "同文。", at=WINDOW.start, published_at=published))
    assert shown(conn) == [first]


def test_what_each_source_gave_in_the_window(conn: Connection, desk: Any) -> None:
    for name, at in (("a", WINDOW.start), ("b", WINDOW.end), ("c", WINDOW.end - SECOND)):
        desk.article(name, at=at)
    links.settle(conn, desk.link("d", at=WINDOW.start), Outcome.PAYWALLED, "未读", WINDOW.start)
    desk.link("e", at=WINDOW.start)
    given = [(s.id, s.stored, s.refused) for s in editions.material(conn, WINDOW).sources]
    assert given == [("xinghe", 2, 1), ("zhidian", 0, 0)]


def test_an_edition_is_frozen_once(conn: Connection) -> None:
    assert editions.get(conn, DAY) is None
    assert editions.freeze(conn, WINDOW, EDITION, WINDOW.end)
    other = Edition(DAY, "别的", "", "", {})
    assert not editions.freeze(conn, WINDOW, other, WINDOW.end + SECOND)
    assert editions.get(conn, DAY) == EDITION
    covered = conn.execute("select day, window_start, window_end, composed_at from news.editions")
    assert covered.fetchall() == [(DAY, WINDOW.start, WINDOW.end, WINDOW.end)]


def test_an_edition_waits_for_every_stage(conn: Connection, desk: Any) -> None:
    left = [editions.unready(conn, WINDOW)]
    link = desk.link("a", at=WINDOW.start)
    left.append(editions.unready(conn, WINDOW))
    page = desk.page(link)
    left.append(editions.unready(conn, WINDOW))
    conn.execute("update archive.page set read_at = %s where id = %s", (WINDOW.start, page))
    left.append(editions.unready(conn, WINDOW))
    assert left == [0, 1, 1, 0]


def test_an_edition_waits_for_summaries_in_its_window_only(conn: Connection, desk: Any) -> None:
    desk.article("before", at=WINDOW.start - SECOND)
    desk.article("after", at=WINDOW.end)
    assert editions.unready(conn, WINDOW) == 0
    article = desk.article("a", at=WINDOW.end - SECOND)
    desk.summary(desk.article("b", at=WINDOW.start))
    place_pending(conn, WINDOW.end)
    assert editions.unready(conn, WINDOW) == 1
    desk.summary(article)
    assert editions.unready(conn, WINDOW) == 0
    desk.article("a", "更正后的正文。", at=WINDOW.end)
    assert editions.unready(conn, WINDOW) == 1
    desk.summary(article)
    assert editions.unready(conn, WINDOW) == 1, "it may be a copy"
