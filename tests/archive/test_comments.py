import re

from psycopg import Connection

COMMENTS = """
select 'view ' || c.oid::regclass, obj_description(c.oid, 'pg_class')
  from pg_class c where c.relnamespace = 'news'::regnamespace and c.relkind in ('v', 'm', 'r')
union all
select 'column ' || c.oid::regclass || '.' || a.attname, col_description(c.oid, a.attnum)
  from pg_class c join pg_attribute a on a.attrelid = c.oid
 where c.relnamespace = 'news'::regnamespace and a.attnum > 0 and not a.attisdropped
   and c.relkind in ('v', 'm', 'r')
union all
select 'function ' || p.oid::regprocedure, obj_description(p.oid, 'pg_proc')
  from pg_proc p where p.pronamespace = 'news'::regnamespace
union all
select 'schema news', obj_description('news'::regnamespace, 'pg_namespace')
union all
select 'table ' || c.oid::regclass, obj_description(c.oid, 'pg_class')
  from pg_class c where c.relnamespace = 'archive'::regnamespace and c.relkind = 'r'
"""


def test_everything_public_has_a_comment_in_both_languages(conn: Connection) -> None:
    comments = dict(conn.execute(COMMENTS).fetchall())
    assert {"schema news", "view news.record", "column news.record.标题"} <= comments.keys()
    assert any(name.startswith("function news.search") for name in comments)
    lacking = [
        name
        for name, comment in comments.items()
        if not re.search(r"[a-z]{3}", comment or "") or not re.search(r"[一-鿿]", comment or "")
    ]
    assert not lacking
