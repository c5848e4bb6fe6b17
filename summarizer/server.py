"""Summaries written by an OpenAI-compatible server: vLLM, Ollama, DeepSeek, 通义 and others."""

import json
import time
import urllib.request
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from email.message import Message
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit

from archive.models import Article
from summarizer.model.fit import fitted
from summarizer.prompt import SCHEMA, VERSION, parse, request
from summarizer.written import WriterError, Written

AT_ONCE = 16
"""Questions that are open at the same time; such servers answer them together."""
SECONDS = 100.0
"""For one article, repetitions and pauses included."""
PAUSES = (2.0, 8.0)
"""Seconds before a question is put again."""
MOST_READ, MOST_WRITTEN = 12_000, 2_000
"""Characters of an article that are sent; tokens that may come back, a model's thoughts too."""
MOST_BYTES = 1 << 20
ROW = 3
"""Failures one after the other, of whatever articles, that mean the server and not the article."""

_FORMS: tuple[dict[str, Any], ...] = (
    {
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "record", "strict": True, "schema": SCHEMA},
        }
    },
    {"response_format": {"type": "json_object"}},
    {},
)
"""How the form of an answer is asked for; not every server knows the first."""
_MEANING = {
    401: "it refuses the key; see SUMMARIZER_KEY",
    402: "the account has no credit",
    403: "it refuses the key; see SUMMARIZER_KEY",
    404: "there is no such model or address; see SUMMARIZER_MODEL and SUMMARIZER_URL",
}


class _Failure(Exception):
    """One question failed. `passing`: it may be put again; `lasting`: it need not be."""

    def __init__(self, problem: str, *, passing: bool = False, lasting: bool = False) -> None:
        super().__init__(problem)
        self.problem, self.passing, self.lasting = problem, passing, lasting
        self.form = False
        self.pause = 0.0


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: the key is for one server."""

    def redirect_request(self, *_: Any) -> None:
        return None


class Server:
    """A model on a server; a Writer. What it is called includes the server's name."""

    prompt, batch = VERSION, AT_ONCE

    def __init__(
        self,
        url: str,
        model: str,
        key: str = "",
        *,
        seconds: float = SECONDS,
        pauses: Sequence[float] = PAUSES,
    ) -> None:
        """`url` is the base address, such as http://127.0.0.1:11434/v1. Raises WriterError."""
        self.model = f"{model} at {urlsplit(url).netloc}"
        if not model:
            raise WriterError(self.model, "SUMMARIZER_MODEL does not name it", lasting=True)
        if not (key.isascii() and key.isprintable()):
            # Here, because http.client would repeat it in its error.
            problem = "SUMMARIZER_KEY has characters that no key has"
            raise WriterError(self.model, problem, lasting=True)
        self._url, self._name = f"{url.rstrip('/')}/chat/completions", model
        self._headers = {"Content-Type": "application/json"}
        if key:
            self._headers["Authorization"] = f"Bearer {key}"
        self._open = urllib.request.build_opener(_Stay).open
        self._seconds, self._pauses = seconds, pauses
        self._form = self._failures = 0

    def write(self, articles: Sequence[Article]) -> list[Written | WriterError]:
        """What it writes of each article, in their order."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(self._answer, articles))

    def _answer(self, article: Article) -> Written | WriterError:
        until = time.monotonic() + self._seconds
        asked = request(article.title, _fitted(article))
        try:
            content, read, wrote = self._persist(asked, until)
        except _Failure as failure:
            self._failures += 1
            lasting = failure.lasting or self._failures >= ROW
            return WriterError(self.model, failure.problem, lasting=lasting)
        self._failures = 0
        try:
            written = parse(content)
        except ValueError as error:
            return WriterError(self.model, str(error), read=read, wrote=wrote)
        return replace(written, read=read, wrote=wrote)

    def _persist(self, asked: str, until: float) -> tuple[str, int, int]:
        """Put the question until it is answered, the time is up or there is no hope."""
        pauses = iter(self._pauses)
        form = self._form
        while True:
            try:
                answer = self._post(asked, form, until)
            except _Failure as failure:
                if failure.form and form + 1 < len(_FORMS):
                    form += 1
                    continue
                pause = next(pauses, None)
                if not failure.passing or pause is None:
                    raise
                pause = max(pause, failure.pause)
                if time.monotonic() + pause >= until:
                    failure.lasting = failure.lasting or failure.pause > 0
                    raise
                time.sleep(pause)
            else:
                self._form = form
                return answer

    def _post(self, asked: str, form: int, until: float) -> tuple[str, int, int]:
        body = {
            "model": self._name,
            "messages": [{"role": "user", "content": asked}],
            "temperature": 0,
            "max_tokens": MOST_WRITTEN,
            **_FORMS[form],
        }
        question = urllib.request.Request(self._url, json.dumps(body).encode(), self._headers)
        try:
            with self._open(question, timeout=max(0.1, until - time.monotonic())) as response:
                raw = _read(response, until)
        except HTTPError as error:
            error.close()
            raise _refused(error.code, error.headers) from None
        except TimeoutError:
            raise _Failure(f"it did not answer within {self._seconds:g} seconds") from None
        except URLError as error:
            if isinstance(error.reason, TimeoutError):
                raise _Failure(f"it did not answer within {self._seconds:g} seconds") from None
            # A connection that it breaks off may be this article's fault.
            broke = isinstance(error.reason, ConnectionResetError | BrokenPipeError)
            problem = f"it cannot be reached: {error.reason}"
            raise _Failure(problem, passing=True, lasting=not broke) from None
        except (OSError, HTTPException) as error:
            problem = f"the connection broke: {type(error).__name__}"
            raise _Failure(problem, passing=True) from None
        return _content(raw, asked)


def _fitted(article: Article) -> str:
    return fitted(article, MOST_READ, lambda texts: [len(text) for text in texts])


def _read(response: Any, until: float) -> bytes:
    raw = bytearray()
    while chunk := response.read1(1 << 16):
        raw += chunk
        if len(raw) > MOST_BYTES:
            raise _Failure(f"it answered more than {MOST_BYTES} bytes")
        if time.monotonic() > until:
            raise TimeoutError
    return bytes(raw)


def _refused(status: int, headers: Message) -> _Failure:
    """What an HTTP status means. What else the server says may repeat the key, and is left out."""
    problem = _MEANING.get(status, f"it answered with HTTP status {status}")
    passing = status in (408, 429) or status >= 500
    failure = _Failure(problem, passing=passing, lasting=status in _MEANING)
    failure.form = status in (400, 422)
    after = headers.get("Retry-After", "")
    failure.pause = float(after) if after.isdecimal() else 0.0
    return failure


def _content(raw: bytes, asked: str) -> tuple[str, int, int]:
    """The text of an answer and its tokens; a character is one, where the server does not count."""
    try:
        answer = json.loads(raw)
        content = answer["choices"][0]["message"]["content"]
        usage = answer.get("usage") or {}
        if not isinstance(content, str):
            raise TypeError
        read = int(usage.get("prompt_tokens") or len(asked))
        wrote = int(usage.get("completion_tokens") or len(content))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise _Failure("its answer is no chat completion") from None
    return content, max(0, read), max(0, wrote)
