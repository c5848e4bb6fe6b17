"""One article at one publisher, whatever addresses lead to it, and in whatever order."""

import itertools
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from lxml import html
from psycopg import Connection

from archive import aliases, articles, clock, links, material, pages, sources
from archive.edition_models import Window
from archive.models import Canonical, FoundLink, Link, Outcome, Page
from crawler.articles.reading import read_pending
from crawler.links.aliases import canonical, stated
from crawler.sources import registry, urls
from crawler.sources.relevance import Rule
from crawler.sources.source import Source

REGISTRY = """
[[source]]
id = "site"
name = "云上科技报"
homepage = "https://www.site.example/"
article = '^https?://(?:www|m)\\.site\\.example/(?:a/(\\d+)|n/([\\w%-]+))$'
aliases = ["site-alias.example"]
[[source.entry]]
kind = "feed"
url = "https://www.site.example/feed"
[[source]]
id = "other"
name = "东岸财经"
homepage = "https://www.other.example/"
article = '^https?://www\\.other\\.example/(?:a/(\\d+))$'
[[source.entry]]
kind = "feed"
url = "https://www.other.example/feed"
"""
ONE = (
    "云岭智能今天在江城发布了第三代大模型，并把调用价格下调三成，首批客户有十二家医院。\n"
    "公司称，新模型的推理成本只有上一代的一半，年内还会开放给三家银行和两家物流企业。"
)
CORRECTED = ONE.replace("十二家医院", "十五家医院")
TWO = (
    "清河制药的肺癌药物昨天公布了三期试验结果，患者的中位生存期延长了五个月。\n"
    "研究负责人叶知秋说，药物最快明年春天提交上市申请，生产线已经在北屿动工。"
)
THREE = (
    "东岸港务局本周启用第一批无人集卡，三个泊位的装卸效率提高两成，夜间不再停工。\n"
    "司机们转为远程值守，每人看管六台车，港区计划在后年完成全部改造。"
)


@pytest.fixture
def known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Source]:
    path = tmp_path / "sources.toml"
    path.write_text(REGISTRY, "utf-8")
    monkeypatch.setenv("JIANBAO_SOURCES", str(path))
    return {source.id: source for source in registry.load(path)}


class Site:
    """The publisher's links and pages as the crawl brings them, and what the archive makes of it.

    A link is named by its article's number.
    """

    def __init__(self, conn: Connection, known: dict[str, Source]) -> None:
        self.conn = conn
        self.known = known
        self.rule = Rule.load(known.values(), None)
        rows = [(each.id, each.name, each.homepage, True) for each in known.values()]
        sources.sync(conn, rows, clock.now())

    def find(self, number: int, stamp: str = "") -> int | None:
        """An entry point shows a link; its id if it is to be fetched."""
        found = FoundLink(address(number), stamp=stamp)
        return links.discover(self.conn, "site", f"site:{number}", found, clock.now(), "feed")

    def link(self, number: int) -> Link:
        self.find(number)
        link = links.get(self.conn, f"site:{number}")
        assert link is not None
        return link

    def bring(self, number: int, text: str, says: int = 0, led_to: int = 0) -> None:
        """The page of a link is fetched."""
        link = self.link(number)
        url = address(led_to or number)
        own = f'<link rel="canonical" href="{address(says)}">' if says else ""
        body = "".join(f"<p>{line}</p>" for line in text.split("\n"))
        title = "云岭智能发布新产品"
        page = f"<html><head><title>{title}</title>{own}</head><h1>{title}</h1>{body}</html>"
        pages.add(self.conn, Page(link.id, url, page.encode(), clock.now()))

    def read(self, *args: Any, **more: Any) -> dict[str, int]:
        """The page of a link is fetched, and everything that waits is read."""
        self.bring(*args, **more)
        return read_pending(self.conn, self.rule)

    def outcomes(self) -> dict[int, str]:
        rows = self.conn.execute("select url, outcome from news.ledger").fetchall()
        return {number(url): outcome for url, outcome in rows}

    def articles(self) -> dict[int, str]:
        rows = self.conn.execute("select url, text from news.articles").fetchall()
        assert len(rows) == len(dict(rows)), "two articles of one link"
        return {number(url): text for url, text in rows}

    def waiting(self) -> list[int]:
        """The links to fetch."""
        return sorted(number(x.url) for x in links.pending(self.conn, "site", 99, clock.now()))

    def everything(self) -> list[Any]:
        """All that may not change when nothing is new."""
        return [
            self.conn.execute(f"select * from {name} order by 1").fetchall()  # noqa: S608 - names of ours
            for name in ("news.ledger", "news.articles", "news.revisions")
        ]

    def read_again(self) -> dict[str, int]:
        self.conn.execute("update archive.page set read_at = null")
        return read_pending(self.conn, self.rule)


@pytest.fixture
def site(conn: Connection, known: dict[str, Source]) -> Site:
    return Site(conn, known)


def address(number: int) -> str:
    return f"https://www.site.example/a/{number}"


def number(url: str) -> int:
    return int(url.rpartition("/")[2])


def test_another_address_of_a_stored_article_is_its_alias(site: Site, conn: Connection) -> None:
    assert site.read(1, ONE) == {"new": 1}
    assert site.read(2, ONE, says=1) == {"alias": 1}
    assert site.articles() == {1: ONE}
    assert site.outcomes() == {1: "stored", 2: "alias"}
    assert links.outcome(conn, "site:2") == ("alias", f"another address of {address(1)}")
    assert articles.of_link(conn, "site:2") == articles.of_link(conn, "site:1") != []


def test_an_article_is_kept_under_its_canonical_address_whoever_comes_first(site: Site) -> None:
    assert site.read(2, ONE, says=1) == {"new": 1}
    assert (site.articles(), site.outcomes()) == ({1: ONE}, {1: "stored", 2: "alias"})
    assert site.waiting() == []
    # An entry point shows the canonical address as well: its own page is looked at, once.
    assert site.find(1) is not None
    assert (site.waiting(), site.find(1)) == ([1], None)
    assert site.read(1, ONE) == {"same": 1}
    assert (site.articles(), site.outcomes()) == ({1: ONE}, {1: "stored", 2: "alias"})
    assert (site.waiting(), site.find(1)) == ([], None)


def test_a_pending_link_takes_over_the_page_of_its_alias(site: Site, conn: Connection) -> None:
    canonical = site.find(1)
    site.read(2, ONE, says=1)
    assert (site.articles(), site.outcomes()) == ({1: ONE}, {1: "stored", 2: "alias"})
    # What a page says is not proof: the address itself is still looked at; if that fails, so be it.
    assert site.waiting() == [1]
    links.settle(conn, canonical, Outcome.HTTP_ERROR, "HTTP 404", clock.now())
    assert (site.articles(), site.outcomes()) == ({1: ONE}, {1: "stored", 2: "alias"})
    assert site.waiting() == []


def test_where_the_server_leads_needs_no_second_look(site: Site) -> None:
    site.find(1)
    assert site.read(2, ONE, led_to=1) == {"new": 1}
    assert (site.articles(), site.outcomes()) == ({1: ONE}, {1: "stored", 2: "alias"})
    assert site.waiting() == []
    assert site.read(3, ONE, led_to=4) == {"new": 1}
    assert site.outcomes() == {1: "stored", 2: "alias", 3: "alias", 4: "stored"}
    assert (site.find(4), site.waiting()) == (None, [])


def test_a_redirect_brings_a_new_version_whatever_it_says(site: Site) -> None:
    site.read(1, ONE)
    assert site.read(2, TWO, led_to=1) == {"revised": 1}
    assert site.articles() == {1: TWO}


def test_a_failed_link_is_made_good_by_its_alias(site: Site, conn: Connection) -> None:
    links.settle(conn, site.find(1), Outcome.TIMEOUT, "30 s", clock.now())
    site.read(2, ONE, says=1)
    assert (site.articles(), site.outcomes()) == ({1: ONE}, {1: "stored", 2: "alias"})


def test_a_page_that_was_seen_to_be_no_article_has_no_aliases(site: Site) -> None:
    assert site.read(1, "太短。") == {"too_short": 1}
    assert site.read(2, ONE, says=1) == {"new": 1}
    assert (site.articles(), site.outcomes()) == ({2: ONE}, {1: "too_short", 2: "stored"})


def test_a_correction_that_comes_by_an_alias_corrects_the_one_article(site: Site) -> None:
    site.read(1, ONE)
    site.read(2, ONE, says=1)
    site.find(2, stamp="corrected")
    assert site.read(2, CORRECTED, says=1) == {"revised": 1}
    assert (site.articles(), site.outcomes()) == ({1: CORRECTED}, {1: "stored", 2: "alias"})
    # So it does where the page has stopped saying what it is.
    assert site.read(2, ONE) == {"revised": 1}
    assert (site.articles(), site.outcomes()) == ({1: ONE}, {1: "stored", 2: "alias"})


def test_a_link_whose_page_was_read_may_be_rewritten_altogether(site: Site) -> None:
    site.read(1, ONE)
    site.read(2, ONE, says=1)
    site.read(2, CORRECTED, says=1)
    assert site.read(1, TWO) == {"revised": 1}
    assert (site.articles(), site.outcomes()) == ({1: TWO}, {1: "stored", 2: "alias"})


def test_an_alias_that_becomes_another_article_is_one(site: Site) -> None:
    site.read(1, ONE)
    site.read(2, ONE, says=1)
    assert site.read(2, TWO, says=1) == {"new": 1}
    assert (site.articles(), site.outcomes()) == ({1: ONE, 2: TWO}, {1: "stored", 2: "stored"})


def test_the_first_look_through_an_alias_is_no_correction(site: Site) -> None:
    site.read(1, ONE)
    assert site.read(2, ONE + "\n（移动版）阅读全文请下载应用", says=1) == {"alias": 1}
    assert site.articles() == {1: ONE}


def test_an_alias_stays_one_when_a_later_look_fails(site: Site, conn: Connection) -> None:
    site.read(1, ONE)
    site.read(2, ONE, says=1)
    site.find(2, stamp="one")
    site.find(2, stamp="two")
    assert site.waiting() == [2]
    links.settle(conn, site.link(2).id, Outcome.HTTP_ERROR, "HTTP 500", clock.now())
    assert (site.outcomes(), site.waiting()) == ({1: "stored", 2: "alias"}, [])
    assert site.read(2, "太短。") == {"too_short": 1}
    assert site.outcomes() == {1: "stored", 2: "alias"}


def test_a_link_with_an_article_of_its_own_keeps_it(site: Site) -> None:
    site.read(1, ONE)
    site.read(2, ONE)
    assert site.read(2, CORRECTED, says=1) == {"revised": 1}
    assert (site.articles(), site.outcomes()) == (
        {1: ONE, 2: CORRECTED},
        {1: "stored", 2: "stored"},
    )


@pytest.mark.parametrize("how", ["says", "led_to"])
def test_so_it_does_where_nothing_is_known_of_the_other_address(site: Site, how: str) -> None:
    site.read(1, ONE)
    assert site.read(1, CORRECTED, **{how: 2}) == {"revised": 1}
    assert (site.articles(), site.outcomes()) == ({1: CORRECTED}, {1: "stored"})


def test_reading_the_same_pages_again_changes_nothing(site: Site) -> None:
    site.read(1, ONE)
    site.read(2, ONE, says=1)
    site.read(4, TWO, says=3)
    site.read(5, THREE, led_to=6)
    before = site.everything()
    assert "revised" not in site.read_again()
    after = site.everything()
    assert [[row[:6] for row in rows] for rows in after] == [
        [row[:6] for row in rows] for rows in before
    ]
    assert site.outcomes() == {
        1: "stored", 2: "alias", 3: "stored", 4: "alias", 5: "alias", 6: "stored"
    }  # fmt: skip


@pytest.mark.parametrize(
    "order",
    [[1, 2, 3, 4], [2, 3, 4, 1], [2, 1, 4, 3], [3, 2, 4, 1], [3, 2, 1, 4], [4, 2, 3, 1]],
)
def test_a_chain_of_aliases_ends_at_one_article(site: Site, order: list[int]) -> None:
    says = {1: 0, 2: 1, 3: 2, 4: 1}
    for name in order:
        site.read(name, ONE, says=says[name])
    for name in site.waiting():
        site.read(name, ONE, says=says[name])
    assert site.articles() == {1: ONE}
    assert site.outcomes() == {1: "stored", 2: "alias", 3: "alias", 4: "alias"}
    site.find(3, stamp="corrected")
    site.read(3, CORRECTED, says=2)
    assert site.articles() == {1: CORRECTED}


def test_two_articles_that_are_stored_stay_two(site: Site) -> None:
    site.read(1, ONE)
    site.read(3, ONE, says=2)
    site.read(2, ONE, says=1)
    assert (site.articles(), site.outcomes()) == (
        {1: ONE, 2: ONE},
        {1: "stored", 2: "stored", 3: "alias"},
    )


def test_two_pages_that_each_say_they_are_the_other_are_one_article(site: Site) -> None:
    site.find(1)
    site.read(2, ONE, says=1)
    site.read(1, ONE, says=2)
    assert (site.articles(), site.outcomes()) == ({1: ONE}, {1: "stored", 2: "alias"})


@pytest.mark.parametrize("order", [*itertools.permutations([(1, ONE), (2, TWO), (3, THREE)])])
@pytest.mark.parametrize("shown", [True, False])
def test_a_wrong_canonical_address_swallows_no_article(site: Site, order: Any, shown: bool) -> None:
    for name, text in order:
        if shown:
            site.find(name)
        site.read(name, text, says=1)
    assert site.articles() == {1: ONE, 2: TWO, 3: THREE}
    assert site.outcomes() == {1: "stored", 2: "stored", 3: "stored"}
    assert site.waiting() == []


def test_a_page_that_all_others_name_is_looked_at_itself(site: Site, conn: Connection) -> None:
    site.read(2, TWO, says=1)
    first = conn.execute("select id from news.articles").fetchone()
    site.read(3, THREE, says=1)
    site.read(4, ONE, says=1)
    assert site.articles() == {2: TWO, 3: THREE, 4: ONE}
    assert (
        first
        == conn.execute("select id from news.articles where url = %s", (address(2),)).fetchone()
    )
    assert site.outcomes() == {1: "not_article", 2: "stored", 3: "stored", 4: "stored"}
    assert site.waiting() == [1]
    assert site.read(1, "本栏目列出全部文章。") == {"too_short": 1}
    assert site.outcomes()[1] == "too_short"


def test_those_that_agreed_on_a_wrong_address_are_looked_at_again(site: Site) -> None:
    site.read(2, TWO, says=1)
    site.read(3, TWO, says=1)
    site.read(4, ONE, led_to=1)
    assert site.articles() == {1: ONE, 2: TWO, 3: TWO}
    assert site.outcomes() == {1: "stored", 2: "stored", 3: "stored", 4: "alias"}


def test_what_is_fetched_together_is_one_article_whatever_is_read_first(site: Site) -> None:
    for name, text, says in ((2, ONE, 1), (1, ONE, 1), (3, ONE, 1), (5, TWO, 4), (4, TWO, 5)):
        site.bring(name, text, says=says)
    assert read_pending(site.conn, site.rule) == {"new": 2, "same": 2, "alias": 1}
    assert site.articles() == {1: ONE, 4: TWO}
    assert site.outcomes() == {1: "stored", 2: "alias", 3: "alias", 4: "stored", 5: "alias"}


@pytest.mark.parametrize("wrong", [0, 1])
def test_several_workers_make_one_article(site: Site, database_url: str, wrong: int) -> None:
    for name in range(1, 13):
        site.bring(name, (ONE, TWO, THREE)[name % 3], says=(name + wrong) % 3 or 3)
    gate = threading.Barrier(5)

    def work(worker: int) -> None:
        with psycopg.connect(database_url, autocommit=True) as own:
            gate.wait(60)
            if worker:
                read_pending(own, site.rule)
                return
            for turn in range(20):  # the crawl goes on meanwhile, many links in one transaction
                with own.transaction():
                    for name in range(12, 0, -1):
                        found = FoundLink(address(name), stamp=str(turn))
                        links.discover(own, "site", f"site:{name}", found, clock.now(), "feed")

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(work, range(5)))
    assert set(site.articles()) == set(range(1, 13 if wrong else 4))
    assert {site.outcomes()[name] for name in site.articles()} == {"stored"}


def test_an_alias_is_no_refusal(site: Site, conn: Connection) -> None:
    site.read(1, ONE)
    site.read(2, ONE, says=1)
    ((_, *counts, _),) = links.by_source(conn, ["site"])
    assert counts == [2, 1, 0]
    now = clock.now()
    window = Window(now.date(), now - timedelta(days=1), now + timedelta(days=1))
    given = material.gather(conn, window, window.end).sources
    (day,) = [each for each in given if each.id == "site"]
    assert (day.stored, day.refused) == (1, 0)


def test_a_publisher_that_the_archive_has_not_seen_waits(site: Site, conn: Connection) -> None:
    link = site.link(1)
    belongs = Canonical("unheard_of", "https://x.example/1", "unheard_of:1", True)
    with conn.transaction():
        assert aliases.home(conn, link, 0, belongs, ONE, clock.now()) == link.id


def head(*tags: str) -> tuple[tuple[str, ...], ...]:
    return stated(
        html.document_fromstring(f"<html><head>{''.join(tags)}</head><body>x</body></html>")
    )


def test_a_page_names_its_address_in_its_head() -> None:
    assert head(
        '<link rel="stylesheet" href="/s.css"><link rel="nofollow CANONICAL" href="/a/1">',
        '<link rel="canonical"><link href="/a/9">',
        '<meta property="og:url" content="/a/2"><meta name="og:url" content="/a/3">',
    ) == (("/a/1",), ("/a/2", "/a/3"))
    body = '<html><body><link rel="canonical" href="/a/1"><p>x</p></body></html>'
    assert stated(html.document_fromstring(body)) == ((), ())


SITE = "https://www.site.example"
LINK = Link(1, "site", f"{SITE}/a/7", "site:7")


@pytest.mark.parametrize(
    "address",
    [
        f"{SITE}/a/7",
        "http://m.site.example/a/7?from=app",
        "",
        f"{SITE}/",
        "/",
        f"{SITE}/list/2",
        "https://www.other.example/a/8",
        "https://site.example.other.example/a/8",
        "[path]",
        "/n/[path]",
        "/n/%5Bpath%5D",
        "/n/{{ slug }}",
        "/n/${slug}",
        "/n/undefined",
        "/n/null",
        "javascript:void(0)",
        "https://[",
    ],
)
def test_what_a_page_says_is_not_believed(known: Any, address: str) -> None:
    for named in (((address,), ()), ((), (address,))):
        assert canonical(LINK.url, named, LINK, known) is None


@pytest.mark.parametrize(
    "address",
    [
        f"{SITE}/a/8",
        "/a/8",
        "http://m.site.example/a/8?utm_source=x",
        "//www.site-alias.example/a/8",
    ],
)
def test_what_a_page_says_is_believed_of_its_own_publisher(known: Any, address: str) -> None:
    for named in (((address,), ()), ((), (address,)), ((f"{SITE}/", address), ("/a/9",))):
        found = canonical(LINK.url, named, LINK, known)
        assert found is not None
        assert (found.source, found.key, found.served) == ("site", "site:8", False)
        assert urls.canonical(found.url, known["site"]) == found.url


def test_a_pattern_for_every_host_makes_nobody_the_same_publisher(known: Any) -> None:
    anywhere = {"site": known["site"].model_copy(update={"article": r"^https?://[^/]+/a/(\d+)$"})}
    assert canonical(LINK.url, (("https://www.other.example/a/8",), ()), LINK, anywhere) is None
    assert canonical("https://www.other.example/a/8", (), LINK, anywhere) is None
    blog = replace(LINK, url="https://blog.example/a/7")
    found = canonical("https://www.blog.example/a/8", (), blog, anywhere)
    assert found == Canonical("site", "https://www.blog.example/a/8", "site:8", True)


def test_the_page_that_says_it_is_its_link_or_two_things_at_once_is_its_link(known: Any) -> None:
    assert canonical(LINK.url, (("/a/7",), ("/a/8",)), LINK, known) is None
    assert canonical(LINK.url, (("/a/8", "/a/9"), ("/a/8",)), LINK, known) is None


def test_where_the_server_leads_counts_unless_the_page_knows_better(known: Any) -> None:
    led = f"{SITE}/a/8?from=7"
    served = canonical(led, (), LINK, known)
    assert served == Canonical("site", f"{SITE}/a/8", "site:8", True)
    assert canonical(led, (("/a/8",), ()), LINK, known) == served
    assert canonical(led, (("/a/7",), ()), LINK, known) is None
    assert canonical(led, (("/a/9",), ()), LINK, known) == Canonical(
        "site", f"{SITE}/a/9", "site:9", False
    )


def test_an_address_is_no_alias_of_itself_where_another_registry_is_used(known: Any) -> None:
    assert canonical(LINK.url, (), replace(LINK, source="gone", key="gone:7"), known) is None


@pytest.mark.parametrize(
    "led",
    ["https://www.other.example/a/8", f"{SITE}/", f"{SITE}/login?next=7", "urn:sha256:0/a.html"],
)
def test_where_another_publisher_or_no_article_is_nothing_is_folded(known: Any, led: str) -> None:
    assert canonical(led, (), LINK, known) is None


def test_a_link_that_somebody_brought_follows_the_server_within_its_domain(known: Any) -> None:
    brought = Link(1, "imported", "https://yun.example/x", "yun.example/x")
    assert canonical("https://www.yun.example/y", (), brought, known) == Canonical(
        "imported", "https://www.yun.example/y", "www.yun.example/y", True
    )
    assert canonical("https://www.yun.example/", (), brought, known) is None
    assert canonical("https://elsewhere.example/y", (), brought, known) is None
    assert canonical(brought.url, (("/y",), ()), brought, known) is None
    assert canonical(f"{SITE}/a/8", (), brought, known) is None
    # It may be to a publisher whose addresses are known; a shortener publishes nothing itself.
    inside = replace(brought, url=f"{SITE}/go/8", key="www.site.example/go/8")
    short = replace(brought, url="http://t.cn/A6x", key="t.cn/A6x")
    for link in (inside, short):
        found = canonical(f"{SITE}/a/8", (), link, known)
        assert found == Canonical("site", f"{SITE}/a/8", "site:8", True)


def test_the_crawl_folds_what_one_publisher_shows_twice_and_no_reprint(
    deployment: Any, publish: Callable[[str], Any]
) -> None:
    site, reprinter = publish("127.0.3.1"), publish("127.0.3.2")
    real = site.article("/a/real")
    page = site.answers["/a/real"].body.decode()
    own = f'<head><link rel="canonical" href="{real}">'
    says = site.say("/a/says", page.replace("<title>", f"{own}<title>"))
    led = site.say("/a/led", status=302, Location=real)
    reprint = reprinter.say("/a/reprint", page.replace("<title>", f"{own}<title>"))
    site.feed(says, led, real)
    reprinter.feed(reprint)
    deployment.register(site.source("site"), reprinter.source("reprinter"))
    deployment.allow(site.host, reprinter.host)
    deployment.counts("crawl")
    deployment.counts("extract")
    assert deployment.outcomes() == {
        real: "stored", says: "alias", led: "alias", reprint: "stored"
    }  # fmt: skip
    assert deployment.ask("select url from news.articles order by 1") == [(real,), (reprint,)]
    code, out, err = deployment.run("import", says)
    assert code == 0
    assert f"{says}: alias (another address of {real})" in err.splitlines()
    assert f"链接: {real}" in out.splitlines()
    assert site.asked.count("/a/says") == 1
