from dataclasses import replace

import pytest

from archive.models import Article
from summarizer.choice import choose
from summarizer.extractive import summarize
from summarizer.written import WriterError, Written


def test_without_a_writer_the_extract_is_the_summary(article: Article) -> None:
    assert choose(article) == summarize(article)


def test_a_grounded_text_is_kept_with_its_writers_name(article: Article) -> None:
    written = "星阶科技发布面向种植业的大模型“青禾”，并完成2.4亿元融资。"
    kept = choose(article, Written(written), "fixed")
    assert [check for check in kept.checks if check.kind == "number"]
    expected = replace(summarize(article), text=written, spans=(), method="fixed")
    assert replace(kept, checks=()) == expected


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (
            Written("星阶科技发布大模型“青禾”，完成9.9亿元融资。"),
            "fixed: numbers not in the article: 9.9亿元",
        ),
        (Written(""), "fixed: it is empty"),
        (WriterError("fixed", "out of memory"), "fixed: out of memory"),
    ],
)
def test_any_other_text_leaves_the_extract_and_a_reason(
    article: Article, answer: Written | WriterError, reason: str
) -> None:
    assert choose(article, answer, "fixed") == replace(summarize(article), reason=reason)


def test_a_flash_falls_back_to_its_lead(flash: Article) -> None:
    summary = choose(flash, Written("今天天气很好，适合出门散步。"), "fixed")
    assert summary.method == "lead"
    assert summary.reason.startswith("fixed: most of its words")
