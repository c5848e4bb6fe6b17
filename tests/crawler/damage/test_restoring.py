"""A damaged page is repaired before it is read, and its articles know what was changed."""

from datetime import datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from archive.clock import BEIJING
from archive.models import Article, Edit
from archive.text import clean
from crawler.damage.mending import Mended, undo
from crawler.damage.restoring import damage, edits, restore
from crawler.extract import Reading, read

NOW = datetime(2026, 11, 22, 6, 30, tzinfo=BEIJING)
TITLE = "雲嶺科技發(fā)布新一代芯片"
LINES = (
    "雲嶺科技今天發(fā)布了新一代芯片,公司業(yè)務(wù)負(fù)責(zé)人表示,市場反饋很好。",
    "研發(fā)團(tuán)隊用了兩年時間,<b>把能耗降</b>低了三成。",
    "首批客戶的名單將在下個月公布,價格還沒有定。",
)
CLEAN = (
    "云岭科技今天发布了新一代芯片，公司业务负责人表示，市场反馈很好。\n"
    "研发团队用了两年时间，把能耗降低了三成。\n"
    "首批客户的名单将在下个月公布，价格还没有定。"
)
PAGE = (
    f"<html><head><title>{TITLE}_雲上</title><meta name='author' content='陸知遠(yuǎn)'></head>"
    "<body><h1>%s</h1><p>2026-11-21 09:05 來源：雲上科技報</p>%s</body></html>"
)


def page(title: str = TITLE, lines: tuple[str, ...] = LINES) -> str:
    return PAGE % (title, "".join(f"<p>\n　{line} </p>" for line in lines))


def reading(markup: str) -> Reading:
    return read(markup.encode(), None, NOW)


def article(markup: str) -> Article:
    (found,) = reading(markup).articles
    return found


def test_title_text_and_credits_are_read_from_the_repaired_page() -> None:
    found = article(page())
    assert (found.title, found.text) == ("云岭科技发布新一代芯片", CLEAN)
    assert (found.authors, found.origin) == (("陆知远",), "云上科技报")


def test_undoing_the_repairs_gives_back_what_the_page_said() -> None:
    found = article(page())
    whole = f"{found.title}\n{found.text}"
    bare = "\n".join((TITLE, *LINES)).replace("<b>", "").replace("</b>", "")
    assert undo(whole, found.repairs) == clean(bare)
    assert {edit.kind for edit in found.repairs} == {"note", "width", "script"}
    for edit in found.repairs:
        assert whole[edit.at : edit.at + len(edit.after)] == edit.after


def test_an_undamaged_page_stays_as_it_is_in_either_script() -> None:
    for text in (CLEAN, "研發團隊用了兩年時間，把能耗降低了三成。\n首批客戶的名單下個月公布。" * 2):
        tree = html.document_fromstring(page("芯片", tuple(text.split("\n"))).replace("(yuǎn)", ""))
        tree.find(".//title").text = "芯片"
        before = html.tostring(tree)
        assert restore(tree) == ()
        assert html.tostring(tree) == before


def test_a_repair_across_elements_stays_in_the_first() -> None:
    lines = (*LINES, "公司負(fù)責<i>(zé)人</i>表示,<em>發</em>(fā)展很快。")
    tree = html.document_fromstring(page(lines=lines))
    restore(tree)
    last = tree.findall(".//p")[-1]
    assert html.tostring(last, encoding="unicode").strip() == (
        "<p>\n　公司负责<i>人</i>表示，<em>发</em>展很快。 </p>"
    )


def test_what_scripts_and_styles_say_is_no_text() -> None:
    script = "<script>t='發(fā)布'</script>"
    tree = html.document_fromstring(page(lines=(*LINES, script)))
    restore(tree)
    assert script in html.tostring(tree, encoding="unicode")


@pytest.mark.parametrize(
    ("whole", "expected"),
    [
        ("甲乙丙丁戊己庚辛壬癸子丑寅卯", [(3, "X")]),
        ("序\n甲乙丙丁戊己庚辛壬癸子丑寅卯\n跋", [(5, "X")]),
        ("一二三甲乙丙丁戊己庚辛壬癸子丑寅卯四", [(6, "X")]),
        ("甲乙丙丁戊己庚辛壬癸子丑寅", [(3, "X")]),
        ("甲乙丙", []),
        ("序\n跋", []),
    ],
    ids=["alone", "a line", "joined to others", "cut at the end", "too little", "elsewhere"],
)
def test_a_repair_is_found_where_its_line_is(whole: str, expected: list[tuple[int, str]]) -> None:
    line = Mended("甲乙丙丁戊己庚辛壬癸子丑寅卯", (Edit("bytes", 3, "X", "丁"),))
    assert [(edit.at, edit.before) for edit in edits(whole, (line,))] == expected


def test_a_short_line_is_only_found_as_a_line() -> None:
    line = Mended("甲乙", (Edit("bytes", 1, "X", "乙"),))
    assert edits("说甲乙丙", (line,)) == ()
    assert len(edits("说\n甲乙", (line,))) == 1


def test_a_repair_of_one_line_is_not_put_into_another_that_says_the_same() -> None:
    quoted = Mended("甲乙丙丁戊己庚辛壬癸子丑", (Edit("bytes", 3, "X", "丁"),))
    whole = Mended("甲乙丙丁戊己庚辛壬癸子丑寅卯")
    assert edits(whole.text, (quoted, whole)) == ()


def test_what_cannot_be_repaired_is_said() -> None:
    lost = CLEAN + "\ue3bf\ue4c2\ufffd\ue5c1\ufffd"
    assert damage(CLEAN) == damage(CLEAN + "\ufffd") == ""
    assert damage(lost) == "5 characters are damaged beyond repair"
    found = reading(page(lines=tuple(lost.split("\n"))))
    assert found.articles
    assert found.reason == damage(lost)


PIECES = st.sampled_from(
    ["發(fā)", "業(yè)務(wù)", "基矗", "?qū)⒉皇", "\x01", "&#0;", "，", "<p>", "</p>", "<b>"]
)


@given(st.lists(PIECES | st.text(max_size=5), max_size=30).map("".join))
def test_no_page_makes_it_fail_and_all_its_repairs_are_in_place(text: str) -> None:
    for found in reading(page(lines=(*LINES, text))).articles:
        whole = f"{found.title}\n{found.text}"
        assert all(whole[e.at : e.at + len(e.after)] == e.after for e in found.repairs)
        ends = [(e.at, e.at + len(e.after)) for e in found.repairs]
        assert all(a <= b for (_, a), (b, _) in pairwise(ends))
