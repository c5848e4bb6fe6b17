"""Kept pages read again: what changes is shown first, and nothing is lost."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from archive.models import Article, Edit
from crawler.articles.rereading import difference

OLD = "云岭智能今天在江城发布了第三代大模型。调用价格下调三成。首批客户有十二家医院。"
ARTICLE = Article("云岭智能发布大模型", OLD, authors=("闻人舟",), origin="云上科技报")


def test_equal_articles_have_no_difference() -> None:
    assert difference(ARTICLE, replace(ARTICLE)) == []


def test_title_credits_and_sentences_are_told_apart() -> None:
    text = OLD.replace("调用价格下调三成。", "") + "责任编辑已经核实。首批客户有十二家医院。"
    after = replace(
        ARTICLE,
        title="云岭智能发布第三代大模型",
        text=text,
        authors=("闻人舟", "叶知秋"),
        published_at=datetime(2026, 11, 21, 4, 5, tzinfo=UTC),
        date_precision="minute",
        repairs=(Edit("note", 1, "a", ""),),
    )
    assert difference(ARTICLE, after) == [
        ("-", "云岭智能发布大模型"),
        ("+", "云岭智能发布第三代大模型"),
        (" ", "authors: 闻人舟 → 闻人舟、叶知秋"),
        (" ", "published_at: none → 2026-11-21 12:05"),
        ("-", "调用价格下调三成。"),
        ("+", "首批客户有十二家医院。"),
        ("+", "责任编辑已经核实。"),
        (" ", "repairs: 0 → 1"),
    ]


def test_a_long_difference_is_cut() -> None:
    text = "".join(f"第{number}句。" for number in range(20)) + "长" * 500
    lines = difference(replace(ARTICLE, text=""), replace(ARTICLE, text=text))
    assert [line for _, line in lines] == [f"第{n}句。" for n in range(8)] + [
        "… and 13 changes more"
    ]
    assert len(difference(ARTICLE, replace(ARTICLE, title="长" * 500))[1][1]) == 200


def test_other_paragraphs_are_a_change_too() -> None:
    lines = difference(ARTICLE, replace(ARTICLE, text=OLD.replace("。", "。\n").strip()))
    assert lines == [(" ", "the same sentences, with other blanks or paragraphs")]


@pytest.fixture
def archived(deployment: Any, publisher: Any) -> Callable[[], list[tuple[Any, ...]]]:
    """Two articles and a refused page, of which one article was once read worse than today.

    Asks what is stored: title, text, revisions by the publisher and of any kind."""
    publisher.article("/a/1")
    publisher.article("/a/2", "云岭智能招募工程师")
    publisher.say("/a/3", "<html><title>湖区机房</title><p>没有正文。</p></html>")
    publisher.feed(*(f"{publisher.root}/a/{number}" for number in (1, 2, 3)))
    deployment.register(publisher.source())
    deployment.allow(publisher.host)
    deployment.counts("crawl", "--force")
    deployment.counts("extract")
    deployment.ask(
        "with old as (insert into archive.text values ('x', '旧版导航。') returning hash)"
        " update archive.article set title = '旧标题', text_hash = hash from old"
        " where title like '%%青鸾%%' returning id"
    )

    def ask() -> list[tuple[Any, ...]]:
        return [
            *deployment.ask("select title, text, revisions from news.articles order by url"),
            *deployment.ask("select title, text, reread from news.revisions"),
        ]

    return ask


def _read_again(deployment: Any, *options: str, **settings: str) -> tuple[dict[str, int], str]:
    code, out, err = deployment.run("reread", "--since", "2020-01-01", *options, **settings)
    assert (code, "Traceback" in err) == (0, False), err
    counts = dict(re.findall(r'"(\w+)": (\d+)', out.splitlines()[-1]))
    return {name: int(count) for name, count in counts.items() if count != "0"}, err


def test_a_dry_run_shows_what_would_change_and_changes_nothing(
    deployment: Any, archived: Any, publisher: Any
) -> None:
    before = archived()
    counts, shown = _read_again(deployment, "--dry-run")
    assert archived() == before
    assert counts == {"read": 3, "same": 2, "changed": 1}
    lines = shown.splitlines()
    assert f"changed  {publisher.root}/a/1" in lines
    assert {"  - 旧标题", "  + 云岭智能发布青鸾三代大模型", "  - 旧版导航。"} <= set(lines)
    assert "1 articles would be changed" in shown
    assert all(len(line.encode("gbk")) <= 80 for line in lines if line.startswith("  "))
    assert "\x1b" not in shown


def test_a_better_reading_is_no_correction_of_the_publisher(deployment: Any, archived: Any) -> None:
    counts, _ = _read_again(deployment)
    assert counts == {"read": 3, "same": 2, "changed": 1}
    stored = archived()
    assert [(title, revisions) for title, _, revisions in stored[:2]] == [
        ("云岭智能发布青鸾三代大模型", 0),
        ("云岭智能招募工程师", 0),
    ]
    assert stored[2:] == [("旧标题", "旧版导航。", True)]
    assert _read_again(deployment)[0] == {"read": 3, "same": 3}
    assert archived() == stored


def test_an_article_that_would_be_refused_is_told_and_stays(
    deployment: Any, archived: Any, publisher: Any
) -> None:
    before = archived()
    deployment.ask(
        "update archive.page set body = (select body from archive.page p join archive.link l"
        " on l.id = p.link where l.url like '%%/a/3') where id = (select page from archive.article"
        " where title = '旧标题') returning id"
    )
    counts, shown = _read_again(deployment)
    assert counts == {"read": 3, "same": 2, "lost": 1}
    assert f"LOST  {publisher.root}/a/1" in shown
    assert "characters of text, 50 are needed" in shown
    assert archived() == before
    assert deployment.outcomes()[f"{publisher.root}/a/1"] == "stored"


def test_a_page_that_is_now_an_article_is_new_and_what_waits_still_waits(
    deployment: Any, archived: Any, publisher: Any
) -> None:
    deployment.ask(
        "with gone as (delete from archive.article where title = '旧标题' returning link)"
        " update archive.link set outcome = 'off_topic', reason = 'x', pending = true from gone"
        " where id = link returning id"
    )
    counts, shown = _read_again(deployment)
    assert counts == {"read": 3, "same": 2, "new": 1}
    assert f"new  {publisher.root}/a/1" in shown
    assert deployment.ask(
        "select outcome, reason, pending from archive.link where url like '%%/a/1'"
    ) == [("stored", "", True)]


def test_only_kept_pages_since_the_day_and_of_the_source_are_read(
    deployment: Any, archived: Any
) -> None:
    deployment.ask("update archive.page set body = null where id = 1 returning id")
    counts, shown = _read_again(deployment, "--source", "site")
    assert (counts["read"], counts["pruned"]) == (2, 1)
    assert "1 cannot be read again, because retention removed their bytes" in shown
    code, out, _ = deployment.run("reread", "--since", "2099-01-01")
    assert (code, '"read": 0' in out) == (0, True)
    assert deployment.run("reread", "--since", "2020-01-01", "--source", "nobody")[0] == 2
    assert deployment.run("reread", "--since", "yesterday")[0] == 2
