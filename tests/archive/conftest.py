import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest
from psycopg import Connection

from archive import articles, links, pages, sources, summaries
from archive.models import Article, FoundLink, Outcome, Page, Summary
from archive.sameness import stored

T = TypeVar("T")
NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


class Desk:
    """Puts into the archive what a test is about, one short line each."""

    def __init__(self, conn: Connection) -> None:
        self.conn = conn
        known = [
            ("xinghe", "星河科技报", "https://xinghe.example", True),
            ("zhidian", "智点财经", "https://zhidian.example", True),
        ]
        sources.sync(conn, known, NOON)

    def link(
        self, name: str, source: str = "xinghe", at: datetime = NOON, **found: Any
    ) -> int | None:
        url = f"https://{source}.example/{name}"
        return links.discover(self.conn, source, f"key-{name}", FoundLink(url, **found), at)

    def page(self, link: int, body: bytes = b"<p>", at: datetime = NOON) -> int:
        pages.add(self.conn, Page(link, "https://xinghe.example/page", body, at))
        return self.one("select max(id) from archive.page where link = %s", link)

    def article(
        self,
        name: str,
        text: str = "量潮发布了新模型。",
        source: str = "xinghe",
        at: datetime = NOON,
        **fields: Any,
    ) -> int:
        self.link(name, source, at)
        link = self.one("select id from archive.link where key = %s", f"key-{name}")
        page = self.page(link, text.encode(), at)
        given = {"title": f"标题 {name}", "text": text, "published_at": at}
        article = Article(**(given | fields))
        articles.put(self.conn, link, page, article, at)
        pages.read(self.conn, page, at)
        links.settle(self.conn, link, Outcome.STORED, "", at)
        return self.one("select id from archive.article where link = %s", link)

    def summary(self, article: int, **fields: Any) -> Summary:
        text = self.one("select text from news.articles where id = %s", article)
        given: dict[str, Any] = {
            "text": text,
            "spans": ((0, len(text)),),
            "keywords": ("量潮", "新模型"),
            "technologies": ("大模型",),
            "industries": ("软件",),
            "topic": "模型",
            "events": (),
            "method": "extractive",
        }
        summary = Summary(**(given | fields))
        summaries.put(self.conn, article, text, summary, NOON)
        return summary

    def copies(self, *members: int, story: int | None = None) -> int:
        """Say that these articles are copies of one text, in a story of its own or this one."""
        group = members[0]
        self.conn.execute(
            "insert into archive.story values (%s, 1) on conflict do nothing", (story or group,)
        )
        self.conn.execute(
            "insert into archive.copy_group (id, original, story, told_at) values (%s, %s, %s, %s)",
            (group, group, story or group, NOON),
        )
        self.conn.execute(
            "insert into archive.copy (article, copy_group, text_hash, method, placed_at)"
            " select id, %s, text_hash, 1, %s from archive.article where id = any(%s)",
            (group, NOON, list(members)),
        )
        stored.decide_original(self.conn, group)
        return group

    def one(self, query: str, *values: object) -> Any:
        row = self.conn.execute(query, values).fetchone()
        return row[0] if row else None


@pytest.fixture
def desk(conn: Connection) -> Desk:
    return Desk(conn)


@pytest.fixture(scope="session")
def at_once() -> Callable[[int, Callable[[int], T]], list[T]]:
    """Calls a function with 0 … n-1 in as many threads that start together; the answers."""

    def run(number: int, function: Callable[[int], T]) -> list[T]:
        gate = threading.Barrier(number)

        def one(index: int) -> T:
            gate.wait()
            return function(index)

        with ThreadPoolExecutor(number) as pool:
            return list(pool.map(one, range(number)))

    return run
