"""`jianbao explain A B`: whether two articles are one text or one story, and why."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

from rich.cells import cell_len

from archive.clock import BEIJING
from archive.sameness.copies import Comparison, Verdict
from archive.sameness.pairs import Pair, Side
from crawler.likeness import screen

ONE = Side(
    12, "湖区日报", "https://www.huqu.example/40017.html", "湖区数据中心改用风冷", "正" * 1204, "",
    datetime(2026, 11, 22, 6, 30, tzinfo=BEIJING), 12, 12, None, 12, None, None,
)  # fmt: skip
OTHER = replace(
    ONE, id=19, source_name="智点快讯", url="https://www.zhidian.example/flash/88.html",
    title="风冷", origin="湖区日报", matched=12,
)  # fmt: skip
RUNS = ("湖区数据中心" * 30, "耗电量比去年少了两成", "值班室从三班改成两班", "第四段不再列出来")
PAIR = Pair(
    ONE,
    OTHER,
    Comparison(0.5, 0.957, RUNS, 12, 1, Verdict.COPY, "most of either text stands in the other"),
    tuple(map(str, range(20))),
    ("62",),
)
SCREEN = """\
first     number 12, 湖区日报: 湖区数据中心改用风冷
          https://www.huqu.example/40017.html
          2026-11-22 06:30, 1,204 characters
          copy group 12, the original; story 12
second    number 19, 智点快讯: 风冷
          https://www.zhidian.example/flash/88.html
          2026-11-22 06:30, 1,204 characters, from 湖区日报
          copy group 12, whose original is 12, recognized by 12; story 12
verdict   copy: most of either text stands in the other
kept as   copies of one text
text      50% of the first stands in the second, 96% of the second in the first
shared    passages: 4; the longest:
"""


def told(pair: Pair) -> str:
    lines = screen(pair)
    assert all(cell_len(line) <= 80 for line in lines)
    return "\n".join(lines) + "\n"


def test_two_articles_on_one_screen() -> None:
    shown = told(PAIR)
    assert shown.startswith(SCREEN)
    assert len(shown.splitlines()) <= 24
    assert "          「耗电量比去年少了两成」\n" in shown
    assert "第四段" not in shown
    assert "…」" in shown
    assert (
        "numbers   at the same places 12 agree, 1 differ\n"
        "          only in the first: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,\n"
        "          15 and 4 more\n"
        "          only in the second: 62\n"
    ) in shown


def test_how_two_texts_are_kept() -> None:
    other = replace(OTHER, group=19, original=19, matched=None, story_matched=12, story_score=0.414)
    report = replace(PAIR, other=other)
    assert ("kept as   two reports of one story, which 19 joined by 12 with score 0.41\n") in told(
        report
    )
    strangers = replace(PAIR, other=replace(other, story=19))
    assert "kept as   two texts of two stories\n" in told(strangers)
    new = told(replace(PAIR, other=replace(other, group=None, story=None)))
    assert "          not compared yet: jianbao dedupe\n" in new
    assert "kept as   two texts of two stories\n" in new
    nothing = Comparison(0, 0, (), 0, 0, Verdict.STRANGERS, "nothing")
    assert "shared    no passage\n" in told(replace(PAIR, comparison=nothing))


def test_articles_are_named_by_address_or_number(
    deployment: Any, publisher: Any, tmp_path: Any
) -> None:
    deployment.register(publisher.source())
    text = "湖区数据中心改用风冷，夏天的耗电量少了两成，值班室也从三班改成了两班。" * 4
    for name, more in (("one", ""), ("two", "编辑：周宁")):
        file = tmp_path / f"{name}.md"
        file.write_text(f"# 风冷机房省电两成\n{text}{more}")
        assert deployment.run("import", str(file))[0] == 0
    one, two = (row[0] for row in deployment.ask("select url from news.articles order by id"))
    code, out, err = deployment.run("explain", one, two)
    assert (code, err) == (0, "")
    assert "\nverdict   copy: " in out
    assert "\nkept as   copies of one text\n" in out
    code, out, _ = deployment.run("explain", "1", two, "--json")
    answer = json.loads(out)
    assert (answer["one"]["id"], answer["other"]["url"]) == (1, two)
    assert answer["comparison"]["verdict"] == "copy"
    assert "text" not in answer["one"]


def test_what_has_no_article_is_one_line(deployment: Any, publisher: Any) -> None:
    deployment.register(publisher.source())
    for typed in ("99", "9" * 30, "https://nobody.example/x"):
        code, out, err = deployment.run("explain", typed, "1")
        assert (code, out, len(err.splitlines())) == (1, "", 1)
        assert f"has no article {typed}; name a number" in err
