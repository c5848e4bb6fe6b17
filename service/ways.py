"""How people's tools reach the archive, as lines to copy."""

from urllib.parse import unquote, urlsplit

_WAYS = """\
psql         psql '{url}'
pandas       pandas.read_sql("select * from articles limit 5", "{sqlalchemy}")
             with pip install pandas sqlalchemy "psycopg[binary]"
DuckDB       attach '{url}' as jianbao (type postgres, read_only, schema 'news');
             select id, title from jianbao.news.articles limit 5;
DBeaver,     host {host}   port {port}   database {database}
Metabase     user {user}   password {password}   schema news, no SSL
             jdbc:postgresql://{host}:{port}/{database}?user={user}&password={quoted}
{tunnel}"""
_TUNNEL = """\
From afar    ssh -N -L {port}:127.0.0.1:{port} you@this-server
             while it runs, all of the above works on your own machine
"""


def ways(url: str) -> str:
    """Lines that show how to connect to this address, a libpq URI, with various tools."""
    at = urlsplit(url)
    quoted = at.password or ""
    parts = {
        "url": url,
        "sqlalchemy": at._replace(scheme="postgresql+psycopg").geturl(),
        "host": at.hostname or "127.0.0.1",
        "port": at.port or 5432,
        "database": at.path.removeprefix("/"),
        "user": unquote(at.username or ""),
        "password": unquote(quoted),
        "quoted": quoted,
    }
    here = parts["host"] in ("127.0.0.1", "localhost", "::1")
    return _WAYS.format(**parts, tunnel=_TUNNEL.format(**parts) if here else "")
