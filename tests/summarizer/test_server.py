"""The client of OpenAI-compatible servers, against a real one on this machine."""

import json
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from archive.models import Article
from summarizer.prompt import SCHEMA, request
from summarizer.server import MOST_BYTES, Server
from summarizer.written import WriterError, Written

KEY = "sk-secret-of-the-test"


@pytest.fixture
def client(server: Any) -> Server:
    return Server(server.url, "qinghe-7b", KEY, pauses=(0.02, 0.05))


def refused(client: Server, *articles: Article) -> WriterError:
    """The one error that the client has for all of these articles."""
    answers = client.write(articles)
    for answer in answers:
        assert isinstance(answer, WriterError)
        assert KEY not in f"{answer} {answer.problem} {answer!r} {answer.__cause__}"
        assert str(answer).startswith(f"summarizer model {client.model}: ")
    return answers[-1]


def test_a_server_is_asked_and_its_answer_is_read(
    client: Server, server: Any, article: Article
) -> None:
    [written] = client.write([article])
    assert isinstance(written, Written)
    assert (written.industries, written.read, written.wrote) == (("农业", "金融"), 700, 80)
    assert client.model == f"qinghe-7b at {server.host}"
    [asked] = server.asked
    assert asked["model"] == "qinghe-7b"
    assert server.texts() == [request(article.title, article.text)]
    assert asked["response_format"]["json_schema"]["schema"] == SCHEMA
    assert server.keys == [f"Bearer {KEY}"]


def test_without_a_key_none_is_sent(server: Any, article: Article) -> None:
    Server(server.url + "/", "qinghe-7b").write([article])
    assert server.keys == [None]


def test_articles_are_asked_about_at_once_and_answered_in_order(server: Any) -> None:
    both = threading.Barrier(2)

    def together(body: dict[str, Any]) -> object:
        both.wait()
        return {"总结": body["messages"][0]["content"].partition("标题：")[2][:2]}

    server.answer = together
    answers = Server(server.url, "qinghe-7b", KEY).write(
        [Article(f"第{number}", "正文。") for number in range(8)]
    )
    assert [one.text for one in answers] == [f"第{number}" for number in range(8)]


def test_a_server_that_knows_no_schema_is_asked_for_json_then_for_text(
    client: Server, server: Any, article: Article
) -> None:
    good = server.answer
    forms = ["json_schema", "json_object", None]
    for known in range(3):
        server.asked.clear()

        def answer(body: dict[str, Any], known: int = known) -> object:
            form = body.get("response_format", {}).get("type")
            return good(body) if forms.index(form) >= known else 400

        server.answer = answer
        for _ in range(2):
            assert isinstance(*client.write([article]), Written)
        # The second article is asked about as the first was answered.
        expected = [*forms[max(0, known - 1) : known + 1], forms[known]]
        assert [one.get("response_format", {}).get("type") for one in server.asked] == expected


def test_what_no_form_helps_against_is_that_articles_trouble(
    client: Server, server: Any, article: Article
) -> None:
    good, server.answer = server.answer, lambda _: 400
    error = refused(client, article)
    assert (error.problem, error.lasting) == ("it answered with HTTP status 400", False)
    assert len(server.asked) == 3
    server.answer = good
    client.write([article])
    assert server.asked[-1]["response_format"]["type"] == "json_schema"


def wait_first(connection: Any) -> None:
    connection.reply(429, {}, Retry_After="1")


def drop(connection: Any) -> None:
    connection.connection.shutdown(socket.SHUT_RDWR)


def named(trouble: object) -> str:
    return str(getattr(trouble, "__name__", trouble))


@pytest.mark.parametrize("trouble", [500, 503, wait_first, drop], ids=named)
def test_a_passing_trouble_is_waited_out(
    client: Server,
    server: Any,
    article: Article,
    trouble: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    good, slept = server.answer, list[float]()
    server.answer = lambda body: good(body) if len(server.asked) > 1 else trouble
    monkeypatch.setattr(time, "sleep", slept.append)
    assert isinstance(*client.write([article]), Written)
    assert len(server.asked) == 2
    assert slept == [1.0 if trouble is wait_first else 0.02]


@pytest.mark.parametrize("trouble", [500, 429, drop], ids=named)
def test_a_trouble_that_stays_is_given_up_after_three_questions(
    client: Server, server: Any, article: Article, trouble: Any
) -> None:
    server.answer = lambda _: trouble
    assert not refused(client, article).lasting
    assert len(server.asked) == 3
    assert any(error.lasting for error in client.write([article, article]))


def test_a_server_that_wants_a_long_pause_is_left_alone(
    client: Server, server: Any, article: Article
) -> None:
    server.answer = lambda _: lambda connection: connection.reply(429, {}, Retry_After="3600")
    assert refused(client, article).lasting
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("status", "told"),
    [(401, "SUMMARIZER_KEY"), (402, "no credit"), (403, "KEY"), (404, "SUMMARIZER_MODEL")],
)
def test_what_only_a_person_can_mend_is_said_once(
    client: Server, server: Any, article: Article, status: int, told: str
) -> None:
    server.answer = lambda _: status
    error = refused(client, article)
    assert told in error.problem
    assert error.lasting
    assert len(server.asked) == 1


def test_a_redirect_is_not_followed_with_the_key(
    client: Server, server: Any, article: Article
) -> None:
    def elsewhere(connection: Any) -> None:
        connection.reply(307, {}, Location=f"{server.url}/elsewhere")

    server.answer = lambda _: elsewhere
    assert refused(client, article).problem == "it answered with HTTP status 307"
    assert len(server.asked) == 1


def never(connection: Any, given_up: threading.Event) -> None:
    given_up.wait()


def slowly(connection: Any, given_up: threading.Event) -> None:
    connection.send_response(200)
    connection.end_headers()
    while not given_up.wait(0.1):
        connection.wfile.write(b" ")
        connection.wfile.flush()


@pytest.mark.parametrize("answer", [never, slowly], ids=named)
def test_time_is_bounded(
    server: Any, article: Article, answer: Callable[[Any, threading.Event], None]
) -> None:
    given_up = threading.Event()
    server.answer = lambda _: lambda connection: answer(connection, given_up)
    client = Server(server.url, "qinghe-7b", KEY, seconds=1.0)
    assert refused(client, article).problem == "it did not answer within 1 seconds"
    given_up.set()


def test_size_is_bounded(client: Server, server: Any, article: Article) -> None:
    server.answer = lambda _: "很" * MOST_BYTES
    assert refused(client, article).problem == f"it answered more than {MOST_BYTES} bytes"


@pytest.mark.parametrize(
    "body",
    [b"<html>", b"", b"[]", b"{}", b'{"choices": []}', b"[" * 100_000, b"\xff\xfe",
     b'{"choices": [{"message": {"content": null}}]}', b'{"choices": [{"message": null}]}',
     b'{"choices": [{"message": {"content": "x"}}], "usage": 7}'],
)  # fmt: skip
def test_garbage_is_no_answer(client: Server, server: Any, article: Article, body: bytes) -> None:
    server.answer = lambda _: lambda connection: connection.reply(200, body)
    assert refused(client, article).problem == "its answer is no chat completion"


def test_tokens_are_counted_for_answers_that_cannot_be_read(
    client: Server, server: Any, article: Article
) -> None:
    server.answer = lambda _: "我不能回答。"
    error = refused(client, article)
    assert (error.problem, error.lasting) == ("its answer is no JSON object", False)
    assert (error.read, error.wrote) == (700, 80)


def test_a_server_that_does_not_count_is_counted_in_characters(
    client: Server, server: Any, article: Article
) -> None:
    content = json.dumps({"总结": "短。"})
    answer = {"choices": [{"message": {"content": content}}]}
    server.answer = lambda _: lambda connection: connection.reply(200, answer)
    [written] = client.write([article])
    assert (written.read, written.wrote) == (len(server.texts()[0]), len(content))


def test_a_server_that_is_not_there_is_a_lasting_trouble(article: Article) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    client = Server(f"http://127.0.0.1:{port}/v1", "qinghe-7b", KEY, pauses=(0.01,))
    error = refused(client, article)
    assert error.problem.startswith("it cannot be reached: ")
    assert error.lasting


def test_a_long_article_is_sent_in_part(client: Server, server: Any, article: Article) -> None:
    client.write([Article(article.title, article.text * 40)])
    [asked] = server.texts()
    assert len(asked) < 13_000
    assert article.text.splitlines()[0] in asked


@pytest.mark.parametrize(
    ("model", "key", "told"),
    [("", KEY, "SUMMARIZER_MODEL"), ("m", "sk-\n", "SUMMARIZER_KEY"), ("m", "密钥", "no key has")],
)
def test_what_cannot_work_is_said_before_anything_is_sent(model: str, key: str, told: str) -> None:
    with pytest.raises(WriterError, match=told) as caught:
        Server("http://127.0.0.1:9/v1", model, key)
    assert caught.value.lasting
    assert key not in str(caught.value)
