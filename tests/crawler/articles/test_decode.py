import codecs
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.articles.decode import decode

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


@pytest.mark.parametrize("label", ["", "Big5", "gbk", "utf-8"])
def test_big5_and_gb18030_are_told_apart_by_the_text_whatever_is_stated(label: str) -> None:
    page = f'<meta content="text/html; charset={label}"><p>{TRADITIONAL}</p>'
    for encoding in ("big5hkscs", "gb18030", "utf-8"):
        assert decode(page.encode(encoding)) == page


TITLES = "雲嶺智能發布新模型", "醫院試用語音助手", "湖區機房改用風冷", "晶片價格下調三成"


@pytest.mark.parametrize("title", TITLES)
def test_a_title_is_enough_to_tell_big5_from_gb18030(title: str) -> None:
    assert decode(title.encode("big5")) == title
    assert decode(title.encode("gbk")) == title


def test_where_the_text_does_not_tell_what_is_stated_does() -> None:
    # None of these characters is common in either reading.
    name = "鰲魚".encode("big5")
    assert decode(name, "text/html; charset=big5") == "鰲魚"
    assert decode(name) == decode(name, "text/html; charset=gbk") != "鰲魚"


@pytest.mark.parametrize("name", ["gbk", "gb18030", "big5", "utf-8"])
def test_broken_bytes_of_any_encoding_cost_only_what_they_touch(name: str) -> None:
    lines = [f"{number}. {TRADITIONAL}" for number in range(40)]
    encoded = [line.encode(name) for line in lines]
    encoded[7] = encoded[7][:9] + encoded[7][10:]
    encoded[23] = encoded[23][:9] + b"\xff" + encoded[23][10:]
    read = decode(b"\n".join(encoded)).split("\n")
    assert [n for n, line in enumerate(lines) if read[n] != line] == [7, 23]


@pytest.mark.parametrize(("frame", "text"), [("gbk", "utf-8"), ("utf-8", "gbk")])
def test_a_text_and_its_frame_are_each_read_in_their_own_encoding(frame: str, text: str) -> None:
    menu, foot = f"<title>{SENTENCE}</title><ul>{'<li>首页' * 9}</ul>", f"<p>{SENTENCE[::-1]}</p>"
    story = f"<p>{SENTENCE * 3}</p>\n<p>{SENTENCE[4:]}</p>"
    for number in (1, 30):
        body = menu.encode(frame) + (story * number).encode(text) + foot.encode(frame)
        assert SENTENCE * 3 in decode(body)
        if frame == "gbk" or number == 1:
            assert decode(body) == menu + story * number + foot


def test_a_mark_of_utf8_before_another_encoding_is_a_slip() -> None:
    assert decode(codecs.BOM_UTF8 + SENTENCE.encode("gbk")) == SENTENCE


def test_a_huge_page_is_read_in_time_that_grows_with_it() -> None:
    def seconds(count: int) -> float:
        began = time.process_time()
        decode(b"<\x80a" * count)
        return time.process_time() - began

    assert seconds(200_000) < 40 * max(seconds(20_000), 0.005)


def test_a_damaged_byte_costs_one_character_and_not_the_page() -> None:
    body = (SENTENCE * 50).encode("utf-8")
    damaged = body[:100] + b"\xff" + body[100:]
    assert decode(damaged).replace("\ufffd", "").count("云岭智能") == 50


def test_a_gbk_character_that_gbk_lacks_is_read_as_gb18030() -> None:
    assert decode("𬱖头科技与㼆".encode("gb18030")) == "𬱖头科技与㼆"


# Two bytes are lost, all others are UTF-8; strict GB18030 accepts it.
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
        ("text/html; charset=gbk", "<meta charset=gbk>", "gbk"),
    ],
)
def test_damaged_utf8_is_utf8_whatever_is_stated(content_type: str, label: str, hint: str) -> None:
    assert "云岭" in decode(label.encode() + DAMAGED, content_type, hint)
    assert "云岭" in decode(DAMAGED)


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
