"""Text for people is as wide as their terminal."""

import io

import pytest
from rich.cells import cell_len
from rich.console import Console

from archive.console import paragraph


def shown(text: str, width: int = 20, **how: int) -> list[str]:
    file = io.StringIO()
    paragraph(text, to=Console(file=file, width=width, soft_wrap=True), **how)
    return file.getvalue().splitlines()


def test_a_number_stays_with_its_sentence() -> None:
    assert shown("2. 分业务看，数据库云服务占总收入的62%。", indent=2) == [
        "  2. 分业务看，数据",
        "  库云服务占总收入的",
        "  62%。",
    ]


def test_no_line_begins_with_the_punctuation_of_the_last() -> None:
    assert shown("一二三四五六七八九十。")[1] == "十。"


def test_words_are_not_broken_and_what_is_too_long_stands_alone() -> None:
    assert shown("lets pass 127.0.1.1:20000, 127.0.1.2:20000", hang=4) == [
        "lets pass",
        "    127.0.1.1:20000,",
        "    127.0.1.2:20000",
    ]
    address = "https://news.example/a/very/long/address"
    assert shown(f"see {address} now") == ["see", address, "now"]


def test_lines_stay_lines() -> None:
    assert shown("\none\ntwo") == ["", "one", "two"]


@pytest.mark.parametrize("width", [20, 41, 80])
def test_nothing_is_wider_or_lost(width: int) -> None:
    text = "云岭智能11月22日发布青鸾3.0，推理成本降62%；API 价格为每百万词元1.2元。" * 5
    lines = shown(text, width, indent=2, hang=3)
    assert max(map(cell_len, lines)) <= width
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
