"""Real pages changed the way other publishers would have built them: an estimate held out.

Rules that know the names of the pages at hand say little of pages nobody here sees. So all names of
classes and ids go, and what surrounds articles elsewhere is put around these: other articles below,
comments, tastes of other articles, made of the other pages' gold texts.
"""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from html import escape

from lxml import html as lxml_html

from archive.text import fold
from benchmarks.gold import Page
from crawler.articles import body
from crawler.articles.decode import decode

Change = Callable[[lxml_html.HtmlElement, Sequence[Page], int], None]
_SHARE = 0.9
"""The part of the gold's characters that the article's element holds."""


def changed(pages: Sequence[Page], change: Change) -> Iterator[Page]:
    """The pages without names, each changed at the element of its article."""
    for number, page in enumerate(pages):
        tree = lxml_html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*>", "", decode(page.markup)))
        for element in tree.iter("*"):
            element.attrib.pop("class", None)
            element.attrib.pop("id", None)
        change(_article(tree, page), pages, number)
        markup = lxml_html.tostring(tree, encoding="unicode").encode("utf-8", "replace")
        yield replace(page, markup=markup)


def _article(tree: lxml_html.HtmlElement, page: Page) -> lxml_html.HtmlElement:
    whole = fold(page.gold["text"])
    inside: dict[lxml_html.HtmlElement, int] = {tree.find("body"): 0}
    total = 0
    for line in body.lines(tree):
        if len(line.folded) > 5 and line.folded in whole:
            total += len(line.folded)
            for node in (line.node, *line.node.iterancestors()):
                inside[node] = inside.get(node, 0) + len(line.folded)
    large = [node for node, size in inside.items() if size >= _SHARE * total and _is_box(node)]
    return max(large, key=lambda node: len([*node.iterancestors()]))


def _is_box(node: lxml_html.HtmlElement) -> bool:
    return node.tag not in ("p", "br", "font", "span", "strong", "b", "html")


def _put_after(article: lxml_html.HtmlElement, *markups: str) -> None:
    for added in map(lxml_html.fragment_fromstring, reversed(markups)):
        if article.tag == "body":
            article.append(added)
        else:
            article.addnext(added)
            article.tail, added.tail = None, article.tail


def _put_before(article: lxml_html.HtmlElement, markup: str) -> None:
    added = lxml_html.fragment_fromstring(markup)
    if article.tag == "body":
        article.insert(0, added)
    else:
        article.addprevious(added)


def _put_inside(article: lxml_html.HtmlElement, *markups: str) -> None:
    article.extend(map(lxml_html.fragment_fromstring, markups))


def _other(pages: Sequence[Page], number: int, step: int, heading: str) -> str:
    gold = pages[(number + 7 * step) % len(pages)].gold
    lines = "".join(f"<p>{escape(line)}</p>" for line in gold["text"].split("\n"))
    title = escape(gold["title"] or "另一篇文章")
    return (
        f"<div><{heading}>{title}</{heading}><div><span>某网</span> <span>2024-03-0{step} 10:21"
        f"</span></div><div>{lines}</div></div>"
    )


def _sentences(pages: Sequence[Page], number: int, count: int) -> list[str]:
    others = [page for place, page in enumerate(pages) if place != number]
    text = "\n".join(page.gold["text"] for page in others)
    fitting = [part for part in re.split(r"(?<=[。！？])|\n", text) if 8 < len(part.strip()) < 80]
    return [escape(part.strip()) for part in random.Random(number).choices(fitting, k=count)]


def _comments(pages: Sequence[Page], number: int) -> str:
    each = "".join(
        f"<div><div><span>网友{n}号</span> <span>2024-05-01 12:{n:02}</span></div>"
        f"<div>{text}</div><div><span>回复</span><span>赞 {n}</span></div></div>"
        for n, text in enumerate(_sentences(pages, number, 30))
    )
    return f"<div><h3>全部评论</h3>{each}</div>"


def _tastes(pages: Sequence[Page], number: int) -> str:
    texts = _sentences(pages, number, 12)
    each = "".join(
        f"<li><h4><span>{escape(pages[(number + n) % len(pages)].gold['title'] or '标题')}</span>"
        f"</h4><p>{text}</p><span>3小时前</span></li>"
        for n, text in enumerate(texts, 1)
    )
    return f"<div><div>推荐</div><ul>{each}</ul></div>"


def _halved(article: lxml_html.HtmlElement) -> None:
    """Put the article's two parts into boxes of their own."""
    children = [child for child in article if isinstance(child.tag, str)]
    cut = len(children) * 7 // 10
    for part in (children[:cut], children[cut:]):
        if part:
            box = lxml_html.Element("div")
            part[0].addprevious(box)
            box.extend(part)


CHANGES: dict[str, Change] = {
    "without names": lambda article, pages, number: None,
    "two articles below": lambda article, pages, number: _put_after(
        article, _other(pages, number, 1, "h1"), _other(pages, number, 2, "h1")
    ),
    "two articles inside": lambda article, pages, number: _put_inside(
        article, _other(pages, number, 1, "div"), _other(pages, number, 2, "div")
    ),
    "30 comments below": lambda article, pages, number: _put_after(
        article, _comments(pages, number)
    ),
    "30 comments inside": lambda article, pages, number: _put_inside(
        article, _comments(pages, number)
    ),
    "12 tastes of others before": lambda article, pages, number: _put_before(
        article, _tastes(pages, number)
    ),
    "12 tastes of others inside": lambda article, pages, number: _put_inside(
        article, _tastes(pages, number)
    ),
    "in two boxes": lambda article, pages, number: _halved(article),
}
"""What is done to the pages, all of them without names."""
