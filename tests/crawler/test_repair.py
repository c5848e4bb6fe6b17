"""Texts are ours; the damage is made here, byte by byte, as reposting sites make it."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from crawler.damage.lexicon import extend as lexicon_extend
from crawler.damage.mending import undo
from crawler.damage.misaligned import realign
from crawler.repair import mended, repair, repaired

ALPHABET = "，。？！“”、?!,(\n 1aＡ１基础矗網现的發业務可是\u200b\ue3bf€āF" + "(fā)"
NEWS = (
    "云岭科技今天发布了新一代芯片，性能提高三成。公司负责人表示，市场反馈很好。\n"
    "“我们没有理由停下来！”他说。这是怎么做到的？研发团队用了两年时间。"
)
ANNOTATED = (
    "雲嶺科技今天發(fā)布了新一代芯片,公司業(yè)務(wù)負(fù)責(zé)人表示,"
    "研發(fā)團(tuán)隊用了兩年時間。"
)


def lenient(data: bytes, orphan: str) -> str:
    """GBK read as the reposting sites do: an orphan lead byte is dropped or eats what follows."""
    text, at = "", 0
    while at < len(data):
        pair = data[at : at + 2]
        if data[at] < 0x80:
            text, at = text + chr(data[at]), at + 1
        elif len(pair) == 2 and pair[1] >= 0x40:
            text, at = text + pair.decode("gb18030"), at + 2
        elif orphan == "dropped":
            at += 1
        else:
            text, at = text + "?", at + 2
    return text.replace("？", "?").replace("！", "!")


@pytest.mark.parametrize(
    ("clean", "damage"),
    [
        ("这一切都缺少数据基础。\n他说。", [("A1A1", "")]),
        ("市场的反馈。\n他说。", [("A1A1", "")]),
        ("公司非常看好大模型技术的前景。", [("A3BF", "3F")]),
        ("这是新的芯片产业的竞争模块。科大实验室也参加了。", [("A3BF", "3F")]),
    ],
)
def test_edited_bytes_are_put_back(clean: str, damage: list[tuple[str, str]]) -> None:
    data = clean.encode("gbk")
    for old, new in damage:
        data = data.replace(bytes.fromhex(old), bytes.fromhex(new))
    damaged = lenient(data, "dropped")
    assert damaged != clean
    assert repair(damaged) == clean


def test_a_byte_that_ate_its_neighbour_is_put_back() -> None:
    clean = "差距在拉大。”AIGC公司的负责人说，“这是事实。”"
    data = clean.encode("gbk").replace(b"\xa3\xa1", b"\x20\xa3\xa1")
    damaged = lenient(data, "eats")
    assert "?!" in damaged
    assert repair(damaged) == clean


def test_annotations_go_and_the_script_is_folded() -> None:
    assert repair(ANNOTATED) == (
        "云岭科技今天发布了新一代芯片，公司业务负责人表示，研发团队用了两年时间。"
    )


def test_a_form_that_simplified_text_has_too_is_folded_where_it_means_another() -> None:
    text = ANNOTATED + "這意味著隨著著名學者的著作顯著增多"
    assert repair(text).endswith("这意味着随着著名学者的著作显著增多")
    assert repair("這意味著改變") == "這意味著改變"


def test_an_annotation_across_two_characters_is_undone() -> None:
    data = "首款AI遊戲,當地AI公司".encode("gbk")
    for each, reading in (("預", "yù"), ("數", "shù")):
        data = data.replace(each.encode("gbk"), f"{each}({reading})".encode("gbk"))
    for orphan in ("dropped", "eats"):
        torn = ANNOTATED + "\n" + lenient(data, orphan)
        assert repair(torn).endswith("\n首款AI游戏，当地AI公司")


@pytest.mark.parametrize(
    "text",
    [
        NEWS,
        "這是一篇真正的繁體文章，沒有任何損壞。公司發布了新產品。",
        "“葉”讀作(yè)，不是別的。",
        "What?!? 真的?! 他问,是的.",
        "俄语词рoссия和VPNа，希腊语λόγος与Δt、ΑΒ。",
        "变量𝑥与家庭👨\u200d👩\u200d👧。",
        "１月１日，第１名。埃及总统来访。",
        "",
    ],
)
def test_undamaged_text_stays_as_it_is(text: str) -> None:
    assert repaired(text) == (text, ())


def test_half_width_punctuation_becomes_chinese() -> None:
    assert repair("他说,今天,我们,发布3,000件;好吗?") == "他说，今天，我们，发布3,000件；好吗？"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("云\u200b岭\u2f45科\ufeff技", "云岭方科技"),
        ("云\u200d岭\u202e科\u2066技", "云岭科技"),
        ("国产АI芯片与СОМРUТЕR", "国产AI芯片与COMPUTER"),
        ("用GΡT写", "用GPT写"),
        ("𝐀𝐈芯片", "AI芯片"),
    ],
)
def test_hidden_characters_go(written: str, meant: str) -> None:
    assert repair(written) == meant


def test_the_log_says_what_was_where() -> None:
    text, edits = repaired("数据基矗\n他说。")
    (edit,) = edits
    assert (edit.kind, edit.at, edit.before, edit.after) == ("bytes", 3, "矗", "础。")
    assert text[edit.at :].startswith(edit.after)


@settings(max_examples=50)
@given(some.text(some.sampled_from(ALPHABET), max_size=80))
def test_every_edit_can_be_undone(text: str) -> None:
    assert undo(*repaired(text)) == text
    assert undo(*repaired(ANNOTATED + text)) == ANNOTATED + text


@given(some.text(max_size=80))
def test_repair_never_raises(text: str) -> None:
    assert undo(*repaired(text)) == text


@settings(max_examples=50)
@given(some.lists(some.text(some.sampled_from(ALPHABET.replace("\n", "")), max_size=20)))
def test_every_line_keeps_its_place_and_its_own_edits(lines: list[str]) -> None:
    for line, after in zip(lines, mended(lines), strict=True):
        assert undo(after.text, after.edits) == line
        assert "\n" not in after.text


@given(some.lists(some.sampled_from(NEWS.replace("\n", "").split("，")), max_size=6))
def test_clean_sentences_stay(parts: list[str]) -> None:
    text = "，".join(parts)
    assert repair(text) == text


@settings(max_examples=50)
@given(some.text(some.sampled_from(ALPHABET), max_size=60))
def test_what_is_repaired_stays(text: str) -> None:
    for each in (text, ANNOTATED + text):
        assert repaired(repair(each))[1] == ()


@pytest.mark.parametrize(
    ("piece", "bound", "value"),
    [
        ("?!盇鼠?海,\n", "repair._SEARCHED", 600),
        ("??沼", "repair._SEARCHED", 600),
        ("發(fā)", "repair._SEARCHED", 600),
        ("a(fā)?fā)", "repair._SEARCHED", 600),
        ("?沼渭夹g,", "repair._SEARCHED", 600),
        (",😀", "repair._SEARCHED", 600),
        ("数据基矗市尝\n", "damage.swallowed._MOST", 100),
    ],
)
def test_a_hostile_text_is_searched_only_so_far(
    piece: str, bound: str, value: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"crawler.{bound}", value)
    weighed = 0

    def extend(*arguments: Any) -> float:
        nonlocal weighed
        weighed += 1
        return lexicon_extend(*arguments)

    monkeypatch.setattr("crawler.damage.lexicon.extend", extend)
    monkeypatch.setattr("crawler.damage.misaligned.extend", extend)
    work = []
    for length in (1200, 4800):
        weighed = 0
        text = piece * (length // len(piece))
        assert len(repair(text).split("\n")) == len(text.split("\n"))
        work.append(weighed)
    assert work[1] <= 1.1 * work[0] + 100


def test_no_more_readings_are_tried_than_a_text_is_worth(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.repair._READINGS", 600)
    spent = []

    def counted(*arguments: Any) -> Any:
        found = realign(*arguments)
        spent.append(found[2])
        return found

    monkeypatch.setattr("crawler.repair.realign", counted)
    repair("?沼渭夹g,\n" * 100)
    assert 300 < sum(spent) <= 600
