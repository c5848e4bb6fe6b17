"""The schema news made anew, without harm to what others built on it.

Our views and functions are set aside, the files make new ones, views that stood on the old ones are
placed on the new ones, and the old ones are dropped. What does not fit any more is dropped with
them: it is told, and its definition is kept in archive_schema.lost.
"""

import contextlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import psycopg
from psycopg import Connection
from psycopg.rows import TupleRow, class_row

_COMMENT = """
comment on schema news is 'The archive for its users: views and functions. 面向用户的视图与函数。'
"""
_HERE = """
select oid, 'view ' || oid::regclass as name from pg_class
 where relnamespace = 'news'::regnamespace and relkind = 'v'
union all
select oid, 'routine ' || oid::regprocedure from pg_proc
 where pronamespace = 'news'::regnamespace
"""

# A view depends on what its rule reads, a function on the row types in its signature.
_BUILT = """
with recursive edge as (
    select coalesce(r.ev_class, d.objid) as built, d.refobjid as ground
      from pg_depend d
      left join pg_rewrite r on d.classid = 'pg_rewrite'::regclass and r.oid = d.objid
     where d.classid in ('pg_rewrite'::regclass, 'pg_proc'::regclass, 'pg_type'::regclass)
), known (oid) as (
    select unnest(%(ours)s::oid[]) union select built from edge join known on ground = oid
), me (oid) as (
    select oid from pg_roles where rolname = current_user
)
select c.oid, c.oid::regclass::text as name, c.relowner = me.oid as own,
       format('create %%s %%s%%s as %%s', case c.relkind when 'v' then 'or replace view'
              else 'materialized view' end, c.oid::regclass,
              ' with (' || array_to_string(c.reloptions, ', ') || ')', pg_get_viewdef(c.oid))
       || coalesce((select string_agg(pg_get_indexdef(i.indexrelid), ';') from pg_index i
                     where i.indrelid = c.oid), '') as definition
  from pg_class c join known using (oid), me
 where c.relkind in ('v', 'm') and c.oid <> all(%(ours)s)
union all
select p.oid, p.oid::regprocedure::text, p.proowner = me.oid, pg_get_functiondef(p.oid)
  from pg_proc p join known using (oid), me
 where p.prokind in ('f', 'p') and p.oid <> all(%(ours)s)
 order by oid
"""

_GRANTS = """
select format('grant %%s on %%s to %%s%%s', a.privilege_type || g.columns, g.name,
              case a.grantee when 0 then 'public' else a.grantee::regrole::text end,
              case when a.is_grantable then ' with grant option' else '' end)
  from (select '' as columns, oid::regclass::text as name, relowner as owner, relacl as acl
          from pg_class where oid = any(%(all)s)
        union all
        select format(' (%%I)', t.attname), c.oid::regclass::text, c.relowner, t.attacl
          from pg_attribute t join pg_class c on c.oid = t.attrelid where c.oid = any(%(all)s)
        union all
        select '', 'routine ' || oid::regprocedure, proowner, proacl
          from pg_proc where oid = any(%(all)s)) g
 cross join aclexplode(g.acl) a
 where a.grantee <> g.owner
"""


@dataclass(frozen=True, slots=True)
class _Built:
    """What stands on ours: its name, whether it belongs to who migrates, and how it is made."""

    oid: int
    name: str
    own: bool
    definition: str


def renew(conn: Connection[TupleRow], apply: Callable[[], None]) -> None:
    """Have `apply` make the schema news anew, inside the caller's transaction.

    Others' views, materialized views, functions and grants on it go on, as far as they fit.
    """
    conn.execute("create schema if not exists news")
    conn.execute(_COMMENT)
    with _full_names(conn):
        here = {name: oid for oid, name in conn.execute(_HERE)}
        made = {name for (name,) in conn.execute("select name from archive_schema.made")}
        ours = {name: oid for name, oid in here.items() if name in made or not made}
        built = _built(conn, [*ours.values()])
        oids = [*ours.values(), *(one.oid for one in built)]
        grants = [grant for (grant,) in conn.execute(_GRANTS, {"all": oids})]
    conn.execute("create schema news_aside")
    for name in ours:
        conn.execute(f"alter {name} set schema news_aside".encode())
    apply()
    for one in built:
        if one.definition.startswith("create or replace view"):
            _trouble(conn, one.definition)  # what fails here fails, or fits, once the old is gone
    conn.execute("drop schema news_aside cascade")
    for one in built:
        _restore(conn, one)
    for grant in grants:
        _trouble(conn, grant)  # on something that is no more
    conn.execute("delete from archive_schema.made")
    with _full_names(conn), conn.cursor() as cursor:
        new = [(name,) for _, name in conn.execute(_HERE) if name not in here or name in ours]
        cursor.executemany("insert into archive_schema.made values (%s)", new)


def _built(conn: Connection[TupleRow], ours: list[int]) -> list[_Built]:
    with conn.cursor(row_factory=class_row(_Built)) as cursor:
        return cursor.execute(_BUILT, {"ours": ours}).fetchall()


def _restore(conn: Connection[TupleRow], one: _Built) -> None:
    """Make again what was dropped with the old; tell and keep what cannot be."""
    there = "select 1 from pg_class where oid = %s union select 1 from pg_proc where oid = %s"
    if conn.execute(there, (one.oid, one.oid)).fetchone():
        return
    reason = _trouble(conn, one.definition) if one.own else "it belongs to another role"
    if not reason:
        return
    conn.execute(
        "insert into archive_schema.lost (name, definition, reason) values (%s, %s, %s)",
        (one.name, one.definition, reason),
    )
    logging.getLogger(__name__).warning(
        "%s no longer fits the schema news and was dropped (%s);"
        " its definition is in archive_schema.lost",
        one.name,
        reason,
    )


def _trouble(conn: Connection[TupleRow], statement: str) -> str:
    """Why the statement fails, which then changes nothing; empty if it works."""
    try:
        with conn.transaction():
            conn.execute(statement.encode())
    except psycopg.Error as error:
        return str(error).partition("\n")[0]
    return ""


@contextlib.contextmanager
def _full_names(conn: Connection[TupleRow]) -> Iterator[None]:
    """Names that the server prints say their schema."""
    conn.execute("set local search_path to ''")
    yield
    conn.execute("set local search_path to default")
