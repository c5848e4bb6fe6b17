"""The pages of one article as one page, so that it is read as every other page is.

The pages share a template: what two of them both say is its frame, and the deepest element that
holds nearly all that only one of them says is where the text is. There the text goes on.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from lxml import html as lxml_html

from archive.models import Outcome, Page
from archive.text import fold
from crawler.articles.decode import decode
from crawler.articles.paragraphs import is_broken
from crawler.extract import Reading, read
from crawler.links import answers
from crawler.pages import paging
from crawler.sources.source import Source

_PARAGRAPHS = ("p", "div", "li", "h1", "h2", "h3", "h4", "section", "figure", "table")
_BLOCKS = (*_PARAGRAPHS, "br", "ul", "ol", "article")
_UNSEEN = {"script", "style", "noscript", "template"}
_READABLE = {Outcome.STORED, Outcome.TOO_SHORT, Outcome.EXTRACTION_FAILED}
_BAR = re.compile(
    r"(?=.{0,100}$)(?:[\d\W_]|[上下首末尾前后後][一]?[页頁]|[第共分到转跳][页頁]?|[页頁]|本文|余下|全文|阅读|展开"
    r"|点击|查看|继续|next|previous|prev|first|last|page)*",
    re.IGNORECASE | re.DOTALL,
)
_NUMBERED = re.compile(r"(?<=.)第?\d{1,2}页?$")
_SENTENCE = re.compile(r"[，。！？；]")


def read_serial(page: Page, source: Source | None = None) -> Reading:
    """Read an article of several pages; the reason says so where not all of them could be used."""
    total = 1 + len(page.rest)
    pages, problem = [page], ""
    for number, each in enumerate(page.rest, 2):
        said = read(each.body, page.url, each.fetched_at, source, each.content_type)
        if paging.is_whole(each, page) and said.articles:
            return said
        if said.outcome not in _READABLE:
            problem = f"page {number} is {said.outcome}"
            break
        pages.append(each)
    body, lines = join(pages)
    reading = read(body, page.url, page.fetched_at, source)
    text = fold("".join(article.text for article in reading.articles))
    lost = [number for number, said in enumerate(lines, 2) if not any(x in text for x in said)]
    if lost:
        problem = f"page {lost[0]} adds no text"
    return _lacking(reading, len(pages) - len(lost), total, problem) if problem else reading


def join(pages: Sequence[Page]) -> tuple[bytes, list[list[str]]]:
    """One HTML page in UTF-8 with the frame of the first; the lines, folded, that each further
    page adds."""
    trees = [answers.parse(decode(page.body)) for page in pages]
    if trees[0] is None:
        return pages[0].body, [[] for _ in pages[1:]]
    for page, tree in zip(pages, trees, strict=True):
        if tree is not None:
            _drop_bars(tree, page.url, pages[0].url)
    first = trees[0].find("body")
    lines = []
    for tree in trees[1:]:
        further = None if tree is None else tree.find("body")
        lines.append([] if first is None or further is None else _go_on(first, further))
    return b"\xef\xbb\xbf" + lxml_html.tostring(trees[0], encoding="utf-8"), lines


def _lacking(reading: Reading, used: int, total: int, problem: str) -> Reading:
    if not reading.articles:
        return reading
    return replace(reading, reason=f"{used} of {total} pages: {problem}")


def _drop_bars(tree: Any, url: str, first: str) -> None:
    """Remove the bars of page numbers, which stand in the midst of the joined text."""
    for node, _, _ in paging.links(tree, url, first):
        bar = None
        while node is not None and node.tag != "body" and _BAR.fullmatch(node.text_content()):
            bar, node = node, node.getparent()
        if bar is not None and bar.getparent() is not None:
            bar.drop_tree()


def _go_on(here: Any, there: Any) -> list[str]:
    """Put the text of the body `there` behind the text of the body `here`; its lines, folded."""
    ours, theirs = _texts(here), _texts(there)
    mine, new = _weights(here, theirs), _weights(there, ours)
    here, there = _containers(here, there, mine, new)
    _trim(there, new)
    lines = [fold(text) for _, text in _chunks(there) if _folded(text) not in ours]
    if not lines:
        return []
    frame = theirs - _texts(there) | {""}
    mine = _weights(here, frame)
    said = [i for i, child in enumerate(here) if mine[child] or _folded(child.tail) not in frame]
    at = said[-1] + 1 if said else 0
    # Between pieces of text without paragraphs nobody knows which is the last.
    loose = _own(here, mine) or _own(there, new)
    last = [node for child in here[:at] for node in _paragraphs(child, mine) if not loose]
    following = next(_paragraphs(there, new), None)
    if _folded(there.text) not in ours:
        before = here[at - 1].tail if at else here.text
        if before is None or not is_broken([before], there.text):
            here.insert(at, lxml_html.Element("br"))
            at += 1
        _add(here, at, there.text)
    elif following is not None and is_broken([*map(_line, last)], _line(following)):
        _add(last[-1], len(last[-1]), following.text or "")
        last[-1].extend(list(following))
        following.drop_tree()
    for number, child in enumerate(list(there)):
        here.insert(at + number, child)
    return lines


def _containers(
    here: Any, there: Any, mine: dict[Any, int], new: dict[Any, int]
) -> tuple[Any, Any]:
    """The elements of the two pages that hold the text, as deep as both have the same ones."""
    while True:
        twins: dict[tuple[Any, ...], list[Any]] = {}
        for child in reversed(there):
            twins.setdefault(_signature(child), []).append(child)
        pairs = [
            (child, twins[_signature(child)].pop())
            for child in here
            if twins.get(_signature(child))
        ]
        best = max(pairs, key=lambda pair: mine[pair[0]] + new[pair[1]], default=None)
        if best is None or not new[best[1]]:
            return here, there
        ahead = sum(mine[node] for node in best[0].itersiblings(preceding=True))
        behind = mine[here] - mine[best[0]] - ahead
        left = new[there] - new[best[1]]
        inline = next(best[0].iterdescendants(*_BLOCKS), None) is None
        if inline or behind > _slack(mine[here]) or left > _slack(new[there]):
            return here, there
        here, there = best


def _slack(weight: int) -> int:
    """How much of the difference may be the frame's: counters, advertisements."""
    return max(10, weight // 10)


def _signature(node: Any) -> tuple[Any, ...]:
    return node.tag, node.get("id"), node.get("class")


def _chunks(root: Any) -> Iterator[tuple[Any, str]]:
    """The pieces of text that a reader sees below an element, each with the element it is in."""
    for node in root.iter():
        if isinstance(node.tag, str) and node.tag not in _UNSEEN:
            for text in (node.text, *(child.tail for child in node)):
                if text:
                    yield node, text


def _folded(text: str | None) -> str:
    # A headline may count the pages: 标题（2）.
    return _NUMBERED.sub("", fold(text or ""))


def _texts(root: Any) -> set[str]:
    return {"", *(_folded(text) for _, text in _chunks(root))}


def _weights(root: Any, known: set[str]) -> dict[Any, int]:
    """Characters of text below each element that are not among the `known` texts; of what is no
    sentence, such as titles of other articles, a tenth."""
    nodes = list(root.iter())
    weights = dict.fromkeys(nodes, 0)
    for node, text in _chunks(root):
        if _folded(text) not in known:
            weights[node] += len(text) if _SENTENCE.search(text) else 1 + len(text) // 10
    for node in reversed(nodes[1:]):
        weights[node.getparent()] += weights[node]
    return weights


def _own(node: Any, weights: dict[Any, int]) -> int:
    return weights[node] - sum(weights[child] for child in node)


def _trim(there: Any, new: dict[Any, int]) -> None:
    """Remove what stands before and behind the new text: headline, byline and summary again."""
    nodes = list(there.iterdescendants())
    fresh = [number for number, node in enumerate(nodes) if _own(node, new)]
    for number, node in enumerate(nodes):
        outside = not fresh or number < fresh[0] or number > fresh[-1]
        if outside and not new[node] and node.tag in _PARAGRAPHS:
            node.drop_tree()


def _paragraphs(root: Any, weights: dict[Any, int]) -> Iterator[Any]:
    """The innermost paragraphs with text that counts, in their order."""
    for node in root.iter(*_PARAGRAPHS):
        if _own(node, weights) or (
            weights[node] and next(node.iterdescendants(*_PARAGRAPHS), None) is None
        ):
            yield node


def _line(node: Any) -> str:
    return node.text_content() if node.tag in ("p", "div") else ""


def _add(node: Any, at: int, text: str) -> None:
    """Append to the text before the child with index `at`."""
    before = ((node[at - 1].tail if at else node.text) or "").rstrip()
    latin = (before[-1:] + text.strip()[:1]).isascii() and before
    joined = f"{before}{' ' if latin else ''}{text.strip()}"
    if at:
        node[at - 1].tail = joined
    else:
        node.text = joined
