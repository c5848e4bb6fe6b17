"""The summary that cannot invent: sentences of the article, verbatim and in order."""

from collections.abc import Sequence

from archive import clock
from archive.models import Article, Summary
from summarizer.events import events
from summarizer.figures import figures
from summarizer.keywords import keywords
from summarizer.ranking import REPEATS, Sentence, overlap, rank
from summarizer.tags import tag

SHORT = 160
"""Characters up to which a text keeps its lead."""
FEWEST, MOST = 2, 4
ENOUGH = 200
"""Characters after which no further sentence is added."""
WORTH = 0.6
"""The share of the best sentence's score that a third or fourth sentence needs."""


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
    return sorted(_best(ranked, fewest, most), key=lambda sentence: sentence.start), "extractive"


def _lead(ranked: Sequence[Sentence]) -> list[Sentence]:
    """The first sentence, and the second when the first is a short one."""
    readable = [sentence for sentence in ranked if sentence.alone] or list(ranked)
    return readable[: 2 if readable and len(readable[0].text) < SHORT / 3 else 1]


def _best(ranked: Sequence[Sentence], fewest: int, most: int) -> list[Sentence]:
    readable = [one for one in ranked if one.alone and not one.text.endswith(("；", ";"))]
    readable = sorted(readable or ranked, key=lambda sentence: -sentence.score)
    chosen: list[Sentence] = []
    length = 0
    for sentence in readable:
        adds = length + len(sentence.text) <= ENOUGH and sentence.score >= WORTH * readable[0].score
        if not adds and len(chosen) >= fewest:
            continue
        if all(overlap(sentence, one) <= REPEATS for one in chosen):
            chosen.append(sentence)
            length += len(sentence.text)
        if len(chosen) == most:
            break
    return chosen


def joined(chosen: Sequence[Sentence]) -> str:
    """One paragraph. Chinese sentences follow each other without a blank, Latin ones do not."""
    text = ""
    for part in (sentence.text for sentence in chosen):
        text += " " * bool(text and text[-1].isascii() and part[0].isascii()) + part
    return text
