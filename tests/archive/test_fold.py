import sys
import unicodedata
from collections.abc import Iterator

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg import Connection

from archive.embedded import Server
from archive.search import searchable

ALPHABET = st.sampled_from("aÀéΣςİßＡｶﾞ①℃…，“＂　\n乾瞭體国𠮷😀e\u0301\u0308가\u1100\u1161①㎏")


@pytest.fixture(scope="module")
def fold_conn(postgres: Server) -> Iterator[Connection]:
    with psycopg.connect(postgres.dsn("jianbao", "jianbao"), autocommit=True) as conn:
        yield conn


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("ＡＩ芯片", "ai芯片"),
        ("OpenAI", "openai"),
        ("軟體與晶片", "软体与晶片"),
        ("乾隆瞭解", "乾隆瞭解"),
        ("⼤模型", "大模型"),
        ("５ＧＨｚ，", "5ghz,"),
        ("ΟΔΟΣ οδος", "οδοσ οδοσ"),
        ("İstanbul", "istanbul"),
        ("…", "..."),
    ],
)
def test_width_case_and_script_do_not_count(written: str, folded: str) -> None:
    assert searchable(written) == folded


def test_the_server_folds_every_character_as_we_do(conn: Connection) -> None:
    known = [
        chr(code)
        for code in range(1, sys.maxunicode + 1)
        if unicodedata.category(chr(code)) not in ("Cn", "Cs")
    ]
    asked = (
        "select array_agg(news.fold(c) order by n) from unnest(%s::text[]) with ordinality u(c, n)"
    )
    folded = conn.execute(asked, (known,)).fetchone()[0]
    differ = [
        (one, ours, other)
        for one, other in zip(known, folded, strict=True)
        if (ours := searchable(one)) != other
    ]
    assert len(known) > 140_000
    assert not differ


@given(
    st.text(ALPHABET, max_size=12)
    | st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=8)
)
def test_the_server_folds_texts_as_we_do(fold_conn: Connection, text: str) -> None:
    assert fold_conn.execute("select news.fold(%s)", (text,)).fetchone() == (searchable(text),)
