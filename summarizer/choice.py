"""Which summary of an article is kept: a model's when it is grounded, else the extract."""

from dataclasses import replace
from typing import Protocol

from archive.models import Article, Summary
from summarizer.extractive import summarize
from summarizer.grounding import ground
from summarizer.model import ModelError


class Writes(Protocol):
    """What `choose` needs of a writer, such as `summarizer.model.Writer`."""

    name: str

    def write(self, article: Article) -> str:
        """A summary of `article`; raises ModelError."""


def choose(article: Article, writer: Writes | None = None) -> Summary:
    """The summary of `article`: the writer's text when everything in it is in the article.

    Keywords, tags and events are the article's own in either case. A text that was written has
    no spans; `reason` says why a written one was not kept.
    """
    extract = summarize(article)
    if writer is None:
        return extract
    try:
        written = writer.write(article)
    except ModelError as error:
        return replace(extract, reason=f"{writer.name}: {error.problem}")
    grounding = ground(written, article)
    if grounding.problems:
        return replace(extract, reason=f"{writer.name}: {'; '.join(grounding.problems)}")
    return replace(extract, text=written, spans=(), method=writer.name, checks=grounding.checks)
