"""The registry: which sources there are, as people write them down in TOML."""

import codecs
import difflib
import hashlib
import os
import re
import tomllib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

import jmespath
from cssselect import SelectorError
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails
from pydantic_core.core_schema import ValidationInfo

from archive.errors import UsageError
from crawler import template, urls

_DATE = r"^(\d{4}-\d\d(-\d\d)?)?$"
_DEFAULT = Path(__file__).with_name("sources.toml")


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


def _valid(kind: str, check: Callable[[str], object]) -> AfterValidator:
    def checked(text: str) -> str:
        try:
            if text:
                check(text)
        except (ValueError, LookupError, SelectorError, re.error) as error:
            raise ValueError(f"is not {kind}: {' '.join(str(error).split())}") from error
        return text

    return AfterValidator(checked)


def _canonical(text: str) -> str:
    return urls.canonical(text, None)


def _second_page(text: str) -> None:
    if _canonical(text.replace("{page}", "2")) == _canonical(text):
        raise ValueError("{page} is missing")


def _article(text: str) -> None:
    if not re.compile(text).groups:
        raise ValueError("no group (…) for the article's id")


def _elements(text: str) -> None:
    template.paths(text)
    if "::" in text:
        raise ValueError("it shows text, not elements")


Address = Annotated[str, Field(min_length=1), _valid("an http(s) address", _canonical)]
Article = Annotated[str, Field(min_length=1), _valid("a regular expression for articles", _article)]
Charset = Annotated[str, _valid("an encoding", codecs.lookup)]
Css = Annotated[str, _valid("a CSS selector", template.paths)]
Elements = Annotated[str, _valid("a CSS selector of elements", _elements)]
JmesPath = Annotated[str, _valid("a JMESPath", jmespath.compile)]
Pattern = Annotated[str, Field(min_length=1), _valid("a regular expression", re.compile)]
NextPage = Annotated[str, _valid("an address with {page}", _second_page)]


class _Literal(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Selectors(_Literal):
    """Where a source's pages show what; alternatives are separated by commas.

    Asked before the generic reader and believed where the page bears them out, see template.py.
    `::attr(name)` at the end shows an attribute.
    """

    title: Css | None = None
    date: Css | None = None
    author: Css | None = None
    editor: Css | None = None
    source: Css | None = None
    body: Elements | None = None
    remove: Elements | None = None


_WORDPRESS: dict[str, Any] = {
    # https://developer.wordpress.org/rest-api/reference/posts/
    "params": {"per_page": 20, "page": "{page}", "_fields": "link,title,date,date_gmt,content"},
    "title": "title.rendered",
    "date": "date_gmt && join('', [date_gmt, 'Z']) || date",
    "link": "link",
    "content": "content.rendered",
}


class Entry(_Literal):
    """An entry point: where links are found.

    The fields from `items` on are JMESPaths into JSON: the answer of an `api`, or the value of
    `variable` in a page (`state`). A `wordpress` (`…/wp-json/wp/v2/posts`) needs none of them.
    """

    kind: Literal["feed", "listing", "sitemap", "api", "wordpress", "state"]
    url: Address
    pages: int = Field(1, ge=1, le=100)
    """How many pages are looked at, as long as they show something new."""
    next: NextPage = ""
    """The address of the pages after the first, with `{page}` in it."""
    first: int = Field(1, ge=0)
    """What `{page}` is on the first page: 0 where the second is `index_1.html`."""
    step: int = Field(1, ge=1)
    """How much `{page}` grows from page to page: 20 where it is an offset."""
    headers: dict[str, str] = {}
    method: Literal["GET", "POST"] = "GET"
    params: dict[str, str | int] = Field({}, validate_default=True)
    """What is asked for; a `"{page}"` among them turns pages too."""
    body: Literal["form", "json"] = "form"
    """How `params` travel when they are posted."""
    variable: str = Field("", validate_default=True)
    """The script's variable, or the id of the script, such as `__NEXT_DATA__`."""
    items: JmesPath = ""
    """The list of articles; empty: the JSON is the list. In a `listing`: where its HTML is, if
    that comes inside JSON."""
    title: JmesPath = ""
    date: JmesPath = ""
    content: JmesPath = ""
    """The whole text, as HTML; used by a source that is read from its feed."""
    link: JmesPath = ""
    link_template: str = Field("", validate_default=True)
    """An address with fields of the article in braces, where the answer has no address."""

    @model_validator(mode="before")
    @classmethod
    def _wordpress(cls, literal: Any) -> Any:
        if not isinstance(literal, dict) or literal.get("kind") != "wordpress":
            return literal
        params = literal.get("params", {})
        if isinstance(params, dict):
            params = {**_WORDPRESS["params"], **params}
        return {**_WORDPRESS, **literal, "params": params}

    @field_validator("params")
    @classmethod
    def _can_turn_pages(
        cls, params: dict[str, str | int], info: ValidationInfo
    ) -> dict[str, str | int]:
        more = info.data.get("pages", 1) > 1
        if more and not info.data.get("next", "x") and "{page}" not in params.values():
            raise ValueError("pages need next, or a parameter {page}")
        return params

    @field_validator("variable")
    @classmethod
    def _has_variable(cls, name: str, info: ValidationInfo) -> str:
        if not name and info.data.get("kind") == "state":
            raise ValueError("a state needs the name of its variable")
        return name

    @field_validator("link_template")
    @classmethod
    def _has_link(cls, text: str, info: ValidationInfo) -> str:
        if text:
            _canonical(re.sub(r"\{[^{}]*\}", "x", text))
        elif info.data.get("kind") in ("api", "state") and info.data.get("link") == "":
            raise ValueError(f"an {info.data['kind']} needs link or link_template")
        return text

    def parameters(self, page: int) -> dict[str, str | int]:
        """`params` for page n, counted from 1."""
        number = self._number(page)
        return {k: number if value == "{page}" else value for k, value in self.params.items()}

    def path(self, page: int) -> str:
        """The address of page n without its parameters."""
        if page == 1 or not self.next:
            return self.url
        return self.next.replace("{page}", str(self._number(page)))

    def address(self, page: int = 1) -> str:
        """The address of page n with its parameters, posted ones too: what it is known by."""
        path = self.path(page)
        query = urlencode(self.parameters(page))
        return f"{path}{'&' if '?' in path else '?'}{query}" if query else path

    def _number(self, page: int) -> int:
        return self.first + (page - 1) * self.step


class Source(_Literal):
    """A publisher: its entry points, how its articles are known, and its manners."""

    id: str = Field(pattern=r"^[a-z0-9_]+$", max_length=40)
    name: str = Field(min_length=1)
    homepage: Address
    enabled: bool = True
    read: Literal["page", "feed"] = "page"
    """Where the text comes from: the article's page, or the feed itself."""
    article: Article
    """A regular expression for the addresses of articles; its groups joined are the id."""
    take: tuple[Pattern, ...] = ()
    """Regular expressions, found anywhere in an address, for the sections to take; none: all."""
    drop: tuple[Pattern, ...] = ()
    """The same for what to leave out; they win over `take`."""
    focus: Literal["technology", "general"] = "technology"
    """What it publishes: of a general source only what the topic dictionary finds relevant."""
    min_delay: float = Field(10, ge=0, le=3600)
    """Seconds between two requests."""
    poll_minutes: int = Field(60, ge=1, le=60 * 24 * 30)
    keep_params: tuple[str, ...] = ()
    encoding: Charset = ""
    https: bool = True
    """Whether http addresses of this source are asked for over https."""
    aliases: tuple[str, ...] = ()
    """Hosts that mean the homepage's host; a whole domain keeps the names of its hosts."""
    topics: tuple[str, ...] = ()
    selectors: Selectors = Selectors()
    evidence: str = ""
    evidence_date: Annotated[str, BeforeValidator(str), Field(pattern=_DATE)] = ""
    """When the newest evidence was gathered: a day or, as text, a month."""
    tls: Literal["", "legacy", "unverified"] = ""
    """Its exception from today's TLS, for its own domains only: `legacy` takes old protocols and
    ciphers but verifies the certificate, `unverified` takes any certificate."""
    entry: tuple[Entry, ...] = Field((), validate_default=True)
    """None: nothing is looked for, but links that somebody brings are read by its rules."""

    @field_validator("entry")
    @classmethod
    def _can_be_crawled(cls, entry: tuple[Entry, ...], info: ValidationInfo) -> tuple[Entry, ...]:
        if not entry and info.data.get("enabled"):
            raise ValueError("a source without entry points needs enabled = false")
        return entry

    @property
    def host(self) -> str:
        return urls.host(self.homepage)

    @property
    def domain(self) -> str:
        """The registrable domain of its first entry point; without one, of its homepage."""
        return urls.domain(urls.host(self.entry[0].url if self.entry else self.homepage))

    @property
    def domains(self) -> frozenset[str]:
        """Every registrable domain that crawling it asks."""
        addresses = (self.homepage, *(entry.url for entry in self.entry))
        return frozenset(urls.domain(urls.host(address)) for address in addresses)

    def shard(self, count: int) -> int:
        """Which of `count` crawls it belongs to; the same for all sources of one domain."""
        digest = hashlib.sha256(self.domain.encode()).digest()
        return int.from_bytes(digest[:8]) % count

    def matches(self, url: str) -> bool:
        """Whether a canonical address is one of its articles."""
        return re.match(self.article, url) is not None

    def article_id(self, url: str) -> str:
        """The article's id in a canonical address; empty if it is no article."""
        found = re.match(self.article, url)
        return "".join(group or "" for group in found.groups()) if found else ""

    def section(self, url: str) -> tuple[bool, str]:
        """Whether a canonical address is in a section to take, and the pattern that says so.

        Without a pattern nothing is said of it: then it is taken, unless only some sections are.
        """
        for taken, patterns in ((False, self.drop), (True, self.take)):
            for pattern in patterns:
                if re.search(pattern, url):
                    return taken, pattern
        return not self.take, ""


def load(path: Path | None = None) -> tuple[Source, ...]:
    """The sources of a registry file, in its order; by default those that come with the crawler.

    `{port}` stands for the port of the sample newsroom. Raises RegistryError.
    """
    path = path or _DEFAULT
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise RegistryError(path, "", "", f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise RegistryError(path, "", "", "is not UTF-8 text") from error
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
