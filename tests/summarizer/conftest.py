from datetime import UTC, datetime

import pytest

from archive.models import Article

# Fictional, like everything in it.
LONG = """本报讯（记者 林未）3月2日，云汐市的星阶科技正式发布垂直大模型“青禾”，面向种植业。
“青禾”大模型的参数量为130亿，训练数据来自全市216个示范农场过去九年的田间观测。星阶科技首席科学家周望川表示，模型的训练数据全部取得农户授权。
但业内也有不同的声音。它真的能替代农技员吗？
3月4日，星阶科技宣布完成2.4亿元B轮融资，由潮声资本领投，资金将用于建设云汐智算中心。同时，公司计划在年内招聘一百名工程师。
云汐市农业农村局当天印发《智慧农业数据管理办法》，要求农业大模型在上线前完成备案，农户数据不得出市。
对此，周望川说，公司早有准备。
农业大模型正成为各地竞相布局的热点，业内预计到2030年，全国农业大模型的市场规模将突破300亿元。
图为云汐市示范农场的传感器。
责任编辑：苏禾
（记者 林未）
"""


@pytest.fixture
def article() -> Article:
    """A news article of some length, with a dateline, a question, a caption and credits."""
    return Article(
        title="星阶科技发布农业大模型“青禾”",
        text=LONG.strip(),
        published_at=datetime(2026, 3, 5, tzinfo=UTC),
    )


@pytest.fixture
def flash() -> Article:
    """A news flash: two sentences, the first of which says it all."""
    return Article(
        title="澜图机器人通过安全认证",
        text="澜图机器人3月6日公告，公司的四足机器人L7通过工业安全认证，即日起量产，首批交付80台。"
        "公司未透露价格。",
    )
