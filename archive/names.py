"""Other names of what the news is about: companies, products, institutions, technologies."""

import tomllib
from functools import cache
from pathlib import Path

from psycopg import Connection
from psycopg.rows import TupleRow

from archive import taxonomy

SHIPPED = Path(__file__).with_name("names.toml")


def sync(conn: Connection[TupleRow]) -> None:
    """Make the shipped rows of archive.name what the two dictionaries say; others stay."""
    with conn.transaction(), conn.cursor() as cursor:
        cursor.execute("delete from archive.name where shipped")
        cursor.executemany(
            "insert into archive.name (name, alias, kind, shipped) values (%s, %s, %s, true)"
            " on conflict do nothing",
            sorted(_rows()),
        )


@cache
def known() -> dict[str, str]:
    """The name that each shipped alias of a company, product or institution stands for."""
    shipped = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))
    return {alias: each[0] for kind in shipped.values() for each in kind for alias in each}


def companies() -> dict[str, str]:
    """Every name of each shipped company, and the one that stands for it."""
    known = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))
    return {alias: names[0] for names in known["companies"] for alias in names}


def _rows() -> set[tuple[str, str, str]]:
    known = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))
    kinds = {"companies": "company", "products": "product", "institutions": "institution"}
    rows = {
        (names[0], alias, kind)
        for key, kind in kinds.items()
        for names in known[key]
        for alias in names
    }
    terms = taxonomy.load()
    for kind, tags in (("technology", terms.technologies), ("industry", terms.industries)):
        rows |= {(tag.name, word, kind) for tag in tags for word in tag.words}
    return rows
