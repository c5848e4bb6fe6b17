"""The archive answers as the index in memory does, and keeps no mark in vain."""

import random
from datetime import UTC, datetime
from typing import Any

from archive.sameness import stored
from archive.sameness.copies import CAP
from archive.sameness.marks import marks, traits
from benchmarks.copies import Shelf

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def passage(dice: random.Random, length: int) -> str:
    return "".join(chr(dice.randrange(0x4E00, 0x9FA5)) for _ in range(length)) + "。"


def held(desk: Any, text: str) -> list[int]:
    """How many articles each mark of the text is kept for."""
    rows = desk.conn.execute(
        "select count(*) from archive.mark where mark = any(%s) group by mark",
        (list(marks(text)),),
    )
    return [row[0] for row in rows]


def test_articles_are_grouped_as_in_memory(desk: Any) -> None:
    dice, shelf = random.Random(7), Shelf()
    pools = [[passage(dice, 120) for _ in range(9)] for _ in range(8)]
    texts = ["".join(dice.sample(dice.choice(pools), dice.randint(2, 5))) for _ in range(60)]
    known = [desk.article(f"{n}", text, title="无题") for n, text in enumerate(texts)]
    stored.place_pending(desk.conn, NOON)
    for article, text in zip(known, texts, strict=True):
        shelf.add(article, "无题", text)
    rows = desk.conn.execute("select article, copy_group from archive.copy")
    found = {article: group for article, group in rows}
    assert found == {article: shelf.group(article) for article in known}
    assert 8 < len(set(found.values())) < 50


def test_a_mark_is_kept_once_for_a_group(desk: Any) -> None:
    text = passage(random.Random(1), 400)
    for name in "abc":
        desk.article(name, text)
    stored.place_pending(desk.conn, NOON)
    assert set(held(desk, traits("", text).text)) == {1}


def test_what_many_groups_have_is_not_kept_for_all_of_them(desk: Any) -> None:
    dice = random.Random(2)
    boilerplate = passage(dice, 100)
    for n in range(3 * CAP):
        desk.article(f"{n}", passage(dice, 400) + boilerplate)
    stored.place_pending(desk.conn, NOON)
    assert max(held(desk, traits("", boilerplate).text)) == CAP + 1
