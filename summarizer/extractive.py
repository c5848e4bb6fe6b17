"""The summary that cannot invent: sentences of the article, verbatim and in order."""

from collections.abc import Sequence
from operator import attrgetter

from archive import clock
from archive.models import Article, Summary
from summarizer.events import events
from summarizer.figures import figures
from summarizer.forms import Form, form
from summarizer.keywords import keywords
from summarizer.ranking import REPEATS, Sentence, overlap, rank
from summarizer.tags import tag

SHORT = 160
"""Characters up to which a text keeps its lead."""
FEWEST, MOST = 2, 4
PIECES = 3
"""Pieces of a round-up that are told at least."""
ENOUGH = 200
"""Characters after which no further sentence is added."""
WORTH = 0.6
"""The share of the best sentence's score that a third or fourth sentence needs."""
_score, _place = attrgetter("score"), attrgetter("start")


def summarize(article: Article) -> Summary:
    """Everything a summary says of `article`; `text[start:end]` of each span is a sentence of it.

    The method is `lead` for short texts and `extractive` for others. A text without a sentence
    gives an empty summary.
    """
    ranked = rank(article)
    chosen, method = pick(article, ranked)
    tags = tag(article)
    return Summary(
        text=joined(chosen),
        spans=tuple((sentence.start, sentence.end) for sentence in chosen),
        keywords=keywords(article.title, article.text),
        technologies=tags.technologies,
        industries=tags.industries,
        companies=tags.companies,
        topic=tags.topic,
        events=events(article, ranked),
        method=method,
        figures=figures(article.text, clock.day_of(article.published_at)),
        tag_spans=tags.spans,
    )


def pick(
    article: Article, ranked: Sequence[Sentence], fewest: int = FEWEST, most: int = MOST
) -> tuple[list[Sentence], str]:
    """The sentences of the summary in text order, and the method that chose them."""
    if len(article.text) <= SHORT:
        return _lead(ranked)[:most], "lead"
    shape = form(article)
    first, readable = [], _readable(ranked)
    if shape.kind == "round-up":
        readable, fewest = _openers(readable, shape), min(PIECES, most)
    elif shape.kind == "interview":
        before = [one for one in readable if shape.part(one.start) is None]
        first = sorted(before, key=_score)[-1:]
    return sorted(_best(readable, first, fewest, most), key=_place), "extractive"


def _readable(ranked: Sequence[Sentence]) -> list[Sentence]:
    return [one for one in ranked if one.alone] or list(ranked)


def _openers(readable: Sequence[Sentence], shape: Form) -> list[Sentence]:
    """The first sentence of each piece."""
    first: dict[int, Sentence] = {}
    for sentence in readable:
        if part := shape.part(sentence.start):
            first.setdefault(part.start, sentence)
    return list(first.values()) or list(readable)


def _lead(ranked: Sequence[Sentence]) -> list[Sentence]:
    """The first sentence, and the second when the first is a short one."""
    readable = [sentence for sentence in ranked if sentence.alone] or list(ranked)
    return readable[: 2 if readable and len(readable[0].text) < SHORT / 3 else 1]


def _best(
    readable: Sequence[Sentence], first: Sequence[Sentence], fewest: int, most: int
) -> list[Sentence]:
    """The sentences that say most, `first` among them, and none twice."""
    readable = sorted(readable, key=_score, reverse=True)
    chosen = list(first)
    length = sum(len(sentence.text) for sentence in chosen)
    for sentence in readable:
        if len(chosen) == most:
            break
        adds = length + len(sentence.text) <= ENOUGH and sentence.score >= WORTH * readable[0].score
        if (adds or len(chosen) < fewest) and all(
            overlap(sentence, one) <= REPEATS for one in chosen
        ):
            chosen.append(sentence)
            length += len(sentence.text)
    return chosen


def joined(chosen: Sequence[Sentence]) -> str:
    """One paragraph. Chinese sentences follow each other without a blank, Latin ones do not."""
    text = ""
    for part in (sentence.text for sentence in chosen):
        text += " " * bool(text and text[-1].isascii() and part[0].isascii()) + part
    return text
