"""What one reader gets of an edition."""

from collections.abc import Callable, Collection
from dataclasses import replace

from archive.models import Choice, Edition, Part
from archive.text import fold
from digest.assembling import assemble


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
    """The edition as this reader gets it."""
    made = assemble(edition, wanted(choice, found), unsubscribe)
    return replace(edition, subject=made.subject, html=made.html, text=made.text)
