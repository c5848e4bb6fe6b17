"""Mails of articles that want to break them: what stands in any mail is what the template has.

python -m benchmarks.mail_safety [ARTICLES]

Prints the bars of the mail itself: 100,000 made-up articles without an exception, a foreign tag,
scheme or header; and the size of a mail with 30 full stories.
"""

import email
import random
import re
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from email import policy
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib  # type: ignore[import-untyped]  # It has no types.

import digest
from archive import clock
from archive.edition_models import Corrected, Edition, KeyFigure, Material, Rising, SourceDay, Story
from digest.compose import HTML_BYTES, compose
from digest.message import message

ARTICLES, PER_EDITION, STORIES = 100_000, 50, 30
WINDOW = clock.window(date(2026, 11, 22), clock_time(7))
SEEN = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
_TEMPLATE = Path(digest.__file__).parent / "templates" / "edition.html.j2"
# The parser adds tbody where the source need not write it.
TAGS = set(re.findall(r"<([a-z]+[1-6]?)\b", _TEMPLATE.read_text(encoding="utf-8"))) | {"tbody"}
ATTRIBUTES = set(re.findall(r"\s([a-z-]+)=\"", _TEMPLATE.read_text(encoding="utf-8")))
_FROM, _TO = "news@jianbao.test", "li@reader.test"
HEADERS = message(Edition(WINDOW.day, "x", "x", "x"), _FROM, _TO).keys()
PROBES = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    " java\tscript:alert(1)",
    "data:text/html,<b>x</b>",
    "//evil.test/x",
    "https://",
    "https://good.test@evil.test/",
    "https://[::1",
    "https://a.test:port/",
    "https://a.test/\u202egpj.exe",
    'https://a.test/"onmouseover="x',
    "</td></tr></table><a href=javascript:x>",
    "{{ 7 * 7 }}{% raw %}",
    "{subject}{preheader}{shown}{unsubscribe}",
    "题\r\nBcc: x@evil.test",
    "\x00\x1b[31m\ud800\u2028\ufeff\uffff\U0001fffe",
    "]]><!--",
    "&#x6a;avascript:",
    "长" * 5000,
    "W" * 5000,
    "\u0301" * 300,
    "\u202e\u2066\u2069反",
]
# ASCII as often as hanzi, and some of everything else, unassigned and surrogates included.
LETTERS = "".join(
    [
        *(chr(code) * 20 for code in range(0x20, 0x7F)),
        *(chr(code) for code in range(0x4E00, 0x5600)),
        *(chr(code) for code in (*range(0x20), *range(0x7F, 0x2100, 9), *range(0, 0x110000, 997))),
    ]
)


class UnsafeError(Exception):
    """A mail has what the template does not."""


def check(brief: Edition) -> None:
    """The promises that hold for any text at all. Raises UnsafeError, or what a parser raises."""
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(brief.html)
    hrefs = [link.get("href") for link in tree.iter("a")]
    mail = message(brief, _FROM, _TO)
    wire = mail.as_bytes()
    read = email.message_from_bytes(wire, policy=policy.SMTP)
    broken = {
        "a foreign tag": {node.tag for node in tree.iter()} - TAGS,
        "a foreign attribute": {name for node in tree.iter() for name in node.attrib} - ATTRIBUTES,
        "another scheme": [href for href in hrefs if not re.match(r"https?://[^/@]+", href, re.I)],
        "a link that the text lacks": [href for href in hrefs if href not in brief.text],
        "a control or bidi character": re.findall(
            "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]",
            f"{brief.html}{brief.text}",
        ),
        "a foreign style": _styles(tree) - _STYLES,
        "too many bytes": len(brief.html.encode()) > HTML_BYTES,
        "other headers": read.keys() != HEADERS or read.defects,
        "a line of more than 998 octets": max(map(len, wire.splitlines())) > 998,
    }
    if found := {what: problem for what, problem in broken.items() if problem}:
        raise UnsafeError(f"{found}"[:2000])


def _styles(tree: Element) -> set[str]:
    return {re.sub(r"\d+", "", node.get("style", "")) for node in tree.iter()}


def _full() -> Material:
    """A day that has all that an edition can have, of plain words."""
    other = ("乙报", "https://b.test/")
    stories = tuple(
        replace(
            Story(n, "题目", other[1], "甲报", "丁报", SEEN, SEEN, "摘要。", (), (), (), "大模型"),
            keywords=("大模型",), copies=(other,), reports=(("别题", *other),), follows=True,
            adds="新的一句。", caught_up=True,
            figures=(KeyFigure(f"{n}季营收", "2亿元", "", "今年", "乙", "conflict", "3", *other),),
        )
        for n in range(15)
    )  # fmt: skip
    changed = Corrected(1, "题目", "https://a.test/1", "甲报", SEEN, "标题改动", "大模型", 1)
    rising = (Rising("大模型", 4, 1.0), Rising("芯片", 2, 0.0))
    return Material(
        WINDOW, stories, (SourceDay("a", "甲报", 0, 1),), corrections=(changed, changed),
        rising=rising, since=WINDOW.start - timedelta(1), older=(99,),
    )  # fmt: skip


def _parsed(brief: Edition) -> Element:
    tree: Element = html5lib.parse(brief.html, namespaceHTMLElements=False)
    return tree


_STYLES = _styles(_parsed(compose(_full(), "简报"))) | _styles(
    _parsed(compose(Material(WINDOW, (), ()), "简报"))
)


def made_up(chance: random.Random) -> Material:
    """A day of hostile articles, sources and figures."""

    def text(most: int = 60) -> str:
        if chance.random() < 0.3:
            return chance.choice(PROBES)
        return "".join(chance.choices(LETTERS, k=chance.randrange(most)))

    def url() -> str:
        return chance.choice(
            (text(), f"https://a.test/{text()}", f"https://a.test/{chance.random()}")
        )

    def words() -> tuple[str, ...]:
        return tuple(text(12) for _ in range(chance.randrange(4)))

    def figure() -> KeyFigure:
        relation = chance.choice(("", "agreement", "conflict", "other kind"))
        subject = text(9) + chance.choice(("", "营收"))
        return KeyFigure(subject, text(9), "flow", text(), text(), relation, text(), text(), url())

    def story(number: int) -> Story:
        when = datetime.fromtimestamp(chance.randrange(4 * 10**9), UTC)
        return Story(
            number, text(5000), url(), text(), text(), chance.choice((None, when)), SEEN, text(900),
            words(), words(), words(), chance.choice(("大模型", "芯片", text())),
            tuple((text(), url()) for _ in range(chance.randrange(6))),
            tuple((text(), text(), url()) for _ in range(chance.randrange(5))),
            follows=chance.random() < 0.2, adds=text(200), caught_up=chance.random() < 0.2,
            figures=tuple(figure() for _ in range(chance.randrange(4))), method=text(),
        )  # fmt: skip

    return Material(
        WINDOW,
        tuple(story(number) for number in range(PER_EDITION)),
        tuple(SourceDay(text(), text(), chance.randrange(5), chance.randrange(5)) for _ in "abc"),
        corrections=(Corrected(1, text(), url(), text(), SEEN, text(), text(), 2),),
        rising=tuple(Rising(text(), chance.randrange(1, 99), chance.random()) for _ in "abc"),
    )


def _trial(seed: int) -> str:
    """What is wrong with the edition of this seed; empty if nothing is."""
    chance = random.Random(seed)
    try:
        check(compose(made_up(chance), chance.choice(PROBES), chance.choice(("zh", "en"))))
    except Exception as error:
        return f"seed {seed}: {type(error).__name__}: {error}"[:500]
    return ""


def full_day(stories: int) -> Material:
    """A day of long, busy stories, as the archive has them at most."""

    title, summary = (
        "量潮发布新一代模型，推理成本下降六成" * 2,
        "量潮发布了新模型，价格下降了一半。" * 18,
    )
    copies = tuple((f"第{n}报", f"https://www.copy.example/{n:060}") for n in range(6))
    reports = tuple(
        ("另一家的题目也长" * 3, f"第{n}报", f"https://r.example/{n:060}") for n in range(4)
    )

    def story(number: int) -> Story:
        url = f"https://www.outlet.example/{number:060}"
        figure = KeyFigure(f"第{number}家营业收入", f"{number}.6亿元", "flow", "第三季度")
        return Story(
            number, title, url, "星河科技报", "智点财经", SEEN, SEEN, summary, (),
            ("大模型", "推理"), ("软件业",), f"栏目{number % 6}", copies, reports,
            figures=(figure,) * 3,
        )  # fmt: skip

    return Material(WINDOW, tuple(map(story, range(stories))), ())


def _failures(articles: int) -> Iterator[str]:
    with ProcessPoolExecutor(2) as pool:
        yield from filter(None, pool.map(_trial, range(-(-articles // PER_EDITION)), chunksize=8))


def main() -> int:
    """Print each bar, its value and its goal; 1 if one is missed."""
    articles = int(sys.argv[1]) if sys.argv[1:] else ARTICLES
    began = time.monotonic()
    failures = list(_failures(articles))
    for failure in failures[:5]:
        print(f"    {failure}")
    brief = compose(full_day(STORIES), "简报")
    check(brief)
    size, shown = len(brief.html.encode()), brief.counts["shown"]
    bars = (
        ("editions that hold what the template does not", len(failures), 0, len(failures) == 0),
        (f"bytes of HTML with {STORIES} stories", size, HTML_BYTES, size <= HTML_BYTES),
        ("stories shown of them", shown, STORIES, shown == STORIES),
    )
    for name, value, goal, is_met in bars:
        print(f"{name:<50}{value:>8}{goal:>8}  {'ok' if is_met else 'MISSED'}")
    print(f"    {articles} articles in {time.monotonic() - began:.0f} s")
    return 0 if all(is_met for *_, is_met in bars) else 1


if __name__ == "__main__":
    sys.exit(main())
