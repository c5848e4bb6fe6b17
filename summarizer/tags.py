"""Which technologies and industries of the dictionary an article is about, and its digest topic."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from archive.models import Article
from summarizer.taxonomy import Taxonomy, Term, load

MOST = 6
"""Tags of one kind per article."""
LEAD = 150
"""Characters at the start of the text that count as its lead."""
ENOUGH = 2
"""Mentions that make a tag when neither title nor lead has one."""

_TITLE_BONUS, _LEAD_BONUS = 4, 2
# Beyond this many mentions a word says nothing more about the topic.
_TOPIC_CAP = 4
# One cue in the title or two in the lead; less is chance.
_TOPIC_FLOOR = 4
# An industry says less about the topic than a technology: half the news names some industry.
_INDUSTRY_SHARE = 0.5
# “旅游行业” names the industry itself, “旅游” may be a passing word: the former counts twice.
_NAMING = ("行业", "领域", "产业", "赛道")


@dataclass(frozen=True, slots=True)
class Tags:
    """Names from the dictionary, the weightiest first; the topic is always one of its topics."""

    technologies: tuple[str, ...]
    industries: tuple[str, ...]
    topic: str


def tag(article: Article, taxonomy: Taxonomy | None = None) -> Tags:
    """The tags of an article. A tag needs a mention in title or lead, or two in all."""
    taxonomy = taxonomy or load()
    words = _words(taxonomy)
    technologies = _weigh(words.technologies, article)
    industries = _weigh(words.industries, article, naming=_NAMING)
    topic = _topic(taxonomy, words, article, technologies, industries)
    generic = {term.name for term in taxonomy.technologies if term.generic}
    top = {name for name, _, _ in words.technologies.mentions(_top(article))}
    if top - generic:
        technologies = {name: mass for name, mass in technologies.items() if name not in generic}
    return Tags(_heaviest(technologies), _heaviest(industries), topic)


def _top(article: Article) -> str:
    return f"{article.title}\n{article.text[:LEAD]}"


class Finder:
    """Finds words in text: the longest at each place, case aside, Latin ones at word boundaries."""

    def __init__(self, names: Mapping[str, str]) -> None:
        """`names` leads from each word to the name it stands for; "" for words to step over."""
        self._by_first: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for word in sorted(names, key=len, reverse=True):
            self._by_first[word[0].lower()].append((word.lower(), names[word]))

    def mentions(self, text: str) -> Iterator[tuple[str, int, int]]:
        """(name, start, end) of each mention, in order, never overlapping."""
        text, end = text.lower(), 0
        for start, char in enumerate(text):
            if start < end:
                continue
            for word, name in self._by_first.get(char, ()):
                if text.startswith(word, start) and _stands_alone(text, start, start + len(word)):
                    end = start + len(word)
                    if name:
                        yield name, start, end
                    break


def _stands_alone(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (_joins(before, text[start]) or _joins(text[end - 1], after))


def _joins(left: str, right: str) -> bool:
    """Whether two neighbours belong to one Latin word or number."""
    return all(char.isascii() and char.isalnum() for char in (left, right)) if left else False


@dataclass(frozen=True, slots=True)
class _Words:
    technologies: Finder
    industries: Finder
    cues: Finder


@cache
def _words(taxonomy: Taxonomy) -> _Words:
    cues = {cue: topic.name for topic in taxonomy.topics for cue in topic.cues}
    ignore = dict.fromkeys(taxonomy.ignore, "")

    def finder(terms: Iterable[Term]) -> Finder:
        return Finder(ignore | {word: term.name for term in terms for word in term.words})

    return _Words(finder(taxonomy.technologies), finder(taxonomy.industries), Finder(cues))


def _weigh(finder: Finder, article: Article, naming: tuple[str, ...] = ()) -> dict[str, int]:
    """Names that are mentioned enough, with their weights."""
    title = {name for name, _, _ in finder.mentions(article.title)}
    lead: set[str] = set()
    count: Counter[str] = Counter(title)
    for name, start, end in finder.mentions(article.text):
        named = article.text.startswith(naming, end) or article.text.endswith(naming, start, end)
        count[name] += 2 if naming and named else 1
        if start < LEAD:
            lead.add(name)
    return {
        name: number + _TITLE_BONUS * (name in title) + _LEAD_BONUS * (name in lead)
        for name, number in count.items()
        if name in title or name in lead or number >= ENOUGH
    }


def _heaviest(weights: Mapping[str, int]) -> tuple[str, ...]:
    # sorted() is stable, so equal weights keep the order of their first mention.
    return tuple(sorted(weights, key=lambda name: -weights[name])[:MOST])


def _topic(
    taxonomy: Taxonomy,
    words: _Words,
    article: Article,
    technologies: Mapping[str, int],
    industries: Mapping[str, int],
) -> str:
    scores: dict[str, float] = dict.fromkeys((topic.name for topic in taxonomy.topics), 0.0)
    for topic, mass in _weigh(words.cues, article).items():
        scores[topic] += mass
    for term in taxonomy.technologies:
        scores[term.topic] += min(technologies.get(term.name, 0), _TITLE_BONUS + _TOPIC_CAP)
    for industry in taxonomy.industries:
        mass = min(industries.get(industry.name, 0), _TITLE_BONUS + _TOPIC_CAP)
        scores[industry.topic] += _INDUSTRY_SHARE * mass
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] >= _TOPIC_FLOOR else taxonomy.topics[-1].name
