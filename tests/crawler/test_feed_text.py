"""A feed's full text is read where the page itself is closed."""

from typing import Any
from xml.sax.saxutils import escape

import pytest

from archive.models import FoundLink, Outcome
from crawler.pages import feed_page

TITLE = "云岭智能发布青鸾三代大模型"
LINES = [
    f"{what}，价格按照调用次数来计算，首批客户有十二家医院和三家银行，年内计划扩展到一百家。"
    for what in ("模型今天发布", "公司介绍说", "分析师认为", "会上宣布", "医院回应说", "最后提到")
]
FULL = "".join(f"<p>{line}</p>" for line in LINES)
OPEN = f"<title>{TITLE}</title><h1>{TITLE}</h1><p>2026-11-21 09:05　来源：云上科技报</p>"
NOTE = "read from the feed: the page is "
TIMES = [f"2026-11-22T{hour:02}:30:00+08:00" for hour in (6, 9, 12, 15)]


@pytest.fixture
def site(deployment: Any, publisher: Any) -> Any:
    deployment.register(publisher.source())
    deployment.allow(publisher.host)
    announce(publisher)
    return publisher


def announce(site: Any, content: str = FULL, **others: str) -> None:
    """Let the feed carry the text of /a/7, and of others by their names."""
    entries = "".join(
        f"<item><title>{TITLE}</title><link>{site.root}/a/{name}</link>"
        f"<content:encoded>{escape(text)}</content:encoded></item>"
        for name, text in {"7": content, **others}.items()
    )
    site.say(
        "/feed",
        "<rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/'>"
        f"<channel>{entries}</channel></rss>",
    )


def ledger(deployment: Any, now: str = TIMES[0]) -> dict[str, tuple[str, str]]:
    """Crawl and read; outcome and reason of each link by its name."""
    deployment.counts("crawl", "--force", JIANBAO_NOW=now)
    deployment.counts("extract", JIANBAO_NOW=now)
    found = deployment.ask("select url, outcome, reason from news.ledger")
    return {url.rpartition("/")[2]: (outcome, reason) for url, outcome, reason in found}


def visit(deployment: Any, now: str = TIMES[0]) -> tuple[str, str]:
    return ledger(deployment, now)["7"]


def texts(deployment: Any) -> list[str]:
    return [text for (text,) in deployment.ask("select text from news.articles")]


CLOSED: dict[str, tuple[dict[str, Any], str]] = {
    "refused": ({"status": 403}, "http_error, HTTP 403"),
    "challenged": ({"body": "<title>安全验证</title>"}, "challenge_page, its title says 安全验证"),
    "paid": ({"body": OPEN + "<p>登录后阅读全文"}, "paywalled, the page says 登录后阅读"),
    "short": ({"body": OPEN + "<p>请在客户端阅读"}, "too_short, "),
}


def test_the_feed_is_read_where_the_page_is_closed_and_only_there(
    deployment: Any, site: Any
) -> None:
    announce(site, **dict.fromkeys(CLOSED, FULL))
    site.article("/a/7")
    for name, (answer, _) in CLOSED.items():
        site.say(f"/a/{name}", **answer)
    told = ledger(deployment)
    assert told.pop("7") == ("stored", "")
    for name, (outcome, reason) in told.items():
        assert outcome == "stored"
        assert reason.startswith(NOTE + CLOSED[name][1])
    assert texts(deployment).count("\n".join(LINES)) == len(CLOSED)
    from_feed = "select count(*) from archive.page where from_feed"
    assert deployment.ask(from_feed) == [(len(CLOSED),)]
    assert deployment.ask("select distinct attempts from archive.link") == [(1,)]
    assert deployment.ask("select link from archive.feed_text") == []


def test_robots_txt_closes_a_page_too(deployment: Any, site: Any) -> None:
    site.say("/robots.txt", "User-agent: *\nDisallow: /a/\n")
    assert visit(deployment) == ("stored", f"{NOTE}blocked_by_robots, robots.txt forbids it")
    assert "/a/7" not in site.asked


NO_SUBSTITUTE = {
    "7": (404, FULL),  # Taken back.
    "gone": (410, FULL),
    "teaser": (403, LINES[0]),
    "cut": (403, FULL + "<p>…阅读全文"),
    "bare": (403, ""),
}


def test_some_pages_have_no_substitute(deployment: Any, site: Any) -> None:
    for name, (status, _) in NO_SUBSTITUTE.items():
        site.say(f"/a/{name}", status=status)
    announce(site, **{name: text for name, (_, text) in NO_SUBSTITUTE.items() if name != "7"})
    assert ledger(deployment) == {
        name: ("http_error", f"HTTP {status}") for name, (status, _) in NO_SUBSTITUTE.items()
    }
    assert texts(deployment) == []


def test_a_passing_failure_is_waited_out(deployment: Any, site: Any) -> None:
    """After the third try, not before."""
    site.say("/a/7", status=503)
    seen = [visit(deployment, now) for now in TIMES[:3]]
    assert seen == [
        ("http_error", "HTTP 503"),
        ("http_error", "HTTP 503"),
        ("stored", f"{NOTE}http_error, HTTP 503"),
    ]


def test_a_page_that_opens_replaces_the_feed_if_it_says_more(deployment: Any, site: Any) -> None:
    site.say("/a/7", status=403)
    visit(deployment)
    told = texts(deployment)
    short = OPEN + f"<p>{LINES[0]}</p><p>{LINES[1]}</p>"
    site.say("/a/7", short)
    announce(site, FULL + "<p>")
    assert visit(deployment, TIMES[1])[1].startswith(NOTE)
    assert texts(deployment) == told
    site.say("/a/7", OPEN + FULL + f"<p>{LINES[0][::-1]}</p>")
    announce(site, FULL + "<p><p>")
    assert visit(deployment, TIMES[2]) == ("stored", "")
    assert texts(deployment) == [f"{told[0]}\n{LINES[0][::-1]}"]
    assert deployment.ask("select count(*) from archive.revision") == [(1,)]


def test_the_feed_never_replaces_the_page_but_itself(deployment: Any, site: Any) -> None:
    site.article("/a/7")
    visit(deployment)
    before = texts(deployment)
    site.say("/a/7", status=403)
    announce(site, FULL + FULL[::-1].replace(">p/<", "<p>").replace(">p<", "</p>"))
    assert visit(deployment, TIMES[1]) == ("stored", "")
    assert texts(deployment) == before


def test_a_correction_in_the_feed_is_a_revision(deployment: Any, site: Any) -> None:
    site.say("/a/7", status=403)
    visit(deployment)
    announce(site, FULL.replace("十二家", "十三家"))
    visit(deployment, TIMES[1])
    assert texts(deployment) == ["\n".join(LINES).replace("十二家", "十三家")]
    assert deployment.ask("select count(*) from archive.revision") == [(1,)]


@pytest.mark.parametrize(
    ("content", "full"),
    [
        (FULL, True),
        ("<p>" + "字" * 200, True),
        ("<p>" + "字" * 199, False),
        ('<img alt="' + "字" * 400 + '">', False),
        (FULL + "[…]", False),
        (FULL + "<a href='/a/7'>查看全文 &gt;&gt;</a>", False),
        (FULL + "<p>" + "字" * 170_000, False),
    ],
)
def test_what_counts_as_the_full_text(content: str, full: bool) -> None:
    assert feed_page.is_full(FoundLink("https://keji.example/a", TITLE, content=content)) == full


@pytest.mark.parametrize("outcome", list(Outcome))
def test_only_closed_pages_have_a_substitute(outcome: Outcome) -> None:
    open_or_none = {"stored", "not_article", "off_topic", "quarantined", "extraction_failed"}
    never = open_or_none | {"blocked_address", "too_large", "redirect_loop", "alias", "gone"}
    assert bool(feed_page.note(outcome, "why")) == (outcome not in never)
