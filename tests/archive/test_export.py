"""Articles as other programs get them: every column, every value, at once or not at all."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import export as exporting
from archive.export import Format, Selection, UnknownSource, export
from archive.summaries import RECORD_FIELDS
from archive.whole import writing
from crawler.articles.documents import read_document

BEIJING = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
TEXT = "量潮发布了新模型。\n它说：“价格不变。”"


def written(desk: Any, form: Format = Format.JSONL, **selection: Any) -> bytes:
    out = io.BytesIO()
    count = export(desk.conn, Selection(**selection), form, out, BEIJING)
    if form is Format.JSONL:
        assert count == out.getvalue().count(b"\n")
    return out.getvalue()


def titles(desk: Any, **selection: Any) -> list[str]:
    lines = written(desk, **selection).decode().splitlines()
    return [json.loads(line)["title"].removeprefix("标题 ") for line in lines]


def table(desk: Any) -> list[dict[str, str]]:
    text = written(desk, Format.CSV).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.fixture
def article(desk: Any) -> int:
    """A summarized article, and another that waits for its summary."""
    first = desk.article("a", TEXT, authors=("甲", "乙"), published_at=NOON)
    desk.summary(first)
    desk.article("b")
    return int(first)


def test_a_line_of_json_has_every_column_of_an_article_and_of_its_record(
    desk: Any, article: int
) -> None:
    columns = [
        row[0]
        for row in desk.conn.execute(
            "select attname from pg_attribute where attrelid = 'news.articles'::regclass"
            " and attnum > 0 order by attnum"
        )
    ]
    line = json.loads(written(desk).splitlines()[0])
    assert list(line) == [*columns, *RECORD_FIELDS]
    assert line["text"] == TEXT
    assert line["authors"] == ["甲", "乙"]
    assert line["published_at"] == "2026-03-04T20:00:00+08:00"
    assert (line["AI技术"], line["行业"]) == ("大模型", "软件")


def test_an_article_without_a_summary_is_there_too_but_no_record(desk: Any, article: int) -> None:
    second = json.loads(written(desk).splitlines()[1])
    assert (second["summary"], second["总结"]) == (None, None)
    assert written(desk, Format.RECORD).decode().count("标题: ") == 1


def test_days_sources_and_tags_select(desk: Any) -> None:
    for number, name in enumerate("abc"):
        source = "zhidian" if name == "b" else "xinghe"
        desk.article(name, at=NOON + timedelta(days=number), source=source)
    desk.summary(desk.one("select min(id) from archive.article"), topic="芯片")
    assert titles(desk) == ["a", "b", "c"]
    assert titles(desk, since=NOON + timedelta(days=1)) == ["b", "c"]
    assert titles(desk, until=NOON + timedelta(days=2)) == ["a", "b"]
    assert titles(desk, sources=("zhidian",)) == ["b"]
    assert titles(desk, sources=("zhidian", "xinghe")) == ["a", "b", "c"]
    for tag in ("芯片", "大模型", "软件", "量潮"):
        assert titles(desk, tag=tag) == ["a"]
    assert titles(desk, tag="模型") == []


def test_an_unknown_source_is_named(desk: Any) -> None:
    with pytest.raises(UnknownSource, match="xinge"):
        written(desk, sources=("xinghe", "xinge"))


def test_excel_finds_utf_8_lines_lists_and_local_times(desk: Any, article: int) -> None:
    raw = written(desk, Format.CSV)
    assert raw.startswith("﻿id,source,".encode())
    assert raw.endswith(b"\r\n")
    first = table(desk)[0]
    assert first["text"] == TEXT
    assert first["authors"] == "甲; 乙"
    assert first["published_at"] == "2026-03-04 20:00:00"


@pytest.mark.parametrize("start", [*"=+-@＝＋－＠"])
def test_a_cell_that_a_spreadsheet_would_run_is_text(desk: Any, start: str) -> None:
    formula = f'{start}HYPERLINK("https://evil.example")'
    desk.article("a", f"{formula}\n{formula}", title=formula, authors=(formula, "乙"))
    (row,) = table(desk)
    assert row["title"] == f"'{formula}"
    assert row["text"].startswith("'")
    assert row["authors"].startswith("'")
    assert json.loads(written(desk))["title"] == formula


@given(st.lists(st.text(st.characters(codec="utf-8")), min_size=1, max_size=5))
def test_no_cell_begins_like_a_formula(values: list[str]) -> None:
    for value in (*values, values):
        assert not str(exporting._cell(value)).startswith(tuple("=+-@＝＋－＠\t\r"))


def test_a_record_is_what_the_corpus_has_and_can_be_read_back(desk: Any) -> None:
    text = "量潮智能今天发布了新模型，价格不变，客户可以立即使用。" * 12
    desk.summary(desk.article("a", text, title="量潮智能发布新模型"))
    raw = written(desk, Format.RECORD)
    names = [line.partition(": ")[0] for line in raw.decode().splitlines() if line]
    assert names == list(RECORD_FIELDS)
    document = read_document(raw, "a.txt", NOON)
    (read,) = document.reading.articles
    assert (read.title, read.text) == ("量潮智能发布新模型", text)
    assert document.url == "https://xinghe.example/a"


def test_no_text_can_pass_for_the_next_field(desk: Any) -> None:
    desk.summary(desk.article("a", "第一句。\n链接: https://evil.example"))
    assert written(desk, Format.RECORD).decode().count("\n链接: ") == 1


def test_parquet_keeps_types(desk: Any, article: int) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    read = parquet.read_table(io.BytesIO(written(desk, Format.PARQUET)))
    first = read.to_pylist()[0]
    assert (first["id"], first["text"], first["authors"]) == (article, TEXT, ["甲", "乙"])
    assert first["published_at"] == NOON
    assert first["AI技术"] == "大模型"
    assert read.to_pylist()[1]["summary"] is None
    assert str(read.schema.field("published_at").type) == "timestamp[us, tz=UTC]"
    assert str(read.schema.field("id").type) == "int64"


def test_an_empty_archive_gives_the_columns_alone(desk: Any) -> None:
    assert written(desk) == b""
    assert written(desk, Format.CSV).count(b"\r\n") == 1


def test_what_is_stored_meanwhile_is_not_in_it(
    desk: Any, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import psycopg

    monkeypatch.setattr("archive.export._AT_ONCE", 5)
    for number in range(12):
        desk.article(str(number), f"第{number}篇。")
    seen: list[int] = []
    out = io.BytesIO()

    def meanwhile(count: int) -> None:
        seen.append(count)
        with psycopg.connect(database_url, autocommit=True) as other:
            other.execute("update archive.article set title = 'later'")

    assert export(desk.conn, Selection(), Format.JSONL, out, BEIJING, meanwhile) == 12
    assert seen == [5, 10]
    assert b'"title": "later"' not in out.getvalue()


def test_a_file_is_there_when_it_is_whole_and_private_from_its_first_byte(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_bytes(b"old")
    with writing(path, 0o600) as file:
        file.write(b"new")
        assert path.read_bytes() == b"old"
        assert (tmp_path / "out.part").stat().st_mode & 0o777 == 0o600
    assert path.read_bytes() == b"new"


@pytest.mark.parametrize("failure", [OSError(28, "No space left"), SystemExit(130)])
def test_what_fails_leaves_what_was_there(tmp_path: Path, failure: BaseException) -> None:
    path = tmp_path / "out"
    path.write_bytes(b"old")

    def fail(file: BinaryIO) -> None:
        file.write(b"half")
        raise failure

    with pytest.raises(type(failure)), writing(path) as file:
        fail(file)
    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [("out", b"old")]


def test_a_device_is_written_and_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "null").symlink_to("/dev/null")
    with writing(tmp_path / "null") as file:
        file.write(b"gone")
    assert (tmp_path / "null").is_symlink()
    with pytest.raises(OSError, match="No space left"), writing(Path("/dev/full")) as file:
        file.write(b"x")
