import contextlib
import http.server
import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

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


class ChatServer:
    """A chat server on a free port of this machine, which answers as a test tells it to."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.answer: Callable[[dict[str, Any]], object] = lambda _: RECORD
        """An answer's record or text; an HTTP status; a function that writes to the connection."""
        server = self

        class Answering(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                server.asked.append(body)
                server.keys.append(self.headers["Authorization"])
                assert self.path == "/v1/chat/completions"
                said = server.answer(body)
                if callable(said):
                    with contextlib.suppress(ConnectionError):  # The client may have had enough.
                        said(self)
                    self.close_connection = True
                elif isinstance(said, int):
                    self.reply(said, {"error": f"no, {self.headers['Authorization']}"})
                else:
                    text = said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)
                    usage = {"prompt_tokens": 700, "completion_tokens": 80}
                    choices = [{"message": {"role": "assistant", "content": text}}]
                    self.reply(200, {"choices": choices, "usage": usage})

            def reply(self, status: int, body: object, **headers: str) -> None:
                raw = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(raw)))
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *_: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        self.host = f"127.0.0.1:{self._server.server_port}"
        self.url = f"http://{self.host}/v1"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def texts(self) -> list[str]:
        """What was asked, the requests alone."""
        return [one["messages"][0]["content"] for one in self.asked]

    def __enter__(self) -> "ChatServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


RECORD = {
    "总结": "星阶科技发布面向种植业的大模型“青禾”，并完成2.4亿元B轮融资。",
    "关键词": ["农业大模型", "数据管理", "不在文中的词"],
    "AI技术": ["行业大模型"],
    "行业": ["农业", "金融"],
    "重大事件": ["3月4日，星阶科技宣布完成2.4亿元B轮融资。", "星阶科技被云汐市收购。"],
}
"""A record of `article`; a keyword, an industry and an event of it are not the article's."""


@pytest.fixture
def server() -> Iterator[ChatServer]:
    """A chat server on this machine."""
    with ChatServer() as running:
        yield running
