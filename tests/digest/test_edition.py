from dataclasses import replace
from datetime import date, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from psycopg import Connection

from archive import articles, clock, editions, links, pages, sources, summaries
from archive.edition_models import Edition, Window
from archive.models import Article, FoundLink, Outcome, Page, Summary
from archive.settings import Settings
from digest import edition
from digest.message import AddressError

DAY = date(2026, 11, 22)
NOW = clock.window(DAY, Settings().edition_cutoff).end


@pytest.fixture
def settings(database_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("JIANBAO_NOW", NOW.isoformat())
    return database_settings.model_copy(update={"smtp_from": "晨读 <news@jianbao.test>"})


@pytest.fixture
def window() -> Window:
    return clock.window(DAY, Settings().edition_cutoff)


@pytest.fixture
def frozen(conn: Connection, window: Window, settings: Settings) -> Edition:
    """The day's edition."""
    return edition.freeze(conn, window, settings)[0]


def publish(conn: Connection, title: str) -> None:
    """An article that was first seen an hour before the cut-off."""
    seen, url, text = NOW - timedelta(hours=1), f"https://yunduan.test/{title}", f"{title}。"
    sources.sync(conn, [("yunduan", "云端日报", "https://yunduan.test", True)], seen)
    link = links.discover(conn, "yunduan", url, FoundLink(url), seen)
    pages.add(conn, Page(link, url, b"<p>", seen))
    (page,) = conn.execute("select id from archive.page where link = %s", (link,)).fetchone()
    articles.put(conn, link, page, Article(title, text, published_at=seen), seen)
    links.settle(conn, link, Outcome.STORED, "", seen)
    (article,) = conn.execute("select id from archive.article where link = %s", (link,)).fetchone()
    summary = Summary(text, ((0, len(text)),), (), ("大模型",), (), "大模型", (), "extractive")
    summaries.put(conn, article, text, summary, seen)


def test_an_edition_is_frozen_once(conn: Connection, window: Window, settings: Settings) -> None:
    publish(conn, "云岭智能发布青鸾")
    first, new = edition.freeze(conn, window, settings)
    assert new
    assert "云岭智能发布青鸾" in first.text
    publish(conn, "来晚了的一篇")
    assert "来晚了的一篇" in edition.compose(conn, window, settings).text
    assert edition.freeze(conn, window, settings) == (first, False)


def test_who_freezes_second_gets_what_was_frozen_first(
    conn: Connection, window: Window, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Edition(DAY, "先", "", "")

    def overtaken(*_: object) -> Edition:
        assert editions.freeze(conn, window, first, NOW)
        return Edition(DAY, "后", "", "")

    monkeypatch.setattr(edition, "_made", overtaken)
    assert edition.freeze(conn, window, settings) == (first, False)


def test_composing_from_the_archive_twice_gives_the_same(
    conn: Connection, window: Window, settings: Settings
) -> None:
    for title in ("甲", "乙", "丙"):
        publish(conn, title)
    once = edition.compose(conn, window, settings)
    assert once.counts["shown"] == 3
    assert once == edition.compose(conn, window, settings)


def test_an_edition_is_three_files(frozen: Edition, settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "版面" / "新"
    written = edition.write_files(frozen, folder, settings)
    assert written == [folder / f"digest-2026-11-22.{suffix}" for suffix in ("html", "txt", "eml")]
    assert sorted(written) == sorted(folder.iterdir())
    page, text, mail = (path.read_bytes() for path in written)
    assert (page.decode(), text.decode()) == (frozen.html, frozen.text)
    assert message_from_bytes(mail, policy=policy.default)["Subject"] == frozen.subject


def test_a_file_is_replaced_whole(frozen: Edition, settings: Settings, tmp_path: Path) -> None:
    page, *_ = edition.write_files(frozen, tmp_path, settings)
    with page.open(encoding="utf-8") as opened:
        edition.write_files(replace(frozen, html="<p>新版"), tmp_path, settings)
        assert opened.read() == frozen.html
    assert page.read_text(encoding="utf-8") == "<p>新版"


def test_files_are_not_touched_when_the_mail_cannot_be_made(
    frozen: Edition, settings: Settings, tmp_path: Path
) -> None:
    written = edition.write_files(frozen, tmp_path, settings)
    wrong = settings.model_copy(update={"smtp_from": "nobody"})
    with pytest.raises(AddressError, match="SMTP_FROM 'nobody'"):
        edition.write_files(replace(frozen, html=""), tmp_path, wrong)
    assert sorted(tmp_path.iterdir()) == sorted(written)
    assert written[0].read_text(encoding="utf-8") == frozen.html
