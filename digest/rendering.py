"""Parts of an edition, each as HTML and as text, from the macros of one name in both templates."""

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from archive.edition_models import Part
from digest.lines import web

_JINJA = Environment(
    loader=PackageLoader("digest"),
    autoescape=select_autoescape(("html.j2",)),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    auto_reload=False,
)
_JINJA.filters["web"] = web


def part(kind: str, *shown: object, **about: Any) -> Part:
    """The part that the macro `kind` makes of what is `shown`; `about` it goes into Part."""
    html, text = (
        str(getattr(_JINJA.get_template(f"edition.{suffix}.j2").module, kind)(*shown))
        for suffix in ("html", "txt")
    )
    return Part(kind, html, text, **about)
