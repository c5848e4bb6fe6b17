"""The dictionary of technologies, industries and digest topics, read from `taxonomy.toml`."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from archive.errors import UsageError

SHIPPED = Path(__file__).with_name("taxonomy.toml")

Word = Annotated[str, Field(min_length=2, max_length=40, pattern=r"^\S(.*\S)?$")]


class TaxonomyError(UsageError):
    """The dictionary is unreadable or malformed; names the file, the entry and the field."""

    def __init__(self, path: Path, entry: str, field: str, problem: str) -> None:
        where = " ".join(filter(None, (entry, field and f"field {field}")))
        super().__init__(f"{path.name}: {where}: {problem}" if where else f"{path}: {problem}")
        self.path, self.entry, self.field, self.problem = path, entry, field, problem


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Word


class Topic(_Entry):
    """A section of the digest; `cues` are words that speak for it."""

    cues: tuple[Word, ...]


class Term(_Entry):
    """What both kinds of tag have: other names, and the topic that a mention speaks for."""

    aliases: tuple[Word, ...]
    weak: tuple[Word, ...] = ()
    """Aliases that mean it only beside another word of the entry, or in the title."""
    topic: str

    @property
    def words(self) -> tuple[str, ...]:
        """Everything that counts as a mention, the name first."""
        return (self.name, *self.aliases, *self.weak)


class Technology(Term):
    """A technology. A `generic` one tags an article only when no other does, or by far less."""

    generic: bool = False


class Industry(Term):
    """An industry with its section, and division where one fits, of GB/T 4754."""

    code: str = Field(pattern=r"^[A-T](\d\d)?$")


class Taxonomy(BaseModel):
    """The whole dictionary. The topics are in the digest's order; the last takes what is left."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = Field(ge=1)
    ignore: tuple[Word, ...]
    topics: tuple[Topic, ...] = Field(min_length=1)
    technologies: tuple[Technology, ...]
    industries: tuple[Industry, ...]

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        topics = {topic.name for topic in self.topics}
        for kind, terms in (("technologies", self.technologies), ("industries", self.industries)):
            owners: dict[str, str] = {}
            for term in terms:
                if term.topic not in topics:
                    raise ValueError(f'{kind} "{term.name}"|topic|no topic is named {term.topic!r}')
                for word in term.words:
                    if owner := owners.get(word.lower()):
                        problem = f'{word!r} already stands at "{owner}"'
                        raise ValueError(f'{kind} "{term.name}"|aliases|{problem}')
                    owners[word.lower()] = term.name
        return self


@cache
def load(path: Path = SHIPPED) -> Taxonomy:
    """The dictionary in `path`, read once. Raises TaxonomyError."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise TaxonomyError(path, "", "", str(error)) from None
    try:
        return Taxonomy.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        if first["loc"]:
            entry, field = _place(raw, first["loc"])
            raise TaxonomyError(path, entry, field, first["msg"]) from None
        raise TaxonomyError(path, *str(first["ctx"]["error"]).split("|", 2)) from None


def _place(raw: dict[str, object], loc: tuple[int | str, ...]) -> tuple[str, str]:
    """The entry by its name, or by its number when the name is what is wrong, and the field."""
    kind, *rest = loc
    if not rest:
        return "", str(kind)
    entries, index = raw[str(kind)], rest[0]
    entry = entries[index] if isinstance(entries, list) and isinstance(index, int) else None
    name = entry.get("name") if isinstance(entry, dict) else None
    title = f'{kind} "{name}"' if isinstance(name, str) else f"{kind} {rest[0]}"
    return title, ".".join(str(part) for part in rest[1:])
