from typing import Any

import psycopg
import pytest
from psycopg import Connection

from archive import query


def titles(conn: Connection, text: str, *limit: int) -> list[str]:
    rows = conn.execute("select title from news.search(%s, %s)", (text, *(limit or (50,))))
    return [row[0] for row in rows]


def test_an_answer_has_columns_and_rows(database_url: str, desk: Any) -> None:
    desk.article("a", title="量潮发布新模型")
    answer = query.ask(database_url, "select title, part from articles where title ~ %s", "量潮")
    assert answer.columns == ("title", "part")
    assert answer.rows == (("量潮发布新模型", 1),)


def test_a_percent_sign_is_one_where_no_values_are_given(database_url: str, desk: Any) -> None:
    desk.article("a", title="增长 30%")
    answer = query.ask(database_url, "select title from articles where title like '%30\\%'")
    assert answer.rows == (("增长 30%",),)


def test_a_query_changes_nothing(database_url: str, desk: Any) -> None:
    desk.article("a")
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        query.ask(database_url, "delete from archive.article")


def test_search_finds_articles_with_every_term(conn: Connection, desk: Any) -> None:
    desk.article("a", "它更小，也更快。", title="量潮发布 Qing 3")
    desk.article("b", "与量潮无关。", title="北屿发布新电池")
    assert titles(conn, "量潮 发布") == ["量潮发布 Qing 3", "北屿发布新电池"]
    assert titles(conn, " qing\t更快 ") == ["量潮发布 Qing 3"]
    assert titles(conn, "量潮 电池 更快") == []
    assert titles(conn, "量潮", 1) == ["量潮发布 Qing 3"]


@pytest.mark.parametrize("blank", ["", "  "])
def test_search_for_nothing_finds_nothing(conn: Connection, desk: Any, blank: str) -> None:
    desk.article("a")
    assert titles(conn, blank) == []


@pytest.mark.parametrize("term", ["%", "_", "\\", "'; drop schema news; --"])
def test_search_takes_every_sign_as_itself(conn: Connection, desk: Any, term: str) -> None:
    desk.article("a", "平常的正文。")
    assert titles(conn, term) == []
    desk.article("b", f"其中有 {term} 在内。")
    assert titles(conn, term) == ["标题 b"]
