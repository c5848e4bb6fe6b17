"""Whether a written summary says only what its article says."""

import unicodedata
from dataclasses import dataclass

from archive import clock
from archive.models import Article, Check
from archive.text import clean, fold
from summarizer.relations import related
from summarizer.tracing import traced

LONGEST = 600
"""Characters of a summary; more is no summary."""
FAMILIAR = 0.2
"""The share of a summary's character pairs that the article must have: a text about something
else shares a tenth, a faithful one two thirds."""

_MISSING = {
    "number": "numbers not in the article",
    "date": "dates not in the article",
    "quotation": "quotations not in the article",
    "name": "names not in the article",
    "address": "addresses not in the article",
    "relation": "said of something else in the article",
    "negation": "denied or affirmed otherwise than in the article",
}


@dataclass(frozen=True, slots=True)
class Grounding:
    """What was checked of a summary, and what is wrong with it, one line each."""

    checks: tuple[Check, ...]
    problems: tuple[str, ...]


def ground(summary: str, article: Article) -> Grounding:
    """Check a summary against its article: its numbers, dates, quotations, names and addresses,
    what is said of what, what is denied, its length, characters, and that it is about the same.

    Offsets count characters of the text; what follows it are title and origin, one line each.
    """
    if not summary.strip():
        return Grounding((), ("it is empty",))
    problems = []
    if len(summary) > LONGEST:
        problems.append(f"it is {len(summary)} characters long")
    if clean(summary) != unicodedata.normalize("NFC", summary).strip():
        problems.append("it has control characters or stray blanks")
    source = f"{article.text}\n{article.title}\n{article.origin}"
    checks = traced(summary, source, clock.day_of(article.published_at))
    checks += related(summary, source, checks)
    for kind, problem in _MISSING.items():
        wrong = [check.problem for check in checks if check.kind == kind and check.problem]
        if wrong:
            problems.append(f"{problem}: {', '.join(dict.fromkeys(wrong))}")
    words, known = fold(summary), fold(source)
    pairs = [words[i : i + 2] for i in range(len(words) - 1)]
    if sum(pair in known for pair in pairs) < FAMILIAR * max(1, len(pairs)):
        problems.append("most of its words are not in the article")
    return Grounding(tuple(checks), tuple(problems))
