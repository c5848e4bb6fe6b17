"""What a model writes of an article, before any of it is believed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from archive.errors import KnownError
from archive.models import Article


@dataclass(frozen=True, slots=True)
class Written:
    """A model's answer as it stands: nothing in it is checked. `read` and `wrote` are tokens."""

    text: str
    keywords: tuple[str, ...] = ()
    technologies: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    read: int = 0
    wrote: int = 0


class WriterError(KnownError):
    """A model wrote nothing that can be read. `lasting`: the next article would meet it too."""

    def __init__(
        self, model: str, problem: str, *, lasting: bool = False, read: int = 0, wrote: int = 0
    ) -> None:
        super().__init__(f"summarizer model {model}: {problem}")
        self.model, self.problem, self.lasting = model, problem, lasting
        self.read, self.wrote = read, wrote


class Writer(Protocol):
    """Whatever writes summaries: a model on this machine, or a server that has one."""

    @property
    def model(self) -> str:
        """What the archive notes as the summary's author."""

    @property
    def prompt(self) -> str:
        """The version of what it is asked; empty when it is only shown the article."""

    @property
    def batch(self) -> int:
        """How many articles it takes at once and answers within about 100 seconds."""

    def write(self, articles: Sequence[Article]) -> list[Written | WriterError]:
        """One answer for each article, in their order; at most `batch` articles."""
