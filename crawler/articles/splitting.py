"""Several articles on one page, such as a newspaper's: where one ends and the next begins."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from archive.text import fold
from crawler.articles import lines as rules
from crawler.articles.bylines import is_byline
from crawler.articles.headline import said

_TITLE = range(6, 60)
_NO_TITLE = re.compile(r".*[。；;，,：:、]|.*。.*|[（(].*[）)]|#.*")
_STOP = re.compile("[。！？]")
_PROSE = 200.0
"""Characters of sentences that an article of several has at least."""
_PARAGRAPH = 30.0
_NEAR = 4
"""Lines from a title to its first paragraph."""
_CREDITS = 3
"""Lines behind a text that may say whose it is."""
_ABOUT = 0.3
"""The part of a title's pairs of characters that its text says."""
_MOST = 6
"""More short texts on one page are a digest, which is one article."""


@dataclass(frozen=True, slots=True)
class Part:
    """One of the articles of a page, not yet tidied."""

    headline: str
    lines: tuple[str, ...]

    @property
    def signed(self) -> str:
        """Its text, with what may be credits behind it."""
        return "\n".join(self.lines[: _end(self.lines) + _CREDITS])


def split(headline: str, lines: Sequence[str]) -> list[Part]:
    """The articles of a page: one, unless all of several have a title, a text about it, and a
    byline, every one at its end or every one under its title."""
    for starts in (_after_bylines(lines), _over_bylines(lines)):
        bounds = [-1, *starts, len(lines)]
        found = [
            Part(lines[start] if start >= 0 else headline, tuple(lines[start + 1 : end]))
            for start, end in pairwise(bounds)
        ]
        if 1 < len(found) <= _MOST and all(map(_is_article, found)) and _alike(found):
            return found
    return [Part(headline, tuple(lines))]


def around(visible: Sequence[str], parts: Sequence[Part], number: int) -> list[str]:
    """The lines of a page without those of its articles other than this one, from 1."""
    starts = [0, *(_place(visible, part.headline) for part in parts[1:]), len(visible)]
    return [*visible[starts[number - 1] : starts[number]]]


def _place(visible: Sequence[str], headline: str) -> int:
    return next((at for at, line in reversed([*enumerate(visible)]) if line == headline), 0)


def _after_bylines(lines: Sequence[str]) -> list[int]:
    """Titles that follow a byline."""
    return [at for at in range(2, len(lines) - 1) if is_byline(lines[at - 1]) and _leads(lines, at)]


def _over_bylines(lines: Sequence[str]) -> list[int]:
    """Titles over a byline, or over a line with a day."""
    places = range(2, len(lines) - 2)
    return [at for at in places if _heads(lines[at + 1]) and _leads(lines, at)]


def _heads(line: str) -> bool:
    return rules.is_credit(line) or rules.is_dated(line) or rules.is_stamp(line)


def _leads(lines: Sequence[str], at: int) -> bool:
    """Whether a line may be a title, over a paragraph."""
    line = lines[at]
    return (
        len(fold(line)) in _TITLE
        and not _NO_TITLE.fullmatch(line)
        and not _heads(line)
        and not rules.is_button(line)
        and not rules.is_notice(line)
        and any(map(_is_paragraph, lines[at + 1 : at + 1 + _NEAR]))
    )


def _is_article(part: Part) -> bool:
    return (
        sum(map(rules.prose, part.lines)) >= _PROSE
        and said(part.headline, "\n".join(part.lines)) >= _ABOUT
    )


def _alike(found: Sequence[Part]) -> bool:
    """Whether a byline stands at the end of every part, or at the beginning of every part."""
    ends = [_behind(part.lines) for part in found]
    heads = [part.lines[:2] for part in found]
    return all(any(map(rules.is_credit, edge)) for edge in ends) or all(
        any(map(_heads, edge)) for edge in heads
    )


def _behind(lines: Sequence[str]) -> Sequence[str]:
    """What stands behind the last paragraph."""
    return lines[_end(lines) :]


def _end(lines: Sequence[str]) -> int:
    ends = (at for at in range(len(lines), 0, -1) if _is_paragraph(lines[at - 1]))
    return next(ends, len(lines))


def _is_paragraph(line: str) -> bool:
    return rules.prose(line) >= _PARAGRAPH and bool(_STOP.search(line))
