"""Whether what a summary says together belongs together in its article.

A number, or a name, must not stand where the article has another; a clause must not deny what the
article affirms. Only what is said much like the article says it can be judged.
"""

import re
from collections.abc import Iterator

from archive import numbers
from archive.models import Check, Figure
from archive.text import fold, sentences
from summarizer.figures import told

_ALIKE = 0.6
"""The likeness of a sentence of the article to a clause that can be judged by it."""
_BETTER = 0.3
_CLAUSE = re.compile(r"[^，,；;：:。！？!?\n]+")
_NOT = re.compile(
    r"不(?!断|错|仅|见|懈|禁|已|但|少|过|同|久|止|得不|完全|良|锈|乏|妨|如|超|多|足|低|高|小|大|到|忘|愧|料|想|由|只|单|论|管|定)|没有|没(?!收|落)"
    r"|(?<!尚)未(?!来|必|知|婚|央|成年)|尚未|并非|无法|无需|否认|毫无"
)


def related(summary: str, source: str, checks: list[Check]) -> Iterator[Check]:
    """A check for each number and clause of a summary, and for its names where they can be told."""
    yield from _numbers(summary, source)
    lines = [source[slice(*span)] for span in sentences(source)]
    starts = [span[0] for span in sentences(source)]
    grams = [_pairs(line) for line in lines]
    clauses = [(found.start(), found[0]) for found in _CLAUSE.finditer(source)]
    theirs = [_pairs(clause) for _, clause in clauses]
    for found in _CLAUSE.finditer(summary):
        own = _pairs(found[0])
        if len(own) < 4:
            continue
        best = max(range(len(clauses)), key=lambda n: _dice(own, theirs[n]), default=-1)
        if best >= 0 and _dice(own, theirs[best]) >= _ALIKE:
            denies = _denials(found[0]) != _denials(clauses[best][1])
            yield Check(
                "negation", *found.span(), clauses[best][0], found[0].strip() if denies else ""
            )
        yield from _names(found, source, checks, lines, starts, grams)


def _numbers(summary: str, source: str) -> Iterator[Check]:
    theirs = list(told(source))
    grams = [(_pairs(one.subject), _context(one, source)) for one in theirs]
    for one in told(summary):
        own = _pairs(one.subject), _context(one, summary)
        meaning = numbers.meaning(one.values, one.unit)
        same, other = (-1.0, -1), (-1.0, -1)
        for place, (figure, their) in enumerate(zip(theirs, grams, strict=True)):
            likeness = _dice(own[0], their[0]) + _within(own[1], their[1])
            if numbers.meaning(figure.values, figure.unit) == meaning:
                same = max(same, (likeness, place))
            elif figure.kind == one.kind or figure.unit == one.unit:
                other = max(other, (likeness, place))
        if same[1] >= 0:
            crossed = other[0] - same[0] > _BETTER and other[0] > 2 * _ALIKE
            at = theirs[same[1]].start
            yield Check("relation", one.start, one.end, at, one.text if crossed else "")


def _context(figure: Figure, text: str) -> frozenset[str]:
    """The words around a number in its sentence, without numbers."""
    start, end = max(figure.sentence[0], figure.start - 40), min(figure.sentence[1], figure.end + 20)
    return _pairs(text[start:end])


def _names(
    clause: re.Match[str],
    source: str,
    checks: list[Check],
    lines: list[str],
    starts: list[int],
    grams: list[frozenset[str]],
) -> Iterator[Check]:
    """Names of a clause that stand in no sentence near the one that says the rest of it."""
    for check in checks:
        inside = clause.start() <= check.start and check.end <= clause.end()
        if check.kind != "name" or check.problem or not inside:
            continue
        name = clause[0][check.start - clause.start() : check.end - clause.start()]
        rest = _pairs(clause[0].replace(name, " "))
        if len(rest) < 5 or not lines:
            continue
        best = max(range(len(lines)), key=lambda n: _within(rest, grams[n]))
        near = "".join(lines[max(0, best - 1) : best + 2]) + lines[-1] + lines[0]
        has = [n for n, line in enumerate(lines) if name in line]
        if not has or _within(rest, grams[best]) < 0.8:
            continue
        own = max(_within(rest, grams[n]) for n in has)
        crossed = name not in near and own < 0.5
        yield Check("relation", check.start, check.end, starts[best], name if crossed else "")


def _denials(clause: str) -> int:
    return len(_NOT.findall(clause)) % 2


def _pairs(text: str) -> frozenset[str]:
    folded = re.sub(r"\d+", "", fold(text))
    return frozenset(folded[place : place + 2] for place in range(len(folded) - 1))


def _dice(one: frozenset[str], other: frozenset[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other)) if one or other else 1.0


def _within(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one) if one else 0.0
