"""Which technologies, industries and companies an article is about, and its digest topic."""

import re
from bisect import bisect
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from archive import names
from archive.models import Article
from archive.script import simplified
from archive.taxonomy import Taxonomy, load
from archive.text import sentences
from archive.words import Finder

MOST = 6
"""Tags of one kind per article."""
LEAD, FLASH = 100, 250
"""Characters at the start of the text that count as its lead; for technologies a flash is all lead,
because nobody names one for nothing there."""
SHORT, LONG = 400, 1500
"""In texts up to SHORT characters one mention in the lead makes a tag; beyond LONG two of one word
do not."""
SHARE, BESIDE = 0.3, 0.5
"""The share of the heaviest's weight that an industry or company needs, unless the title has it or
it is named as one; the latter in short texts and when the title has another."""

_TITLE_BONUS, _LEAD_BONUS = 4, 2
# For the topic: no word weighs more than this, the sum must reach the floor (one cue in the title
# or two in the lead), and an industry weighs half, because half of all news names some industry.
_TOPIC_CAP, _TOPIC_FLOOR, _INDUSTRY_SHARE = 8, 4, 0.5
# A generic technology stays beside others that it outweighs so many times.
_OUTWEIGHS = 2
# “旅游行业” names the industry itself, “旅游” may be a passing word: the former counts twice.
_NAMED = re.compile(r"(?:..)?(?:行业|领域|产业|赛道)")
# “旅游学院”, “金融时报”, “证券分析师”: the word is part of the name of an institution or a speaker.
_IN_A_NAME = re.compile(
    r"[^\W\d_a-zA-Z的和在是及]{0,6}?(?:大学|学院|学会|协会|[时日晚]报|电视台|研究[院所]|出版社|博物馆)|[\u4e00-\u9fff]{0,2}局(?!面|限|部)"
    r"|[^，。；]{0,6}?(?:研报|研究报告|分析师|策略师|首席|认为|指出)"
)
# “农业、旅游、物流等产业”: who lists industries or firms speaks of none of them.
_CLAUSE_ENDS = re.compile(r"[，。；！？：\n,;!?]")
_LISTED = 2
_FEW = 2
# “苹果发布”, “小米集团”: what follows shows that the word names a company.
_ACTS = re.compile(
    "公司|集团|股份|手机|汽车|科技|官方|官网|CEO|创始人|董事长|总裁|副总|高管|员工|股价|市值|财报|旗下|新品"
    "|系列|芯片|大模型|模型|智能|发布|推出|宣布|表示|回应|上线|申请|收购|投资|裁员|开源"
)
# “[某某化妆品]…”, “【汽车】…”: what heads a title in brackets is a column or a place.
_LABEL = re.compile(r"^\s*[\[【][^\]】]{1,20}[\]】]")


@dataclass(frozen=True, slots=True)
class Tags:
    """Names from the dictionaries, the weightiest first; the topic is always one of theirs."""

    technologies: tuple[str, ...]
    industries: tuple[str, ...]
    companies: tuple[str, ...]
    topic: str
    spans: Mapping[str, tuple[tuple[int, int], ...]]
    """Why: where the text mentions each name; nowhere for one that only the title has."""


def tag(article: Article) -> Tags:
    """The tags of an article: what its title or lead names, or what it comes back to."""
    taxonomy, find = load(), _finders()
    title, text = simplified(_LABEL.sub("", article.title)), simplified(article.text)
    ends = [end for _, end in sentences(text)]
    technologies, industries, companies, cues = (
        _mentions(finder, title, text, ends) for finder in find
    )
    generic = {technology.name for technology in taxonomy.technologies if technology.generic}
    most = max((one.weight for name, one in technologies.items() if name not in generic), default=0)
    told = {
        name: one
        for name, one in technologies.items()
        if name not in generic or one.weight > _OUTWEIGHS * most
    }
    chosen = [(kind, _heaviest(kind)) for kind in (told, industries, companies)]
    return Tags(
        technologies=chosen[0][1],
        industries=chosen[1][1],
        companies=chosen[2][1],
        topic=_topic(taxonomy, technologies, industries, cues),
        spans={name: tuple(kind[name].spans) for kind, names in chosen for name in names},
    )


@dataclass(slots=True)
class _Mentions:
    in_title: bool = False
    spans: list[tuple[int, int]] = field(default_factory=list)
    words: set[str] = field(default_factory=set)
    """Those that are neither weak nor only listed."""
    sentences: set[int] = field(default_factory=set)
    named: int = 0

    @property
    def count(self) -> int:
        return len(self.sentences) + 2 * self.named

    def are_within(self, length: int) -> bool:
        """Whether the first of them is among so many characters of the text."""
        return bool(self.spans) and self.spans[0][0] < length

    @property
    def weight(self) -> int:
        mentions = len(self.spans) + self.named + self.in_title
        return mentions + _TITLE_BONUS * self.in_title + _LEAD_BONUS * self.are_within(LEAD)

    def are_enough(self, length: int, lead: int) -> bool:
        """For a text of so many characters, of which `lead` are its lead, to be about it."""
        if not self.words:
            return self.in_title and self.count >= 2
        if self.in_title or (self.are_within(lead) and length <= SHORT):
            return True
        few = 2 if self.are_within(LEAD) or length <= LONG or len(self.words) > 1 else 3
        return self.count >= few


def _mentions(finder: "_Words", title: str, text: str, ends: list[int]) -> dict[str, _Mentions]:
    """The names that are mentioned enough, in the order of their first mention."""
    found: dict[str, _Mentions] = {}
    for name, start, end in finder.words.mentions(title):
        one = found.setdefault(name, _Mentions())
        one.in_title = True
        one.words |= finder.strong(title, start, end)
    for name, start, end in finder.words.mentions(text):
        if finder.names and _IN_A_NAME.match(text, end):
            continue
        one = found.setdefault(name, _Mentions())
        if not (finder.lists and _is_listed(text, start, end)):
            one.words |= finder.strong(text, start, end)
        one.spans.append((start, end))
        one.sentences.add(bisect(ends, start))
        one.named += finder.names and bool(_NAMED.match(text, end - 2))
    lead = LEAD if finder.lists else FLASH
    enough = {name: one for name, one in found.items() if one.are_enough(len(text), lead)}
    if not enough and len(text) <= FLASH:
        # A firm's notice tells its figures first and its trade in passing.
        strong = {name: one for name, one in found.items() if one.words}
        enough = strong if len(strong) <= _FEW else {}
    strict = len(text) <= SHORT or any(one.in_title for one in enough.values())
    share = BESIDE if strict else SHARE
    least = share * max((one.weight for one in enough.values()), default=0)
    return {
        name: one
        for name, one in enough.items()
        if not finder.lists or one.in_title or one.named or one.weight >= least
    }


def _is_listed(text: str, start: int, end: int) -> bool:
    """Whether a word stands in a list of three or more."""
    before = _CLAUSE_ENDS.split(text[max(0, start - LEAD) : start])[-1]
    after = _CLAUSE_ENDS.split(text[end : end + LEAD], maxsplit=1)[0]
    return (before + after).count("、") + after.startswith("等") >= _LISTED


def _topic(
    taxonomy: Taxonomy,
    technologies: Mapping[str, _Mentions],
    industries: Mapping[str, _Mentions],
    cues: Mapping[str, _Mentions],
) -> str:
    """The topic that most of the mentions speak for."""

    def capped(mentions: Mapping[str, _Mentions], name: str) -> int:
        return min(mentions[name].weight, _TOPIC_CAP) if name in mentions else 0

    scores = dict.fromkeys((topic.name for topic in taxonomy.topics), 0.0)
    for topic in taxonomy.topics:
        scores[topic.name] += sum(capped(cues, cue) for cue in topic.cues)
    for technology in taxonomy.technologies:
        scores[technology.topic] += capped(technologies, technology.name)
    for industry in taxonomy.industries:
        scores[industry.topic] += _INDUSTRY_SHARE * capped(industries, industry.name)
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] >= _TOPIC_FLOOR else taxonomy.topics[-1].name


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of one kind of tag."""

    words: Finder
    weak: frozenset[str]
    names: bool
    """Whether they name something, so that an institution's name may contain one."""
    lists: bool
    """Whether they are industries or companies, which are often listed and named in passing."""
    acts: re.Pattern[str] | None = None
    """What shows, behind a weak word, that it is meant."""

    def strong(self, text: str, start: int, end: int) -> set[str]:
        """The word at this place, if it is not weak there."""
        word = text[start:end].lower()
        weak = word in self.weak and not (self.acts and self.acts.match(text, end))
        return set() if weak else {word}


@cache
def _finders() -> tuple[_Words, _Words, _Words, _Words]:
    """Those of technologies, industries, companies and topics."""
    taxonomy = load()
    ignore = dict.fromkeys(taxonomy.ignore, "")
    technologies, industries = (
        _Words(
            Finder(ignore | {word: term.name for term in terms for word in term.words}),
            frozenset(word.lower() for term in terms for word in term.weak),
            True,
            lists,
        )
        for terms, lists in ((taxonomy.technologies, False), (taxonomy.industries, True))
    )
    cues = {cue: cue for topic in taxonomy.topics for cue in topic.cues}
    firms = Finder(names.companies() | names.makers())
    companies = _Words(firms, names.common(), False, True, _ACTS)
    return technologies, industries, companies, _Words(Finder(cues), frozenset(), False, False)


def _heaviest(mentions: Mapping[str, _Mentions]) -> tuple[str, ...]:
    # sorted() is stable, so equal weights keep the order of their first mention.
    return tuple(sorted(mentions, key=lambda name: -mentions[name].weight)[:MOST])
