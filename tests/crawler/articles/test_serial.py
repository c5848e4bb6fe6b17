"""Articles of several pages through the real spider."""

from typing import Any

import pytest

TITLE = "云岭智能发布青鸾三代大模型"
TEXT = [
    "云岭智能今天在江城发布了第三代大模型“青鸾”，并把调用价格下调三成，首批客户有十二家医院。",
    "公司首席执行官沈砚秋说，新模型把长文档的处理速度提高了两倍，错误率下降到千分之四。",
    "砺石资本合伙人方亦行认为，价格还会再降，因为芯片的供应在明年春天会宽松得多。",
    "会上还公布了开源的计划：两个较小的模型将在下个月开放权重，许可证允许商业使用。",
]
ARTICLE = "^https?://[^/]+/a/([0-9]+)"
NOW = "2026-11-22T06:30:00+08:00"
LATER = "2026-11-22T09:30:00+08:00"
LEDGER = "select outcome, reason from news.ledger"


def page(number: int, text: str, links: str) -> str:
    return (
        f"<title>{TITLE}</title><h1>{TITLE}</h1><p>2026-11-21 09:05　来源：云上科技报</p>"
        f"<div id='c'><p>{text}</p><div class='bar'>{number} {links}</div></div>"
    )


def publish(publisher: Any, pages: int = 3, name: str = "7") -> str:
    """An article of so many pages; its address."""
    for number, text in enumerate(lines(pages), 1):
        onward = (
            f"<a href='{name}_{number + 1}.html'>下一页</a><a href='{name}_{pages}.html'>末页</a>"
        )
        path = f"/a/{name}.html" if number == 1 else f"/a/{name}_{number}.html"
        publisher.say(path, page(number, text, onward if number < pages else ""))
    address: str = publisher.root + f"/a/{name}.html"
    return address


def lines(pages: int) -> list[str]:
    return [
        TEXT[number % 4] + TEXT[(number + 1) % 4] + f"第{number}次。"
        for number in range(1, pages + 1)
    ]


@pytest.fixture
def site(deployment: Any, publisher: Any) -> Any:
    """A publisher whose feed announces /a/7.html."""
    publisher.feed(f"{publisher.root}/a/7.html")
    deployment.register(publisher.source(article=ARTICLE))
    deployment.allow(publisher.host)
    return publisher


def stored(deployment: Any) -> list[str]:
    ((text,),) = deployment.ask("select text from news.articles")
    return list(text.split("\n"))


def asked(site: Any) -> list[str]:
    return [path for path in site.asked if path.startswith("/a/")]


def test_the_pages_of_an_article_become_one_article(deployment: Any, site: Any) -> None:
    publish(site)
    site.answers["/a/7.html"] = site.answers["/a/7.html"]._replace(headers={"ETag": '"1"'})
    assert deployment.counts("crawl")["pages"] == 1
    assert deployment.counts("extract") == {"new": 1}
    assert stored(deployment) == lines(3)
    # It says nothing of the further pages.
    assert deployment.ask("select etag from archive.page") == [("",)]
    assert deployment.ask(LEDGER) == [("stored", "")]
    assert asked(site) == ["/a/7.html", "/a/7_2.html", "/a/7_3.html"]
    kept = deployment.ask("select number, url, status, content_type from archive.continuation")
    assert sorted(kept) == [
        (number, f"{site.root}/a/7_{number}.html", 200, "text/html") for number in (2, 3)
    ]


def test_an_address_that_somebody_brings_is_fetched_whole(deployment: Any, site: Any) -> None:
    address = publish(site, 5)
    deployment.register(site.source(article="^https?://other[.]example/a/([0-9]+)"))
    code, _, problem = deployment.run("import", address)
    assert (code, stored(deployment)) == (0, lines(5)), problem


MISSING: dict[str, tuple[dict[str, Any], str]] = {
    "10": ({"status": 404}, "HTTP 404"),
    "11": ({"status": 302, "Location": "/404.html"}, "page 3 leads elsewhere"),
    "12": ({"status": 302, "Location": "/a/12_2.html"}, "page 3 repeats an earlier one"),
    "13": ({"body": "<p>登录后阅读"}, "page 3 is paywalled"),
    "14": ({"body": "x" * 9_000_000}, "larger than is kept"),
}


def test_what_cannot_be_had_of_an_article_is_said(deployment: Any, site: Any) -> None:
    site.say("/404.html", "<p>页面不存在")
    site.feed(*(publish(site, name=name) for name in MISSING))
    for name, (answer, _) in MISSING.items():
        site.say(f"/a/{name}_3.html", **answer)
    deployment.counts("crawl", JIANBAO_NOW=NOW)
    deployment.counts("extract", JIANBAO_NOW=NOW)
    assert dict(deployment.ask("select url, reason from news.ledger where outcome = 'stored'")) == {
        f"{site.root}/a/{name}.html": f"2 of 3 pages: {problem}"
        for name, (_, problem) in MISSING.items()
    }
    assert deployment.ask("select distinct text from news.articles") == [("\n".join(lines(2)),)]


def test_robots_txt_is_obeyed_on_further_pages(deployment: Any, site: Any) -> None:
    publish(site)
    site.say("/robots.txt", "User-agent: *\nDisallow: /a/7_2\n")
    deployment.counts("crawl")
    deployment.counts("extract")
    assert stored(deployment) == lines(1)
    assert deployment.ask(LEDGER) == [("stored", "1 of 3 pages: robots.txt forbids it")]
    assert asked(site) == ["/a/7.html"]


def test_what_was_missing_is_fetched_hours_later(deployment: Any, site: Any) -> None:
    publish(site)
    third = site.answers.pop("/a/7_3.html")
    for now in (NOW, LATER):
        deployment.counts("crawl", "--force", JIANBAO_NOW=now)
        deployment.counts("extract", JIANBAO_NOW=now)
        site.answers["/a/7_3.html"] = third
    assert stored(deployment) == lines(3)
    assert deployment.ask(LEDGER) == [("stored", "")]
    assert deployment.ask("select count(*) from archive.revision") == [(1,)]
    # Now it is whole, and nobody asks again.
    site.asked.clear()
    deployment.counts("crawl", "--force", JIANBAO_NOW="2026-11-22T15:30:00+08:00")
    assert asked(site) == []


def test_less_of_an_article_never_replaces_more(deployment: Any, site: Any) -> None:
    publish(site)
    del site.answers["/a/7_3.html"]
    for now in (NOW, LATER):
        deployment.counts("crawl", "--force", JIANBAO_NOW=now)
        read = deployment.counts("extract", JIANBAO_NOW=now)
        site.say("/a/7_2.html", status=410)
    assert read == {"same": 1}
    assert stored(deployment) == lines(2)
    assert deployment.ask(LEDGER) == [("stored", "2 of 3 pages: HTTP 404")]


def test_no_more_than_ten_pages_are_read(deployment: Any, site: Any) -> None:
    publish(site, 14)
    deployment.counts("crawl")
    deployment.counts("extract")
    assert stored(deployment) == lines(10)
    assert deployment.ask(LEDGER) == [("stored", "10 of 14 pages: no more are read")]


def test_a_page_that_always_leads_on_ends(deployment: Any, site: Any) -> None:
    """Whatever the number, the same page: a trap, or a server that knows no numbers."""
    bar = "".join(f"<a href='?page={number}'>{number}</a>" for number in range(1, 30))
    for number in range(30):
        site.say(f"/a/7.html{f'?page={number}' if number else ''}", page(1, TEXT[0] + TEXT[1], bar))
    deployment.counts("crawl")
    deployment.counts("extract")
    assert stored(deployment) == [TEXT[0] + TEXT[1]]
    assert asked(site) == ["/a/7.html", "/a/7.html?page=2"]
    ((outcome, reason),) = deployment.ask(LEDGER)
    assert (outcome, reason) == ("stored", "1 of 29 pages: page 2 repeats an earlier one")


@pytest.mark.parametrize("works", [True, False])
def test_one_page_with_all_of_it_is_taken_if_it_works(
    deployment: Any, site: Any, works: bool
) -> None:
    publish(site)
    first = site.answers["/a/7.html"].body.decode()
    site.say("/a/7.html", first + "<a href='7_all.html'>阅读全文</a>")
    if works:
        site.say("/a/7_all.html", page(1, "</p><p>".join(lines(3)), ""))
    deployment.counts("crawl")
    deployment.counts("extract")
    assert stored(deployment) == lines(3)
    assert deployment.ask(LEDGER) == [("stored", "")]
    rest = ["/a/7_all.html"] if works else ["/a/7_all.html", "/a/7_2.html", "/a/7_3.html"]
    assert asked(site) == ["/a/7.html", *rest]


def test_further_pages_are_paid_from_the_budget(deployment: Any, site: Any) -> None:
    """Two links, then what was begun may overdraw the budget once: four pages and no more."""
    site.feed(*(f"{site.root}/a/{name}.html" for name in (9, 8, 7)))
    publish(site, 9)
    deployment.counts("crawl", CRAWL_ARTICLES_PER_SOURCE="2")
    deployment.counts("extract")
    (reason,) = (reason for outcome, reason in deployment.ask(LEDGER) if outcome == "stored")
    assert reason == "3 of 9 pages: the crawl's budget is spent"
    assert len(asked(site)) == 4


def test_a_killed_crawl_leaves_the_article_for_the_next(deployment: Any, site: Any) -> None:
    publish(site)
    site.say("/a/7_2.html", status=302, Location="/slow")
    with deployment.start("crawl") as crawl:
        site.until_asked("/slow")
        crawl.kill()
        crawl.communicate()
    assert deployment.ask("select pending, outcome, attempts from archive.link") == [
        (True, None, 0)
    ]
    assert deployment.ask("select count(*) from archive.page") == [(0,)]
    publish(site)
    deployment.ask("delete from archive.claim returning name")
    deployment.counts("crawl", "--force")
    deployment.counts("extract")
    assert stored(deployment) == lines(3)


def test_what_the_end_of_a_crawl_cuts_off_is_kept_and_said(deployment: Any, site: Any) -> None:
    publish(site)
    site.say("/a/7_2.html", status=302, Location="/slow")
    deployment.counts("crawl", CRAWL_TIMEOUT="9", CRAWL_SECONDS="8")
    deployment.counts("extract")
    ((outcome, reason),) = deployment.ask(LEDGER)
    assert outcome == "stored"
    assert reason.startswith("1 of 3 pages: ")
