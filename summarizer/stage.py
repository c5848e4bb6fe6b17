"""The summarizing stage: articles without a summary of their present text get one."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from archive import articles, clock, console, summaries, taxonomy
from archive.models import StoredArticle, Summary
from archive.settings import Settings
from summarizer.choice import choose
from summarizer.model import files
from summarizer.model.writer import LocalModel
from summarizer.orders import without_orders
from summarizer.server import Server
from summarizer.written import Writer, WriterError, Written


def summarize_pending(
    conn: Any, settings: Settings, progress: Callable[[str], None] | None = None
) -> dict[str, int]:
    """Summarize every article that waits, then make again what is marked; counts by method.

    Safe to run in several workers at once: articles are locked while a batch of them is written,
    and a batch is one transaction. A model that cannot be used is said once; the run goes on with
    extracts, which are marked, and what is marked stays as it is until a run has the model.
    """
    summaries.sync_topics(conn, [topic.name for topic in taxonomy.load().topics])
    desk = _Desk(conn, settings)
    counts: Counter[str] = Counter()
    for again, claim in enumerate((desk.unsummarized, articles.claim_again)):
        while (done := desk.batch(claim, again=bool(again))) is not None:
            counts["summarized"] += done.total()
            counts += done
            if progress:
                progress(f"{counts['summarized']} articles")
    return dict(counts)


def writer(settings: Settings) -> Writer | None:
    """Who writes summaries by the settings; nobody, if they are to be extracts.

    Raises WriterError.
    """
    if settings.summarizer_url:
        key = settings.summarizer_key.get_secret_value()
        return Server(settings.summarizer_url, settings.summarizer_model, key)
    model = files.in_use(settings)
    return LocalModel(model, settings.jianbao_home) if model else None


class _Desk:
    """One run: its writer, and what keeps that from writing."""

    def __init__(self, conn: Any, settings: Settings) -> None:
        self._conn, self._settings = conn, settings
        self._writer: Writer | None = None
        self._trouble: WriterError | None = None
        self._last = 0
        try:
            self._writer = writer(settings)
        except WriterError as error:
            self._give_up(error)

    def unsummarized(self, conn: Any, most: int) -> list[StoredArticle]:
        """The next articles behind the last one; then those that were passed, or came since."""
        behind = articles.claim_unsummarized(conn, most, self._last)
        return behind or articles.claim_unsummarized(conn, most)

    def batch(
        self, claim: Callable[[Any, int], list[StoredArticle]], *, again: bool
    ) -> Counter[str] | None:
        """Summarize the articles that `claim` gives; None when there are none, or when they are
        to be made again and it cannot be done better now."""
        if again and self._trouble:
            return None
        most = 1
        if self._writer and not self._trouble:
            # A model is loaded when it is asked how much it takes, which is long with a row locked
            # and in vain without one.
            with self._conn.transaction():
                if not claim(self._conn, 1):
                    return None
            most = self._writer.batch
        counts: Counter[str] = Counter()
        answers: list[Written | WriterError] = []
        try:
            with self._conn.transaction():
                found = claim(self._conn, most)
                if found and not again:
                    self._last = found[-1].id
                for stored, summary in self._summaries(found, answers):
                    if not (again and summary.again):
                        now = clock.now()
                        summaries.put(self._conn, stored.id, stored.article.text, summary, now)
                        counts[summary.method] += 1
        finally:
            self._note(answers)
        return counts if found else None

    def _summaries(
        self, found: Sequence[StoredArticle], answers: list[Written | WriterError]
    ) -> list[tuple[StoredArticle, Summary]]:
        """The summary of each article; `answers` takes what the writer was paid for."""
        if found:
            self._keep_budget()
        if self._trouble:
            model, prompt = self._trouble.model, ""
            return [(one, choose(one.article, self._trouble, model, prompt)) for one in found]
        if self._writer is None:
            return [(one, choose(one.article)) for one in found]
        made = {one.id: self._shared(one) for one in found}
        rest = [one for one in found if made[one.id] is None]
        visible = [without_orders(one.article) for one in rest]
        answers += self._writer.write(visible) if visible else []
        model, prompt = self._writer.model, self._writer.prompt
        for one, answer in zip(rest, answers, strict=True):
            made[one.id] = choose(one.article, answer, model, prompt)
            if isinstance(answer, WriterError) and answer.lasting and not self._trouble:
                self._give_up(answer)
        return [(one, summary) for one in found if (summary := made[one.id])]

    def _shared(self, stored: StoredArticle) -> Summary | None:
        """What the model wrote of another publication of the text, if it is true of this one."""
        assert self._writer
        model, prompt = self._writer.model, self._writer.prompt
        known = summaries.shared(self._conn, stored.id, model, prompt)
        if known is None:
            return None
        text, words, technologies, industries, events = known
        written = Written(text, tuple(words), tuple(technologies), tuple(industries), tuple(events))
        summary = choose(stored.article, written, model, prompt, "shared")
        return summary if summary.method == "shared" else None

    def _keep_budget(self) -> None:
        most = self._settings.summarizer_tokens_per_day
        if most and self._writer and not self._trouble and self._settings.summarizer_url:
            used = summaries.used(self._conn, self._today())
            if used >= most:
                problem = f"the day's {most} tokens are used up"
                self._give_up(WriterError(self._writer.model, problem, lasting=True))

    def _give_up(self, error: WriterError) -> None:
        self._trouble = error
        console.say(
            f"{error}; summaries are extracts until it can be used, and are then made again"
        )

    def _note(self, answers: Sequence[Written | WriterError]) -> None:
        """Outside the batch's transaction: what was used stays used when that fails."""
        read, wrote = sum(one.read for one in answers), sum(one.wrote for one in answers)
        if self._writer and (read or wrote):
            summaries.note_usage(
                self._conn, self._today(), self._writer.model, len(answers), read, wrote
            )

    def _today(self) -> date:
        return clock.now().astimezone(self._settings.timezone).date()
