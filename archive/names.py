"""Other names of what the news is about: companies, products, institutions, technologies."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

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
    """The name that each shipped alias stands for; "" for words that only contain one."""
    products = (names for each in _shipped()["products"].values() for names in each)
    return _apart() | publishers() | {alias: names[0] for names in products for alias in names}


def publishers() -> dict[str, str]:
    """The same of all that may publish: companies, institutions and outlets."""
    return {
        alias: names[0]
        for kind in ("companies", "institutions", "outlets")
        for names in _shipped()[kind]
        for alias in names
    }


def companies() -> dict[str, str]:
    """Every name of each shipped company, and the one that stands for it; "" as in `known`."""
    return _apart() | {alias: names[0] for names in _shipped()["companies"] for alias in names}


def makers() -> dict[str, str]:
    """The company that each shipped name of a product speaks for."""
    return {
        alias: company
        for company, products in _shipped()["products"].items()
        for names in products
        for alias in names
    }


def common() -> frozenset[str]:
    """Names of companies and products that commonly mean something else, in lower case."""
    return frozenset(name.lower() for name in _shipped()["common"])


def _apart() -> dict[str, str]:
    return dict.fromkeys(_shipped()["apart"], "")


@cache
def _shipped() -> dict[str, Any]:
    return tomllib.loads(SHIPPED.read_text(encoding="utf-8"))


def _rows() -> set[tuple[str, str, str]]:
    shipped = _shipped()
    groups = [("company", names) for names in shipped["companies"]]
    groups += [("institution", names) for names in shipped["institutions"]]
    groups += [("product", names) for each in shipped["products"].values() for names in each]
    rows = {(names[0], alias, kind) for kind, names in groups for alias in names}
    # An industry's words, its firms among them, are no other names of it; nor is a technology's
    # product, which is known by its own.
    terms, owned = taxonomy.load(), {alias.lower() for _, alias, _ in rows}
    rows |= {(term.name, term.name, "industry") for term in terms.industries}
    return rows | {
        (term.name, word, "technology")
        for term in terms.technologies
        for word in (term.name, *term.aliases)
        if word.lower() not in owned
    }
