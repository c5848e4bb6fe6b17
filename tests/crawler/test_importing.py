import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from psycopg import Connection

from archive import articles, links, pages
from archive.models import FoundLink
from archive.settings import PROJECT, Settings
from crawler.importing import Unimportable, bring_in
from demo import trouble
from demo.newsroom import OUTLETS, load
from demo.server import Newsroom
from demo.sites import Site

DAY = date(2026, 11, 22)
RECORD = PROJECT / "demo" / "twins" / "labelled-record.txt"
TITLE = "云岭智能发布青鸾三代大模型"
TEXT = (
    "云岭智能在江城发布了第三代大模型，并把调用价格下调三成。\n"
    "首批客户有十二家医院和三家银行，年内扩展到一百家。"
)
BAIJIA = """
[[source]]
id = "baijia"
name = "百家"
homepage = "https://baijia.example/"
article = '^https://baijia\\.example/s\\?id=(\\d+)'
keep_params = ["id"]
[[source.entry]]
kind = "feed"
url = "https://baijia.example/feed"
"""


@pytest.fixture
def settings(database_settings: Settings, tmp_path: Path) -> Settings:
    (tmp_path / "sources.toml").write_text(BAIJIA, "utf-8")
    return database_settings.model_copy(update={"jianbao_sources": tmp_path / "sources.toml"})


@pytest.fixture
def bring(conn: Connection, settings: Settings) -> Callable[..., list[str]]:
    """Takes files or addresses in; the keys of their links."""
    return lambda *targets: [key for _, key in bring_in(conn, settings, [*map(str, targets)])]


def count(conn: Connection) -> tuple[int, int, int]:
    """How many links, pages and articles there are."""
    row = conn.execute(
        "select (select count(*) from archive.link), (select count(*) from archive.page),"
        " (select count(*) from archive.article)"
    ).fetchone()
    assert row is not None
    return row[0], row[1], row[2]


def written(folder: Path, name: str = "快讯 1.txt", text: str = f"{TITLE}\n{TEXT}") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_a_file_becomes_an_article_known_by_its_bytes(
    bring: Any, conn: Connection, tmp_path: Path
) -> None:
    (key,) = bring(written(tmp_path))
    (stored,) = articles.of_link(conn, key)
    assert key.startswith("urn:sha256:")
    assert (stored.url, stored.source, stored.source_name) == (key, "imported", "导入")
    assert (stored.article.title, stored.article.text) == (TITLE, TEXT)
    assert links.outcome(conn, key) == ("stored", "")


def test_text_markdown_and_html_are_told_apart_by_their_names(
    bring: Any, conn: Connection, tmp_path: Path
) -> None:
    page = "".join(f"<p>{line}</p>" for line in TEXT.split("\n"))
    keys = bring(
        written(tmp_path, "1.md", f"转给大家\n\n# {TITLE}\n\n{TEXT}"),
        written(tmp_path, "2.HTML", f"<title>{TITLE}_云上</title><h1>{TITLE}</h1>{page}"),
    )
    read = [articles.of_link(conn, key)[0].article for key in keys]
    assert [(each.title, each.text) for each in read] == [(TITLE, TEXT)] * 2


def test_the_same_bytes_are_the_same_document(bring: Any, conn: Connection, tmp_path: Path) -> None:
    (key,) = bring(written(tmp_path))
    before = count(conn)
    assert bring(written(tmp_path), written(tmp_path, "另一个名字.txt")) == [key, key]
    assert count(conn) == before == (1, 1, 1)


def test_a_labelled_record_is_known_by_the_canonical_form_of_its_link(
    bring: Any, conn: Connection
) -> None:
    (key,) = bring(RECORD)
    assert key == "baijia:1790264835510077316"
    (stored,) = articles.of_link(conn, key)
    assert stored.url == "https://baijia.example/s?id=1790264835510077316"
    assert (stored.source, stored.article.origin) == ("baijia", "东岸财经")
    # Who finds it again, by another of its addresses, finds nothing new.
    again = FoundLink(stored.url)
    assert links.discover(conn, "baijia", key, again, datetime.now(UTC)) is None


def test_a_link_of_nobody_we_know_is_an_identity_too(
    bring: Any, conn: Connection, tmp_path: Path
) -> None:
    text = f"标题: {TITLE}\n链接: HTTPS://Yun.Example:443//a/1.html?utm_source=mail\n总结: {TEXT}"
    (key,) = bring(written(tmp_path, text=text))
    (stored,) = articles.of_link(conn, key)
    assert (key, stored.source) == ("yun.example/a/1.html", "imported")


def test_a_document_that_is_brought_again_is_read_by_the_rules_of_now(
    bring: Any, conn: Connection, tmp_path: Path
) -> None:
    (key,) = bring(written(tmp_path))
    conn.execute("update archive.article set title = '旧的标题'")
    assert bring(written(tmp_path)) == [key]
    (stored,) = articles.of_link(conn, key)
    assert stored.article.title == TITLE


@pytest.mark.parametrize("link", ["", "见附件", "ftp://yun.example/a", "https://[", "http://u@h/"])
def test_a_link_that_is_none_leaves_the_bytes_as_identity(
    bring: Any, conn: Connection, tmp_path: Path, link: str
) -> None:
    (key,) = bring(written(tmp_path, text=f"标题: {TITLE}\n链接: {link}\n总结: {TEXT}"))
    assert key.startswith("urn:sha256:")
    assert links.outcome(conn, key) == ("stored", "")


def test_a_document_that_is_no_article_has_an_outcome(
    bring: Any, conn: Connection, tmp_path: Path
) -> None:
    picture = tmp_path / "a.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)))
    keys = bring(picture, written(tmp_path, text=TITLE))
    assert [links.outcome(conn, key) for key in keys] == [
        ("not_article", "it is not text in a known encoding"),
        ("too_short", "0 characters of text, 50 are needed"),
    ]
    assert count(conn) == (2, 2, 0)


def _missing(folder: Path) -> str:
    return str(folder / "none.txt")


def _large(folder: Path) -> str:
    path = folder / "large.txt"
    path.touch()
    os.truncate(path, pages.MAX_BYTES + 1)
    return str(path)


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (_missing, "No such file or directory"),
        (str, "Is a directory"),
        (lambda folder: str(written(folder, "e.txt", " \n")), "it is empty"),
        (_large, "it is larger than 8 MB"),
        (lambda _: "ftp://yun.example/a.txt", "it is not an http or https address"),
        (lambda _: "https://", "is not a valid address"),
        (lambda _: "https://u:p@yun.example/", "carries a user name"),
    ],
    ids=["missing", "folder", "empty", "large", "ftp", "no host", "user name"],
)
def test_what_cannot_be_taken_in_is_named_and_nothing_is_written(
    bring: Any,
    conn: Connection,
    tmp_path: Path,
    make: Callable[[Path], str],
    problem: str,
) -> None:
    target = make(tmp_path)
    with pytest.raises(Unimportable) as raised:
        bring(written(tmp_path), target)
    assert str(raised.value) == f"cannot import {target}: {problem}"
    assert raised.value.target == target
    assert count(conn) == (0, 0, 0)


def test_addresses_are_fetched_by_the_guarded_spider(
    deployment: Any, tmp_path: Path, bring: Any, conn: Connection
) -> None:
    shelves = load(DAY)
    healthy = next(piece for piece in shelves["qianyan"] if piece.slug == "songtao-q3")
    (closed,) = (each for each in trouble.pieces(DAY) if each.slug == "forbidden-by-robots")
    outlets = {outlet.id: outlet for outlet in OUTLETS}
    with Newsroom(DAY) as room:
        good = Site(outlets["qianyan"], (), DAY, room.port).url(healthy)
        forbidden = Site(outlets["yueli"], (), DAY, room.port).url(closed)
        deployment.allow(*(f"{outlet.address}:{room.port}" for outlet in OUTLETS))
        deployment.registry.write_text(BAIJIA, "utf-8")
        here = f"http://127.0.0.1:{room.port}/a"
        code, out, err = deployment.run("import", good, forbidden, here, str(written(tmp_path)))
    assert (code, "Traceback" in err) == (0, False), err
    said = dict(line.split(": ", 1) for line in err.splitlines() if ": " in line)
    assert said[good] == "stored"
    assert said[forbidden] == "blocked_by_robots (robots.txt forbids it)"
    assert said[here] == "blocked_address (127.0.0.1 is not a public address)"
    assert said[str(tmp_path / "快讯 1.txt")] == "stored"
    assert {f"标题: {healthy.title}", f"链接: {good}", f"标题: {TITLE}"} <= set(out.splitlines())
    # What is stored is not asked for again: the newsroom has closed.
    before = count(conn)
    (key,) = bring(good)
    assert links.outcome(conn, key) == ("stored", "")
    assert count(conn) == before


def test_when_nothing_can_be_taken_in_the_command_fails(deployment: Any, tmp_path: Path) -> None:
    deployment.registry.write_text(BAIJIA, "utf-8")
    code, out, err = deployment.run("import", str(tmp_path / "none.txt"))
    assert (code, out) == (1, "")
    assert err.splitlines()[-1] == (
        f"jianbao: cannot import {tmp_path}/none.txt: No such file or directory"
    )
