"""docs/reference/sql.md is made from the comments: `pytest tests/archive/test_reference.py
--write-docs` writes it anew."""

import pytest
from psycopg import Connection, sql

from archive.settings import PROJECT

PAGE = PROJECT / "docs" / "reference" / "sql.md"
VIEWS = """
select c.relname, obj_description(c.oid, 'pg_class')
  from pg_class c where c.relnamespace = 'news'::regnamespace and c.relkind = 'v' order by 1
"""
COLUMNS = """
select a.attname, format_type(a.atttypid, a.atttypmod), col_description(a.attrelid, a.attnum)
  from pg_attribute a
 where a.attrelid = ('news.' || quote_ident(%s))::regclass and a.attnum > 0 and not a.attisdropped
 order by a.attnum
"""
FUNCTIONS = """
select p.proname, pg_get_function_arguments(p.oid), pg_get_function_result(p.oid),
       obj_description(p.oid, 'pg_proc')
  from pg_proc p where p.pronamespace = 'news'::regnamespace order by 1, 2
"""
HEAD = """# The archive in SQL 存档的 SQL 接口

Every view and function of the schema `news`, as `\\d+` and `\\df+` show them in `make psql`.
本页由数据库中的注释生成；在 `make psql` 里用 `\\d+`、`\\df+` 也能看到。
"""


def made(conn: Connection) -> str:
    lines = [HEAD, "## Views 视图"]
    for view, comment in conn.execute(VIEWS).fetchall():
        lines += [f"\n### news.{view}\n", f"{comment}\n", "| column | type | |", "|---|---|---|"]
        columns = conn.execute(COLUMNS, (view,)).fetchall()
        lines += [f"| `{name}` | {kind} | {says} |" for name, kind, says in columns]
    lines.append("\n## Functions 函数")
    for name, arguments, result, comment in conn.execute(FUNCTIONS).fetchall():
        wanted = [each.replace("DEFAULT", "default") for each in arguments.split(", ")]
        inside = ",\n    ".join(wanted) if arguments else ""
        call = f"news.{name}(\n    {inside})" if inside else f"news.{name}()"
        lines += [f"\n### news.{name}\n", f"{comment}\n"]
        lines.append(f"```\n{call}\nreturns {result}\n```")
    return "\n".join(lines) + "\n"


def test_the_reference_says_what_the_comments_say(
    conn: Connection, pytestconfig: pytest.Config
) -> None:
    page = made(conn)
    if pytestconfig.getoption("--write-docs"):
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(page, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page


def test_every_column_can_be_typed_unquoted(conn: Connection) -> None:
    for view, _ in conn.execute(VIEWS).fetchall():
        for name, _, _ in conn.execute(COLUMNS, (view,)).fetchall():
            # As a person types it: sql.SQL puts no quotes around it.
            for typed in (name, name.upper()):
                conn.execute(sql.SQL(" ".join(["select", typed, f"from news.{view}", "limit 0"])))
