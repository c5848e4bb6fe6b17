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


# Two bytes are lost: as UTF-8 this costs two characters, as GB18030 none.
DAMAGED = "云岭".encode() * 150 + "青".encode()[:1] + "云岭".encode() * 150


@pytest.mark.parametrize(
    ("content_type", "label", "hint"),
    [
        ("text/html; charset=utf-8", "", ""),
        ("text/html; charset=UTF-8", "<meta charset='utf-8'>", "gbk"),
        ("text/html", "<meta http-equiv=x content='text/html; charset=utf-8'>", ""),
        ("text/html; charset=ISO-8859-1", "<?xml version='1.0' encoding='utf-8'?>", "gbk"),
        ("", "", "utf-8"),
        ("text/html; charset=no-such", "", "utf-8"),
        ("text/html; charset=gbk", "<meta charset=utf-8>", "utf-8"),
        ("text/html; charset=utf-8", "<meta charset=gbk>", ""),
    ],
)
def test_damaged_bytes_are_read_as_it_is_stated(content_type: str, label: str, hint: str) -> None:
    assert "云岭" in decode(label.encode() + DAMAGED, content_type, hint)
    assert "云岭" not in decode(DAMAGED)


@pytest.mark.parametrize("stated", ["gbk", "utf-8"])
def test_a_statement_that_the_bytes_deny_is_not_believed(stated: str) -> None:
    for encoding in ("utf-8", "gb18030"):
        body = SENTENCE.encode(encoding)
        assert decode(body, f"text/html; charset={stated}", stated) == SENTENCE
        assert SENTENCE[3:] in decode(b"\xff" + body, f"text/html; charset={stated}")


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
