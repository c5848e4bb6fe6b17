"""What is too long for a window is reduced to its best sentences, not cut off at the end."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from archive.models import Article
from summarizer.model.fit import GAP, fitted

TITLE = "星阶科技发布农业大模型“青禾”"
LEAD = "星阶科技3月2日在云汐市发布农业大模型“青禾”，参数量为130亿。"
FILLER = "会场外的天气不错，来宾们在湖边散步，喝了茶，也看了花。"
BEST = "星阶科技表示，农业大模型“青禾”将在年内覆盖全市216个示范农场。"
LONG = Article(TITLE, LEAD + FILLER * 40 + "\n" + BEST + "\n" + FILLER * 5)


def count(texts: Sequence[str]) -> list[int]:
    return [len(text) for text in texts]


def test_what_fits_is_read_whole() -> None:
    assert fitted(LONG, len(LONG.text), count) == LONG.text


def test_the_lead_and_the_best_sentence_stay_in_text_order() -> None:
    read = fitted(LONG, 150, count)
    assert read.startswith(LEAD)
    assert BEST in read
    assert GAP in read
    assert len(read) <= 150


def test_one_endless_sentence_is_cut() -> None:
    endless = Article(TITLE, "一" * 5000)
    assert fitted(endless, 100, count) == "一" * 95


@given(st.text(max_size=600), st.integers(1, 80))
def test_it_never_has_more_than_the_room(text: str, room: int) -> None:
    read = fitted(Article("题", text), room, count)
    assert len(read) <= room or read == text
