"""A source, as people write it down in the registry; its errors name the field."""

import codecs
import hashlib
import re
from collections.abc import Callable
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
    field_validator,
    model_validator,
)
from pydantic_core.core_schema import ValidationInfo

from crawler.articles import template
from crawler.sources import urls

_DATE = r"^(\d{4}-\d\d(-\d\d)?)?$"


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
    weight: float = Field(default=1, ge=0, le=5)
    """How much its word counts when a day's stories are ranked."""
    min_delay: float = Field(default=10, ge=0, le=3600)
    """Seconds between two requests."""
    poll_minutes: int = Field(default=60, ge=1, le=60 * 24 * 30)
    keep_params: tuple[str, ...] = ()
    encoding: Charset = ""
    https: bool = True
    """Whether http addresses of this source are asked for over https."""
    aliases: tuple[str, ...] = ()
    """Hosts that mean the homepage's host; a whole domain keeps the names of its hosts."""
    selectors: Selectors = Selectors()
    evidence: str = ""
    evidence_date: Annotated[str, BeforeValidator(str), Field(pattern=_DATE)] = ""
    """When the newest evidence was gathered: a day or, as text, a month."""
    tls: Literal["", "legacy", "unverified"] = ""
    """Its exception from today's TLS, for its own domains only: `legacy` takes old protocols and
    ciphers but verifies the certificate, `unverified` takes any certificate."""
    entry: tuple[Entry, ...] = Field(default=(), validate_default=True)
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
