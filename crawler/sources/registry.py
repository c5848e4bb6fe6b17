"""The registry: which sources there are, in a TOML file of one table for each."""

import difflib
import os
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from archive.errors import UsageError
from archive.whole import writing
from crawler.sources import urls
from crawler.sources.source import Entry, Selectors, Source

SHIPPED = Path(__file__).parents[1] / "sources.toml"


class RegistryError(UsageError):
    """The registry cannot be used: `source` and `field` (empty if unknown) have `problem`."""

    def __init__(self, path: Path, source: str, field: str, problem: str) -> None:
        where = "".join((f"source {source!r}, " if source else "", f"{field}: " if field else ""))
        super().__init__(f"{path}: {where}{problem}")
        self.path = path
        self.source = source
        self.field = field
        self.problem = problem


class UnknownSource(UsageError):
    """There is no source of this name."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        close = difflib.get_close_matches(name, known, 1)
        hint = f"did you mean {close[0]}?" if close else "jianbao sources lists them"
        super().__init__(f"there is no source {name!r}; {hint}")
        self.name = name


class NoEntryPoints(UsageError):
    """A source cannot be crawled: there are only rules for its links."""

    def __init__(self, name: str) -> None:
        super().__init__(f"source {name!r} has no entry points; bring its links: jianbao import")
        self.name = name


def load(path: Path | None = None) -> tuple[Source, ...]:
    """The sources of a registry file, in its order; by default those that come with the crawler.

    `{port}` stands for the port of the sample newsroom. Raises RegistryError.
    """
    path = path or SHIPPED
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise RegistryError(path, "", "", f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise RegistryError(path, "", "", "is not UTF-8 text") from error
    return parse(path, text)


def parse(path: Path, text: str) -> tuple[Source, ...]:
    """The sources that the text of a registry file names, as `load`. Raises RegistryError."""
    if port := os.environ.get("JIANBAO_NEWSROOM_PORT"):
        text = text.replace("{port}", port)
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RegistryError(path, "", "", f"is not TOML: {error}") from error
    literals = tables.pop("source", [])
    if tables:
        raise RegistryError(path, "", next(iter(tables)), "unknown; sources are [[source]] tables")
    if not isinstance(literals, list) or not literals:
        raise RegistryError(path, "", "source", "must be one or more [[source]] tables")
    sources = tuple(_source(path, number, literal) for number, literal in enumerate(literals, 1))
    _check_together(path, sources)
    return sources


def matching(sources: Iterable[Source], url: str) -> Source | None:
    """The source that an address is an article of. Raises UrlError."""
    return next((each for each in sources if each.matches(urls.canonical(url, each))), None)


def identify(sources: Iterable[Source], url: str) -> tuple[str, str, Source | None]:
    """The canonical form of an address, the key of its article, and its source. Raises UrlError."""
    source = matching(sources, url)
    return urls.canonical(url, source), urls.key(url, source), source


def choose(sources: tuple[Source, ...], ids: Sequence[str]) -> tuple[Source, ...]:
    """The named sources, or all that are enabled when none is named.

    Raises UnknownSource, NoEntryPoints.
    """
    named = {source.id: source for source in sources}
    for wanted in ids:
        if wanted not in named:
            raise UnknownSource(wanted, tuple(named))
        if not named[wanted].entry:
            raise NoEntryPoints(wanted)
    return tuple(named[wanted] for wanted in ids) or tuple(each for each in sources if each.enabled)


def refuse(file: Path) -> None:
    """Raise RegistryError if `file` is not one to append to."""
    if file.resolve() == SHIPPED.resolve():
        problem = "the next version replaces it: name a file of your own, it begins as a copy of it"
        raise RegistryError(file, "", "", problem)
    if not file.parent.is_dir():
        raise RegistryError(file, "", "", "its folder does not exist")


def append(file: Path, used: Path | None, literal: str) -> None:
    """Append a table to a registry file, which begins as a copy of the registry in use.

    Raises RegistryError, and changes nothing, if the whole would be no registry.
    """
    before = file if file.exists() else used or SHIPPED
    text = f"{before.read_text('utf-8').rstrip()}\n\n{literal}"
    parse(file, text)
    target = file.resolve()
    mode = target.stat().st_mode & 0o777 if target.exists() else 0o666
    with writing(target, mode) as whole:
        whole.write(text.encode())


def _source(path: Path, number: int, literal: Any) -> Source:
    try:
        return Source.model_validate(literal)
    except ValidationError as error:
        # A misspelt field is unknown and its namesake missing: the first says it better.
        first = min(error.errors(), key=lambda each: each["type"] != "extra_forbidden")
        name = literal.get("id") if isinstance(literal, dict) else None
        source = str(name or f"#{number}")
        raise RegistryError(path, source, _field(first), _problem(first)) from None


def _field(error: ErrorDetails) -> str:
    """Where a ValidationError is, as people count: `entry[1].url` is in the first entry."""
    return "".join(
        f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in error["loc"]
    ).removeprefix(".")


def _problem(error: ErrorDetails) -> str:
    if error["type"] != "extra_forbidden":
        return error["msg"].removeprefix("Value error, ")
    known = [*Source.model_fields, *Entry.model_fields, *Selectors.model_fields]
    close = difflib.get_close_matches(str(error["loc"][-1]), known, 1)
    return "unknown field" + (f"; did you mean {close[0]!r}?" if close else "")


def _check_together(path: Path, sources: tuple[Source, ...]) -> None:
    ids: set[str] = set()
    owners: dict[str, Source] = {}
    for source in sources:
        if source.id in ids:
            raise RegistryError(path, source.id, "id", "used by two sources")
        ids.add(source.id)
        for name in sorted(source.domains):
            owner = owners.setdefault(name, source)
            # Delays hold only inside one crawl, and the first entry decides which one it is.
            if owner.domain != source.domain:
                raise RegistryError(
                    path,
                    source.id,
                    "entry",
                    f"both it and {owner.id!r} ask {name}, but their first entries are on"
                    f" {source.domain} and {owner.domain}: begin both with the same domain",
                )
