"""The shape that a site's article addresses share, as the registry's expression for them."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler import urls

_DIGITS = re.compile(r"(\d+)")
_EXTENSION = re.compile(r"\.[a-z]{3,5}$")
_HEX = re.compile(r"[0-9a-f]{16,}")
_NUMBERED = re.compile(r"[A-Za-z_]{0,12}\d[\d_-]*")
_WORD = re.compile(r"[A-Za-z_-]{1,20}")
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
class _Piece:
    """A part of the address: its expression, and its text in every address of the group."""

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
        if shape := _shape(address):
            groups[shape].append(address)
    if not groups:
        return None
    shape, largest = max(groups.items(), key=lambda group: len(group[1]))
    keep = tuple(part.removesuffix("=9") for part in shape if part.endswith("=9"))
    pieces = [_host(largest), *_path(largest), *_query(largest, keep)]
    dates = _dates(pieces)
    named = _naming(pieces, dates)
    if not any(named):
        return None
    expressions = [
        rf"\d{{{len(piece.texts[0])}}}" if number in dates else piece.expression
        for number, piece in enumerate(pieces)
    ]
    expression = "".join(
        f"({text})" if own else text for text, own in zip(expressions, named, strict=True)
    )
    ends = keep or _EXTENSION.search(urlsplit(largest[0]).path)
    return Pattern(f"^https?://{expression}{'' if ends else _END}", keep, len(largest))


def _shape(address: str) -> tuple[str, ...]:
    """Equal for addresses that look alike; empty for a front page."""
    parts = urlsplit(address)
    segments = _segments(parts.path)
    if not segments and not parts.query:
        return ()
    extension = _EXTENSION.search(segments[-1]) if segments else None
    kinds = [_kind(segment) for segment in segments]
    if kinds and kinds[-1] == "word":
        kinds[-1] = "slug"
    numbers = [f"{name}=9" for name, value in _parameters(address).items() if value.isdigit()]
    ending = extension[0] if extension else ""
    return (urls.domain(parts.hostname or ""), str(parts.port or ""), *kinds, ending, *numbers)


def _parameters(address: str) -> dict[str, str]:
    pairs = (pair.partition("=") for pair in urlsplit(address).query.split("&"))
    return {name: value for name, _, value in pairs if re.fullmatch(r"[A-Za-z][\w-]*", name)}


def _segments(path: str) -> list[str]:
    return path.strip("/").split("/") if path.strip("/") else []


def _kind(segment: str) -> str:
    stem = _EXTENSION.sub("", segment)
    if _HEX.fullmatch(stem):
        return "hex"
    if _NUMBERED.fullmatch(stem):
        return "number " + _DIGITS.sub("9", stem)
    return "word" if _WORD.fullmatch(stem) else "slug"


def _host(addresses: Sequence[str]) -> _Piece:
    first = urlsplit(addresses[0])
    port = f":{first.port}" if first.port else ""
    hosts = {urlsplit(address).netloc.removesuffix(port) for address in addresses}
    if len(hosts) == 1:
        host = hosts.pop()
        bare = host.removeprefix("www.")
        may_have_www = bare != host or (urls.domain(host) == host and host[-1].isalpha())
        expression = (r"(?:www\.)?" if may_have_www else "") + _literal(bare)
    else:
        expression = r"(?:[\w-]+\.)*" + _literal(urls.domain(first.hostname or ""))
    return _Piece(expression + port, ("",) * len(addresses))


def _path(addresses: Sequence[str]) -> Iterator[_Piece]:
    columns = list(zip(*(_segments(urlsplit(each).path) for each in addresses), strict=True))
    for number, texts in enumerate(columns, 1):
        yield _constant("/", len(addresses))
        extension = _EXTENSION.search(texts[0])
        stems = tuple(_EXTENSION.sub("", text) for text in texts)
        kind = _kind(texts[0])
        is_constant = len(set(stems)) == 1 < len(stems)
        if kind == "hex":
            yield _Piece("[0-9a-f]+", stems, names=True)
        elif kind.startswith("number") and not (is_constant and not stems[0][0].isdigit()):
            yield from _numbers(stems)
        elif is_constant:
            yield _constant(stems[0], len(addresses))
        elif kind == "word" and number < len(columns) and len(set(stems)) <= _MOST_WORDS:
            words = sorted(map(_literal, set(stems)))
            yield _Piece(f"(?:{'|'.join(words)})" if len(words) > 1 else words[0], stems)
        else:
            plain = all(re.fullmatch(r"[\w-]+", stem) for stem in stems)
            yield _Piece(r"[\w-]+" if plain else "[^/?#]+", stems, names=True)
        if extension:
            yield _constant(extension[0], len(addresses))
    if not columns:
        yield _constant("/", len(addresses))


def _query(addresses: Sequence[str], keep: tuple[str, ...]) -> Iterator[_Piece]:
    for number, name in enumerate(keep):
        values = tuple(_parameters(each)[name] for each in addresses)
        # Other parameters may be there too: the registry drops all but those that are kept.
        before = ("&" if number else r"/?\?") + "(?:[^#]*&)?"
        yield _Piece(before + _literal(name) + "=", ("",) * len(addresses))
        yield _Piece(r"\d+", values, names=True)


def _numbers(stems: Sequence[str]) -> Iterator[_Piece]:
    for texts in zip(*(_DIGITS.split(stem) for stem in stems), strict=True):
        if texts[0].isdigit():
            yield _Piece(r"\d+", tuple(texts), names=True)
        elif texts[0]:
            yield _constant(texts[0], len(stems))


def _constant(text: str, count: int) -> _Piece:
    return _Piece(_literal(text), (text,) * count)


def _literal(text: str) -> str:
    return re.escape(text).replace(r"\-", "-")


def _naming(pieces: Sequence[_Piece], dates: set[int]) -> list[bool]:
    """Which pieces make the id: what names articles, with the dates only if they are needed."""
    naming = [piece.names for piece in pieces]
    without = [own and number not in dates for number, own in enumerate(naming)]
    ids = [
        "".join(piece.texts[row] for piece, own in zip(pieces, without, strict=True) if own)
        for row in range(len(pieces[0].texts))
    ]
    is_enough = len(set(ids)) == len(ids) and min(map(len, ids)) >= _SHORT_ID
    return without if is_enough else naming


def _dates(pieces: Sequence[_Piece]) -> set[int]:
    """The places of the pieces that are a date: a year, and the month and day after it."""
    found: set[int] = set()
    open_until = -1
    for number, piece in enumerate(pieces):
        widths = {len(text) for text in piece.texts}
        if not piece.names or len(widths) != 1 or not piece.texts[0].isdigit():
            continue
        width = widths.pop()
        if width in (4, 6, 8) and all(text[:2] in ("19", "20") for text in piece.texts):
            found.add(number)
            open_until = number + 4
        elif number <= open_until and width in (2, 4):
            found.add(number)
    return found
