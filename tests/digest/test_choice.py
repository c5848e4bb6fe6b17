from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from archive.edition_models import Choice, Edition, Part
from digest.choice import personal, wanted, with_weekend
from digest.compose import HTML_BYTES

FRAME = [Part("opening", "<{subject}>", "", "简报"), Part("ledger", "<ledger>", "账")]


def story(article: int, topic: str, title: str, *words: str) -> Part:
    html, text = f"<{title}>", f"\n1. {title}\n   https://a.test/{article}\n"
    return Part("story", html, text, title, topic, topic, (article, article + 100), words)


STORIES = [
    story(1, "芯片", "青鸾流片", "5纳米"),
    story(2, "大模型", "云岭开源 GPU 内核", "开源"),
    story(3, "机器人", "量潮上市", "融资"),
]


def edition(day: date, stories: list[Part]) -> Edition:
    parts = (FRAME[0], *stories, FRAME[1])
    return Edition(day, "简报", "".join(part.html for part in parts), "", {}, parts)


MONDAY = edition(date(2026, 11, 23), STORIES)


def titles(choice: Choice, found: tuple[int, ...] = ()) -> list[str]:
    html = personal(MONDAY, choice, found).html
    return [part.title for part in STORIES if part.html in html]


@pytest.mark.parametrize(
    ("choice", "found", "gets"),
    [
        (Choice(), (), "123"),
        (Choice(weekdays=True), (), "123"),
        (Choice(topics=("芯片",)), (), "1"),
        (Choice(topics=("芯片", "机器人")), (), "13"),
        (Choice(keywords=("开源",)), (), "2"),
        (Choice(keywords=("ｇｐｕ",)), (), "2"),
        (Choice(topics=("芯片",), keywords=("融资",)), (), "13"),
        (Choice(search="量子"), (), ""),
        (Choice(search="量子"), (102, 7), "2"),
        (Choice(topics=("机器人",), search="量子"), (1,), "13"),
    ],
)
def test_a_reader_gets_what_any_of_his_choices_names(
    choice: Choice, found: tuple[int, ...], gets: str
) -> None:
    assert titles(choice, found) == [STORIES[int(number) - 1].title for number in gets]


def test_who_chose_nothing_gets_the_edition_itself() -> None:
    assert wanted(Choice(weekdays=True), ()) is None


def test_an_edition_of_before_there_were_parts_goes_out_whole() -> None:
    old = Edition(date(2026, 11, 22), "简报", "<p>", "正文")
    assert personal(old, Choice(topics=("芯片",)), ()) == old


@pytest.fixture
def weekend() -> list[Edition]:
    saturday = [story(10 + n, "芯片", f"周六{n}") for n in range(5)]
    return [
        edition(date(2026, 11, 21), saturday),
        edition(date(2026, 11, 22), [story(20, "大模型", "周日")]),
    ]


def shown(made: Edition) -> Callable[[str], bool]:
    return lambda title: f"<{title}>" in made.html


def test_monday_tells_a_reader_of_weekdays_the_first_of_each_day(weekend: list[Edition]) -> None:
    choice = Choice(weekdays=True)
    made = personal(with_weekend(MONDAY, weekend, choice, (), "周末补读"), choice, ())
    order = ["青鸾流片", "量潮上市", "周末补读", "周六0", "周六2", "周日", "ledger"]
    places = [made.html.index(words) for words in order]
    assert places == sorted(places)
    assert "周六3" not in made.html
    assert made.text.rpartition("周末补读")[2].count("\n1. ") == 1
    assert "\n4. 周日" in made.text
    assert made.subject == personal(MONDAY, choice, ()).subject


def test_of_the_weekend_he_gets_what_he_chose(weekend: list[Edition]) -> None:
    choice = Choice(topics=("大模型",), weekdays=True)
    made = personal(with_weekend(MONDAY, weekend, choice, (), "周末补读"), choice, ())
    assert ("<周日>" in made.html, "<周六0>" in made.html) == (True, False)
    none = Choice(topics=("机器人",), weekdays=True)
    assert with_weekend(MONDAY, weekend, none, (), "周末补读") == MONDAY


def test_a_mail_that_is_full_has_no_room_for_the_weekend(weekend: list[Edition]) -> None:
    full = replace(MONDAY, html="x" * (HTML_BYTES - 10))
    choice = Choice(weekdays=True)
    assert with_weekend(full, weekend, choice, (), "周末补读") == full
