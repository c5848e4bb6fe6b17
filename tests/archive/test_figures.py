"""Figures in the archive: kept with the summary, shown for copies, compared between articles."""

from typing import Any

from psycopg import Connection

from archive.models import Figure

PAIRS = "select relation, id, other_id from news.figure_comparisons order by relation, id, other_id"


def figure(written: str, value: float, terms: str, **fields: Any) -> Figure:
    given: dict[str, Any] = {
        "subject": "".join(terms.split()),
        "values": (value,),
        "unit": "元",
        "kind": "stock",
        "date": "2023年",
        "as_of": "2023",
        "by": "",
        "text": written,
        "start": 0,
        "end": 4,
        "sentence": (0, 9),
        "terms": tuple(sorted(terms.split())),
    }
    return Figure(**(given | fields))


def test_figures_are_kept_with_the_summary_and_replaced_with_it(
    conn: Connection, desk: Any
) -> None:
    article = desk.article("a", "算力规模为三成，量潮说。")
    share = figure("三成", 3, "云汐 算力", unit="成", by="潮声数据", sentence=(0, 7))
    desk.summary(article, figures=(share, figure("3至5亿元", 3e8, "云汐", values=(3e8, 5e8))))
    shown = (
        "select number, subject, value, value_to, unit, kind, written, date, as_of, told_by,"
        " sentence from news.figures order by number"
    )
    assert conn.execute(shown).fetchall() == [
        (
            1,
            "云汐算力",
            30,
            None,
            "%",
            "stock",
            "三成",
            "2023年",
            "2023",
            "潮声数据",
            "算力规模为三成",
        ),
        (
            2,
            "云汐",
            3e8,
            5e8,
            "元",
            "stock",
            "3至5亿元",
            "2023年",
            "2023",
            "",
            "算力规模为三成，量",
        ),
    ]
    desk.summary(article)
    assert conn.execute(shown).fetchall() == []


def test_a_copy_shows_the_figures_of_its_original(conn: Connection, desk: Any) -> None:
    original, copy = desk.article("a"), desk.article("b", source="zhidian")
    desk.summary(original, figures=(figure("143亿元", 143e8, "云汐 算力"),))
    desk.copies(original, copy)
    rows = conn.execute("select id, written, source_name from news.figures order by id").fetchall()
    assert rows == [(original, "143亿元", "星河科技报"), (copy, "143亿元", "智点财经")]


def compared(conn: Connection, desk: Any, one: Figure, other: Figure) -> list[str]:
    for name, told in (("one", one), ("other", other)):
        desk.summary(desk.article(name), figures=(told,))
    return [row[0] for row in conn.execute(PAIRS).fetchall()]


def test_other_numbers_of_one_thing_as_of_one_date_are_a_conflict(
    conn: Connection, desk: Any
) -> None:
    one, other = figure("143亿元", 143e8, "云汐 算力"), figure("170亿元", 170e8, "云汐 算力")
    assert compared(conn, desk, one, other) == ["conflict"]
    row = conn.execute("select written, other_written from news.figure_comparisons").fetchone()
    assert row == ("143亿元", "170亿元")


def test_who_gives_both_numbers_contradicts_nobody(conn: Connection, desk: Any) -> None:
    low, high = figure("143亿元", 143e8, "云汐 算力"), figure("170亿元", 170e8, "云汐 算力")
    desk.summary(desk.article("a"), figures=(low,))
    desk.summary(desk.article("b"), figures=(low, high))
    assert [row[0] for row in conn.execute(PAIRS).fetchall()] == ["agreement"]


def test_another_date_unit_kind_or_subject_is_no_conflict(conn: Connection, desk: Any) -> None:
    told = figure("143亿元", 143e8, "云汐 算力")
    for name, other in enumerate(
        (
            figure("170亿元", 170e8, "云汐 算力", as_of="2024"),
            figure("170亿元", 170e8, "云汐 算力", as_of=""),
            figure("170亿美元", 170e8, "云汐 算力", unit="美元"),
            figure("170亿元", 170e8, "云汐 算力", kind="flow"),
            figure("170亿元", 170e8, "云汐 智能体"),
            figure("143.2亿元", 143.2e8, "云汐 算力"),
        )
    ):
        desk.summary(desk.article(f"other-{name}"), figures=(other,))
    article = desk.article("one")
    desk.summary(article, figures=(told,))
    assert [row for row in conn.execute(PAIRS).fetchall() if article in row] == []


def test_the_same_number_agrees_when_one_subject_says_the_other_more_exactly(
    conn: Connection, desk: Any
) -> None:
    one = figure("4300家", 4300, "云汐 企业 数量", unit="家", as_of="")
    other = figure("4300家", 4300, "云汐 智能体 企业 数量", unit="家", as_of="2023-06")
    assert compared(conn, desk, one, other) == ["agreement"]


def test_the_same_number_of_another_kind_is_said_to_be_one(conn: Connection, desk: Any) -> None:
    level = figure("238个", 238, "云汐 智能体 数量", unit="个", as_of="2023-10")
    period = figure("238个", 238, "云汐 智能体", unit="个", kind="flow")
    assert compared(conn, desk, level, period) == ["other kind"]


def test_what_says_too_little_is_compared_with_nothing(conn: Connection, desk: Any) -> None:
    assert compared(conn, desk, figure("3亿元", 3e8, ""), figure("3亿元", 3e8, "")) == []


def test_copies_are_compared_with_nothing(conn: Connection, desk: Any) -> None:
    original, copy = desk.article("a"), desk.article("b")
    for article in (original, copy):
        desk.summary(article, figures=(figure("143亿元", 143e8, "云汐 算力"),))
    assert len(conn.execute(PAIRS).fetchall()) == 1
    desk.copies(original, copy)
    assert conn.execute(PAIRS).fetchall() == []
