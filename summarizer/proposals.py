"""What a model proposes beside its summary, and what of it the article bears out."""

from collections.abc import Sequence
from functools import cache

from archive import clock
from archive.models import Article, Event
from archive.script import simplified
from archive.taxonomy import Industry, Technology, load
from archive.text import fold
from archive.words import Finder
from summarizer.events import LONGEST, kinds, told
from summarizer.ranking import Sentence, rank

LEAST, MOST = 2, 20
"""Characters of a keyword."""
LIKE = 0.5
"""How much of an event a sentence of the article must share, in pairs of characters."""

Spans = tuple[tuple[int, int], ...]


def keywords(proposed: Sequence[str], article: Article) -> tuple[str, ...]:
    """Those that stand in the article as they are written."""
    source = f"{article.title}\n{article.text}"
    return tuple(
        word for word in proposed if LEAST <= len(word) <= MOST and word in source and fold(word)
    )


def tags(proposed: Sequence[str], kind: str, article: Article) -> dict[str, Spans]:
    """The dictionary's names for those of a kind, `technologies` or `industries`, that the article
    mentions; with where its text does."""
    finder, names = _dictionary(kind)
    text = simplified(article.text)
    places: dict[str, list[tuple[int, int]]] = {
        name: [] for name, _, _ in finder.mentions(simplified(article.title))
    }
    for name, start, end in finder.mentions(text):
        places.setdefault(name, []).append((start, end))
    wanted = (names.get(simplified(word).lower(), "") for word in proposed)
    return {name: tuple(places[name]) for name in wanted if name in places}


def event(words: str, article: Article) -> Event | None:
    """An event in a model's words, at the sentence of the article that tells it; None if none
    does."""
    own = [one.pairs for one in rank(Article("", words))]
    if len(own) != 1 or len(words) > LONGEST:
        return None
    alike: list[Sentence] = sorted(rank(article), key=lambda one: -_share(own[0], one))
    if not alike or _share(own[0], alike[0]) < LIKE or not kinds(words) <= kinds(alike[0].text):
        return None
    today = clock.day_of(article.published_at)
    return told(words, alike[0].start, alike[0].end, today=today)


def _share(pairs: frozenset[str], sentence: Sentence) -> float:
    return len(pairs & sentence.pairs) / max(1, len(pairs))


@cache
def _dictionary(kind: str) -> tuple[Finder, dict[str, str]]:
    """What finds a kind's terms in text by words that mean nothing else, and all their words."""
    taxonomy = load()
    terms: Sequence[Technology | Industry] = getattr(taxonomy, kind)
    sure = {word: term.name for term in terms for word in (term.name, *term.aliases)}
    known = {word.lower(): term.name for term in terms for word in term.words}
    return Finder(dict.fromkeys(taxonomy.ignore, "") | sure), known
