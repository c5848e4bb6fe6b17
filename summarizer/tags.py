"""Which technologies and industries of the dictionary an article is about, and its digest topic."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from archive.models import Article
from archive.taxonomy import Taxonomy, load
from archive.words import Finder

MOST = 6
"""Tags of one kind per article."""
LEAD = 150
"""Characters at the start of the text that count as its lead."""
ENOUGH = 2
"""Mentions that make a tag when neither title nor lead has one."""

_TITLE_BONUS, _LEAD_BONUS = 4, 2
# For the topic: no word weighs more than this, the sum must reach the floor (one cue in the title
# or two in the lead), and an industry weighs half, because half of all news names some industry.
_TOPIC_CAP, _TOPIC_FLOOR, _INDUSTRY_SHARE = 8, 4, 0.5
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
    find = _finders(taxonomy)
    technologies = _weigh(find["technologies"], article)
    industries = _weigh(find["industries"], article, _NAMING)
    scores = dict.fromkeys((topic.name for topic in taxonomy.topics), 0.0)
    cues = _weigh(find["cues"], article)
    for topic in taxonomy.topics:
        scores[topic.name] += sum(min(cues.get(cue, 0), _TOPIC_CAP) for cue in topic.cues)
    for technology in taxonomy.technologies:
        scores[technology.topic] += min(technologies.get(technology.name, 0), _TOPIC_CAP)
    for industry in taxonomy.industries:
        weight = min(industries.get(industry.name, 0), _TOPIC_CAP)
        scores[industry.topic] += _INDUSTRY_SHARE * weight
    best = max(scores, key=lambda name: scores[name])
    generic = {technology.name for technology in taxonomy.technologies if technology.generic}
    top = f"{article.title}\n{article.text[:LEAD]}"
    if any(name not in generic for name, _, _ in find["technologies"].mentions(top)):
        technologies = {name: technologies[name] for name in technologies if name not in generic}
    return Tags(
        _heaviest(technologies),
        _heaviest(industries),
        best if scores[best] >= _TOPIC_FLOOR else taxonomy.topics[-1].name,
    )


@cache
def _finders(taxonomy: Taxonomy) -> dict[str, Finder]:
    ignore = dict.fromkeys(taxonomy.ignore, "")
    technologies = {word: term.name for term in taxonomy.technologies for word in term.words}
    industries = {word: term.name for term in taxonomy.industries for word in term.words}
    cues = {cue: cue for topic in taxonomy.topics for cue in topic.cues}
    return {
        "technologies": Finder(ignore | technologies),
        "industries": Finder(ignore | industries),
        "cues": Finder(cues),
    }


def _weigh(finder: Finder, article: Article, naming: tuple[str, ...] = ()) -> dict[str, int]:
    """The weight of each name that is mentioned enough."""
    title = {name for name, _, _ in finder.mentions(article.title)}
    lead: set[str] = set()
    count: Counter[str] = Counter(title)
    for name, start, end in finder.mentions(article.text):
        named = article.text.startswith(naming, end) or article.text.endswith(naming, start, end)
        count[name] += 2 if named else 1
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
