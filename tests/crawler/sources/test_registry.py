from pathlib import Path

import pytest

from crawler.sources import registry
from crawler.sources.registry import NoEntryPoints, RegistryError, UnknownSource
from crawler.sources.source import Source

ONE = """\
[[source]]
id = "jia"
name = "甲报"
homepage = "https://www.jia.example/"
article = '^https://www\\.jia\\.example/a/(\\d+)'

[[source.entry]]
kind = "feed"
url = "https://www.jia.example/feed"
"""
OTHER = ONE.replace("jia", "yi").replace("甲", "乙")
API = ONE.replace('kind = "feed"', 'kind = "api"')


@pytest.fixture
def load(tmp_path: Path):
    def loaded(text: str) -> tuple[Source, ...]:
        path = tmp_path / "sources.toml"
        path.write_text(text, "utf-8")
        return registry.load(path)

    return loaded


def test_a_source_is_one_literal(load) -> None:
    source = load(ONE)[0]
    assert (source.id, source.name, source.enabled, source.read) == ("jia", "甲报", True, "page")
    assert (source.host, source.domain) == ("www.jia.example", "jia.example")
    assert source.entry[0].kind == "feed"


@pytest.mark.parametrize(
    ("old", "new", "source", "field", "problem"),
    [
        ("name =", "nmae =", "jia", "nmae", "unknown field; did you mean 'name'?"),
        ("url =", "ulr =", "jia", "entry[1].ulr", "unknown field; did you mean 'url'?"),
        ('id = "jia"\n', "", "#1", "id", "Field required"),
        ('"jia"', '"Jia!"', "Jia!", "id", "match pattern"),
        ("(\\d+)'", "(\\d+'", "jia", "article", "not a regular expression"),
        ("(\\d+)'", "\\d+'", "jia", "article", "no group"),
        ('"feed"', '"rss"', "jia", "entry[1].kind", "'feed'"),
        ('"https://www.jia.example/feed"', '"/feed"', "jia", "entry[1].url", "not an http(s)"),
        ("name =", 'min_delay = "soon"\nname =', "jia", "min_delay", "valid number"),
        ("name =", 'encoding = "gb3"\nname =', "jia", "encoding", "not an encoding"),
        ("name =", 'evidence_date = "lately"\nname =', "jia", "evidence_date", "match pattern"),
        ("[[source.entry]]", "[source.selectors]\nbody = '..x'\n[[source.entry]]", "jia",
         "selectors.body", "not a CSS selector"),
        ("[[source.entry]]", "[source.selectors]\nremove = '.x::text'\n[[source.entry]]", "jia",
         "selectors.remove", "not elements"),
        ("[[source.entry]]", "[source.selectors]\ndate = 'a:soon'\n[[source.entry]]", "jia",
         "selectors.date", "not a CSS selector"),
        ("name =", "take = ['/it/', '(']\nname =", "jia", "take[2]", "not a regular expression"),
        ("name =", "drop = ['']\nname =", "jia", "drop[1]", "at least 1"),
        ("name =", "entry = []\nname =", "jia", "entry", "enabled = false"),
        ('kind = "feed"', 'kind = "feed"\nnext = "/p.html"', "jia", "entry[1].next", "{page}"),
        ('kind = "feed"', 'kind = "feed"\nnext = "https://a.example/{pag}"', "jia",
         "entry[1].next", "{page}"),
        ('kind = "feed"', 'kind = "feed"\npages = 2', "jia", "entry[1].params", "pages need next"),
        ('kind = "feed"', 'kind = "api"', "jia", "entry[1].link_template", "link or link_template"),
        ('kind = "feed"', 'kind = "state"', "jia", "entry[1].variable", "name of its variable"),
        ('kind = "feed"', 'kind = "wordpress"\nparams = 3', "jia", "entry[1].params", "dictionary"),
        ('kind = "feed"', 'kind = "api"\nlink = "a["', "jia", "entry[1].link", "not a JMESPath"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_by_source_and_field(
    load, old: str, new: str, source: str, field: str, problem: str
) -> None:
    assert old in ONE
    text = ONE.replace(old, new, 1)
    with pytest.raises(RegistryError) as caught:
        load(text.partition("[[source.entry]]")[0] if "entry = []" in new else text)
    error = caught.value
    assert (error.source, error.field) == (source, field)
    assert problem in error.problem
    line = str(error)
    assert "\n" not in line
    assert "sources.toml" in line
    assert field in line


def test_wordpress_is_one_line_and_may_be_narrowed(load) -> None:
    entry = load(ONE.replace('"feed"', '"wordpress"\nparams = { categories = 21 }'))[0].entry[0]
    fields = "link%2Ctitle%2Cdate%2Cdate_gmt%2Ccontent"
    assert entry.address(2).endswith(f"?per_page=20&page=2&_fields={fields}&categories=21")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (ONE + "[[source]\n", "line 10"),
        ("", "[[source]]"),
        ("source = 3", "[[source]]"),
        ("[sources]\n" + ONE, "[[source]]"),
    ],
)
def test_a_file_that_is_no_registry_is_refused_in_one_line(load, text: str, problem: str) -> None:
    with pytest.raises(RegistryError) as caught:
        load(text)
    assert problem in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_read_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match="No such file"):
        registry.load(tmp_path / "none.toml")
    (tmp_path / "gbk.toml").write_bytes("名".encode("gbk"))
    with pytest.raises(RegistryError, match="not UTF-8"):
        registry.load(tmp_path / "gbk.toml")


def test_two_sources_cannot_have_one_id(load) -> None:
    with pytest.raises(RegistryError) as caught:
        load(ONE + ONE)
    assert (caught.value.source, caught.value.field) == ("jia", "id")


def test_sources_of_one_domain_are_crawled_together(load) -> None:
    second = OTHER.replace("https://www.yi.example/feed", "https://api.jia.example/yi")
    sources = load(ONE + second.replace("www.yi.example", "yi.jia.example"))
    assert all(sources[0].shard(count) == sources[1].shard(count) for count in range(1, 50))


def test_a_domain_shared_across_crawls_is_refused(load) -> None:
    second = OTHER + '[[source.entry]]\nkind = "feed"\nurl = "https://api.jia.example/yi"\n'
    with pytest.raises(RegistryError) as caught:
        load(ONE + second)
    assert (caught.value.source, caught.value.field) == ("yi", "entry")
    assert "jia.example" in caught.value.problem


LINKS_ONLY = ONE.partition("[[source.entry]]")[0].replace("name =", "enabled = false\nname =")


def test_a_source_without_entry_points_reads_links_and_is_never_crawled(load) -> None:
    (source,) = load(LINKS_ONLY)
    assert (source.entry, source.domain, source.domains) == ((), "jia.example", {"jia.example"})
    assert registry.matching((source,), "https://www.jia.example/a/7") is source
    assert registry.choose((source,), []) == ()
    with pytest.raises(NoEntryPoints, match="jianbao import"):
        registry.choose((source,), ["jia"])


def test_a_source_without_entry_points_holds_its_homepage_s_domain(load) -> None:
    second = OTHER + '[[source.entry]]\nkind = "feed"\nurl = "https://api.jia.example/yi"\n'
    with pytest.raises(RegistryError, match=r"jia\.example"):
        load(LINKS_ONLY + second)


@pytest.mark.parametrize(
    ("url", "taken", "pattern"),
    [
        ("https://www.jia.example/it/2026/7.html", True, "/it/"),
        ("https://www.jia.example/kj/2026/7.html", True, "/(?:kj|cj)/"),
        ("https://www.jia.example/gn/2026/7.html", False, ""),
        ("https://video.jia.example/it/2026/7.html", False, "^https?://video"),
    ],
)
def test_sections_are_taken_or_dropped_by_the_pattern_that_is_named(
    load, url: str, taken: bool, pattern: str
) -> None:
    sections = "take = ['/it/', '/(?:kj|cj)/']\ndrop = ['^https?://video']\n"
    assert load(ONE.replace("name =", f"{sections}name ="))[0].section(url) == (taken, pattern)


def test_without_sections_to_take_all_are_but_those_to_drop(load) -> None:
    (source,) = load(ONE.replace("name =", "drop = ['/slide']\nname ="))
    assert source.section("https://www.jia.example/a/7") == (True, "")
    assert source.section("https://www.jia.example/slide/7") == (False, "/slide")


def test_shards_are_the_same_in_every_process_and_all_used() -> None:
    sources = {source.id: source for source in registry.load()}
    assert [sources[name].shard(7) for name in ("qbitai", "leiphone", "infoq_cn")] == [5, 5, 3]
    assert {source.shard(2) for source in sources.values()} == {0, 1}


def test_the_newsroom_port_comes_from_the_environment(load, monkeypatch) -> None:
    text = ONE.replace("https://www.jia.example/feed", "http://127.0.1.1:{port}/feed")
    monkeypatch.setenv("JIANBAO_NEWSROOM_PORT", "8123")
    source = load(text)[0]
    assert source.entry[0].url == "http://127.0.1.1:8123/feed"
    assert source.domain == "127.0.1.1"
    monkeypatch.delenv("JIANBAO_NEWSROOM_PORT")
    with pytest.raises(RegistryError, match="not an http"):
        load(text)


def test_the_source_of_an_address_is_found_by_its_articles(load) -> None:
    sources = load(ONE.replace("name =", 'aliases = ["m.jia.example"]\nname =') + OTHER)
    assert registry.matching(sources, "https://www.yi.example/a/1").id == "yi"
    assert registry.matching(sources, "http://m.jia.example/a/1?f=1").id == "jia"
    assert registry.matching(sources, "https://www.jia.example/about") is None


def test_named_sources_are_chosen_even_when_they_are_off(load) -> None:
    sources = load(ONE + OTHER.replace("name =", "enabled = false\nname ="))
    assert [source.id for source in registry.choose(sources, [])] == ["jia"]
    assert [source.id for source in registry.choose(sources, ["yi"])] == ["yi"]
    with pytest.raises(UnknownSource, match="did you mean jia"):
        registry.choose(sources, ["jai"])
