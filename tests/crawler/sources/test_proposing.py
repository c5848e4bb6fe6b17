"""`jianbao sources add` on the sample newsroom, and on sites of other kinds."""

import asyncio
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from archive.clock import BEIJING
from archive.errors import UsageError
from archive.models import Outcome
from archive.settings import PROJECT
from crawler.links import discovery
from crawler.pages.fetching import Answer, Fetch
from crawler.sources import registry
from crawler.sources.checking import Finding
from crawler.sources.proposing import Unproposable, address, identifier, literal, propose
from crawler.sources.registry import RegistryError
from crawler.sources.source import Entry, Selectors, Source
from demo import trouble
from demo.newsroom import OUTLETS
from demo.newsroom import load as newsroom_pieces
from demo.server import Newsroom

NOW = datetime(2026, 11, 22, 6, 30, tzinfo=BEIJING)
ROOT = "http://new.example"
KNOWN = registry.load()
DAY = date(2026, 11, 22)
POST = '{"id": 1, "date_gmt": "2026-11-21T0%d:00:00", "link": "%s", "title": {"rendered": "云"}}'


@pytest.fixture(scope="module")
def newsroom() -> Iterator[Newsroom]:
    with Newsroom(DAY) as room:
        yield room


async def over_http(url: str, **how: Any) -> Answer:
    """A fetcher without a guard."""
    try:
        with urllib.request.urlopen(url) as reply:
            return Answer(reply.url, reply.status, reply.read())
    except urllib.error.HTTPError as error:
        error.close()
        return refused(url)


def refused(url: str) -> Answer:
    return Answer(url, outcome=Outcome.HTTP_ERROR, problem="HTTP 404")


def a_site(answers: dict[str, str], **robots: Any) -> Fetch:
    """A fetcher that knows one site."""

    async def fetch(url: str, **how: Any) -> Answer:
        body = answers.get(url.removeprefix(ROOT))
        if body is None:
            return refused(url)
        return Answer(url, 200, body.encode(), **robots)

    return fetch


def proposed(url: str, fetch: Fetch) -> tuple[Source, list[Finding]]:
    return asyncio.run(propose(url, fetch, KNOWN, NOW))


@pytest.mark.parametrize(
    ("outlet", "path", "kind", "entry"),
    [
        ("xinghe", "/", "feed", "/feed"),  # The page names it.
        ("qianyan", "/", "feed", "/rss"),
        ("qianyan", "/rss", "feed", "/rss"),
        ("dongan", "/", "sitemap", "/sitemap.xml"),
        ("jiangcheng", "/news/", "listing", "/news/"),
        ("jiuzhou", "/list.htm", "listing", "/list.htm"),
        ("zhidian", "/", "listing", "/"),  # Its JSON interface is not named anywhere.
        ("yueli", "/", "listing", "/"),
    ],
)
def test_every_outlet_gets_the_entry_point_it_has(
    newsroom: Newsroom, outlet: str, path: str, kind: str, entry: str
) -> None:
    (site,) = (each for each in OUTLETS if each.id == outlet)
    root = f"http://{site.address}:{newsroom.port}"
    found, unused = proposed(root + path, over_http)
    (table,) = tomllib.loads(literal(found, unused))["source"]
    assert table["entry"] == [{"kind": kind, "url": root + entry}]
    assert table["name"].startswith(site.name)
    source = Source.model_validate(table)
    assert source == found
    paths = newsroom.routes(site.address)
    articles = {source.article_id(root + path) for path in paths if source.matches(root + path)}
    written = len(newsroom_pieces(DAY)[outlet])
    assert len(articles) == written + (len(trouble.pieces(DAY)) if outlet == "yueli" else 0)


def test_a_wordpress_without_a_feed_is_asked_by_its_interface() -> None:
    posts = ",".join(POST % (n, f"{ROOT}/a/10{n}") for n in range(1, 6))
    api = "/wp-json/wp/v2/posts"
    page = "<title>云上 - 首页</title><link rel='https://api.w.org/' href='/wp-json/'>"
    asked = discovery.request(Entry.model_validate({"kind": "wordpress", "url": ROOT + api}))
    answers = {"/": page, asked["url"].removeprefix(ROOT): f"[{posts}]"}
    found, _ = proposed(f"{ROOT}/", a_site(answers))
    (table,) = tomllib.loads(literal(found, []))["source"]
    assert table["entry"] == [{"kind": "wordpress", "url": ROOT + api}]
    source = Source.model_validate(table)
    assert (source.id, source.name, source.entry[0].url) == ("new", "云上", ROOT + api)
    shown, _ = discovery.discover(f"[{posts}]".encode(), ROOT, source, source.entry[0], NOW)
    assert shown[0].published_at == datetime(2026, 11, 21, 1, tzinfo=UTC)


def a_feed(day: str) -> str:
    link = f"<link>{ROOT}/a/12345</link><pubDate>{day} 09:00:00 +0800</pubDate>"
    return f"<rss><channel><title>云上</title><item>{link}</item></channel></rss>"


def test_a_dead_feed_is_passed_over_and_told() -> None:
    locations = "".join(f"<url><loc>{ROOT}/a/{n}</loc></url>" for n in range(100, 106))
    answers = {
        "/": "<link rel=alternate type='application/rss+xml' href='/old'>",
        "/old": a_feed("Sat, 18 Oct 2025"),
        "/s": f"<urlset>{locations}</urlset>",
    }
    fetch = a_site(answers, crawl_delay=30, sitemaps=(f"{ROOT}/s",))
    found, unused = proposed(f"{ROOT}/", fetch)
    assert [(entry.kind, entry.url) for entry in found.entry] == [("sitemap", f"{ROOT}/s")]
    assert found.min_delay == 30
    assert literal(found, unused).startswith(
        f"# not used: feed {ROOT}/old the newest article is 399 days old\n[[source]]\n"
    )
    # Better than nothing.
    found, unused = proposed(f"{ROOT}/", a_site({**answers, "/s": ""}))
    assert (found.entry[0].url, unused) == (f"{ROOT}/old", [])


def test_who_names_a_section_gets_the_section_though_the_site_has_a_feed() -> None:
    titles = (f"<a href='/a/{n}'>云岭智能发布第{n}代大模型</a>" for n in range(10001, 10006))
    answers = {"/ai/": "".join(titles), "/feed": a_feed("Sat, 21 Nov 2026")}
    (entry,) = proposed(f"{ROOT}/ai/", a_site(answers))[0].entry
    assert (entry.kind, entry.url) == ("listing", f"{ROOT}/ai/")


def test_an_article_leads_to_its_site() -> None:
    answers = {"/a/12345": "<p>正文", "/feed": a_feed("Sat, 21 Nov 2026")}
    assert proposed(f"{ROOT}/a/12345", a_site(answers))[0].entry[0].url == f"{ROOT}/feed"


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("https://www.qbitai.com/tag", "belongs to source qbitai"),
        ("qbitai.com", "belongs to source qbitai"),
        ("http://tech.people.com.cn/n1/2026/0304/c1004-40123456.html", "belongs to source people"),
        ("ftp://a.example/", "is not an http or https address"),
    ],
)
def test_what_is_there_and_what_is_no_address_is_wrong_usage(url: str, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        address(url, KNOWN)


@pytest.mark.parametrize(
    ("page", "complaint"),
    [
        (None, "HTTP 404; moved or gone"),
        ("", "no feed, sitemap or list of articles"),
        ("<p>", "no feed, sitemap or list of articles"),
        ("<title>安全验证</title>", "no feed, sitemap or list of articles"),
    ],
)
def test_where_nothing_is_found_nothing_is_proposed(page: str | None, complaint: str) -> None:
    with pytest.raises(Unproposable, match=complaint):
        proposed(f"{ROOT}/", a_site({} if page is None else {"/": page}))


@pytest.fixture
def add(bare: Any, newsroom: Newsroom) -> Any:
    """Runs `sources add` where the newsroom is public; exit code, sources, and what was said."""
    hosts = [f"{outlet.address}:{newsroom.port}" for outlet in OUTLETS]
    bare.environment |= {"JIANBAO_NOW": NOW.isoformat(), "JIANBAO_SOURCES": "", "COLUMNS": "80"}

    def run(url: str, *words: str, allow: str = "", **settings: str) -> Any:
        bare.allow(*hosts, allow)
        code, out, err = bare.run("sources", "add", url, *words, **settings)
        assert "Traceback" not in err
        return code, tomllib.loads(out).get("source", []), err

    return run


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("{root}/inward", "169.254.169.254 is not a public address"),
        ("{root}/closed/", "robots.txt forbids it"),
    ],
)
def test_the_fetcher_is_the_guarded_one(add: Any, publisher: Any, url: str, complaint: str) -> None:
    publisher.say("/robots.txt", "User-agent: *\nDisallow: /closed\n")
    publisher.say("/inward", status=302, Location="http://169.254.169.254/latest")
    code, found, err = add(url.format(root=publisher.root), allow=publisher.host)
    assert (code, found) == (1, [])
    (line,) = (line for line in err.splitlines() if line.startswith("jianbao: "))
    assert complaint in line
    assert "/closed/" not in publisher.asked


def test_what_is_not_well_is_shown_and_not_written(
    add: Any, publisher: Any, tmp_path: Path
) -> None:
    publisher.feed(publisher.say("/a/12345", "<p>详见图片。"))
    own = tmp_path / "own.toml"
    url = f"{publisher.root}/feed"
    code, (table,), err = add(url, "--write", str(own), allow=publisher.host)
    assert (code, table["entry"][0]["url"], own.exists()) == (1, url, False)
    assert "too_short" in err
    assert "nothing is written" in err
    assert publisher.asked == ["/robots.txt", "/feed", "/a/12345"]


def test_a_written_source_is_crawled_from_then_on(
    add: Any, bare: Any, newsroom: Newsroom, tmp_path: Path
) -> None:
    own = tmp_path / "own.toml"
    roots = [f"http://{outlet.address}:{newsroom.port}/" for outlet in OUTLETS[:2]]
    code, _, err = add(roots[0], "--write", str(own))
    assert (code, f"JIANBAO_SOURCES={own}" in err.replace("\n", "")) == (0, True)
    code, _, err = add(roots[1], "--write", str(own), JIANBAO_SOURCES=str(own))
    assert (code, "JIANBAO_SOURCES" in err) == (0, False)
    known = registry.load(own)
    assert [source.homepage for source in known[-2:]] == roots
    assert known[:-2] == registry.load()


def test_a_registry_is_left_as_it_was_if_the_whole_would_be_none(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    text = (PROJECT / "demo" / "sources.toml").read_text("utf-8").replace("{port}", "80")
    own.write_text(text, "utf-8")
    own.chmod(0o640)
    source = registry.load(own)[0]
    with pytest.raises(RegistryError, match=r"own\.toml: source 'xinghe', id: used by two"):
        registry.append(own, None, literal(source, []))
    assert own.read_text("utf-8") == text
    registry.append(own, None, literal(source.model_copy(update={"id": "another"}), []))
    assert registry.load(own)[-1] == source.model_copy(update={"id": "another"})
    assert (own.stat().st_mode & 0o777, list(tmp_path.iterdir())) == (0o640, [own])


def test_some_files_are_refused_before_anything_is_asked(add: Any, tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match="its folder does not exist"):
        registry.refuse(tmp_path / "none" / "own.toml")
    built_in = registry.SHIPPED
    code, found, err = add("http://127.0.1.1/", "--write", str(built_in))
    assert (code, found, "Looking at" in err) == (2, [], False)
    assert "begins as a copy" in err


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("www.some-site.com.cn", "some_site"),
        ("tech.a.cn", "a_tech"),
        ("m.b.cn", "b_2"),
        ("127.0.1.1", "127_0_1_1"),
        ("xn--fiq228c.cn", "xn_fiq228c"),
    ],
)
def test_an_id_comes_from_the_host(host: str, expected: str) -> None:
    assert identifier(host, {"b"}) == expected


def test_every_known_source_survives_its_literal() -> None:
    for source in KNOWN:
        plain = source.model_copy(update={"selectors": Selectors(), "entry": ()})
        (table,) = tomllib.loads(literal(plain, []))["source"]
        entries = source.model_dump(mode="json")["entry"]
        assert Source.model_validate(table | {"entry": entries}) == source.model_copy(
            update={"selectors": Selectors()}
        )
