"""What became of a document that somebody brought, and what was repaired in it, for people."""

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.cells import cell_len, set_cell_size

from archive.clock import BEIJING
from archive.models import Article, Edit, StoredArticle

_WIDTH = 80
_SHOWN = {"bytes": 12}
_FEW = 3
"""Edits that are shown of a kind; of those of bytes, which may be wrong, more."""
_INDENT = " " * 4


def account(
    target: str, outcome: str, reason: str, articles: Sequence[StoredArticle]
) -> Iterator[str]:
    """The outcome and each article's credits and repairs, in lines of at most 80 columns.

    Only the first line, with the name of the document, may be longer.
    """
    count = f", {len(articles)} articles" if len(articles) > 1 else ""
    yield f"{target}: {outcome}{count}" + (f" ({reason})" if reason else "")
    for stored in articles:
        yield _cut(f"  {stored.article.part}  {stored.article.title}")
        if not stored.url.startswith("urn:"):
            yield _cut(f"{_INDENT}on {stored.source_name}: {stored.url}")
        for line in filter(None, _credits(stored.article)):
            yield _cut(_INDENT + line)
        yield from map(_cut, _repairs(stored.article))


def counted(kinds: dict[str, int]) -> str:
    """How many repairs of each kind: `12 note, 3 bytes`; empty if there are none."""
    return ", ".join(f"{number:,} {kind}" for kind, number in kinds.items())


def _credits(article: Article) -> Iterator[str]:
    kind = f" ({article.origin_kind})" if article.origin and article.origin_kind else ""
    told = {
        "by": "、".join(article.authors),
        "with": "、".join(article.contributors),
        "edited by": article.editor,
        "from": article.origin + kind,
        "in": article.section,
    }
    yield "; ".join(f"{name} {value}" for name, value in told.items() if value)
    shown = "%Y-%m-%d" if article.date_precision == "day" else "%Y-%m-%d %H:%M"
    at = article.published_at
    day = f"at {at.astimezone(BEIJING).strftime(shown)}; " if at else ""
    yield f"{day}{len(article.text):,} characters"


def _repairs(article: Article) -> Iterator[str]:
    kinds = dict(Counter(edit.kind for edit in article.repairs).most_common())
    if not kinds:
        return
    yield f"{_INDENT}repaired: {counted(kinds)}"
    for kind in sorted(kinds, key=lambda kind: kinds[kind]):
        edits = [edit for edit in article.repairs if edit.kind == kind]
        most = _SHOWN.get(kind, _FEW)
        for edit in edits[:most]:
            yield from _change(f"{_INDENT}  {kind:6} at {edit.at:<6} ", edit)
        if len(edits) > most:
            yield f"{_INDENT}  and {len(edits) - most:,} more of kind {kind}"


def _change(place: str, edit: Edit) -> Iterator[str]:
    before, after = edit.before or "∅", f"→ {edit.after or '∅'}" + "  (a guess)" * edit.guess
    if cell_len(f"{place}{before} {after}") <= _WIDTH:
        yield f"{place}{before} {after}"
    else:
        yield from (place + before, " " * len(place) + after)


def _cut(line: str) -> str:
    return line if cell_len(line) <= _WIDTH else set_cell_size(line, _WIDTH - 1) + "…"
