"""The outlets as web sites: which addresses each one has, and what it answers there."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from email.utils import format_datetime
from functools import partial
from math import ceil
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from demo.newsroom import Outlet, Piece

_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("pages")),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
HTML = "text/html; charset=utf-8"
_ROBOTS = "User-agent: *\nDisallow: /admin/\nDisallow: /search\n"
_FLASHES_PER_PAGE = 10


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answers. `manner` is `slow` or `endless` when the body misbehaves."""

    body: bytes
    content_type: str = HTML
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    modified: datetime | None = None
    manner: str = ""


Routes = Mapping[str, Callable[[], Reply]]
"""Path with query → what makes the answer."""


@dataclass(frozen=True, slots=True)
class Site:
    """One outlet on one port, with what it has published by `today`."""

    outlet: Outlet
    pieces: tuple[Piece, ...]
    today: date
    port: int

    def path(self, piece: Piece) -> str:
        return self.outlet.article.format(day=piece.published, slug=piece.slug, number=piece.number)

    def url(self, piece: Piece) -> str:
        return f"http://{self.outlet.address}:{self.port}{self.path(piece)}"

    def routes(self) -> Routes:
        """Every address of the site: articles, front page, robots.txt and its way of announcing."""
        announce = {
            "feed": self._feed,
            "listing": self._listings,
            "sitemap": self._sitemap,
            "api": self._flashes,
        }[self.outlet.form]
        return {
            "/": self.page,
            "/robots.txt": lambda: Reply(_ROBOTS.encode(), "text/plain"),
            **{self.path(piece): partial(self.page, piece) for piece in self.pieces},
            **announce(),
        }

    def page(
        self,
        piece: Piece | None = None,
        listing: Sequence[Piece] | None = None,
        page: int = 1,
        pages: int = 1,
    ) -> Reply:
        """The page of one piece, or of a listing."""
        if piece and piece.document:
            return self._reply(piece.document, piece.updated)
        text = self._render(
            f"{self.outlet.template or self.outlet.id}.html.j2",
            piece=piece,
            listing=self.pieces if listing is None else listing,
            page=page,
            pages=pages,
            others=[other for other in self.pieces if other is not piece],
        )
        return self._reply(text, piece.updated if piece else self._latest())

    def _feed(self) -> Routes:
        return {self.outlet.entry: lambda: self._xml("feed.xml.j2", "application/rss+xml")}

    def _sitemap(self) -> Routes:
        return {self.outlet.entry: lambda: self._xml("sitemap.xml.j2", "application/xml")}

    def _listings(self) -> Routes:
        if self.outlet.id != "jiangcheng":
            return {self.outlet.entry: self.page}
        half = ceil(len(self.pieces) / 2)
        return {
            "/news/": partial(self.page, None, self.pieces[:half], 1, 2),
            "/news/2.shtml": partial(self.page, None, self.pieces[half:], 2, 2),
        }

    def _flashes(self) -> Routes:
        pages = range(1, ceil(len(self.pieces) / _FLASHES_PER_PAGE) + 2)
        routes: dict[str, Callable[[], Reply]] = {
            f"{self.outlet.entry}?page={n}": partial(self._flash_list, n) for n in pages
        }
        return routes | {self.outlet.entry: routes[f"{self.outlet.entry}?page=1"]}

    def _flash_list(self, page: int) -> Reply:
        shown = self.pieces[(page - 1) * _FLASHES_PER_PAGE : page * _FLASHES_PER_PAGE]
        flashes = [
            {
                "id": piece.number,
                "title": piece.title,
                "brief": piece.lead(60),
                "ctime": int(piece.published.timestamp()),
                "url": self.url(piece),
            }
            for piece in shown
        ]
        answer = {"code": 0, "msg": "ok", "data": {"list": flashes, "page": page}}
        return self._reply(
            json.dumps(answer, ensure_ascii=False), self._latest(), "application/json"
        )

    def _xml(self, template: str, content_type: str) -> Reply:
        return self._reply(self._render(template), self._latest(), f"{content_type}; charset=utf-8")

    def _render(self, template: str, **more: object) -> str:
        return _PAGES.get_template(template).render(
            outlet=self.outlet,
            pieces=self.pieces,
            today=self.today,
            year=self.today.year,
            path=self.path,
            url=self.url,
            home=f"http://{self.outlet.address}:{self.port}",
            rfc822=self._rfc822,
            **more,
        )

    def _rfc822(self, instant: datetime) -> str:
        written = format_datetime(instant)
        return written if self.outlet.zoned else written.rpartition(" ")[0]

    def _reply(self, text: str, modified: datetime | None, content_type: str = HTML) -> Reply:
        # The header says UTF-8 whatever the bytes are: one outlet's lie.
        body = text.encode(self.outlet.encoding, "xmlcharrefreplace")
        return Reply(body, content_type, modified=modified)

    def _latest(self) -> datetime | None:
        return max((piece.updated for piece in self.pieces), default=None)
