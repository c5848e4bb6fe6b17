"""The topic dictionary: which words speak for technology and which against, from `topics.toml`."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    field_validator,
    model_validator,
)

from archive import taxonomy
from archive.errors import UsageError
from archive.script import simplified
from archive.words import Finder

SHIPPED = Path(__file__).parents[1] / "topics.toml"
_IGNORED = "ignore"


class TopicsError(UsageError):
    """The topic dictionary is unreadable or malformed; names the file, the group and the field."""

    def __init__(self, path: Path, group: str, field: str, problem: str) -> None:
        where = "".join((f"group {group!r}, " if group else "", f"{field}: " if field else ""))
        super().__init__(f"{path}: {where}{problem}")
        self.path, self.group, self.field, self.problem = path, group, field, problem


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"is not a regular expression: {error}") from None
    return text


Pattern = Annotated[str, Field(min_length=1), AfterValidator(_pattern)]


class Group(BaseModel):
    """Words and patterns that say the same; a title that has one of them gets its weight, once."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1)
    weight: int = Field(ge=-9, le=9)
    """Points: above zero for technology, below zero against it."""
    words: tuple[taxonomy.Word, ...] = ()
    patterns: tuple[Pattern, ...] = ()
    technologies: bool = False
    """Whether all technologies of the taxonomy belong to it."""
    industries: tuple[str, ...] = ()
    """Industries of the taxonomy, by name, whose words belong to it."""

    @field_validator("weight")
    @classmethod
    def _says_something(cls, weight: int) -> int:
        if weight == 0:
            raise ValueError("must not be 0: words that say nothing belong to ignore")
        return weight

    @field_validator("industries")
    @classmethod
    def _are_known(cls, industries: tuple[str, ...]) -> tuple[str, ...]:
        known = {industry.name for industry in taxonomy.load().industries}
        for name in industries:
            if name not in known:
                raise ValueError(f"the taxonomy has no industry {name!r}")
        return industries

    @property
    def borrowed(self) -> Iterable[str]:
        """The words that it takes from the taxonomy."""
        shared = taxonomy.load()
        for industry in shared.industries:
            if industry.name in self.industries:
                yield from industry.words
        for technology in shared.technologies if self.technologies else ():
            yield from technology.words


class Topics(BaseModel):
    """The whole dictionary."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ignore: tuple[taxonomy.Word, ...] = ()
    group: tuple[Group, ...] = Field(min_length=1)
    _finder: Finder = PrivateAttr()
    _patterns: tuple[tuple[str, re.Pattern[str]], ...] = PrivateAttr()
    _weights: dict[str, int] = PrivateAttr()

    @model_validator(mode="after")
    def _has_each_word_once(self) -> Self:
        owners = {simplified(word).lower(): _IGNORED for word in self.ignore}
        names: Counter[str] = Counter(group.name for group in self.group)
        for group in self.group:
            if names[group.name] > 1:
                raise ValueError(f"{group.name}|name|there are two groups of this name")
            for word in group.words:
                if owner := owners.get(simplified(word).lower()):
                    raise ValueError(f"{group.name}|words|{word!r} already stands in {owner!r}")
                owners[simplified(word).lower()] = group.name
        return self

    def model_post_init(self, _context: Any) -> None:
        # The last that names a word wins: of two groups that borrow it the heavier, and over all
        # what stands in the file itself.
        names = dict.fromkeys(taxonomy.load().ignore, _IGNORED)
        by_weight = sorted(self.group, key=lambda group: group.weight)
        names |= {word: group.name for group in by_weight for word in group.borrowed}
        names = {simplified(word).lower(): name for word, name in names.items()}
        names |= {simplified(word).lower(): _IGNORED for word in self.ignore}
        names |= {simplified(word).lower(): g.name for g in self.group for word in g.words}
        self._finder = Finder(names)
        self._weights = {group.name: group.weight for group in self.group}
        self._patterns = tuple(
            (group.name, re.compile(pattern)) for group in self.group for pattern in group.patterns
        )

    def weight(self, group: str) -> int:
        """The points of the group of this name."""
        return self._weights[group]

    def mentions(self, text: str) -> dict[str, tuple[str, ...]]:
        """What each group finds in a text: its different words, in their order."""
        text = simplified(text)
        found: dict[str, list[str]] = {}
        unknown = list(text)
        for name, start, end in self._finder.mentions(text):
            if name != _IGNORED:
                found.setdefault(name, []).append(text[start:end])
            if name == _IGNORED or text[start].isascii():
                unknown[start:end] = " " * (end - start)
        rest = "".join(unknown)
        for name, pattern in self._patterns:
            found.setdefault(name, []).extend(match[0] for match in pattern.finditer(rest))
        return {name: tuple(dict.fromkeys(words)) for name, words in found.items() if words}


@cache
def load(path: Path | None = None) -> Topics:
    """The dictionary in `path`, read once; by default the one that comes with the crawler.

    Raises TopicsError.
    """
    path = path or SHIPPED
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise TopicsError(path, "", "", f"cannot be read: {error}") from None
    try:
        return Topics.model_validate(raw)
    except ValidationError as error:
        first = min(error.errors(), key=lambda each: each["type"] != "extra_forbidden")
        if not first["loc"]:
            raise TopicsError(path, *str(first["ctx"]["error"]).split("|", 2)) from None
        raise TopicsError(path, *_place(raw, first["loc"]), _problem(first["msg"])) from None


def _problem(message: str) -> str:
    return message.removeprefix("Value error, ")


def _place(raw: dict[str, Any], loc: tuple[int | str, ...]) -> tuple[str, str]:
    """The group by its name, or by its number from 1 when it has none, and the field."""
    kind, *rest = loc
    if kind != "group" or not rest or not isinstance(rest[0], int):
        return "", str(kind)
    name = raw["group"][rest[0]].get("name")
    group = name if isinstance(name, str) and name else f"#{rest[0] + 1}"
    return group, ".".join(str(part) for part in rest[1:])
