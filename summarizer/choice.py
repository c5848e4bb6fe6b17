"""Which summary of an article is kept: a model's when it is grounded, else the extract."""

from dataclasses import replace

from archive.models import Article, Summary
from summarizer.extractive import summarize
from summarizer.grounding import ground
from summarizer.written import WriterError, Written


def choose(article: Article, answer: Written | WriterError | None = None, by: str = "") -> Summary:
    """The summary of `article`: what the writer `by` answered when everything in it is there.

    Keywords, tags and events are the article's own in either case. A text that was written has
    no spans; `reason` says why a written one was not kept.
    """
    extract = summarize(article)
    if answer is None:
        return extract
    if isinstance(answer, WriterError):
        return replace(extract, reason=f"{by}: {answer.problem}")
    grounding = ground(answer.text, article)
    if grounding.problems:
        return replace(extract, reason=f"{by}: {'; '.join(grounding.problems)}")
    return replace(extract, text=answer.text, spans=(), method=by, checks=grounding.checks)
