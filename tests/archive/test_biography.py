"""A link's story is what its rows say, each told once."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from archive import biography, editions, links, pages, retention
from archive.biography import Copy, Fetch
from archive.edition_models import Edition, Window
from archive.models import FoundLink, Outcome, Page

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
FEED = "https://xinghe.example/rss"


def life(desk: Any, name: str) -> biography.Biography:
    link = biography.find(desk.conn, f"key-{name}")
    assert link is not None
    return biography.of_link(desk.conn, link)


def test_where_and_when_it_was_found(desk: Any) -> None:
    links.discover(desk.conn, "xinghe", "key-a", FoundLink("https://xinghe.example/a"), NOON, FEED)
    told = life(desk, "a")
    assert (told.entry, told.first_seen, told.source_name) == (FEED, NOON, "星河科技报")
    assert (told.pending, told.outcome, told.fetches, told.articles) == (True, "", (), ())
    # Another entry point that shows it later changes nothing.
    links.discover(desk.conn, "xinghe", "key-a", FoundLink("https://xinghe.example/a"), NOON, "x")
    assert life(desk, "a") == told


def test_every_kept_page_with_its_size(desk: Any) -> None:
    link = desk.link("a")
    for number, body in enumerate((b"<p>one</p>", b"<p>two</p>" * 9000)):
        at = NOON + number * DAY
        pages.add(
            desk.conn, Page(link, f"https://m.xinghe.example/{number}", body, at, 200 + number)
        )
    first, second = life(desk, "a").fetches
    assert first == Fetch("https://m.xinghe.example/0", NOON, 200, "", None, 10)
    assert (second.size, second.status, second.at) == (90_000, 201, NOON + DAY)
    desk.conn.execute("update archive.page set read_at = fetched_at")
    retention.prune(desk.conn, NOON + MINUTE, pages_days=0, runs_days=0)
    first, second = life(desk, "a").fetches
    assert (first.size, first.read_at, second.size) == (None, NOON, 90_000)


def test_outcome_reason_and_retry(desk: Any) -> None:
    links.settle(
        desk.conn, desk.link("a"), Outcome.TIMEOUT, "30 s", NOON + MINUTE, retry_at=NOON + DAY
    )
    told = life(desk, "a")
    assert (told.outcome, told.reason, told.attempts) == ("timeout", "30 s", 1)
    assert (told.decided_at, told.retry_at) == (NOON + MINUTE, NOON + DAY)


def test_its_article_with_copies_revisions_and_summary(desk: Any) -> None:
    article = desk.article("a", "风冷机房省电两成。" * 9)
    desk.summary(article)
    others = [
        desk.article(f"b{number}", "风冷机房省电两成。" * 9, "zhidian") for number in range(7)
    ]
    (alone,) = life(desk, "a").articles
    assert (alone.publications, alone.original, alone.written_by) == (1, article, "")
    desk.copies(article, *others, story=article)
    desk.copies(desk.article("c", source="zhidian"), story=article)
    (told,) = life(desk, "a").articles
    assert (told.id, told.part, told.characters, told.revisions) == (article, 1, 81, 0)
    assert (told.summary_method, told.topic, told.publications) == ("extractive", "模型", 8)
    assert [copy.id for copy in told.copies] == others[:5]
    assert told.copies[0] == Copy(others[0], "智点财经", "https://zhidian.example/b0")
    assert (told.original, told.written_by, told.written_at) == (article, "星河科技报", NOON)
    assert told.reports == 1
    # A copy has the summary of its original.
    (copy,) = life(desk, "b3").articles
    assert (copy.original, copy.summary_method, copy.topic) == (article, "extractive", "模型")
    desk.article("a", "风冷机房省电三成。")
    (told,) = life(desk, "a").articles
    # The summary was made for the text before.
    assert (told.revisions, told.summary_method) == (1, "")


def test_what_its_publisher_did_to_it_since(desk: Any) -> None:
    for hours, text in enumerate(("营收12.6亿元。", "营收21.6亿元。")):
        desk.article("a", text, at=NOON + hours * MINUTE)
    link = desk.one("select id from archive.link")
    links.settle(desk.conn, link, Outcome.HTTP_ERROR, "HTTP 404", NOON + DAY)
    (told,) = life(desk, "a").articles
    assert told.revisions == 1
    assert told.changes == (
        biography.Changed(NOON + MINUTE, "数字由12.6亿元改为21.6亿元；正文改1句", None),
        biography.Changed(NOON + DAY, "原页面消失（HTTP 404）", None),
    )


def test_the_edition_that_it_was_in(desk: Any) -> None:
    article = desk.article("a")
    assert life(desk, "a").articles[0].edition is None
    window = Window(date(2026, 3, 5), NOON - DAY / 2, NOON + DAY / 2)
    brief = Edition(window.day, "简报", "<p>", "")
    editions.freeze(desk.conn, window, brief, NOON, {article: "left"})
    (told,) = life(desk, "a").articles
    assert (told.edition, told.place) == (date(2026, 3, 5), "left")
    assert told.missed is None
    desk.article("next", at=NOON + DAY)
    (told,) = life(desk, "next").articles
    assert (told.edition, told.missed, told.missed_at) == (None, None, None)
    desk.article("late", at=NOON + MINUTE)
    (told,) = life(desk, "late").articles
    assert (told.edition, told.missed, told.missed_at) == (None, date(2026, 3, 5), NOON)
    assert told.first_seen == NOON + MINUTE


def test_a_link_is_found_by_key_then_address_then_where_it_led(desk: Any) -> None:
    link, other = desk.link("a"), desk.link("b")
    pages.add(desk.conn, Page(link, "https://m.xinghe.example/a", b"<p>", NOON))
    assert biography.find(desk.conn, "key-a", "https://xinghe.example/b") == link
    assert biography.find(desk.conn, "?", "https://xinghe.example/b") == other
    assert biography.find(desk.conn, "?", "https://m.xinghe.example/a") == link
    assert biography.find(desk.conn, "?", "https://m.xinghe.example/b") is None
    assert biography.find(desk.conn, "?") is None
