import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.decode import decode

SENTENCE = "云岭智能发布新一代大模型，价格下调三成。"
TRADITIONAL = "雲嶺智能發布新一代大模型，價格下調三成。"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_a_page_is_read_in_the_encoding_that_its_bytes_have(encoding: str) -> None:
    assert decode(SENTENCE.encode(encoding)) == SENTENCE


@pytest.mark.parametrize("label", ["utf-8", "iso-8859-1", "no-such-charset"])
def test_what_the_page_says_of_its_encoding_is_not_believed(label: str) -> None:
    page = f"<meta charset='{label}'><p>{SENTENCE}</p>"
    assert decode(page.encode("gbk")) == page


def test_big_endian_utf16_needs_its_mark() -> None:
    assert decode(codecs.BOM_UTF16_BE + SENTENCE.encode("utf-16-be")) == SENTENCE


def test_big5_is_read_where_the_page_says_so_and_its_bytes_agree() -> None:
    page = f'<meta content="text/html; charset=Big5">{TRADITIONAL}' * 3
    assert decode(page.encode("big5hkscs")) == page
    assert decode(page.encode("utf-8")) == page
    assert decode(page.encode("gb18030")) == page


def test_a_damaged_byte_costs_one_character_and_not_the_page() -> None:
    body = (SENTENCE * 50).encode("utf-8")
    damaged = body[:100] + b"\xff" + body[100:]
    assert decode(damaged).replace("\ufffd", "").count("云岭智能") == 50


def test_a_gbk_character_that_gbk_lacks_is_read_as_gb18030() -> None:
    assert decode("𬱖头科技与㼆".encode("gb18030")) == "𬱖头科技与㼆"


def test_nothing_is_nothing() -> None:
    assert decode(b"") == ""


@given(st.text(st.characters(codec="utf-8")))
def test_utf8_is_always_read_as_utf8(text: str) -> None:
    body = text.encode("utf-8")
    if not body.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        assert decode(body) == text


@given(st.binary())
def test_any_bytes_become_some_text(body: bytes) -> None:
    assert isinstance(decode(body), str)
