"""The transformers path, with tiny models: each but the chat model learnt one sentence by heart."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archive.child import Child
from archive.models import Article
from summarizer import prompt
from summarizer.choice import choose
from summarizer.model import calls, writer
from summarizer.model.writer import LocalModel
from summarizer.written import WriterError, Written

pytest.importorskip("torch")
pytestmark = pytest.mark.model

Make = Callable[..., LocalModel]


def problem(answer: Written | WriterError) -> str:
    """What an answer complains of: checked to be one line."""
    assert isinstance(answer, WriterError)
    assert "\n" not in str(answer)
    return answer.problem


@pytest.fixture
def poison(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A child without a model, which hangs or dies of articles that say so."""
    folder = Path(__file__).parent
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setenv("PYTHONPATH", str(folder))
    import poisoned_calls as functions

    for name in ("load", "encode", "generate"):
        monkeypatch.setattr(calls, name, getattr(functions, name))
    monkeypatch.setattr(writer, "ROWS", 1)
    return functions


@pytest.mark.parametrize("kind", ["seq2seq", "causal"])
def test_what_is_grounded_is_kept_and_what_another_article_does_not_say_is_not(
    kind: str, request: pytest.FixtureRequest, running: Make, news: Article, other: Article
) -> None:
    folder: Path = request.getfixturevalue(kind)
    model = running(folder)
    good, bad, plain = model.write([news, other, news])
    kept = choose(news, good, model.model, model.prompt)
    assert (kept.method, kept.model, kept.reason, kept.spans) == ("written", folder.name, "", ())
    assert kept.text == "星阶科技发布大模型“青禾”，完成2.4亿元融资。"
    assert plain == good
    fallen = choose(other, bad, model.model, model.prompt)
    assert fallen.method == "lead"
    assert fallen.reason
    assert fallen.text in other.text
    assert model.prompt == ""
    # The window is 512 tokens, one for each character.
    long, endless = model.write([Article(news.title, news.text * 50), Article("长" * 800, "")])
    assert isinstance(long, Written)
    assert 200 < long.read <= 512
    assert re.match(r"it reads \d+ tokens, too few for the title", problem(endless))


def test_whatever_a_chat_model_writes_is_a_whole_record_also_when_memory_is_short(
    chat: Path, running: Make, news: Article, monkeypatch: pytest.MonkeyPatch
) -> None:
    replies: list[str] = []
    parse = prompt.parse
    monkeypatch.setattr(prompt, "parse", lambda reply: replies.append(reply) or parse(reply))
    starts: list[bool] = []
    start = Child._start
    monkeypatch.setattr(Child, "_start", lambda child: starts.append(True) or start(child))
    model = running(chat, megabytes=1900)
    answers = model.write([Article(news.title, news.text * 20)] * 3 + [news])
    assert model.prompt == prompt.VERSION
    assert len(starts) == 2
    assert len(replies) == 4
    for answer, reply in zip(answers, replies, strict=True):
        record = json.loads(reply)
        assert list(record) == prompt.SCHEMA["required"]
        assert isinstance(record["总结"], str)
        assert all(isinstance(word, str) for word in record["关键词"])
        assert isinstance(answer, Written)
        assert answer.read > 100
        assert 50 < answer.wrote <= 512


def test_a_batch_that_hangs_or_dies_is_ended_and_the_next_goes_on(
    running: Make, poison: Any, tmp_path: Path
) -> None:
    model = running(tmp_path, seconds=3)
    texts = ["hang", "die", "good", "good", "die", "good"]
    answers = model.write([Article("题", text) for text in texts])
    for text, answer in zip(texts, answers, strict=True):
        if text == "good":
            assert isinstance(answer, Written)
        else:
            said = {"hang": "took more than 3 s", "die": "needed more than"}[text]
            assert problem(answer).startswith(f"writing {said}")


def test_a_model_that_ends_its_process_again_and_again_is_given_up(
    running: Make, poison: Any, tmp_path: Path
) -> None:
    model = running(tmp_path)
    answers = model.write([Article("题", "die")] * 4 + [Article("题", "good")] * 2)
    assert all("needed more than" in problem(answer) for answer in answers)
    assert [answer.lasting for answer in answers if isinstance(answer, WriterError)][-1]


def test_a_load_that_hangs_is_ended_and_told_for_every_article(
    running: Make, poison: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "LOAD_SECONDS", 0.5)
    monkeypatch.setattr(calls, "load", poison.hang)
    model = running(tmp_path)
    for answer in model.write([Article("题", "good")] * 2) + model.write([Article("题", "good")]):
        assert problem(answer) == "writing took more than 0.5 s"
        assert isinstance(answer, WriterError)
        assert answer.lasting
