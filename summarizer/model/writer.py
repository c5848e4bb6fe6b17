"""The writer that uses a transformers model, in a child process with bounds of its own."""

import atexit
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from archive import console
from archive.child import Child, ChildError, End, Unanswered
from archive.models import Article
from summarizer import prompt
from summarizer.model import calls, files
from summarizer.model.calls import Loaded, Reply
from summarizer.written import WriterError, Written

T = TypeVar("T")

LOAD_SECONDS = 900.0
"""A large model comes slowly from a slow disk."""
SECONDS = 110.0
"""For each batch: articles are locked while the model writes about them."""
_AIM_SECONDS = 50.0
"""What `batch` is for, so that a busy moment does not break the bound."""
ROWS, MOST_AT_ONCE = 16, 32
"""Articles that are generated together, and that are sorted by length before that."""
ENVIRONMENT = {
    "HF_HUB_OFFLINE": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "OMP_WAIT_POLICY": "PASSIVE",
}
"""Of the child. Threads that wait spin unless told otherwise: on a busy machine that made a batch
up to ten times slower."""
_SPARE_MEGABYTES = 8192
"""Of address space beside the weights: torch and its threads, and the largest batch."""
_DEATHS = 3
"""Ends of the child in a row after which the model is given up for this run."""


class LocalModel:
    """A seq2seq or causal model in a folder, or fetched from a hub; loaded for the first article.

    Want of memory or a crash halves a batch once. A model that cannot be loaded, or whose child
    ends again and again, answers every further article with the same WriterError.
    """

    def __init__(
        self, model: str, home: Path, *, seconds: float = SECONDS, megabytes: int | None = None
    ) -> None:
        """`model` is a folder or a hub id.

        `seconds` bound a batch of articles, `megabytes` the child's address space.
        """
        self._named, self._place = model, files.folder(model, home)
        self.model = model if files.on_hub(model) else self._place.name
        self.prompt = prompt.VERSION
        self._seconds, self._batch = seconds, 2
        self._child = Child(
            "writing",
            calls.__name__,
            seconds=LOAD_SECONDS,
            cpu=0,
            megabytes=_bound(self._place) if megabytes is None else megabytes,
            environment=ENVIRONMENT,
        )
        atexit.register(self._child.close)
        self._loaded: Loaded | None = None
        self._broken = ""
        self._deaths = 0

    @property
    def batch(self) -> int:
        """How many articles to hand over at once, by how long the last ones took; loads the model.

        Loading takes longer than a batch: nothing should be locked meanwhile.
        """
        with suppress(_Failed):
            self._ready()
        return self._batch

    def write(self, articles: Sequence[Article]) -> list[Written | WriterError]:
        """What the model writes about each article, unchecked, in their order."""
        try:
            loaded = self._ready()
            encoded = self._call(calls.encode, list(articles))
        except _Failed as failed:
            return [self._error(failed.problem)] * len(articles)
        answers: list[Written | WriterError] = [self._error(str(found)) for found in encoded]
        asked = [at for at, found in enumerate(encoded) if not isinstance(found, str)]
        lengths = [len(encoded[at]) + loaded.most_written for at in asked]
        began = time.monotonic()
        for group in batches(lengths, loaded.tokens, ROWS):
            together = [asked[position] for position in group]
            replies = self._replies([encoded[at] for at in together])
            for at, reply in zip(together, replies, strict=True):
                answers[at] = self._read(reply)
        each = (time.monotonic() - began) / max(1, len(asked))
        self._batch = max(
            1, min(2 * self._batch, MOST_AT_ONCE, int(_AIM_SECONDS / max(each, 0.01)))
        )
        return answers

    def close(self) -> None:
        """End the child; it starts again when it is needed."""
        self._child.close()
        self._loaded = None

    def _ready(self) -> Loaded:
        if self._broken:
            raise _Failed(self._broken)
        if self._loaded is None:
            try:
                found = self._call(calls.load, self._named, str(self._place))
            except _Failed as failed:
                found = failed.problem
            if isinstance(found, str):
                self._broken = found
                raise _Failed(found)
            if found.note:
                console.say(f"summarizer model {self.model}: {found.note}")
            self._loaded = found
            self.prompt = prompt.VERSION if found.records else ""
        return self._loaded

    def _replies(self, prompts: list[list[int] | str], once: bool = False) -> list[Reply | str]:
        try:
            self._ready()
            replies = self._call(
                calls.generate, prompts, self._seconds * 0.8, seconds=self._seconds
            )
        except _Failed as failed:
            half = len(prompts) // 2
            if once or not half or failed.end in (None, End.TIME):
                return [failed.problem] * len(prompts)
            return [
                *self._replies(prompts[:half], once=True),
                *self._replies(prompts[half:], once=True),
            ]
        self._deaths = 0
        return list(replies)

    def _call(
        self, function: Callable[..., T], *arguments: object, seconds: float | None = None
    ) -> T:
        try:
            return self._child.call(function, *arguments, seconds=seconds)
        except ChildError as error:
            raise _Failed(str(error)) from error
        except Unanswered as error:
            if error.how:
                self._loaded = None
                self._deaths += 1
                if self._deaths >= _DEATHS:
                    self._broken = error.reason
            raise _Failed(error.reason, error.how) from error

    def _read(self, reply: Reply | str) -> Written | WriterError:
        if isinstance(reply, str):
            return self._error(reply)
        try:
            written = prompt.parse(reply.text) if self.prompt else Written(reply.text)
        except ValueError as error:
            return WriterError(self._named, str(error), read=reply.read, wrote=reply.wrote)
        return replace(written, read=reply.read, wrote=reply.wrote)

    def _error(self, problem: str) -> WriterError:
        return WriterError(self._named, problem, lasting=bool(self._broken))


def batches(lengths: Sequence[int], most: int, rows: int) -> list[list[int]]:
    """Which articles are read together, so that little is padding: those of like length.

    Positions in `lengths`, in groups; the longest first, so that too little memory shows early.

    A group times its longest is at most `most` tokens, and at most `rows` members; one that is
    longer than that stands alone.
    """
    groups: list[list[int]] = []
    for position in sorted(range(len(lengths)), key=lambda at: -lengths[at]):
        group = groups[-1] if groups else []
        if not group or len(group) == rows or lengths[group[0]] * (len(group) + 1) > most:
            groups.append(group := [])
        group.append(position)
    return groups


class _Failed(Exception):
    def __init__(self, problem: str, end: End | None = None) -> None:
        super().__init__(problem)
        self.problem, self.end = problem, end


def _bound(place: Path) -> int:
    """MB that a model may take: 16-bit weights grow to 32 bits where 8 bits are not to be had."""
    # A GPU's driver reserves address space beyond any bound.
    if Path("/dev/nvidiactl").exists():
        return 0
    return 4 * files.weight(place) // 2**20 + _SPARE_MEGABYTES
