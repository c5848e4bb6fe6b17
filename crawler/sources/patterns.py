"""The shape that a site's article addresses share, as the registry's expression for them."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler.sources import urls

_EXTENSION = re.compile(r"(?<=[^/])\.[a-z]{3,5}$")
_HEX = re.compile(r"[0-9a-f]{16,}")
_NUMBERED = re.compile(r"[A-Za-z_]{0,12}\d[\d_-]*")
_WORD = re.compile(r"[A-Za-z_-]{1,20}")
_PARAMETER = re.compile(r"([A-Za-z][\w-]*)=(\d+)")
_MOST_WORDS = 6
_SHORT_ID = 4
_END = r"/?(?:[?#]|$)"


@dataclass(frozen=True, slots=True)
class Pattern:
    """`article` and `keep_params` for the registry, and how many addresses have this shape."""

    article: str
    keep_params: tuple[str, ...]
    size: int


@dataclass(frozen=True, slots=True)
class _Column:
    """A piece of all addresses of a group: its expression, and its text in each of them."""

    expression: str
    texts: tuple[str, ...]
    names: bool = False
    """Whether it may tell one article from another."""


def induce(addresses: Iterable[str]) -> Pattern | None:
    """The expression for the largest group of addresses of one shape; None without any.

    What tells the articles apart is in groups: numbers, without the dates if they do without.
    """
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for address in dict.fromkeys(addresses):
        parts = urlsplit(address)
        if kinds := [kind for kind, _ in _pieces(address)]:
            groups[(urls.domain(parts.hostname or ""), str(parts.port), *kinds)].append(address)
    if not groups:
        return None
    (_, _, *kinds), largest = max(groups.items(), key=lambda group: len(group[1]))
    keep = tuple(kind[1:] for kind in kinds if kind[0] in "?&")
    texts = zip(*([text for _, text in _pieces(each)] for each in largest), strict=True)
    columns = [_column(*each) for each in zip(kinds, ["", *kinds], texts, strict=False)]
    dates = _dates(columns)
    named = _naming(columns, dates)
    if not any(named):
        return None
    expression = _host(largest)
    for number, column in enumerate(columns):
        text = rf"\d{{{len(column.texts[0])}}}" if number in dates else column.expression
        expression += f"({text})" if named[number] else text
    ends = keep or kinds[-1].startswith(".")
    return Pattern(f"^https?://{expression}{'' if ends else _END}", keep, len(largest))


def _pieces(address: str) -> Iterator[tuple[str, str]]:
    """Kind and text of each piece behind the host; none for a front page.

    What stands between the pieces that differ from article to article is its own kind.
    """
    parts = urlsplit(address)
    path = parts.path.strip("/")
    extension = _EXTENSION.search(path)
    segments = path.removesuffix(extension[0] if extension else "").split("/") if path else []
    for left, segment in enumerate(segments, 1 - len(segments)):
        yield "/", "/"
        if _HEX.fullmatch(segment):
            yield "hex", segment
        elif _NUMBERED.fullmatch(segment):
            for text in re.findall(r"\d+|\D+", segment):
                yield ("number" if text.isdigit() else f"_{text}"), text
        elif left and _WORD.fullmatch(segment):
            yield "word", segment
        else:
            yield "slug", segment
    if extension:
        yield extension[0], extension[0]
    mark = "?"
    for pair in parts.query.split("&"):
        if found := _PARAMETER.fullmatch(pair):
            yield mark + found[1], ""
            yield "number", found[2]
            mark = "&"


def _column(kind: str, before: str, texts: tuple[str, ...]) -> _Column:
    """What the pieces of one kind and place have in common; `before` is the kind before."""
    distinct = sorted(set(texts))
    if kind[0] in "?&":
        # Other parameters may be there too: the registry drops all but those that are kept.
        mark = r"/?\?" if kind[0] == "?" else "&"
        return _Column(rf"{mark}(?:[^#]*&)?{_literal(kind[1:])}=", texts)
    if kind == "hex":
        return _Column("[0-9a-f]+", texts, names=True)
    same = len(distinct) == 1
    # As in /gd77/: the name of a section.
    numbered = before[:1] == "_" and before[-1].isalpha() and len(texts[0]) < 4
    if kind == "number" and not (same and numbered and len(texts) > 1):
        return _Column(r"\d+", texts, names=True)
    if same and (kind != "slug" or len(texts) > 1):
        return _Column(_literal(texts[0]), texts)
    if kind == "word" and len(distinct) <= _MOST_WORDS:
        return _Column(f"(?:{'|'.join(map(_literal, distinct))})", texts)
    plain = all(re.fullmatch(r"[\w-]+", text) for text in texts)
    return _Column(r"[\w-]+" if plain else "[^/?#]+", texts, names=True)


def _host(addresses: Sequence[str]) -> str:
    first = urlsplit(addresses[0])
    port = f":{first.port}" if first.port else ""
    hosts = {urlsplit(address).netloc.removesuffix(port) for address in addresses}
    if len(hosts) > 1:
        return r"(?:[\w-]+\.)*" + _literal(urls.domain(first.hostname or "")) + port
    host = hosts.pop()
    bare = host.removeprefix("www.")
    may_have_www = bare != host or (urls.domain(host) == host and host[-1].isalpha())
    return (r"(?:www\.)?" if may_have_www else "") + _literal(bare) + port


def _literal(text: str) -> str:
    return re.escape(text).replace(r"\-", "-")


def _naming(columns: Sequence[_Column], dates: set[int]) -> list[bool]:
    """Which columns make the id: what names articles, with the dates only if they are needed."""
    naming = [column.names for column in columns]
    without = [own and number not in dates for number, own in enumerate(naming)]
    parts = [column.texts for column, own in zip(columns, without, strict=True) if own]
    ids = ["".join(row) for row in zip(*parts, strict=True)]
    is_enough = ids and len(set(ids)) == len(ids) and min(map(len, ids)) >= _SHORT_ID
    return without if is_enough else naming


def _dates(columns: Sequence[_Column]) -> set[int]:
    """The places of the columns that are a date: a year, and the month and day after it."""
    found: set[int] = set()
    open_until = -1
    for number, column in enumerate(columns):
        widths = {len(text) for text in column.texts}
        if not column.names or len(widths) != 1 or not column.texts[0].isdigit():
            continue
        width = widths.pop()
        if width in (4, 6, 8) and all(text[:2] in ("19", "20") for text in column.texts):
            found.add(number)
            open_until = number + 4
        elif number <= open_until and width in (2, 4):
            found.add(number)
    return found
