import json
from datetime import date, datetime, time
from pathlib import Path

import pytest

from archive import clock
from archive.models import Material, SourceDay, Story


@pytest.fixture(scope="session")
def newsday() -> Material:
    """A full day of the fictional newsroom."""
    day = json.loads((Path(__file__).parent / "newsday.json").read_text(encoding="utf-8"))
    return Material(
        clock.window(date(2026, 11, 22), time(7)),
        tuple(_story(fields) for fields in day["stories"]),
        tuple(SourceDay(**fields) for fields in day["sources"]),
    )


def _story(fields: dict[str, object]) -> Story:
    given = {
        name: tuple(map(_frozen, value)) if isinstance(value, list) else value
        for name, value in fields.items()
    }
    for name in ("published_at", "first_seen"):
        given[name] = given[name] and datetime.fromisoformat(str(given[name]))
    return Story(**given)


def _frozen(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value
