"""Off-topic links of a general source: what is asked, stored, counted, and brought by hand."""

from typing import Any

import pytest

from archive import links
from archive.models import Article, Link, Outcome
from crawler.articles import reading
from crawler.extract import Reading
from crawler.sources import topics
from crawler.sources.relevance import Rule
from crawler.sources.source import Entry, Source

GENERAL = Source(
    id="site",
    name="江城商报",
    homepage="https://news.example/",
    article="^https://news\\.example/a/(.+)$",
    focus="general",
    entry=(Entry(kind="feed", url="https://news.example/feed"),),
)
FILLER = "这一天没有什么特别的事，大家照常起床，照常回家，店铺也照常开门。" * 4
TITLES = {
    "/a/chips": "云岭智能的芯片流片成功",
    "/a/boats": "江城龙舟赛明日开桨",
    "/a/street": "老街的一天",
    "/a/workshop": "老街的一夜",
    "/auto/a/car": "云岭智能发布新芯片",
}
TEXTS = {"/a/workshop": f"修表铺里来了机器人，师傅教它看芯片。{FILLER}"}


@pytest.fixture
def town(deployment: Any, publisher: Any) -> Any:
    """A general publisher with five links, two of which are about technology."""
    entries = ""
    for path, title in TITLES.items():
        text = TEXTS.get(path, FILLER)
        page = f"<html><title>{title}</title><h1>{title}</h1><p>{text}</p></html>"
        entries += f"<item><title>{title}</title><link>{publisher.say(path, page)}</link></item>"
    publisher.say("/feed", f"<rss version='2.0'><channel>{entries}</channel></rss>")
    general = publisher.source(focus="general", article="^https?://[^/]+/(?:auto/)?a/(.+)$")
    head, entry = general.split("[[source.entry]]")
    deployment.register(f"{head}drop = ['/auto/']\n[[source.entry]]{entry}")
    deployment.allow(publisher.host)
    return publisher


def ledger(deployment: Any) -> dict[str, tuple[str, str]]:
    """Outcome and reason by the last part of the address."""
    rows = deployment.ask("select url, outcome, reason from news.ledger")
    return {url.rpartition("/")[2]: (outcome, reason) for url, outcome, reason in rows}


def test_what_is_clearly_off_topic_is_not_asked_for_and_the_rest_is_judged_by_its_text(
    deployment: Any, town: Any
) -> None:
    crawled = deployment.counts("crawl", "--force")
    read = deployment.counts("extract")

    assert (crawled["off_topic"], crawled["pages"]) == (2, 3)
    assert read == {"new": 2, "off_topic": 1}
    assert not {"/a/boats", "/auto/a/car"} & set(town.asked)
    found = ledger(deployment)
    assert found["chips"][0] == found["workshop"][0] == "stored"
    assert found["boats"] == ("off_topic", "title: off topic by 龙舟")
    assert found["car"] == ("off_topic", "section: the address matches /auto/")
    assert found["street"][0] == "off_topic"
    assert found["street"][1].startswith("title: no topic word; text: 0 topic words against 0 in ")
    assert deployment.ask("select count(*) from news.articles") == [(2,)]
    assert ("site", "off_topic", 3) in deployment.ask("select * from news.outcomes")

    # A second crawl decides nothing anew.
    town.asked.clear()
    assert deployment.counts("crawl", "--force")["new"] == 0
    assert ledger(deployment) == found
    assert [path for path in town.asked if "/a/" in path] == []


def test_what_somebody_names_is_stored_whatever_it_is_about(deployment: Any, town: Any) -> None:
    deployment.counts("crawl", "--force")
    deployment.counts("extract")
    before = ledger(deployment)
    # One was never fetched, one kept and read.
    code, out, err = deployment.run("import", f"{town.root}/a/boats", f"{town.root}/a/street")

    assert code == 0, out + err
    now = ledger(deployment)
    assert before["boats"][0] == before["street"][0] == "off_topic"
    assert now["boats"][0] == now["street"][0] == "stored"
    assert now["car"] == before["car"]


def test_the_correction_of_a_stored_article_is_stored_though_it_is_off_topic(
    deployment: Any, town: Any
) -> None:
    def publish(title: str, stamp: str) -> None:
        address = town.say("/a/chips", f"<html><h1>{title}</h1><p>{FILLER}</p></html>")
        moment = f"2026-11-2{stamp}T09:00:00+08:00"
        town.say(
            "/feed",
            "<feed xmlns='http://www.w3.org/2005/Atom'><entry>"
            f"<title>{title}</title><link href='{address}'/><updated>{moment}</updated>"
            "</entry></feed>",
        )
        deployment.counts("crawl", "--force")

    publish("云岭智能的芯片流片成功", "1")
    deployment.counts("extract")
    publish("江城龙舟赛明日开桨", "2")

    assert deployment.counts("extract") == {"revised": 1}
    assert deployment.ask("select title from news.articles") == [("江城龙舟赛明日开桨",)]


@pytest.mark.parametrize(("brought", "kept"), [(False, [2]), (True, [1, 2])])
def test_of_a_page_with_two_articles_the_relevant_one_is_kept(
    monkeypatch: pytest.MonkeyPatch, brought: bool, kept: list[int]
) -> None:
    monkeypatch.setattr(links, "stays", lambda conn, link: brought)
    rule = Rule(topics.load(), {"site": GENERAL})
    two = (Article("老街的一天", FILLER, 1), Article("芯片流片成功", FILLER, 2))
    link = Link(1, "site", "https://news.example/a/1", "key")

    found = reading._on_topic(None, rule, link, Reading(two, Outcome.STORED))

    assert [article.part for article in found.articles] == kept


def test_a_dictionary_of_ones_own_decides(deployment: Any, town: Any, tmp_path: Any) -> None:
    own = tmp_path / "own.toml"
    own.write_text("[[group]]\nname = '船'\nweight = 3\nwords = ['龙舟', '老街']\n", "utf-8")
    deployment.counts("crawl", "--force", JIANBAO_TOPICS=str(own))
    deployment.counts("extract", JIANBAO_TOPICS=str(own))
    outcomes = {name: outcome for name, (outcome, _) in ledger(deployment).items()}
    assert outcomes == {
        "boats": "stored",
        "street": "stored",
        "workshop": "stored",
        "chips": "off_topic",
        "car": "off_topic",
    }


def test_a_malformed_dictionary_is_one_line_that_names_it(
    deployment: Any, town: Any, tmp_path: Any
) -> None:
    own = tmp_path / "own.toml"
    own.write_text("[[group]]\nname = '船'\nweight = 0\nwords = ['龙舟']\n", "utf-8")
    code, _, err = deployment.run("crawl", "--force", JIANBAO_TOPICS=str(own))
    assert code == 2
    assert f"{own}: group '船', weight: must not be 0" in err
    assert "Traceback" not in err
