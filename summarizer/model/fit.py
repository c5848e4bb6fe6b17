"""What a model reads of an article that is longer than its window."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from archive.models import Article
from summarizer.ranking import rank

LEAD = 2
"""Sentences at the start that are always read: a news text puts what happened there."""
GAP = "……"
"""Stands where sentences were left out."""


def fitted(article: Article, room: int, count: Callable[[Sequence[str]], list[int]]) -> str:
    """The article's text if it has at most `room` tokens, else its best sentences in text order.

    `count` tells the tokens of each of several texts. The lead comes first, then the sentences
    that the ranker scores highest, as long as they fit; a first sentence that does not is cut.
    """
    text = article.text
    # A token is rarely more than eight characters: what is far too long is not counted whole.
    if len(text) <= room * 8 and count([text])[0] <= room:
        return text
    ranked = rank(article)
    order = [*ranked[:LEAD], *sorted(ranked[LEAD:], key=lambda sentence: -sentence.score)]
    # Each may stand alone, with a gap on both sides.
    costs = count([f"{sentence.text}{GAP}" for sentence in order])
    kept = []
    for sentence, cost in zip(order, costs, strict=True):
        if cost <= room:
            kept.append(sentence)
            room -= cost
    if not kept:
        return _cut(text, room, count)
    kept.sort(key=lambda sentence: sentence.start)
    parts = [kept[0].text]
    for before, sentence in pairwise(kept):
        between = text[before.end : sentence.start]
        parts += [GAP if between.strip() else between, sentence.text]
    return "".join(parts)


def _cut(text: str, room: int, count: Callable[[Sequence[str]], list[int]]) -> str:
    text = text[: room * 8]
    while text and (size := count([text])[0]) > room:
        text = text[: int(len(text) * room / size * 0.95)]
    return text
