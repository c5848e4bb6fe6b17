"""Which articles are one text."""

import pytest

from archive.sameness.shelf import Shelf

TEXT = (
    "云帆科技今天在江州发布第三代推理芯片，称单位功耗下的吞吐量比上一代提高四成。\n"
    "公司首席执行官林若川表示，首批样片已经送到六家客户手中，量产时间定在明年二季度。\n"
    "分析师认为，国产芯片要进入主流数据中心，软件生态仍是最大的门槛。"
)


@pytest.fixture
def shelf() -> Shelf:
    shelf = Shelf()
    shelf.add(1, "云帆科技发布第三代推理芯片", TEXT)
    return shelf


def test_a_reprint_joins_the_group_of_the_first(shelf: Shelf) -> None:
    placement = shelf.add(2, "国产推理芯片再进一步", f"来源：江州晚报\n{TEXT}\n责任编辑：周宁")
    assert (placement.group, placement.matched, placement.share) == (1, 1, 1.0)


def test_a_stranger_founds_a_group(shelf: Shelf) -> None:
    placement = shelf.add(2, "江州地铁五号线开通", "江州地铁五号线今日开通，全长三十一公里。" * 2)
    assert placement.group is None
    assert shelf.group(2) == 2
