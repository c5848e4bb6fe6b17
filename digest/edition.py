"""An edition's life: composed from the archive, frozen, written to files."""

from pathlib import Path
from typing import Any

from archive import clock, editions
from archive.models import Edition, Window
from archive.settings import Settings
from digest import compose as composing
from digest.message import message


def compose(conn: Any, window: Window, settings: Settings) -> Edition:
    """The edition that the archive gives for the window now."""
    material = editions.material(conn, window)
    return composing.compose(material, settings.digest_name, settings.digest_language)


def freeze(conn: Any, window: Window, settings: Settings) -> tuple[Edition, bool]:
    """The day's frozen edition, and whether it was frozen just now."""
    if kept := editions.get(conn, window.day):
        return kept, False
    new = editions.freeze(conn, window, compose(conn, window, settings), clock.now())
    kept = editions.get(conn, window.day)
    assert kept is not None
    return kept, new


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
        path = folder / f"digest-{edition.day}.{suffix}"
        partial = path.with_suffix(f".{suffix}.partial")
        partial.write_bytes(body)
        partial.replace(path)
        written.append(path)
    return written
