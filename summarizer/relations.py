"""Whether what a summary says together belongs together in its article.

A number, or a name, must not stand where the article has another; a clause must not deny what the
article affirms. Only what is said much like the article says it can be judged.
"""

import re
from collections.abc import Iterator

from archive.models import Check, Figure
from archive.numbers import Amount, amounts
from archive.text import fold, sentences
from summarizer.figures import told
from summarizer.tracing import equal

_ALIKE = 0.6
"""The likeness of a sentence of the article to a clause that can be judged by it."""
_BETTER, _MUCH = 0.3, 0.5
"""By how much another number's words must be liker to those of a number, and how like."""
_SELDOM = 3
"""So many sentences have a name of which something is said, not what all is about."""
_LEADS = (24, 16, 8)
"""Characters before a number by which its place is known, the more the surer."""
_CONTRAST = re.compile("新增|累计|现有|同比|环比|本土|境外|无症状|确诊|死亡|毛利|净利|营收|营业")
"""Words of a subject without which another number's words are not like it."""
_UP, _DOWN = (
    re.compile("(?:增|上升|提高|涨)(?:长|加|幅|至|了|近|超|约|逾)*$"),
    re.compile("(?:减|降|跌|下滑)(?:少|低|幅|至|了|近|超|约|逾)*$"),
)
_NO_DIGITS = {ord(digit): None for digit in "0123456789"}
_HAN = "[\u4e00-\u9fff“”（）]"
_CLAUSE = re.compile(rf"(?:[^，,；;：:。！？!?\n ]|(?<!{_HAN}) | (?!{_HAN}))+")
_NOT = re.compile(
    r"不(?!断|错|仅|见|懈|禁|已|但|少|过|同|久|止|得不|完全|良|锈|乏|妨|移|挠|如|超|多|足|低|高|小|大|到|忘|愧|料|想|由|只|单|论|管|定)|没有|没(?!收|落)"
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
    """Numbers whose subject, or whose very words before them, the article says of another."""
    theirs = [(one, *_around(one, source)) for one in told(source)]
    for one in told(summary):
        own, amount = _pairs(one.subject), _amount(one)
        contrasts = {*_CONTRAST.findall(one.subject)}
        same, other = (-1.0, -1), (-1.0, -1)
        for figure, clause, sentence in theirs:
            words = source[figure.start - min(figure.start, _LEADS[0]) : figure.end + 8]
            likeness = _within(own, clause) + 0.5 * _within(own, sentence)
            if equal(amount, _amount(figure), one.text):
                same = max(same, (likeness, figure.start))
            elif (
                figure.unit == one.unit
                and not _parted(one, figure)
                and contrasts <= {*_CONTRAST.findall(words + figure.subject)}
            ):
                other = max(other, (likeness, figure.start))
        if same[1] >= 0:
            crossed = other[0] - same[0] > _BETTER and other[0] > _MUCH
            yield Check("relation", one.start, one.end, same[1], one.text if crossed else "")
    yield from _places(summary, source)
    yield from _directions(summary, source)


def _around(figure: Figure, text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The pairs of a figure's subject with its clause, and of its sentence."""
    start, end = figure.sentence
    low = max(
        [found.start() for found in _CLAUSE.finditer(text, start, figure.start)], default=start
    )
    clause = _pairs(text[low : figure.start]) | _pairs(text[figure.end : figure.end + 8])
    return clause | _pairs(figure.subject), _pairs(text[start:end])


def _parted(one: Figure, other: Figure) -> bool:
    """Whether two figures are of different years."""
    return bool(one.as_of and other.as_of) and one.as_of[:4] != other.as_of[:4]


def _amount(figure: Figure) -> Amount:
    return Amount(figure.start, figure.end, figure.values, figure.unit)


def _places(summary: str, source: str) -> Iterator[Check]:
    """Numbers that follow words after which the article only has other numbers of the unit."""
    theirs: dict[str, list[Amount]] = {}
    for words, one in _led(source):
        for lead in _LEADS:
            theirs.setdefault(words[-lead:], []).append(one)
    for words, one in _led(summary):
        written = summary[one.start : one.end]
        for lead in _LEADS:
            there = [each for each in theirs.get(words[-lead:], []) if each.unit == one.unit]
            if there and len(words) >= lead and (lead > _LEADS[-1] or "0" not in words[-lead:]):
                crossed = not any(equal(one, each, written) for each in there)
                yield Check(
                    "relation", one.start, one.end, there[0].start, written if crossed else ""
                )
                break


def _led(text: str) -> Iterator[tuple[str, Amount]]:
    """Each amount with the words before it, numbers blotted out."""
    plain, done = "", 0
    for one in amounts(text):
        plain += fold(text[done : one.start]).translate(_NO_DIGITS)
        yield plain[-_LEADS[0] :], one
        plain, done = plain + "0", one.end


def _directions(summary: str, source: str) -> Iterator[Check]:
    """Shares by which something grew, and which the article only says that it fell, or so."""
    theirs = [(one, _direction(source, one)) for one in amounts(source)]
    for one in amounts(summary):
        way, written = _direction(summary, one), summary[one.start : one.end]
        if not way or one.kind != "share":
            continue
        there = [(way_, each) for each, way_ in theirs if equal(one, each, written)]
        if there:
            turned = all(way_ == -way for way_, _ in there)
            at = there[0][1].start
            yield Check("relation", one.start, one.end, at, written if turned else "")


def _direction(text: str, one: Amount) -> int:
    lead = text[max(0, one.start - 6) : one.start].rstrip()
    return bool(_UP.search(lead)) - bool(_DOWN.search(lead))


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
        if not 0 < len(has) <= _SELDOM or _within(rest, grams[best]) < 0.8:
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
