"""What the child process is asked to do; only there is the engine imported, and torch with it."""

from collections.abc import Sequence
from dataclasses import dataclass

from archive.models import Article


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model that is ready."""

    records: bool
    """It replies with whole records as JSON, not with plain text."""
    tokens: int
    """Tokens that one batch may have in all, read and written, for its memory's sake."""
    most_written: int
    """Tokens of one reply."""
    note: str
    """What is not as it should be; empty when all is."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the model wrote for one prompt, and how many tokens it read and wrote for that."""

    text: str
    read: int
    wrote: int


def load(model: str, place: str) -> Loaded | str:
    """Check and load the model in the folder `place`; a string says why that cannot be."""
    try:
        from summarizer.model import engine
    except ImportError as error:
        return f"{error}; make model installs what is missing"
    return engine.load(model, place)


def encode(articles: Sequence[Article]) -> list[list[int] | str]:
    """Token ids of what is asked about each article, or why it cannot be asked."""
    from summarizer.model import engine

    return engine.encode(articles)


def generate(prompts: Sequence[Sequence[int]], seconds: float) -> list[Reply]:
    """The replies to encoded prompts, all at once; what is not finished in time is cut off."""
    from summarizer.model import engine

    return engine.generate(prompts, seconds)
