"""The sample newsroom, crawled by the real commands four times."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from archive.settings import PROJECT
from demo import trouble
from demo.newsroom import OUTLETS, load
from demo.server import Newsroom

DAY = date(2026, 11, 22)
SHELVES = load(DAY)
# Of the city paper and the business paper, which are not asked whether each link is technology.
OFF_TOPIC = {"xiangkou-food-festival", "maisui-bakery-listing"}
HEALTHY = {
    outlet: [piece for piece in shelf if piece.slug not in OFF_TOPIC]
    for outlet, shelf in SHELVES.items()
}
TROUBLES = {
    "forbidden-by-robots": ("blocked_by_robots", "robots.txt forbids it"),
    "slow": ("timeout", "no complete answer in time"),
    "refused": ("http_error", "HTTP 403"),
    "broken": ("http_error", "HTTP 500"),
    "endless": ("too_large", "larger than is kept"),
    "redirect-loop": ("redirect_loop", "too many redirects"),
    "challenge": ("challenge_page", "its title says 安全验证"),
    "almost-empty": ("too_short", "5 characters of text, 50 are needed"),
    "login-wall": ("paywalled", "the page says 剩余82%的内容"),
    "limited": ("rate_limited", "HTTP 429"),
    "off-topic": ("off_topic", "title: off topic by 龙舟"),
    "off-topic-text": ("off_topic", "title: no topic word; text: 0 topic words against "),
}
LEDGER = "select source, url, outcome, reason, attempts from news.ledger order by id"
ARTICLES = "select id, link, title, text_hash, published_at, first_seen from archive.article"


class Visit(NamedTuple):
    """One crawl with what follows it, and the archive afterwards."""

    crawled: dict[str, int]
    read: dict[str, int]
    ledger: list[tuple[Any, ...]]
    articles: list[tuple[Any, ...]]
    revisions: list[tuple[Any, ...]]


class Story(NamedTuple):
    first: Visit
    again: Visit
    corrected: Visit
    later: Visit


@pytest.fixture(scope="module")
def story(module_deployment: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    state = tmp_path_factory.mktemp("newsroom") / "state.json"

    def visit(now: str = "06:30") -> Visit:
        clock = f"{DAY}T{now}:00+08:00"
        crawled = module_deployment.counts("crawl", "--force", JIANBAO_NOW=clock)
        # Without new pages there is nothing to read: the last test but one sees it.
        new = "pages" in crawled
        read = module_deployment.counts("extract", JIANBAO_NOW=clock) if new else {}
        ask = module_deployment.ask
        revisions = ask("select title, number from archive.revision")
        return Visit(crawled, read, ask(LEDGER), ask(ARTICLES + " order by id"), revisions)

    with Newsroom(DAY, state) as room:
        module_deployment.allow(*(f"{outlet.address}:{room.port}" for outlet in OUTLETS))
        module_deployment.environment |= {
            "JIANBAO_SOURCES": str(PROJECT / "demo" / "sources.toml"),
            "JIANBAO_NEWSROOM_PORT": str(room.port),
            "CRAWL_TIMEOUT": "8",
        }
        first, again = visit(), visit()
        state.write_text(json.dumps({"corrected": True}))
        yield Story(first, again, visit(), visit("09:30"))


def test_every_link_ends_in_exactly_one_outcome(story: Story) -> None:
    urls = [url for _, url, *_ in story.first.ledger]
    assert len(urls) == len(set(urls)) == sum(map(len, SHELVES.values())) + len(TROUBLES)
    assert all(outcome for _, _, outcome, *_ in story.first.ledger)
    assert "pending" not in {outcome for _, _, outcome, *_ in story.first.ledger}
    assert {attempts for *_, attempts in story.first.ledger} == {1}
    assert {url for _, url, outcome, reason, _ in story.first.ledger if not reason} == {
        url for _, url, outcome, *_ in story.first.ledger if outcome == "stored"
    }


def test_the_days_of_the_sources_add_up_to_the_ledger(module_deployment: Any, story: Story) -> None:
    days = dict(
        module_deployment.ask("select source, (found, stored, refused)::text from news.source_days")
    )
    outcomes = Counter((source, outcome) for source, _, outcome, *_ in story.later.ledger)
    found = Counter(source for source, *_ in story.later.ledger)
    assert days == {
        source: f"({links},{outcomes[source, 'stored']},{links - outcomes[source, 'stored']})"
        for source, links in found.items()
    }
    ((reasons,),) = module_deployment.ask(
        "select reasons from news.source_days where source = %s", trouble.OUTLET
    )
    assert reasons == Counter(outcome for outcome, _ in TROUBLES.values())


def test_only_the_misbehaving_outlet_needs_a_look(module_deployment: Any, story: Story) -> None:
    noon = f"{DAY}T12:00:00+08:00"
    assert module_deployment.ask(
        "select id, state from news.source_health(%s) where state <> 'learning'", noon
    ) == [(trouble.OUTLET, "blocked")]


def test_every_healthy_article_is_stored(story: Story) -> None:
    stored = Counter(source for source, _, outcome, *_ in story.first.ledger if outcome == "stored")
    assert stored == {outlet: len(shelf) for outlet, shelf in HEALTHY.items()}
    titles = Counter(title for _, _, title, *_ in story.first.articles)
    written = Counter(
        piece.title for shelf in HEALTHY.values() for piece in shelf if not piece.document
    )
    assert written - titles == Counter()
    # One page of the newspaper has two.
    assert len(story.first.articles) == stored.total() + 1


@pytest.mark.parametrize("slug", TROUBLES)
def test_a_misbehaving_page_has_its_outcome_and_reason(story: Story, slug: str) -> None:
    (piece,) = (piece for piece in trouble.pieces(DAY) if piece.slug == slug)
    (found,) = (
        (outcome, reason)
        for _, url, outcome, reason, _ in story.first.ledger
        if url.endswith(f"/news/{piece.number}.html")
    )
    assert found[0] == TROUBLES[slug][0]
    assert found[1].startswith(TROUBLES[slug][1])


def test_the_counts_tell_what_happened(story: Story) -> None:
    stored = sum(outcome == "stored" for _, _, outcome, *_ in story.first.ledger)
    refused = len(TROUBLES)
    found = len(story.first.ledger)
    # Two listings have a second page each.
    assert story.first.crawled["sources"] == len(OUTLETS)
    assert story.first.crawled["polled"] == len(OUTLETS) + 2
    assert story.first.crawled["found"] >= story.first.crawled["new"] == found
    # Pages that were kept, and refused only when they were read.
    assert story.first.crawled["pages"] == stored + 4 + len(OFF_TOPIC)
    # One was not asked for, because its title is off topic.
    assert story.first.crawled["off_topic"] == 1
    assert story.first.crawled["refused"] == refused - 5
    assert story.first.read == {
        "new": stored,
        "challenge_page": 1,
        "too_short": 1,
        "paywalled": 1,
        "off_topic": 1 + len(OFF_TOPIC),
    }


def test_a_second_crawl_changes_nothing(story: Story) -> None:
    assert story.again.crawled == {
        "sources": len(OUTLETS),
        "busy": 0,
        # Every answer was: not modified. One outlet had asked to be left alone for an hour.
        "polled": len(OUTLETS) - 1,
        "resting": 1,
        "errors": 0,
    }
    assert story.again.read == {}
    assert story.again.ledger == story.first.ledger
    assert story.again.articles == story.first.articles


def test_the_correction_makes_one_revision(story: Story) -> None:
    (old,) = (piece for piece in SHELVES["dongan"] if piece.slug == "guanlan-q3")
    assert story.corrected.read == {"revised": 1}
    assert story.corrected.revisions == [(old.title, 1)]
    assert story.corrected.ledger == story.again.ledger
    changed = set(story.corrected.articles) - set(story.again.articles)
    ((_, _, title, _, published, first_seen),) = changed
    (new,) = (piece for piece in load(DAY, corrected=True)["dongan"] if piece.slug == old.slug)
    assert (title, published) == (new.title, old.published)
    assert first_seen in {row[-1] for row in story.first.articles}


def test_what_failed_for_a_passing_reason_is_tried_again_hours_later(story: Story) -> None:
    tried = {
        after[2:4]: after[4]
        for before, after in zip(story.corrected.ledger, story.later.ledger, strict=True)
        if before[4] != after[4]
    }
    assert tried == {
        ("timeout", TROUBLES["slow"][1]): 2,
        ("http_error", "HTTP 500"): 2,
        ("rate_limited", "HTTP 429"): 2,
    }
    assert story.later.articles == story.corrected.articles


def test_no_page_waits_and_none_is_kept_twice(module_deployment: Any, story: Story) -> None:
    assert module_deployment.ask(
        "select stage, pending from news.backlog where stage = 'read'"
    ) == [("read", 0)]
    kept = module_deployment.ask("select link, sha256 from archive.page")
    assert len(kept) == len(set(kept)) == story.first.crawled["pages"] + 1


def test_every_run_is_logged_without_an_error(module_deployment: Any, story: Story) -> None:
    runs = module_deployment.ask("select command, error, ended_at is null from news.runs")
    assert Counter(runs) == {("crawl", "", False): 4, ("extract", "", False): 2}
    assert Path(module_deployment.environment["JIANBAO_HOME"]).is_dir()
