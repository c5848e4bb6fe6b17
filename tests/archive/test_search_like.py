"""Whatever is asked, exactly those articles are found that LIKE finds in the folded texts."""

import contextlib
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from psycopg import Connection

from archive import articles, database, links, pages, sources
from archive.embedded import Server
from archive.models import Article, FoundLink, Page
from archive.search import searchable
from archive.settings import Settings

ALPHABET = "aＡb%_\\'-国國体體芯，,…😀😁𠮷𠀀\u3000 \n"
TERMS = st.text(st.sampled_from(ALPHABET.replace("\n", "")), min_size=1, max_size=4).filter(
    lambda term: bool(searchable(term).strip())
)


@pytest.fixture(scope="module")
def shelf(postgres: Server) -> Iterator[Connection]:
    """An archive of 400 small articles of few different characters, over years."""
    dice, now = random.Random(7), datetime(2026, 3, 4, tzinfo=UTC)
    with psycopg.connect(postgres.dsn("postgres"), autocommit=True) as admin:
        admin.execute("create database shelf owner jianbao")
        url = postgres.dsn("shelf", "jianbao")
        database.migrate(Settings(database_url=url))
        with psycopg.connect(url, autocommit=True) as conn:
            sources.sync(conn, [("xinghe", "星河科技报", "https://xinghe.example", True)], now)
            for number in range(400):
                address = f"https://xinghe.example/{number}"
                link = links.discover(conn, "xinghe", address, FoundLink(address), now)
                pages.add(conn, Page(link, address, str(number).encode(), now))
                article = Article(
                    "".join(dice.choices(ALPHABET.replace("\n", ""), k=dice.randrange(4))),
                    "".join(dice.choices(ALPHABET, k=dice.randrange(30))),
                    published_at=now - timedelta(days=dice.randrange(3) ** dice.randrange(9)),
                )
                articles.put(conn, link, number + 1, article, now)
            yield conn
        admin.execute("drop database shelf with (force)")


def spelled(term: str, bare: bool) -> str:
    """The term as a person types it: in quotes where that makes a difference."""
    folded = searchable(term)
    return term if bare and " " not in folded and folded[0] not in '"-' else f'"{term}"'


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(TERMS, min_size=1, max_size=3), st.lists(TERMS, max_size=2), st.booleans())
@example(["%"], [], True)
@example(["a"], ["a"], True)
@example(["𠀀"], [], False)
def test_the_full_set_is_that_of_like(
    shelf: Connection, wanted: list[str], unwanted: list[str], bare: bool
) -> None:
    def pattern(term: str) -> str:
        escaped = "".join(f"\\{char}" if char in "\\%_" else char for char in searchable(term))
        return f"%{escaped}%"

    asked = " ".join(
        [spelled(term, bare) for term in wanted] + [f"-{spelled(term, bare)}" for term in unwanted]
    )
    like = shelf.execute(
        "select article, title like all(%(yes)s) from archive.search_text"
        " where doc like all(%(yes)s) and doc not like all(%(no)s)"
        " order by 2 desc, (select count(*) from unnest(%(yes)s::text[]) p where title like p)"
        " desc, sort_at desc, article desc",
        {
            "yes": sorted({pattern(term) for term in wanted}),
            "no": [pattern(term) for term in unwanted],
        },
    ).fetchall()
    matches = shelf.execute("select id from news.matches(%s)", (asked,)).fetchall()
    assert sorted(matches) == sorted((row[0],) for row in like)
    found = shelf.execute("select id from news.search(%s, page_size => 1000)", (asked,)).fetchall()
    assert found == [(row[0],) for row in like]
    page = shelf.execute("select id from news.search(%s, page_size => 3, page => 2)", (asked,))
    assert page.fetchall() == found[3:6]


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.sampled_from(ALPHABET + '"＂－“”'), max_size=20) | st.text(
    st.characters(exclude_characters="\0", codec="utf-8"), max_size=40))  # fmt: skip
def test_any_text_is_searched_or_refused(shelf: Connection, asked: str) -> None:
    with contextlib.suppress(psycopg.errors.InvalidParameterValue):
        assert len(shelf.execute("select * from news.search(%s)", (asked,)).fetchall()) <= 20
