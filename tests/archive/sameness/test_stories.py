"""Reports of one event find each other; what only looks alike does not."""

import random
import tomllib
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.sameness import stories
from archive.sameness.stories import Window, report
from benchmarks.stories import events
from benchmarks.story_pairs import Report
from demo import newsroom

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
Told = tuple[str, str, float]
"""Title, text, hours after noon."""

LAUNCH: list[Told] = [
    (each["title"], each["text"], each["hours"])
    for each in tomllib.loads(Path(__file__).with_name("launch.toml").read_text("utf-8"))["report"]
]
OTHER_LAUNCH: Told = (
    "鹭屿智能发布海鸥大模型4.0",
    "3月4日，鹭屿智能在南汀发布海鸥大模型4.0。公司称新模型的语音能力提升明显，即日起向企业开放接口。"
    "创始人许知白介绍了训练所用的算力。",
    1,
)


def background(number: int = 150) -> list[Told]:
    """What an archive holds beside: reports of all kinds, in the words that all of them use."""
    dice = random.Random(7)
    firms = ["青屿软件", "白鹭汽车", "远汀半导体", "南桥机器人", "沐光医疗", "启衡数据"]
    acts = ["发布新一代大模型", "完成新一轮融资", "公布第三季度营收", "开放企业接口", "设立研究院"]
    more = ["公司称推理成本下降", "即日起向企业开放", "首席科学家介绍了训练数据", "营收同比增长",
            "投资方包括多家基金", "新模型能力提升明显", "业内人士认为竞争加剧"]  # fmt: skip
    return [
        (f"{firm}{act}", "。".join([f"日前，{firm}在会上{act}", *dice.sample(more, 4)]), -200 - n)
        for n in range(number)
        for firm, act in [(dice.choice(firms), dice.choice(acts))]
    ]


def told(reports: Iterable[Told], amid: Iterable[Told] = ()) -> list[int]:
    """For each report the place in the list of the first of its story."""
    window, found, known = Window(), [], list(amid)
    for number, (title, text, hours) in enumerate([*known, *reports]):
        new = report(number, NOON + timedelta(hours=hours), title, text)
        found.append(window.join(new).story)
        window.add(new, found[-1])
    return [max(0, story - len(known)) for story in found[len(known) :]]


@pytest.mark.parametrize("amid", [[], background()], ids=["an empty archive", "a full one"])
def test_different_headlines_of_one_launch_are_one_story(amid: list[Told]) -> None:
    assert told(LAUNCH, amid) == [0, 0, 0]


@pytest.mark.parametrize("amid", [[], background()], ids=["an empty archive", "a full one"])
def test_launches_of_two_firms_on_one_day_are_two(amid: list[Told]) -> None:
    assert told([LAUNCH[0], OTHER_LAUNCH, LAUNCH[1]], amid) == [0, 1, 0]


def test_no_two_events_of_one_week_are_one_story() -> None:
    reports = events(Report(NOON, "", "", ""))
    found = told(
        [(each.title, each.text, (each.at - NOON) / timedelta(hours=1)) for each in reports],
        background(),
    )
    story_of = {each.id: story for each, story in zip(reports, found, strict=True)}
    mixed = [
        (a, b)
        for a, b in combinations(story_of, 2)
        if story_of[a] == story_of[b] and a.split()[0] != b.split()[0]
    ]
    assert not mixed
    assert len(set(found)) <= len(reports) - 4


def earnings(firm: str, revenue: str, growth: str, hours: float) -> Told:
    lead = f"3月4日，{firm}公布第四季度业绩：营收{revenue}亿元，同比增长{growth}%。"
    return f"{firm}第四季度营收{revenue}亿元 同比增长{growth}%", f"{lead}毛利率与上季持平。", hours


def test_earnings_of_two_firms_are_two_stories() -> None:
    one, other = earnings("青屿软件", "12.6", "44", 0), earnings("白鹭汽车", "90.3", "12", 1)
    assert told([one, other], background()) == [0, 1]
    assert told([one, other]) == [0, 1]


def test_two_events_of_one_firm_are_two_stories() -> None:
    outage = (
        "澜川云故障47分钟 数千家企业受影响",
        "3月4日上午，澜川云华东机房供电中断，数千家企业的服务停了47分钟，公司致歉并减免费用。",
        0,
    )
    chief = (
        "澜川科技任命沈予安为首席财务官",
        "澜川科技宣布，沈予安出任首席财务官，接替退休的前任，她曾在远汀半导体主管财务。",
        3,
    )
    assert told([outage, chief, LAUNCH[0]], background()) == [0, 1, 2]


def test_versions_and_ordinals_are_not_taken_for_each_other() -> None:
    text = "名单当日在网上公布，入列的企业来自多个城市，主管部门表示将继续受理申请。"
    ninth = ("第九批生成式服务备案名单公布", text, 0)
    tenth = ("第十批生成式服务备案名单公布", text, 20)
    assert told([ninth, tenth]) == [0, 1]
    older = (LAUNCH[0][0].replace("4.0", "3.5"), LAUNCH[0][1], 1)
    assert told([LAUNCH[0], older]) == [0, 1]


def market(day: int, index: str, change: str, turnover: str) -> Told:
    return (
        f"收盘：江州综指报{index}点 成交{turnover}亿元",
        f"3月{day}日，江州综指收盘报{index}点，涨跌幅{change}%，两市成交{turnover}亿元。半导体板块领涨，"
        f"消费板块回调，北上资金净流入{change}7亿元，个股上涨{turnover[:3]}家。",
        24 * (day - 4),
    )


def test_two_daily_market_reports_with_one_template_are_no_story() -> None:
    days = [market(4, "3120.51", "0.42", "8123"), market(5, "3098.16", "1.71", "7954")]
    assert told(days) == [0, 1]
    assert told(days, background()) == [0, 1]


def test_other_names_in_the_frame_of_a_title_are_another_event() -> None:
    text = "经立案审查，江州{}原局长{}严重违反纪律，收受礼金，决定给予开除处分，收缴所得。"
    found = told(
        [
            ("江州数据局原局长宋砚之被开除公职", text.format("数据局", "宋砚之"), 0),
            ("江州交通局原局长韩若水被开除公职", text.format("交通局", "韩若水"), 2),
        ],
        background(),
    )
    assert found == [0, 1]


def test_another_day_of_a_league_is_another_event() -> None:
    text = (
        "3月{}日，机器人足球联赛在江州体育馆继续进行，主队凭借门将机器人的扑救取胜，积分升至榜首。"
    )
    days = [("机器人足球联赛江州主队取胜", text.format(4 + n), 20.0 * n) for n in range(2)]
    assert told(days, background()) == [0, 1]
    assert told([(title, days[0][1], hours) for title, _, hours in days], background()) == [0, 0]


def test_what_contradicts_halves_the_likeness() -> None:
    scores = []
    for day in (4, 5):
        window = Window()
        window.add(report(1, NOON, *LAUNCH[0][:2]), 1)
        title = "澜川科技发布云岫大模型4.0 成本降四成"
        scores.append(window.join(report(2, NOON, title, f"{day}日，{LAUNCH[1][1]}")).score)
    assert scores[0] is not None
    assert scores[1] == pytest.approx(scores[0] / 2, rel=0.05)


def test_other_figures_in_the_same_words_are_another_event() -> None:
    text = (
        "今日收盘，综指报{}点，成指报{}点，成交{}亿元，上涨个股{}只，半导体板块领涨，消费板块回调。"
    )
    one, other = text.format(3120, 1054, 8123, 2310), text.format(3098, 1042, 7954, 1877)
    title = "江州股市收盘综述 半导体领涨"
    assert told([(title, one, 0), (f"{title}消费回调", other, 24)], background()) == [0, 1]
    assert told([(title, one, 0), (f"{title}消费回调", one, 24)], background()) == [0, 0]


def test_the_name_of_a_column_is_no_evidence() -> None:
    column = "【砚边会客厅·听见未来的声音】"
    found = told([(f"{column}{LAUNCH[0][0]}", LAUNCH[0][1], 0),
                  (f"{column}夜航班车开进云溪新城", "夜班公交今晚开进云溪新城，票价两元。", 1)],
                 background())  # fmt: skip
    assert found == [0, 1]


def test_old_reports_do_not_crowd_out_the_new_ones() -> None:
    title, text, _ = LAUNCH[0]
    old = [(f"{title}第{word}次", text, -200.0 - n) for n, word in enumerate("甲乙丙丁戊己庚")]
    found = told([*old, LAUNCH[1], LAUNCH[0]], background(1000))
    assert found[-1] == len(old)


def test_an_anniversary_a_year_apart_is_another_story() -> None:
    title, text, _ = LAUNCH[0]
    assert told([LAUNCH[0], (title, text, 24 * 365)]) == [0, 1]
    assert told([LAUNCH[0], (title, text, -24 * 365)]) == [0, 1]


def test_a_round_up_links_no_stories() -> None:
    titles = "；".join([LAUNCH[0][0], OTHER_LAUNCH[0], "青屿软件完成新一轮融资"])
    brief = (f"科技早报｜{titles}", f"{LAUNCH[0][1]}\n{OTHER_LAUNCH[1]}", 1)
    assert told([LAUNCH[0], brief, OTHER_LAUNCH], background()) == [0, 1, 2]
    assert told([brief, *LAUNCH], background()) == [0, 1, 1, 1]
    whole = report(1, NOON, LAUNCH[1][0], LAUNCH[1][1], whole=True)
    window = Window()
    window.add(report(0, NOON, LAUNCH[0][0], LAUNCH[0][1]), 0)
    assert window.join(whole).story == 1


def test_a_story_ends_after_its_days() -> None:
    title, text, _ = LAUNCH[0]
    days = [0, 40, 71, 73]
    assert told([(title, text, hours) for hours in days]) == [0, 0, 0, 3]
    assert told([(title, text, 73 - hours) for hours in reversed(days)]) == [0, 0, 0, 3]


def test_a_chain_does_not_drift_from_event_to_event() -> None:
    fund = (
        "砚池基金领投澜川科技新一轮融资",
        "砚池基金与汀兰资本共同投资澜川科技，金额为七亿元，砚池基金合伙人宋砚之表示看好行业。",
        2,
    )
    both = (f"{LAUNCH[0][0]} {fund[0]}", LAUNCH[0][1] + fund[1], 1)
    follow = ("砚池基金合伙人宋砚之谈七亿元投资", "砚池基金合伙人宋砚之谈与汀兰资本的共同投资。", 3)
    found = told([LAUNCH[0], both, fund, follow], background())
    assert found[1] == 0
    assert found[3] != 0


def test_it_says_why() -> None:
    window = Window()
    window.add(report(1, NOON, *LAUNCH[0][:2]), 1)
    joined = window.join(report(2, NOON, *LAUNCH[1][:2]))
    assert (joined.story, joined.matched) == (1, 1)
    assert joined.score is not None
    assert stories.ENOUGH <= joined.score <= 1
    assert len(joined.why) == 5
    assert set(joined.why) <= set(report(1, NOON, *LAUNCH[0][:2]).terms)


def test_what_is_forgotten_is_not_joined(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stories, "KEPT", 1)
    assert told(LAUNCH[:2]) == [0, 0]
    assert told([LAUNCH[0], *background(1), LAUNCH[1]]) == [0, 1, 2]


@given(st.lists(st.tuples(st.text(), st.text(), st.floats(0, 100)), max_size=6))
def test_any_text_finds_a_story(reports: list[Told]) -> None:
    assert len(told(reports)) == len(reports)


def test_the_newsroom_tells_two_stories() -> None:
    pieces = [each for shelf in newsroom.load(date(2026, 3, 4)).values() for each in shelf]
    # Reprints are copies, known before stories are.
    first = {each.title: each for each in pieces if not each.origin}
    ordered = sorted(first.values(), key=lambda each: (each.published, each.title))
    window, found = Window(), dict[int, set[str]]()
    for number, each in enumerate(ordered):
        text = "\n".join(line for block in each.blocks for line in block.lines)
        new = report(number, each.published, each.title, text)
        story = window.join(new).story
        window.add(new, story)
        found.setdefault(story, set()).add(f"{each.outlet}/{each.slug}")
    assert [told for told in found.values() if len(told) > 1] == [
        {"xinghe/xuanjing-x2", "jiuzhou/xuanjing-x2"},
        {"xinghe/qingluan-3", "zhidian/qingluan-3", "dongan/yunling-series-c",
         "jiangcheng/yunling-series-c"},
    ]  # fmt: skip
