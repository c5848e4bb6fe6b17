import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.articles.people import People, bracketed, experts, names, people


@pytest.mark.parametrize(
    ("line", "authors"),
    [
        ("作者：陆知远", "陆知远"),
        ("作 者：江 默、万里晴　阅读 300", "江默 万里晴"),
        ("文｜闻溪桥 · 编辑｜傅云深", "闻溪桥"),
        ("文/陆知远 图/宫小满", "陆知远"),
        ("执笔/云上姐、陆小刀", "云上姐 陆小刀"),
        ("撰稿 鲁青岚 编辑 宫小满", "鲁青岚"),
        ("作者 章以宁 高孜然", "章以宁 高孜然"),
        ("陆知远、沈一苇/文", "陆知远 沈一苇"),
        ("(文/图 秦疏桐 沈一苇)", "秦疏桐 沈一苇"),
        ("东岸财经记者 秦若谷 见习记者 黎晓棠", "秦若谷 黎晓棠"),
        ("江城3月4日电（记者陆知远、沈一苇）今天", "陆知远 沈一苇"),
        ("江城网记者陆知远3月4日报道：今天", "陆知远"),
        ("江城晚报记者陆知远/文受访者供图", "陆知远"),
        ("《望江周刊》记者 孙冰 | 江城报道", "孙冰"),
        ("界面记者 | 陆知远", "陆知远"),
        ("記者林宸誼／即時報導", "林宸誼"),
        ("快訊／范姜佳鈺", "范姜佳鈺"),
        ("（记者陆知远 整合）", "陆知远"),
        ("文丨云上亮特约评论员 韩涵", "韩涵"),
        ("2026-03-04 09:05:33陆知远", "陆知远"),
        ("作者：迪力亚尔·买买提", "迪力亚尔·买买提"),
        ("作者：Anna Wu", "Anna Wu"),
        # The blank between the credit and the text was lost.
        ("本报记者 陆知远 见习记者 黎晓棠从前，人们数着米粒", "陆知远 黎晓棠"),
        ("记者会上给出了解释", ""),
        ("记者从今天举行的发布会上了解到", ""),
        ("记者从今天（3月4日）的发布会上了解到", ""),
        ("记者方面，没有更多消息", ""),
        ("告诉记者，关于行业的缺口", ""),
        ("小记者 陆知远", ""),
        ("调查记者西摩·赫什爆料说", ""),
        ("作者：佚名", ""),
        ("作者：评论 0", ""),
        ("作者：admin", ""),
        ("作者：本站", ""),
        ("作者系江城大学教授", ""),
        ("原文作者未知", ""),
        ("2026-03-04 09:05 江苏", ""),
        ("编辑 /etc/fstab 文件", ""),
    ],
)
def test_who_writes_is_an_author(line: str, authors: str) -> None:
    assert people([line]).authors == tuple(_split(authors))


@pytest.mark.parametrize(
    ("line", "contributors"),
    [
        ("本报记者 陆知远 通讯员 闻溪桥", "闻溪桥"),
        ("本报实习生 秦疏桐 沈一苇", "秦疏桐 沈一苇"),
        ("（实习生沈一苇对此文亦有贡献）", "沈一苇"),
        ("译者：鲁青岚", "鲁青岚"),
        ("江城晚报记者 章以宁 摄", "章以宁"),
        ("江城社发（章以宁摄）", "章以宁"),
        ("章以宁拍摄的照片", ""),
    ],
)
def test_who_helps_is_a_contributor(line: str, contributors: str) -> None:
    assert people([line]).contributors == tuple(_split(contributors))


@pytest.mark.parametrize(
    ("line", "editors"),
    [
        ("（编辑 许棠）", "许棠"),
        ("责任编辑：孟昭远_NF4425", "孟昭远"),
        ("【责任编辑：孟昭远 PK155】", "孟昭远"),
        ("（编辑：严玉 王辉）", "严玉 王辉"),
        ("作者：陆知远 责任编辑：孟昭远", "孟昭远"),
        ("（责任编辑： HN666）", ""),
        ("编辑 部门今年招了三个人", ""),
    ],
)
def test_who_edits_is_no_author(line: str, editors: str) -> None:
    found = people([line])
    assert found.editors == tuple(_split(editors))
    assert not set(found.authors) & set(found.editors)


def test_the_photographer_of_a_reporters_picture_did_not_write_the_text() -> None:
    found = people(["江城晚报记者 章以宁 摄", "（记者 陆知远）"])
    assert (found.authors, found.contributors) == (("陆知远",), ("章以宁",))


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("云岭智能今天说，价格还会再降。（章以宁）", "章以宁"),
        ("（章以宁 陆知远）", "章以宁 陆知远"),
        ("江城3月4日电（章以宁、陆知远）云岭智能", "章以宁 陆知远"),
        ("价格还会再降。（连载）", ""),
        ("价格还会再降。（章以宁 云上飞鱼）", ""),
        ("价格还会再降。（江城市发改局）", ""),
        ("价格还会再降（章以宁）", ""),
        ("“全国联合会”（全经联）16日说", ""),
    ],
)
def test_names_alone_in_brackets_sign_a_text(line: str, named: str) -> None:
    assert bracketed(line) == tuple(_split(named))


def test_experts_sign_their_answers() -> None:
    lines = [
        "机器人何时进家门?",
        "宋怀民 (江城大学教授、视觉实验室主任):工业机器人早已遍布车间。",
        "裴清越（白鷺研究院院长）：还要几年。",
        "宋怀民(江城大学教授):再等等。",
        "(作者系江城大学法学院教授)",
        "他说(这一点大家都知道):不会。",
    ]
    assert experts(lines) == ("宋怀民", "裴清越")


def test_a_blank_inside_a_name_is_none_between_names() -> None:
    assert names("江 默、万里晴 沈 苇，Anna Wu 评论员") == ("江默", "万里晴", "沈苇", "Anna Wu")


@given(st.lists(st.text(max_size=60) | st.sampled_from(["记者 ", "作者：", "（陆知远）", "/文"])))
def test_any_lines_name_somebody_or_nobody(lines: list[str]) -> None:
    joined = ["".join(lines), *lines]
    found = people(joined)
    assert isinstance(found, People)
    assert not set(found.authors) & set(found.contributors)
    assert all(name in "".join(joined) or len(name) == 2 for name in experts(joined))
    for line in joined:
        assert len(bracketed(line)) <= 6


def _split(named: str) -> list[str]:
    return ["Anna Wu"] if named == "Anna Wu" else named.split()
