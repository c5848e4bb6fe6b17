from dataclasses import replace

import pytest

from archive.models import Article
from summarizer.choice import choose
from summarizer.extractive import summarize
from summarizer.model import ModelError


class Fixed:
    """A writer that always writes the same, or always fails."""

    name = "fixed"

    def __init__(self, text: str | ModelError) -> None:
        self.text = text

    def write(self, article: Article) -> str:
        if isinstance(self.text, ModelError):
            raise self.text
        return self.text


def test_without_a_writer_the_extract_is_the_summary(article: Article) -> None:
    assert choose(article) == summarize(article)


def test_a_grounded_text_is_kept_with_its_writers_name(article: Article) -> None:
    written = "星阶科技发布面向种植业的大模型“青禾”，并完成2.4亿元融资。"
    kept = choose(article, Fixed(written))
    assert [check for check in kept.checks if check.kind == "number"]
    expected = replace(summarize(article), text=written, spans=(), method="fixed")
    assert replace(kept, checks=()) == expected


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        (
            "星阶科技发布大模型“青禾”，完成9.9亿元融资。",
            "fixed: numbers not in the article: 9.9亿元",
        ),
        ("", "fixed: it is empty"),
        (ModelError("fixed", "out of memory"), "fixed: out of memory"),
    ],
)
def test_any_other_text_leaves_the_extract_and_a_reason(
    article: Article, written: str | ModelError, reason: str
) -> None:
    assert choose(article, Fixed(written)) == replace(summarize(article), reason=reason)


def test_a_flash_falls_back_to_its_lead(flash: Article) -> None:
    summary = choose(flash, Fixed("今天天气很好，适合出门散步。"))
    assert summary.method == "lead"
    assert summary.reason.startswith("fixed: most of its words")
