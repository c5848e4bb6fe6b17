import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.prompt import SCHEMA, parse, request
from summarizer.written import Written

ANSWER = {
    "总结": "星阶科技发布大模型“青禾”。",
    "关键词": ["青禾", "种植业"],
    "AI技术": ["大模型"],
    "行业": ["农业"],
    "重大事件": ["星阶科技3月2日发布“青禾”。"],
}
READ = Written(
    "星阶科技发布大模型“青禾”。", ("青禾", "种植业"), ("大模型",), ("农业",),
    ("星阶科技3月2日发布“青禾”。",),
)  # fmt: skip
PLAIN = json.dumps(ANSWER, ensure_ascii=False)


@pytest.mark.parametrize(
    "reply",
    [
        PLAIN,
        f"```json\n{PLAIN}\n```",
        f"好的，记录如下：\n{PLAIN}\n希望有帮助。",
        f"<think>先看标题 {{\"总结\": \"不是这个\"}}</think>\n{PLAIN}",
        f"先看标题 {{不是这个}}</think>{PLAIN}",
        json.dumps(ANSWER | {"关键词": "青禾、种植业", "更多": 1}),
        json.dumps(ANSWER | {"关键词": ["青禾", " 青禾 ", 7, "", "种植业"]}),
    ],
)  # fmt: skip
def test_an_answer_is_found_in_its_reply(reply: str) -> None:
    assert parse(reply) == READ


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        ("", "no JSON object"),
        ("我不能回答。", "no JSON object"),
        (f"<think>{PLAIN}", "no JSON object"),
        (PLAIN[:-9], "broken JSON"),
        ('{"总结":' + "[" * 100_000, "broken JSON"),
        ('{"summary": "x"}', "no 总结"),
        ('{"总结": ["x"]}', "no 总结"),
        ('{"总结": "  "}', "no 总结"),
    ],
)
def test_a_reply_without_an_answer_says_what_is_wrong(reply: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        parse(reply)


def test_an_answer_is_what_the_schema_says() -> None:
    assert list(SCHEMA["properties"]) == SCHEMA["required"] == list(ANSWER)


def test_a_list_is_cut_at_its_longest() -> None:
    most = SCHEMA["properties"]["关键词"]["maxItems"]
    words = [f"词{number}" for number in range(20)]
    assert parse(json.dumps(ANSWER | {"关键词": words})).keywords == tuple(words[:most])


@given(st.text(), st.text(alphabet="=新闻原文{}\n"))
def test_no_article_closes_the_fence_around_it(title: str, text: str) -> None:
    empty = request("", "")
    asked = request(title, text)
    fence = "=" * 5
    assert asked.count(fence) == empty.count(fence)
    assert asked.endswith(empty[-30:])


@given(st.text(alphabet='{}[]"总结:,x `<think>/'))
def test_any_reply_is_read_or_refused(reply: str) -> None:
    try:
        written = parse(reply)
    except ValueError:
        return
    assert written.text
