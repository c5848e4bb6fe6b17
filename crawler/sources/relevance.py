"""Is this link about technology? Its section says so, its title or, when unclear, its text."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from crawler.sources import topics
from crawler.sources.source import Source
from crawler.sources.topics import Topics

ENOUGH = 2
"""Points that decide: for a title they make it relevant, against it they are needed to refuse."""
OUTWEIGHED = 2
"""A title is off topic when so many times the points for it speak against it."""
STRONG = 3
"""The weight from which a group's words are topic words of a text."""
LEAD = 1000
"""Characters of a text that say what it is about."""
_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a link is relevant, None if that is unclear, and why in a few words."""

    relevant: bool | None
    reason: str


@dataclass(frozen=True, slots=True)
class Rule:
    """The dictionary, and the sources whose links it judges."""

    topics: Topics
    sources: dict[str, Source]

    @classmethod
    def load(cls, sources: Iterable[Source], path: Path | None = None) -> Self:
        """The rule of the dictionary in `path`. Raises TopicsError."""
        return cls(topics.load(path), {source.id: source for source in sources})

    def before(self, source: Source, url: str, title: str) -> Decision:
        """What a link's canonical address and title say before it is fetched.

        A source of technology is not refused by a title.
        """
        taken, pattern = source.section(url)
        if not taken:
            why = f"matches {pattern}" if pattern else "is in no section to take"
            return Decision(False, f"section: the address {why}")
        decision = by_title(self.topics, title)
        if source.focus == "technology" and not decision.relevant:
            return Decision(None, decision.reason)
        return decision

    def after(self, source: str, title: str, text: str) -> Decision:
        """What an article says that was read: relevant or not, never unclear.

        A source that the registry does not know is taken for one of technology.
        """
        known = self.sources.get(source)
        return by_text(self.topics, title, text, not (known and known.focus == "general"))


def by_title(topics: Topics, title: str) -> Decision:
    """What the words of a title say."""
    found = topics.mentions(title)
    points = [topics.weight(group) for group in found]
    for_it = sum(point for point in points if point > 0)
    against = -sum(point for point in points if point < 0)
    if for_it - against >= ENOUGH:
        return Decision(True, f"title: {_words(topics, found, 1)}")
    if against >= ENOUGH and against > OUTWEIGHED * for_it:
        return Decision(False, f"title: off topic by {_words(topics, found, -1)}")
    return Decision(None, "title: unclear" if for_it else "title: no topic word")


def by_text(topics: Topics, title: str, text: str, technology: bool = False) -> Decision:
    """What title and text say. `technology`: whether its source is technology throughout.

    A text is relevant by two different topic words, unless it has more off-topic ones. From a
    source of technology it is not only if its title is off topic and the text has no topic word.
    """
    decision = by_title(topics, title)
    if decision.relevant:
        return decision
    lead = f"{title}\n{text[:LEAD]}"
    found = topics.mentions(lead)
    strong = [w for group, words in found.items() if topics.weight(group) >= STRONG for w in words]
    off = [w for group, words in found.items() if topics.weight(group) < 0 for w in words]
    relevant = len(strong) >= max(2, len(off))
    if technology:
        relevant = decision.relevant is None or len(strong) > 0
    shown = f" ({', '.join((strong if relevant else off)[:_SHOWN])})" if strong or off else ""
    return Decision(
        relevant,
        f"{decision.reason}; text: {len(strong)} topic words against {len(off)}{shown}"
        f" in {len(lead)} characters",
    )


def _words(topics: Topics, found: dict[str, tuple[str, ...]], sign: int) -> str:
    """The first words that speak for it (1) or against it (-1)."""
    groups = (words for group, words in found.items() if topics.weight(group) * sign > 0)
    return ", ".join([word for words in groups for word in words][:_SHOWN])
