"""`jianbao explain`: one screen that tells what became of an address, and what to do."""

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from rich.cells import cell_len

from archive.biography import Biography, Changed, Copy, Fetch, Telling
from archive.clock import BEIJING
from archive.models import Outcome
from crawler.explaining import Address, advice, screen

MORNING = datetime(2026, 11, 22, 6, 30, tzinfo=BEIJING)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
URL = "https://www.xinghe.example/ai/202611/40017.html"
MEANT = Address(
    "http://m.xinghe.example/ai/202611/40017.html?utm_source=weixin&from=timeline",
    URL,
    "xinghe:40017",
    "xinghe",
    "an article of xinghe",
)
LIFE = Biography(
    id=7,
    key="xinghe:40017",
    url=URL,
    source="xinghe",
    source_name="星河科技报",
    enabled=True,
    title="湖区数据中心改用风冷，夏天的耗电量比去年少了两成，值班室也从三班改成两班",
    published_at=MORNING - 20 * MINUTE,
    entry="https://www.xinghe.example/feed",
    first_seen=MORNING,
    pending=False,
    attempts=2,
    outcome="stored",
    reason="",
    decided_at=MORNING + 9 * MINUTE,
    retry_at=None,
    fetches=(
        Fetch(URL, MORNING + MINUTE, 200, "text/html; charset=gbk", MORNING + 2 * MINUTE, None),
        Fetch(URL + "?v=2", MORNING + 8 * MINUTE, 200, "text/html", MORNING + 9 * MINUTE, 41_213),
    ),
    articles=(
        Telling(
            12, 1, "湖区数据中心改用风冷", MORNING - 20 * MINUTE, "minute", "湖区日报", 1204,
            MORNING + 9 * MINUTE, 1, "extractive", "算力与芯片", 4, 11, "湖区日报", MORNING, 2,
            date(2026, 11, 22), "told",
            {"note": 1204, "bytes": 3}, None, None, MORNING, (Copy(19, "智点快讯", "https://www.zhidian.example/flash/88.html"),),
        ),
    ),
)  # fmt: skip
SCREEN = """\
link      https://www.xinghe.example/ai/202611/40017.html
typed     http://m.xinghe.example/ai/202611/40017.html?utm_source=weixin&from=ti
          meline
key       xinghe:40017, of xinghe 星河科技报
found     2026-11-22 06:30 at https://www.xinghe.example/feed
          湖区数据中心改用风冷，夏天的耗电量比去年少了两成，值班室也从三班改成两
          班
          published 2026-11-22 06:10
fetched   2026-11-22 06:31  HTTP 200, text/html, bytes removed
          2026-11-22 06:38  HTTP 200, text/html, 41,213 bytes
          led to https://www.xinghe.example/ai/202611/40017.html?v=2
outcome   stored 2026-11-22 06:39 after 2 tries
article   number 12: 湖区数据中心改用风冷
          2026-11-22 06:10, 湖区日报, 1,204 characters, changed 1 time since
          repaired: 1,204 note, 3 bytes
          summary: extractive, topic 算力与芯片
lineage   3 reprints, 2 independent reports, first published by 湖区日报 at
          2026-11-22 06:30; number 11 stands for it
copies    number 19, 智点快讯: https://www.zhidian.example/flash/88.html
          and 2 more
edition   2026-11-22
to do     nothing
"""


def told(life: Biography, meant: Address = MEANT) -> str:
    lines = screen(meant, life, date(2026, 11, 22), MORNING - 7 * DAY)
    assert all(cell_len(line) <= 80 for line in lines)
    return "\n".join(lines) + "\n"


def test_the_whole_story_fits_one_screen() -> None:
    assert told(LIFE) == SCREEN
    assert len(SCREEN.splitlines()) <= 24


def test_what_is_not_known_takes_no_room() -> None:
    bare = replace(
        LIFE, title="", published_at=None, entry="", fetches=(), articles=(), attempts=0,
        outcome="", decided_at=None, pending=True, enabled=False,
    )  # fmt: skip
    assert told(bare, replace(MEANT, typed=URL)) == (
        f"link      {URL}\n"
        "key       xinghe:40017, of xinghe 星河科技报 (off)\n"
        "found     2026-11-22 06:30 by hand\n"
        "outcome   pending after 0 tries\n"
        "to do     nothing: the next crawl of xinghe fetches it\n"
    )


def test_a_refusal_says_why_and_when_it_is_tried_again() -> None:
    refused = replace(
        LIFE, outcome="challenge_page", reason="its title says 安全验证", articles=(), attempts=1,
        retry_at=MORNING + timedelta(hours=6),
    )  # fmt: skip
    assert (
        "outcome   challenge_page 2026-11-22 06:39 after 1 try\n"
        "          its title says 安全验证\n"
        "to do     nothing yet: it is tried again after 2026-11-22 12:30\n"
    ) in told(refused)


def test_who_wrote_a_text_is_told_though_they_were_not_seen() -> None:
    (article,) = LIFE.articles
    unseen = replace(article, written_at=None, original=12, reports=1)
    assert (
        "lineage   4 reprints, 1 independent report, written by 湖区日报, of whom no\n"
        "          publication was seen\n"
    ) in told(replace(LIFE, articles=(unseen,)))
    alone = replace(article, publications=1, reports=0, copies=())
    assert "lineage" not in told(replace(LIFE, articles=(alone,)))
    assert "lineage" in told(replace(LIFE, articles=(replace(alone, reports=1),)))


def test_what_its_publisher_changed_and_that_it_was_away() -> None:
    (article,) = LIFE.articles
    changes = (
        Changed(MORNING, "数字由12.6亿元改为21.6亿元；正文改1句", None),
        Changed(MORNING + MINUTE, "原页面消失（HTTP 404）", MORNING + 2 * MINUTE),
    )
    assert (
        "changed   2026-11-22 06:30 数字由12.6亿元改为21.6亿元；正文改1句\n"
        "          2026-11-22 06:31 原页面消失（HTTP 404）; back 2026-11-22 06:32\n"
    ) in told(replace(LIFE, articles=(replace(article, changes=changes),)))


def test_an_edition_that_is_to_come_or_was_full() -> None:
    (article,) = LIFE.articles
    waiting = replace(LIFE, articles=(replace(article, edition=None, summary_method=""),))
    assert "edition   2026-11-22, which is not composed yet\n" in told(waiting)
    assert "          no summary yet\n" in told(waiting)
    full = replace(LIFE, articles=(replace(article, place="left"),))
    assert "edition   2026-11-22, which has no room for it\n" in told(full)
    old = replace(LIFE, articles=(replace(article, place="older"),))
    assert "edition   2026-11-22, for which it was published too long before\n" in told(old)


def test_an_edition_that_was_frozen_without_it() -> None:
    (article,) = LIFE.articles
    frozen = MORNING + 45 * MINUTE
    late = replace(article, edition=None, missed=date(2026, 11, 22), missed_at=frozen)
    late = replace(late, extracted_at=frozen + 3 * MINUTE)
    missed = "edition   missed 2026-11-22, frozen at 2026-11-22 07:15: it "
    text = told(replace(LIFE, articles=(late,)))
    assert f"{missed}was read at\n          2026-11-22 07:18\n" in text
    assert "          the next edition may still have it\n" in text
    unsummarized = replace(late, extracted_at=frozen - MINUTE)
    assert f"{missed}had no summary yet\n" in told(replace(LIFE, articles=(unsummarized,)))
    old = replace(late, first_seen=MORNING - 7 * DAY - MINUTE)
    assert "the next edition does not: it is too old\n" in told(replace(LIFE, articles=(old,)))


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_comes_with_something_to_do(outcome: Outcome) -> None:
    text = advice(replace(LIFE, outcome=outcome, reason="x" * 300, articles=()))
    assert len(text) > 6 or outcome == "stored"
    assert "{" not in text
    told(replace(LIFE, outcome=outcome, reason="因" * 300, articles=()))


def test_what_waits_is_said_first() -> None:
    unread = replace(LIFE, outcome="", fetches=(replace(LIFE.fetches[1], read_at=None),))
    assert advice(unread).startswith("nothing: jianbao extract reads it")
    assert "not read yet" in told(unread)
    again = replace(LIFE, pending=True)
    assert "to be fetched again" in told(again)
    assert advice(replace(again, enabled=False)).startswith("xinghe is off")


def test_an_address_is_explained_however_it_was_copied(
    deployment: Any, publisher: Any, tmp_path: Any
) -> None:
    publisher.feed(publisher.article("/a/good"), publisher.say("/a/bad", status=404))
    deployment.register(publisher.source())
    deployment.allow(publisher.host)
    deployment.counts("crawl")
    file = tmp_path / "note.md"
    file.write_text(f"# 风冷机房省电两成\n{'湖区数据中心改用风冷，夏天的耗电量少了两成。' * 4}")
    assert deployment.run("import", str(file))[0] == 0
    for address in (
        f"{publisher.root}/a/good?utm_source=weixin",
        f" https://{publisher.host}//a/good#top ",
        f"{publisher.host}/a/good",
    ):
        code, out, err = deployment.run("explain", address)
        assert (code, err) == (0, "")
        assert out.startswith(f"link      {publisher.root}/a/good\ntyped     ")
        assert f" at {publisher.root}/feed\n" in out
        assert "\noutcome   stored " in out

    ((number,),) = deployment.ask("select id from news.articles where url like '%%/a/good'")
    code, out, _ = deployment.run("explain", str(number))
    assert (code, out.partition("\n")[0]) == (0, f"link      {publisher.root}/a/good")

    code, out, _ = deployment.run("explain", "--json", f"{publisher.root}/a/bad")
    told = json.loads(out)
    assert (code, told["outcome"], told["reason"]) == (0, "http_error", "HTTP 404")
    assert told["address"]["source"] == told["source"] == "site"
    assert datetime.fromisoformat(told["decided_at"]) >= datetime.fromisoformat(told["first_seen"])
    assert told["advice"].startswith("look at it in a browser")

    ((urn,),) = deployment.ask("select url from news.ledger where url like 'urn:%%'")
    code, out, _ = deployment.run("explain", urn.upper())
    assert (code, out.startswith(f"link      {urn[:70]}\n")) == (0, True)
    assert " by hand\n" in out


@pytest.mark.parametrize(
    ("address", "code", "said"),
    [
        ("https://nobody.example/x", 1, "no source has articles there"),
        ("{root}/about", 1, "site has this site, but its pattern for articles does not match"),
        ("{root}/a/other?utm_source=x", 1, "{root}/a/other (an article of site)"),
        ("urn:sha256:00", 1, "an imported document"),
        ("ftp://news.example/a", 2, "is not an http or https address"),
        ("http://[", 2, "is not a valid address"),
        ("", 2, "is not a valid address"),
    ],
)
def test_what_is_not_known_or_no_address_is_one_line(
    deployment: Any, publisher: Any, address: str, code: int, said: str
) -> None:
    deployment.register(publisher.source())
    ended, out, err = deployment.run("explain", address.format(root=publisher.root))
    assert (ended, out, len(err.splitlines())) == (code, "", 1)
    assert err.startswith("jianbao: ")
    assert said.format(root=publisher.root) in err
