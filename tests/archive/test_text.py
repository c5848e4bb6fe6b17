import re
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.text import agree, clean, clean_line, fingerprint, fold, sentences

TROUBLE = (
    "\0\a\t\n\v\f\r\x1c\x85\xa0\xad\u061c\u200b\u200d\u200e\u2003\u2028\u2029\u202e\u2066\u3000"
    "e\u0301\ufeff\ufdd0\ufffe\uffff\U0010ffff\ud800。 "
)
# Any code points between those that are trouble. (`|` would hardly ever choose the few.)
WILD = st.lists(
    st.tuples(
        st.text(st.sampled_from(TROUBLE), max_size=3), st.text(st.characters(), max_size=3)
    ).map("".join)
).map("".join)
PROSE = st.text(st.sampled_from("甲乙丙a1 \n\u3000。！？；?!“”「」（）()"), max_size=60)


@given(WILD)
def test_clean_text_is_clean_already(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert clean_line(clean_line(text)) == clean_line(text)


@given(WILD)
def test_clean_text_has_nothing_invisible_or_dangerous(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode("utf-8")
    assert not {unicodedata.category(char) for char in cleaned.replace("\n", "")} & {"Cc", "Cs"}
    bidi = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    assert not {unicodedata.bidirectional(char) for char in cleaned} & bidi
    assert not set(cleaned) & set("\u061c\u200b\u200c\u200e\u200f\u2060\ufeff")
    # Noncharacters, by their definition.
    assert not [c for c in cleaned if ord(c) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(c) <= 0xFDEF]


@given(WILD)
def test_clean_text_is_paragraphs_with_single_blanks(text: str) -> None:
    cleaned = clean(text)
    assert set(re.findall(r"\s+", cleaned)) <= {" ", "\n"}
    assert cleaned == cleaned.strip()
    assert cleaned.splitlines() == (cleaned.split("\n") if cleaned else [])


@given(WILD, st.integers(1, 20))
def test_a_clean_line_is_one_short_line(text: str, limit: int) -> None:
    line = clean_line(text, limit)
    assert len(line) <= limit
    assert line == line.strip()
    assert len(line.splitlines()) <= 1


@given(st.text(st.characters(categories=["L", "N", "P", "S"])))
def test_cleaning_takes_no_letter_away(text: str) -> None:
    assert clean(text) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(
    ("dirty", "cleaned"),
    [
        ("  一　\xa0二\t三 ", "一 二 三"),
        ("一\r\n\r\n　　二\r三", "一\n二\n三"),
        ("一\u2028二\u2029三", "一\n二\n三"),
        ("“ＡＩ”，１２％", "“ＡＩ”，１２％"),
        ("e\u0301", "é"),
        ("大\u200b模\ufeff型", "大模型"),
        ("👩\u200d💻", "👩\u200d💻"),
    ],
)
def test_clean(dirty: str, cleaned: str) -> None:
    assert clean(dirty) == cleaned


@given(PROSE)
def test_width_case_blanks_and_punctuation_do_not_count(text: str) -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
    assert fold(wide.upper()) == fold(text) == fold(f" {text}。")
    assert fingerprint(wide) == fingerprint(text)


@given(WILD, WILD)
def test_fingerprints_are_equal_when_folded_texts_are(one: str, other: str) -> None:
    assert len(fingerprint(one)) == 32
    if not any(unicodedata.category(char) == "Cs" for char in one + other):
        assert (fingerprint(one) == fingerprint(other)) == (fold(one) == fold(other))


@given(PROSE, WILD)
def test_sentences_cover_all_text_in_order(prose: str, wild: str) -> None:
    text = prose + wild
    spans = sentences(text)
    edges = [0, *(edge for span in spans for edge in span), len(text)]
    assert edges == sorted(edges)
    between = [text[end:start] for end, start in zip(edges[::2], edges[1::2], strict=True)]
    assert not "".join(between).strip()
    pieces = [text[start:end] for start, end in spans]
    assert all(pieces)
    assert pieces == [piece.strip() for piece in pieces]


@given(PROSE)
def test_a_sentence_stays_in_its_line(text: str) -> None:
    assert not any("\n" in text[start:end] for start, end in sentences(text))


@pytest.mark.parametrize(
    "pieces",
    [
        ["量潮发布了新模型。", "它更小！", "更快吗？！", "不；", "没有句号的结尾"],
        ["标题\n", "正文。\n", "正文。"],
        ["他说：“先做小。再做大。”", "记者问：“为什么？”", "没有回答。"],
        ["（注：见上文。另见下文。）", "完。"],
        ["他说：“没有说完。", "下一句。\n", "下一行。”"],
        ["“一。””", "二。"],
        ["（没有说完。\n", "甲。", "乙（丙）丁。"],
        ["Version 3.5 is out! ", "Really?"],
    ],
)
def test_where_sentences_end(pieces: list[str]) -> None:
    text = "".join(pieces)
    found = [text[start:end] for start, end in sentences(text)]
    assert found == [piece.strip() for piece in pieces]


@pytest.mark.parametrize(
    "text", ["（" + "甲。" * 50_000 + "）", "（甲。" * 50_000, "甲\n" * 50_000]
)
def test_a_long_line_takes_no_longer_than_its_length(text: str) -> None:
    began = time.process_time()
    sentences(text)
    assert time.process_time() - began < 10


FIRST = "云岭智能今天在江城发布了第三代大模型，并把调用价格下调三成，首批客户有十二家医院。"
SECOND = "清河制药的肺癌药物昨天公布了三期试验结果，患者的中位生存期延长了五个月。"


@pytest.mark.parametrize(
    "version",
    [
        FIRST,
        FIRST.replace("十二家", "十五家"),
        FIRST + SECOND,
        SECOND + FIRST,
        FIRST[:20],
        f"  {FIRST.replace('，', ', ')}\n",
    ],
)
def test_versions_of_one_text_agree(version: str) -> None:
    assert agree(FIRST, version)
    assert agree(version, FIRST)


def test_different_texts_do_not_agree() -> None:
    assert not agree(FIRST, SECOND)
    assert not agree(FIRST, FIRST[:12] + SECOND)
    assert not agree("短讯", "快讯")
