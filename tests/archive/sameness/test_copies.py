"""Which articles are one text."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.sameness.copies import CAP, Verdict, compare
from archive.script import _SIMPLIFIED, _TRADITIONAL
from benchmarks.copies import Shelf

TITLE = "云帆科技发布第三代推理芯片"
TEXT = """\
云帆科技11月20日在江州发布第三代推理芯片“远帆3”，称单位功耗下的吞吐量比上一代提高42%，价格下降15%。
公司首席执行官林若川表示，首批样片已经送到6家客户手中，量产时间定在明年二季度，月产能约1.8万片。
“远帆3”采用江州本地的先进封装产线，单卡显存为96GB。云帆科技说，新产线今年投资了37亿元，新增岗位1200个。
分析师周以宁认为，国产芯片要进入主流数据中心，软件生态仍是最大的门槛。她估计，云帆科技明年的出货量在5万片左右。
江州市工信局负责人当天介绍，全市已有集成电路企业143家，去年产值同比增长21.6%，人才公寓正在扩建。"""
HARBOUR = """\
临海港11月19日启用无人驾驶集卡车队，首批共40辆，由港口调度系统统一派车，夜间作业不再需要现场照明。
港务公司说，车队投用后，单箱转运时间从11分钟缩短到8分钟，每年可减少柴油消耗约900吨，司机转岗为远程监控员。
车队由本地企业沧海智行研制，其激光雷达和域控制器均为自产。沧海智行计划明年再向另外两个港口交付120辆。"""
LIBRARY = """\
安平市图书馆的古籍修复室上月引入一套多光谱扫描仪，可以在不触碰纸面的情况下读出褪色的批注。
修复师陈伯安介绍，过去辨认一页批注要两三天，如今半小时就能得到清晰的影像，难点变成了如何排序和校对。
馆方打算在三年内完成馆藏2600册地方志的扫描，影像将免费向公众开放，欢迎读者参与辨认工作。"""
BANK = """\
北川农商银行宣布关闭全部自助存折机，改由手机办理补登业务，首批涉及58个网点，老年客户可以到柜台打印流水。
该行副行长吴清说，自助存折机的平均使用次数已降到每天不足3次，而每台机器一年的维护费超过2万元。"""
ROUND_UP = f"早上好，以下是昨天的要闻。\n{HARBOUR}\n{LIBRARY}\n{BANK}\n明天见。"

SENTENCES = [f"{sentence}。" for sentence in TEXT.replace("\n", "").split("。") if sentence]
TRADITIONAL = str.maketrans(_SIMPLIFIED, _TRADITIONAL)
PINYIN = {"单": "单(dān)", "产": "产（chǎn）", "数": "数 (shù)", "家": "家[jiā]", "软": "软ruǎn"}
FOOT = """
责任编辑：孙小圣
【免责声明】本文仅代表作者本人观点，与本站无关，请读者仅作参考。
Copyright 湖区时讯 京ICP备120056号"""
HEAD = """首页 > 科技 > 正文
2026-11-20 09:30 来源：湖区时讯 阅读 5138 次
"""

COPIES = {
    "head and foot": f"{HEAD}{TEXT}{FOOT}",
    "cut": "".join(SENTENCES[:2] + SENTENCES[3:5] + SENTENCES[6:]),
    "punctuation": TEXT.replace("，", ", ")
    .replace("。", ". ")
    .replace("“", "「")
    .replace("”", "」"),
    "order": "\n".join(TEXT.split("\n")[number] for number in (3, 0, 4, 2, 1)),
    "read more": "".join(SENTENCES[:2]) + "……[查看全文]",
    "edited": TEXT.replace("表示", "指出").replace("认为", "说").replace("当天", "同日")
    + "业内人士认为，这一进展值得关注。",
    "Traditional": TEXT.translate(TRADITIONAL),
    "pinyin": "".join(PINYIN.get(char, char) for char in TEXT),
    "all at once": "湖区时讯 11月20日 字号：大 中 小\n"
    + "".join(PINYIN.get(char, char) for char in "".join(SENTENCES[1:6] + SENTENCES[:1]))
    .replace("表示", "指出")
    .translate(TRADITIONAL)
    + FOOT,
}


def groups(*articles: tuple[str, str]) -> list[int]:
    """The groups of articles that come in this order, numbered from 0."""
    shelf = Shelf()
    for number, (title, text) in enumerate(articles):
        shelf.add(number, title, text)
    return [shelf.group(number) for number in range(len(articles))]


@pytest.mark.parametrize("kind", COPIES)
@pytest.mark.parametrize("title", [TITLE, "国产推理芯片再进一步", ""])
def test_a_copy_joins_its_article(kind: str, title: str) -> None:
    copy = (title, COPIES[kind])
    assert groups((TITLE, TEXT), copy) == [0, 0]
    assert groups(copy, (TITLE, TEXT)) == [0, 0]


def test_a_placement_says_why() -> None:
    shelf = Shelf()
    shelf.add(7, TITLE, TEXT)
    placement = shelf.add(9, "", COPIES["head and foot"])
    assert (placement.group, placement.matched) == (7, 7)
    assert placement.share == 1.0
    assert placement.passages == 1


def test_strangers_found_groups_of_their_own() -> None:
    texts = [TEXT, HARBOUR, LIBRARY, BANK]
    assert groups(*(("", text) for text in texts)) == [0, 1, 2, 3]


def test_the_order_of_arrival_does_not_matter() -> None:
    kinds = ("cut", "read more", "all at once", "Traditional", "order")
    for order in permutations(kinds):
        assert len(set(groups(*(("", COPIES[kind]) for kind in order)))) == 1, order


def test_a_beginning_under_another_title_is_a_copy() -> None:
    assert groups((TITLE, TEXT), ("国产芯片又有新品", "".join(SENTENCES[:3]))) == [0, 0]


def test_a_text_makes_two_groups_one() -> None:
    shelf = Shelf()
    shelf.add(1, "第一则", "".join(SENTENCES[:4]))
    shelf.add(2, "第二则", "".join(SENTENCES[2:]))
    assert shelf.group(2) == 2
    placement = shelf.add(3, TITLE, TEXT)
    assert (placement.group, placement.merged) == (1, (2,))
    assert {shelf.group(number) for number in (1, 2, 3)} == {1}


@pytest.mark.parametrize(("title", "merged"), [(TITLE, (2,)), ("第二则", ())])
def test_parts_that_share_nothing_are_one_text_only_under_one_title(
    title: str, merged: tuple[int, ...]
) -> None:
    shelf = Shelf()
    shelf.add(1, TITLE, "".join(SENTENCES[:3]))
    shelf.add(2, title, "".join(SENTENCES[3:]))
    assert shelf.add(3, TITLE, TEXT).merged == merged


def test_a_member_of_the_group_is_no_piece() -> None:
    shelf = Shelf()
    shelf.add(1, TITLE, "".join(SENTENCES[2:]))
    shelf.add(2, TITLE, TEXT)
    whole = f"{HEAD * 2}{TEXT}\n{BANK}"
    assert compare(TITLE, "".join(SENTENCES[2:]), TITLE, whole).verdict is Verdict.PIECE
    placement = shelf.add(3, TITLE, whole)
    assert (placement.group, placement.pieces) == (1, ())


def test_a_long_text_may_lack_its_first_paragraph() -> None:
    long = f"{HARBOUR}\n{TEXT}\n{LIBRARY}\n{BANK}"
    assert compare("", long[len(HARBOUR) :], "", long).verdict is Verdict.COPY


def test_the_article_most_alike_is_the_one_that_matched() -> None:
    shelf = Shelf()
    shelf.add(1, TITLE, COPIES["read more"])
    shelf.add(2, TITLE, TEXT)
    assert shelf.add(3, TITLE, COPIES["Traditional"]).matched == 2


def test_behind_another_matter_a_text_is_a_copy_only_under_one_title() -> None:
    whole = f"{HARBOUR}\n{TEXT}"
    assert compare(TITLE, TEXT, "晨读", whole).verdict is Verdict.PIECE
    assert compare(TITLE, TEXT, TITLE, whole).verdict is Verdict.COPY


# Articles that are not one text, however much they share


def closing(day: int, points: str, change: str, up: int, turnover: int) -> str:
    return (
        f"11月{day}日，江州综指收盘报{points}点，涨{change}%。两市成交额为{turnover}亿元，较上一个"
        f"交易日放量{up // 7}亿元。个股方面，上涨股票超过{up}只，芯片、电力、算力板块涨幅居前，"
        "煤炭、酿酒板块跌幅居前。分析人士认为，短期市场情绪有所回暖，投资者宜控制仓位，关注业绩确定性较强的方向。"
    )


def test_two_days_of_one_market_report() -> None:
    title = "收评：江州综指收涨 芯片板块领涨"
    reports = [
        closing(20, "3211.07", "0.42", 2713, 8812),
        closing(21, "3240.55", "0.92", 3102, 9120),
    ]
    assert groups(*((title, report) for report in reports)) == [0, 1]
    assert compare(title, reports[0], title, reports[1]).verdict is Verdict.FORM
    assert groups((title, reports[0]), ("", f"来源：湖区时讯\n{reports[0]}")) == [0, 0]


def leaving(company: str, person: str) -> tuple[str, str]:
    return f"{company}财务总监{person}辞职", (
        f"{company}公告，公司董事会收到财务总监{person}先生提交的书面辞职报告，因个人原因，{person}先生申请"
        f"辞去公司财务总监职务，辞职后不再担任公司任何职务。{person}先生在任职期间恪尽职守、勤勉尽责，"
        "公司董事会对其所做的贡献表示衷心的感谢。"
    )


def test_one_form_with_other_names() -> None:
    assert groups(leaving("沧海智行", "李建国"), leaving("中恒材料", "张伟")) == [0, 1]


def test_an_anniversary_a_year_apart() -> None:
    def open_day(year: int, times: str, guests: str, projects: str) -> tuple[str, str]:
        return f"江州科技开放日{year}年举行", (
            f"{year}年11月20日，江州市举办第{times}届科技开放日，共有{guests}名市民走进实验室和工厂车间。"
            "开放日由市科技局主办，旨在让公众了解科研工作的日常，激发青少年对科学的兴趣。"
            f"今年共有{projects}个项目向公众展示，内容涵盖芯片、机器人和生物医药等领域。"
            "活动期间，多位科研人员与市民面对面交流，现场气氛热烈。"
        )

    articles = [open_day(2025, "八", "3200", "41"), open_day(2026, "九", "3900", "56")]
    assert groups(*articles) == [0, 1]


FLASH = TEXT.split("\n")[0]


def test_a_flash_is_a_piece_of_the_long_article_that_contains_it() -> None:
    shelf = Shelf()
    shelf.add(1, "云帆发布远帆3", FLASH)
    long = f"国产推理芯片的竞争正在升温。\n{HARBOUR}\n{TEXT}\n{LIBRARY}"
    placement = shelf.add(2, "推理芯片之争", long)
    assert placement.group is None
    assert [piece.article for piece in placement.pieces] == [1]


def test_a_flash_that_fills_a_tenth_of_its_article_is_no_copy() -> None:
    assert compare("远帆3来了", FLASH, TITLE, f"{TEXT}\n{TEXT[::-1]}").verdict is Verdict.PIECE


def test_a_correction_is_a_copy() -> None:
    corrected = TEXT.replace("37亿元", "31亿元")
    assert groups((TITLE, TEXT), (f"更正：{TITLE}", f"{corrected}\n更正：此前误为37亿元。")) == [
        0,
        0,
    ]


def test_who_quotes_at_length_is_no_copy() -> None:
    quoted = "".join(SENTENCES[2:6])
    essay = f"{LIBRARY}\n报道写道：“{quoted}”\n{HARBOUR}"
    assert groups((TITLE, TEXT), ("读报札记", essay)) == [0, 1]
    shelf = Shelf()
    shelf.add(1, TITLE, TEXT)
    placement = shelf.add(2, "读报札记", f"{LIBRARY}\n报道全文如下：“{TEXT}”\n{HARBOUR}\n{BANK}")
    assert placement.group is None
    assert [(piece.article, piece.share) for piece in placement.pieces] == [(1, 1.0)]


# Round-ups


def test_a_round_up_contains_its_pieces_and_joins_none() -> None:
    for order in permutations(range(4)):
        shelf = Shelf()
        articles = [("港口", HARBOUR), ("古籍", LIBRARY), ("存折", BANK), ("昨日要闻", ROUND_UP)]
        placements = {number: shelf.add(number, *articles[number]) for number in order}
        assert len({shelf.group(number) for number in range(4)}) == 4, order
        found = {piece.article for piece in placements[3].pieces}
        found |= {n for n, its in placements.items() if [w.article for w in its.wholes] == [3]}
        assert found == {0, 1, 2}, order


def test_a_round_up_of_two_does_not_join_them() -> None:
    articles = [("港口", HARBOUR), ("古籍", LIBRARY), ("晨读", f"{HARBOUR}\n{LIBRARY}")]
    for order in permutations(articles):
        titles = [title for title, _ in order]
        placed = dict(zip(titles, groups(*order), strict=True))
        assert placed["港口"] != placed["古籍"], titles


def test_a_round_up_is_known_by_what_else_it_contains() -> None:
    whole = f"{HARBOUR}\n{LIBRARY}\n{BANK}"
    articles = [("古籍", LIBRARY), ("晨读", whole), ("港口", HARBOUR), ("存折", BANK)]
    assert groups(*articles) == [0, 1, 2, 3]
    assert groups(articles[0], articles[2], articles[1]) == [0, 1, 2]
    late = [articles[number] for number in (1, 0, 2)]
    assert groups(*late) == [0, 1, 2]


def test_a_large_and_a_small_piece_are_not_one_text() -> None:
    placed = groups((TITLE, TEXT), ("存折", BANK), ("晨读", f"{BANK}\n{TEXT}"))
    assert placed == [0, 1, 0]


def test_what_a_copy_was_put_behind_is_none_of_its_group() -> None:
    shelf = Shelf()
    shelf.add(1, TITLE, TEXT)
    assert shelf.add(2, TITLE, f"{BANK}\n{TEXT}").group == 1
    placement = shelf.add(3, "存折", BANK)
    assert placement.group is None
    assert [whole.article for whole in placement.wholes] == [2]


def test_copies_of_a_piece_join_the_article_and_not_the_round_up() -> None:
    placed = groups(("昨日要闻", ROUND_UP), ("港口", HARBOUR), ("", f"{HARBOUR}{FOOT}"))
    assert placed == [0, 1, 1]


def test_the_beginning_of_a_round_up_that_says_so_is_a_copy_of_it() -> None:
    assert groups(("昨日要闻", ROUND_UP), ("", f"{HARBOUR}\n安平市图书馆的古籍…[展开全文]")) == [
        0,
        0,
    ]


# What everyone writes


def test_what_many_share_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = (
        "欢迎关注湖区时讯，每天为您带来最新的科技资讯。点个在看，分享给更多朋友，我们下期再见！" * 3
    )
    unlike = [
        "".join(chr(0x4E00 + (n * 7919 + at * at) % 9000) for at in range(90)) for n in range(20)
    ]
    shelf = Shelf()
    for number in range(CAP + 2):
        shelf.add(number, "", unlike[number] + frame)
    asked: list[int] = []
    monkeypatch.setattr(shelf, "members", lambda articles: asked.extend(articles) or {})
    shelf.add(99, "", unlike[19] + frame)
    assert asked == []


def test_texts_of_nothing_stay_apart() -> None:
    assert groups(("", ""), ("", ""), ("图", "图"), ("图", "图")) == [0, 1, 2, 3]


def test_a_passage_may_end_in_any_mark() -> None:
    text = f"（沧海智行）{HARBOUR}(HBM)[*"
    assert compare("", text, "", text).runs == (text.strip("（)[*"),)


@given(st.sampled_from([TEXT, FLASH, ROUND_UP, *COPIES.values()]), st.text(max_size=60), st.data())
def test_comparing_has_no_direction(one: str, dirt: str, data: st.DataObject) -> None:
    other = dirt + data.draw(st.sampled_from([TEXT, HARBOUR, ROUND_UP])) + dirt
    there, back = compare(TITLE, one, "", other), compare("", other, TITLE, one)
    assert (there.share, there.other_share) == (back.other_share, back.share)
    assert (there.verdict, there.agreeing, there.conflicting) == (
        back.verdict,
        back.agreeing,
        back.conflicting,
    )
    assert 0 <= there.share <= 1
    assert 0 <= there.other_share <= 1


def test_a_comparison_shows_the_longest_passages_as_written() -> None:
    its = compare(TITLE, TEXT, "", COPIES["order"])
    assert its.runs[0].startswith("远帆3”采用江州本地的先进封装产线，单卡显存为96GB。")
    assert list(map(len, its.runs)) == sorted(map(len, its.runs), reverse=True)
    assert (its.agreeing, its.conflicting) == (15, 0)
