import json
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path

import pytest

from archive import clock
from archive.edition_models import Corrected, KeyFigure, Material, Rising, SourceDay, Story


@pytest.fixture(scope="session")
def newsday() -> Material:
    """A full day of the fictional newsroom."""
    day = json.loads((Path(__file__).parent / "newsday.json").read_text(encoding="utf-8"))
    return Material(
        clock.window(date(2026, 11, 22), time(7)),
        tuple(_story(fields) for fields in day["stories"]),
        tuple(SourceDay(**fields) for fields in day["sources"]),
    )


@pytest.fixture(scope="session")
def full(newsday: Material) -> Material:
    """The newsroom's day with all that an edition can have."""
    figure = KeyFigure("当季营收", "21.6亿元", "flow", "第三季度", relation="conflict")
    told = replace(figure, other="12.6亿元", other_source="南浦晚报", other_url="https://n.test/1")
    stories = [
        replace(each, figures=(told,)) if each.article_id == 21 else each
        for each in newsday.stories
    ]
    changed = Corrected(
        21, "观澜数据更正", "https://c.test/1", "东岸财经", newsday.window.start,
        "数字由12.6亿元改为21.6亿元",
        "产业与应用", 2,
    )  # fmt: skip
    return replace(
        newsday, stories=tuple(stories), corrections=(changed,), rising=(Rising("青鸾", 5, 0.4),)
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
