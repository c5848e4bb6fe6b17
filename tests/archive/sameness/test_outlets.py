"""Which names mean the same publisher."""

import pytest

from archive.sameness.outlets import outlets, written


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("新华社", "新华网"),
        ("新华社", "新华社北京7月13日电"),
        ("新华社", "新华网科技"),
        ("新华社", "新华社记者 李四"),
        ("中新社", "中国新闻网"),
        ("证券日报", "证券日报网"),
        ("《证券日报》", "證券日報"),
        ("中国科技网", "科技日报（中国科技网）"),
        ("36氪Pro", "36Kr"),
        ("量子位", "量子位公众号"),
        ("工信部", "工业和信息化部"),
        ("网易", "网易科技"),
    ],
)
def test_names_of_one_publisher_share_a_key(one: str, other: str) -> None:
    assert outlets(one) & outlets(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("证券日报", "证券时报网"),
        ("环球网", "环球时报"),
        ("星河科技报", "星河日报"),
        ("人民网（财经/科技）", "科技日报（中国科技网）"),
        ("新浪财经", "东岸财经"),
        ("北京商报", "北京日报"),
    ],
)
def test_others_do_not(one: str, other: str) -> None:
    assert not outlets(one) & outlets(other)


@pytest.mark.parametrize("name", ["", "（）", "科技"])
def test_what_names_nobody_has_no_key(name: str) -> None:
    assert outlets(name) == frozenset()


def test_a_dateline_is_no_part_of_a_name() -> None:
    assert written(" 新华社北京7月13日电") == "新华社"
    assert written("每日经济新闻") == "每日经济新闻"
