"""Which summary of an article is kept: a model's as far as the article bears it out, else the
extract."""

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from archive.models import Article, Check, Event, Summary
from archive.text import fold, sentences
from summarizer import proposals
from summarizer.events import kinds
from summarizer.extractive import joined, summarize
from summarizer.grounding import ground
from summarizer.orders import is_order, without_orders
from summarizer.prompt import request
from summarizer.ranking import rank
from summarizer.tags import MOST
from summarizer.written import WriterError, Written

SHORTEST = 15
"""Characters of a summary from which sentences were left out."""
ECHO = 12
"""Characters that a text and the request have in common when the one repeats the other."""

_ITSELF = re.compile(
    r"作为(?:一[个名])?(?:AI|人工智能|语言模型|大模型|助手)|我(?:是|只是)(?:一[个名])?(?:AI|人工智能|语言模型|助手)"
    r"|^(?:好的|当然|没问题|明白|收到|抱歉|对不起|很抱歉)[，,。！!：:]|我(?:无法|不能|将|会|来)(?:为您|为你|帮|总结|概括|提供|执行|遵)"
    r"|^(?:以下|下面|这里)是|^(?:总结|摘要|概括|记录)(?:如下)?[：:]|根据(?:您|你)的|希望(?:对|能)(?:您|你)"
    r"|等等[，,]?不对|更正[：:]|让我(?:再|重新|想)|(?:注|备注|说明)[：:].{0,10}(?:总结|摘要|字数|原文)"
    r"|\b(?:as an ai|i cannot|i can't|i'm sorry|i am an? |sure[,!]|certainly[,!]|let me)"
    r"|\bhere(?: is|'s) (?:the|a|your)",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"https?:|www\.|\w@\w+\.\w|[\w-]+\.(?:com|cn|net|org|io|ai|example|top|xyz)/", re.I
)
_MARKUP = re.compile(r"[`{}<>|\\]|\*\*|\]\(|^\s*(?:#|[-*•] )")


def choose(
    article: Article,
    answer: Written | WriterError | None = None,
    model: str = "",
    prompt: str = "",
    method: str = "written",
) -> Summary:
    """The summary of `article`: what `model` answered as far as it is borne out, else the extract.

    Figures and topic are the article's own in either case. A text that was written has no spans;
    `reason` says why it is not kept, or not whole. What the article orders is not seen.
    """
    article = without_orders(article)
    extract = summarize(article)
    if answer is None:
        return extract
    asked = replace(extract, model=model, prompt=prompt, read=answer.read, wrote=answer.wrote)
    if isinstance(answer, WriterError):
        return replace(asked, reason=answer.problem, again=answer.lasting)
    asked = _tagged(asked, answer, article)
    checks, problems = _examined(answer.text, article)
    if not problems:
        return replace(asked, text=answer.text, spans=(), method=method, checks=checks)
    asked = replace(asked, reason="; ".join(problems))
    rest = _rest(answer.text, article)
    checks, problems = _examined(rest, article)
    if len(rest) < SHORTEST or problems or not rank(Article(article.title, rest))[0].alone:
        return asked
    return replace(asked, text=rest, spans=(), method="repaired", checks=checks)


def _examined(text: str, article: Article) -> tuple[tuple[Check, ...], tuple[str, ...]]:
    """What a text was checked for, and what is wrong with it or with a sentence of it."""
    grounding = ground(text, article)
    problems = [*grounding.problems, *_manners(text, article)]
    if foreign := kinds(text) - kinds(f"{article.title}\n{article.text}"):
        problems.append(f"events not in the article: {', '.join(sorted(foreign))}")
    parts = [text[start:end] for start, end in sentences(text)]
    if len(parts) > 1:
        # A sentence about something else hides behind its neighbours.
        problems += [problem for part in parts for problem in ground(part, article).problems]
    return grounding.checks, tuple(dict.fromkeys(problems))


def _rest(text: str, article: Article) -> str:
    """The whole sentences of a text that nothing is wrong with."""
    found = rank(Article("", text))
    return joined(
        [
            one
            for one in found
            if one.text.endswith(("。", "！", "”", "」", "）", "."))
            and not _examined(one.text, article)[1]
        ]
    )


def _manners(text: str, article: Article) -> list[str]:
    """What no summary does, whatever its article says."""
    new = "".join(sign for sign in text if sign not in article.text)
    found = {
        "it gives orders": is_order(text),
        "it talks of itself": any(
            _ITSELF.search(text[start:end]) and text[start:end] not in article.text
            for start, end in sentences(text)
        ),
        "it repeats what it was asked": _echoes(text, article),
        "it has an address": bool(_ADDRESS.search(text)),
        "it has markup": bool(_MARKUP.search(text)) and bool(_MARKUP.search(new) or "\n" in text),
    }
    return [problem for problem, is_so in found.items() if is_so]


def _echoes(text: str, article: Article) -> bool:
    words, known = fold(text), fold(article.text)
    pieces = (words[at : at + ECHO] for at in range(len(words) - ECHO + 1))
    return any(piece in _asked() and piece not in known for piece in pieces)


@cache
def _asked() -> str:
    return fold(request("", ""))


def _tagged(extract: Summary, answer: Written, article: Article) -> Summary:
    """The extract with tags that the model adds, and its keywords and events if they hold."""
    technologies = proposals.tags(answer.technologies, "technologies", article)
    industries = proposals.tags(answer.industries, "industries", article)
    return replace(
        extract,
        keywords=proposals.keywords(answer.keywords, article) or extract.keywords,
        technologies=_more(extract.technologies, technologies),
        industries=_more(extract.industries, industries),
        tag_spans={**technologies, **industries, **extract.tag_spans},
        events=_events(answer, article) or extract.events,
    )


def _more(own: tuple[str, ...], proposed: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*own, *proposed)))[:MOST]


def _events(answer: Written, article: Article) -> tuple[Event, ...]:
    told = [
        event
        for words in answer.events
        if not _examined(words, article)[1] and (event := proposals.event(words, article))
    ]
    return tuple(sorted({event.text: event for event in told}.values(), key=lambda one: one.start))
