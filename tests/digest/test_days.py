"""One edition after another: what each takes, and that nothing is lost or told twice."""

import os
import time as wall
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from psycopg import Connection

from archive import articles, clock, editions, links, pages, sources, summaries
from archive.edition_models import Edition
from archive.models import Article, FoundLink, Outcome, Page, Summary
from archive.settings import Settings
from digest import edition

DAY = date(2026, 11, 22)
HOUR = timedelta(hours=1)
CUTOFF = Settings().edition_cutoff


def end(day: date) -> datetime:
    return clock.window(day, CUTOFF).end


class Paper:
    """A publisher and the editions that are made of it."""

    def __init__(self, conn: Connection, settings: Settings, monkeypatch: Any) -> None:
        self.conn, self.settings, self._monkeypatch = conn, settings, monkeypatch
        sources.sync(conn, [("yun", "云端日报", "https://yun.test", True)], end(DAY))

    def see(
        self,
        title: str,
        at: datetime,
        published: datetime | None = None,
        read: bool = True,
        dated: bool = True,
    ) -> int:
        """An article that is first seen now and, unless it says otherwise, just published."""
        published = (published or at) if dated else None
        url = f"https://yun.test/{title}"
        link = links.discover(self.conn, "yun", url, FoundLink(url), at)
        pages.add(self.conn, Page(link, url, title.encode(), at))
        (page,) = self.conn.execute("select max(id) from archive.page").fetchone()
        text = f"{title}的正文是这一句。"
        articles.put(self.conn, link, page, Article(title, text, published_at=published), at)
        links.settle(self.conn, link, Outcome.STORED, "", at)
        (article,) = self.conn.execute("select max(id) from archive.article").fetchone()
        if read:
            self.read(article, text)
        return article

    def read(self, article: int, text: str) -> None:
        told = Summary(text, ((0, len(text)),), (), (), (), "大模型", (), "extractive")
        summaries.put(self.conn, article, text, told, end(DAY))

    def edition(self, day: date, at: datetime | None = None) -> Edition:
        """The edition of a day, made a quarter of an hour after its cut-off."""
        now = at or end(day) + HOUR / 4
        self._monkeypatch.setenv("JIANBAO_NOW", now.isoformat())
        window = clock.window(day, CUTOFF)
        edition.catch_up(self.conn, window, self.settings)
        return edition.freeze(self.conn, window, self.settings)[0]

    def places(self) -> dict[int, tuple[date, str]]:
        rows = self.conn.execute("select id, day, place from news.edition_articles")
        return {article: (day, place) for article, day, place in rows}


@pytest.fixture
def paper(conn: Connection, database_settings: Settings, monkeypatch: Any) -> Paper:
    return Paper(conn, database_settings, monkeypatch)


def day(number: int) -> date:
    return DAY + timedelta(days=number)


def test_an_article_at_night_is_in_that_mornings_edition(paper: Paper) -> None:
    paper.see("三点的新闻", end(DAY) - 4 * HOUR)
    assert "三点的新闻" in paper.edition(DAY).text
    assert "三点的新闻" not in paper.edition(day(1)).text


def test_composing_after_freezing_gives_the_same_again(paper: Paper) -> None:
    paper.see("新闻", end(DAY) - HOUR)
    paper.see("旧闻", end(DAY) - HOUR, end(DAY) - timedelta(days=9))
    frozen = paper.edition(DAY)
    assert edition.compose(paper.conn, clock.window(DAY, CUTOFF), paper.settings) == frozen


def test_the_first_edition_takes_what_is_recent_and_says_how_many_are_older(paper: Paper) -> None:
    seen = end(DAY) - HOUR
    for number in range(40):
        paper.see(f"旧闻{number}", seen, seen - timedelta(days=3 + number))
    paper.see("新闻", seen, seen - 5 * HOUR)
    brief = paper.edition(DAY)
    assert (brief.counts["shown"], brief.counts["older"]) == (1, 40)
    for part in (brief.html, brief.text):
        assert "40 篇较早发布的文章只存档，不列入本期。" in part
        assert "补录" not in part
    assert "旧闻" not in paper.edition(day(1)).text


def test_what_does_not_say_when_it_is_from_is_news_but_not_of_the_first_edition(
    paper: Paper,
) -> None:
    for number in range(2):
        paper.see(f"无日期{number}", end(day(number)) - HOUR, dated=False)
    assert paper.edition(DAY).counts["older"] == 1
    assert "无日期1" in paper.edition(day(1)).text


def test_what_was_published_36_hours_before_the_window_is_the_limit(paper: Paper) -> None:
    paper.edition(day(-1))
    limit = end(day(-1)) - 36 * HOUR
    paper.see("恰好", end(DAY) - HOUR, limit)
    paper.see("过时", end(DAY) - HOUR, limit - timedelta(minutes=1))
    brief = paper.edition(DAY)
    assert "恰好" in brief.text
    assert "过时" not in brief.text
    assert "补录" not in brief.text


def test_a_day_of_old_articles_says_why_it_is_empty(paper: Paper) -> None:
    paper.see("旧闻", end(DAY) - HOUR, end(DAY) - timedelta(days=9))
    assert "收到 1 篇文章，都是更早发布的旧文" in paper.edition(DAY).text


def test_an_article_that_was_read_too_late_is_in_the_next_edition(paper: Paper) -> None:
    late = paper.see("晚到的一篇", end(DAY) - HOUR, read=False)
    paper.see("准时的一篇", end(DAY) - HOUR)
    assert "晚到的一篇" not in paper.edition(DAY).text
    assert late not in paper.places()
    paper.read(late, "晚到的一篇的正文是这一句。")
    brief = paper.edition(day(1))
    assert "补录 · 云端日报" in brief.text
    assert "晚到的一篇" in brief.text
    assert "准时的一篇" not in brief.text
    # No edition was missed for it.
    assert "没有按时发出" not in brief.text
    assert "晚到的一篇" not in paper.edition(day(2)).text


def test_after_an_outage_the_missed_editions_are_made_and_the_next_catches_up(
    paper: Paper,
) -> None:
    paper.see("停机前", end(DAY) - HOUR)
    paper.edition(DAY)
    missed = [paper.see(f"停机第{n}天", end(day(n)) - HOUR) for n in (1, 2)]
    brief = paper.edition(day(3))
    assert editions.missed(paper.conn, day(3), timedelta(days=7)) == []
    assert "停机第2天" in editions.get(paper.conn, day(2)).text
    for n in (1, 2):
        assert f"停机第{n}天" in brief.text
    assert brief.text.count("补录 · ") == 2
    assert "11月22日 07:00 以来的简报没有按时发出" in brief.text
    assert "停机前" not in brief.text
    assert {paper.places()[article][0] for article in missed} == {day(3)}
    assert "停机" not in paper.edition(day(4)).text


def test_what_was_published_while_nothing_was_crawled_is_caught_up_with(paper: Paper) -> None:
    paper.edition(DAY)
    back = end(day(4)) - HOUR
    paper.see("停机时的新闻", back, end(day(1)))
    paper.see("当天的新闻", back, back)
    paper.see("停机前的旧闻", back, end(DAY) - timedelta(days=3))
    text = paper.edition(day(4)).text
    assert text.count("补录 · ") == 1
    assert "停机时的新闻" in text
    assert "当天的新闻" in text
    assert "停机前的旧闻" not in text


def test_an_edition_that_reached_nobody_is_caught_up_with(paper: Paper) -> None:
    paper.see("没有送到的新闻", end(DAY) - HOUR)
    paper.edition(DAY)
    paper.conn.execute(
        "insert into archive.subscriber (address, added_at) values ('a@b.test', now())"
    )
    paper.conn.execute(
        "insert into archive.delivery (edition, reader, state, queued_at)"
        " select %s, id, 'queued', now() from archive.subscriber",
        (DAY,),
    )
    assert (
        "没有送到的新闻"
        in edition.compose(paper.conn, clock.window(day(1), CUTOFF), paper.settings).text
    )
    paper.conn.execute("update archive.delivery set state = 'sent'")
    assert "没有送到的新闻" not in paper.edition(day(1)).text


def test_the_next_edition_says_that_mails_did_not_arrive(paper: Paper) -> None:
    paper.edition(DAY)
    for number, state in enumerate(("sent", "failed", "unknown")):
        paper.conn.execute(
            "with s as (insert into archive.subscriber (address, added_at) values (%s, now())"
            " returning id) insert into archive.delivery (edition, reader, state, queued_at)"
            " select %s, id, %s, now() from s",
            (f"{number}@b.test", DAY, state),
        )
    assert "上一期有 2 封邮件没有确认送达。" in paper.edition(day(1)).text


def test_a_backfill_makes_each_day_for_itself(paper: Paper) -> None:
    paper.edition(day(-1))
    for number in range(3):
        paper.see(f"第{number}天", end(day(number)) - HOUR)
    made = [paper.edition(day(number), end(day(9))).text for number in range(3)]
    for number, text in enumerate(made):
        assert [f"第{n}天" in text for n in range(3)] == [n == number for n in range(3)]
        assert "补录" not in text


@pytest.fixture
def new_york(monkeypatch: Any, conn: Connection) -> Iterator[None]:
    monkeypatch.setitem(os.environ, "TZ", "America/New_York")
    wall.tzset()
    conn.execute("set timezone = 'America/New_York'")
    yield
    monkeypatch.undo()
    wall.tzset()


@pytest.mark.usefixtures("new_york")
def test_a_server_in_new_york_makes_the_same_edition(paper: Paper) -> None:
    paper.see("第一秒", clock.window(DAY, CUTOFF).start)
    paper.see("最后一秒", end(DAY) - timedelta(seconds=1))
    paper.see("下一期", end(DAY))
    brief = paper.edition(DAY)
    assert "北京时间 11月21日 07:00 至 11月22日 07:00" in brief.text
    assert "第一秒" in brief.text
    assert "最后一秒" in brief.text
    assert "下一期" not in brief.text


def test_every_article_is_in_exactly_one_edition(paper: Paper) -> None:
    first = end(day(-1))
    seen = {
        paper.see(f"第{n}篇", first + n * HOUR, first + n * HOUR - (n % 5) * 24 * HOUR): n
        for n in range(96)
    }
    late = paper.see("晚", first + HOUR, read=False)
    # The edition of day 2 is never made.
    told = {each: paper.edition(each) for each in (DAY, day(1))}
    paper.read(late, "晚的正文是这一句。")
    told[day(3)] = paper.edition(day(3))
    places = paper.places()
    assert places.keys() == {*seen, late}
    for article, number in seen.items():
        holding = [each for each, brief in told.items() if f" 第{number}篇\n" in brief.text]
        edition_day, place = places[article]
        assert holding == ([edition_day] if place == "told" else [])
    assert {place for _, place in places.values()} == {"told", "older", "left"}
