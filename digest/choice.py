"""What one reader gets of an edition."""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from archive.edition_models import Choice, Edition, Part
from archive.text import fold
from digest import rendering
from digest.assembling import assemble
from digest.compose import HTML_BYTES

_OF_A_DAY = 3
"""Stories of each day of a weekend."""


def wanted(choice: Choice, found: Collection[int]) -> Callable[[Part], bool] | None:
    """Whether the reader wants a part; None if all is wanted. `found`: what the search finds."""
    if not (choice.topics or choice.keywords or choice.search):
        return None
    topics = {fold(topic) for topic in choice.topics}
    keywords = [fold(word) for word in choice.keywords]

    def is_wanted(part: Part) -> bool:
        words = {fold(word) for word in part.words}
        title = fold(part.title)
        return (
            fold(part.topic) in topics
            or any(keyword in words or keyword in title for keyword in keywords)
            or not set(part.articles).isdisjoint(found)
        )

    return is_wanted


def personal(
    edition: Edition, choice: Choice, found: Collection[int], unsubscribe: str = ""
) -> Edition:
    """The edition as this reader gets it; whole, if it was frozen before editions had parts."""
    return assemble(edition, wanted(choice, found), unsubscribe)


def with_weekend(
    edition: Edition, weekend: Sequence[Edition], choice: Choice, found: Collection[int], title: str
) -> Edition:
    """Monday's edition for a reader of weekdays: before its ledger the first stories that he wants
    of Saturday's and Sunday's, as they stood there, as far as the mail has room."""
    wants = wanted(choice, found)
    heading = replace(rendering.part("heading", title), kind="weekend")
    room = HTML_BYTES - len(edition.html.encode()) - len(heading.html.encode())
    stories: list[Part] = []
    for day in weekend:
        mine = [p for p in day.parts if p.kind == "story" and (wants is None or wants(p))]
        for part in mine[:_OF_A_DAY]:
            room -= len(part.html.encode())
            if room > 0:
                # Without its articles it is part of the frame: chosen already, counted nowhere.
                text = re.sub(r"^(\s*)\d+\.", rf"\g<1>{len(stories) + 1}.", part.text)
                stories.append(replace(part, kind="weekend", section="", articles=(), text=text))
    if not stories:
        return edition
    end = next(i for i, part in enumerate(edition.parts) if part.kind == "ledger")
    return replace(edition, parts=(*edition.parts[:end], heading, *stories, *edition.parts[end:]))
