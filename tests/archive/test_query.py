from typing import Any

import psycopg
import pytest

from archive import query
from archive.migrations import SchemaError


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


def test_a_search_in_a_database_without_one_says_what_to_do(empty_database: str) -> None:
    with pytest.raises(SchemaError, match="jianbao migrate"):
        query.search(empty_database, "量潮", None, None, None, 1)
