"""An edition's life: composed from the archive, frozen, written to files."""

from datetime import date
from pathlib import Path
from typing import Any

from archive import clock, editions, material
from archive.edition_models import Edition, Material, Window
from archive.settings import Settings
from archive.whole import writing
from digest import compose as composing
from digest.message import message


def compose(conn: Any, window: Window, settings: Settings) -> Edition:
    """The edition that the archive gives for the window now."""
    return _made(material.gather(conn, window, clock.now()), settings)


def freeze(conn: Any, window: Window, settings: Settings) -> tuple[Edition, bool]:
    """The day's frozen edition, and whether it was frozen just now."""
    if kept := editions.get(conn, window.day):
        return kept, False
    gathered = material.gather(conn, window, clock.now())
    made = _made(gathered, settings)
    new = editions.freeze(conn, window, made, clock.now(), _places(gathered, made))
    kept = editions.get(conn, window.day)
    assert kept is not None
    return kept, new


def catch_up(conn: Any, window: Window, settings: Settings) -> list[date]:
    """Freeze the editions that were missed before this one, if it is in time; their days."""
    if clock.now() >= window.end + material.IN_TIME:
        return []
    days = editions.missed(conn, window.day, material.CATCH_UP)
    for each in days:
        freeze(conn, clock.window(each, settings.edition_cutoff, settings.timezone), settings)
    return days


def _made(gathered: Material, settings: Settings) -> Edition:
    return composing.compose(gathered, settings.digest_name, settings.digest_language)


def _places(gathered: Material, made: Edition) -> dict[int, str]:
    """What becomes of each article of the material in this edition."""
    shown = {told for part in made.parts if part.kind == "story" for told in part.articles}
    told = {
        article: "told" if article in shown else "left"
        for story in gathered.stories
        for article in story.articles
    }
    return dict.fromkeys(gathered.folded, "folded") | dict.fromkeys(gathered.older, "older") | told


def write_files(edition: Edition, folder: Path, settings: Settings) -> list[Path]:
    """Write the edition as HTML, text and EML, each whole or not at all; their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    sender = settings.smtp_from or "brief@jianbao.example"
    mail = message(edition, sender, "reader@example.org").as_bytes()
    written = []
    for suffix, body in (
        ("html", edition.html.encode()),
        ("txt", edition.text.encode()),
        ("eml", mail),
    ):
        written.append(folder / f"digest-{edition.day}.{suffix}")
        with writing(written[-1]) as file:
            file.write(body)
    return written
