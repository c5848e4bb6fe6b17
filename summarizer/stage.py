"""The summarizing stage: articles without a summary of their present text get one."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

from archive import articles, clock, console, summaries, taxonomy
from archive.models import Article, Summary
from archive.settings import Settings
from summarizer.choice import choose
from summarizer.model.writer import LocalModel
from summarizer.written import WriterError


def summarize_pending(
    conn: Any, write: Callable[[Article], Summary], progress: Callable[[str], None] | None = None
) -> dict[str, int]:
    """Summarize every article that waits, one transaction each; counts by method.

    Safe to run in several workers at once: each article is locked for its own transaction.
    """
    summaries.sync_topics(conn, [topic.name for topic in taxonomy.load().topics])
    counts: Counter[str] = Counter()
    while True:
        with conn.transaction():
            stored = articles.claim_unsummarized(conn)
            if stored is None:
                return dict(counts)
            summary = write(stored.article)
            summaries.put(conn, stored.id, stored.article.text, summary, clock.now())
        counts["summarized"] += 1
        counts[summary.method] += 1
        if progress:
            progress(f"{counts['summarized']} articles")


def writer(settings: Settings) -> Callable[[Article], Summary]:
    """How articles are summarized: by the model of the settings, else extractively.

    The model is loaded for the first article. One that cannot be loaded is said once; the run goes
    on with extracts that say why.
    """
    if not settings.summarizer_model:
        return choose

    @cache
    def loaded() -> LocalModel | WriterError:
        try:
            return LocalModel(settings.summarizer_model, settings.jianbao_home)
        except WriterError as error:
            console.say(f"{error}; summaries are extracts until it can be used")
            return error

    def write(article: Article) -> Summary:
        model = loaded()
        if isinstance(model, WriterError):
            return replace(choose(article), reason=str(model))
        [answer] = model.write([article])
        return choose(article, answer, model.model)

    return write
