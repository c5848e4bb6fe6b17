"""Bylines are told from sentences, and taken off the text that they grew together with."""

import pytest

from crawler.articles.bylines import is_byline, unglued

TEXT = (
    "两年前，企业买大模型，先问参数有多大；两年后，采购经理翻开合同，先看每一项功能能省下几个工时。"
    "预算还在增加，耐心却在变少。"
)


@pytest.mark.parametrize(
    "line",
    [
        "江城商报记者 彭越舟",
        "本报记者 彭越舟 夏江禾",
        "记者：彭越舟、夏江禾",
        "（本报记者 彭越舟 见习记者 夏江禾）",
        "《星河科技周刊》记者 白芷汀 | 江城报道",
        "《星河科技週刊》記者 白芷汀 | 江城報道",
    ],
)
def test_a_line_that_only_names_reporters_is_a_byline(line: str) -> None:
    assert is_byline(line)


@pytest.mark.parametrize(
    "line",
    [
        "记者从发布会上获悉，价格下调三成。",
        "江城商报记者 彭越舟说，价格还会再降。",
        "彭越舟",
        "本报记者的一天",
        "发布会现场。本报记者 彭越舟 摄",
        "",
    ],
)
def test_what_says_more_is_none(line: str) -> None:
    assert not is_byline(line)


@pytest.mark.parametrize(
    "byline",
    [
        "东岸财经记者 秦若谷 实习记者 黎晓棠",
        "本报记者 秦若谷",
        "本报记者 秦谷",
        "本报记者 秦若谷、黎晓棠",
        "《东岸财经》记者 秦若谷 见习记者 黎棠",
    ],
)
def test_a_byline_is_taken_off_the_text(byline: str) -> None:
    assert unglued(byline + TEXT) == [byline, TEXT]


@pytest.mark.parametrize("mark", ["", "举报/反馈"])
def test_the_origin_is_taken_off_the_end(mark: str) -> None:
    assert unglued(f"{TEXT}来源：东岸财经{mark}") == [TEXT, "来源：东岸财经"]


@pytest.mark.parametrize(
    "line",
    [
        TEXT,
        f"记者从发布会上了解到，{TEXT}",
        f"本报记者 从发布会上了解到，{TEXT}",
        f"{TEXT}数据来源：白鹭研究院的年度报告，共有六百多家企业接受了调查，覆盖二十多个行业",
        "本报记者 秦若谷",
        "",
    ],
)
def test_other_lines_stay_as_they_are(line: str) -> None:
    assert unglued(line) == [line]
