"""A model is fetched from a hub, here a server of ours that answers as the hub's interface does."""

import hashlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from summarizer.model import files

pytest.importorskip("torch")
pytestmark = pytest.mark.model

NAME, COMMIT = "starstep/qinghe-base", "0123456789abcdef0123456789abcdef01234567"


class Hub(ThreadingHTTPServer):
    """A hub with one model."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.files = {file.name: file.read_bytes() for file in folder.iterdir()}
        self.files.pop(files.RECORD)
        self.promised: dict[str, str] = {}
        self.asked: list[str] = []

    def listing(self) -> list[dict[str, object]]:
        return [
            {
                "rfilename": name,
                "path": name,
                "type": "file",
                "oid": hashlib.sha1(content).hexdigest(),
                "size": len(content),
                "lfs": {
                    "sha256": self.digest(name), "oid": self.digest(name),
                    "size": len(content), "pointerSize": 134,
                } if name.endswith((".safetensors", ".bin")) else None,
            }
            for name, content in self.files.items()
        ]  # fmt: skip

    def digest(self, name: str) -> str:
        return self.promised.get(name, hashlib.sha256(self.files[name]).hexdigest())


class Answer(BaseHTTPRequestHandler):
    server: Hub

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        self.server.asked.append(path)
        if path.startswith(f"/api/models/{NAME}"):
            told = self.server.listing()
            whole = {"id": NAME, "modelId": NAME, "sha": COMMIT, "siblings": told, "tags": [],
                     "private": False, "downloads": 0, "likes": 0}  # fmt: skip
            self._send(json.dumps(told if "/tree/" in path else whole).encode(), {})
        elif (name := path.rpartition("/")[2]) in self.server.files:
            etag = {"ETag": f'"{self.server.digest(name)}"', "X-Repo-Commit": COMMIT}
            self._send(self.server.files[name], etag)
        else:
            self.send_error(404)

    do_HEAD = do_GET

    def _send(self, content: bytes, headers: dict[str, str]) -> None:
        self.send_response(200)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def hub(seq2seq: Path) -> Iterator[Hub]:
    with Hub(seq2seq) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def fetch(hub: Hub, home: Path, name: str = NAME) -> tuple[int, str]:
    """`jianbao model`, with the hub as the mirror; what it exits with and says."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("HF_")}
    env |= {"HF_ENDPOINT": f"http://127.0.0.1:{hub.server_port}", "JIANBAO_HOME": str(home)}
    env |= {"HF_HOME": str(home / "hub"), "JIANBAO_ENV_FILE": os.devnull}
    command = [Path(sys.executable).with_name("jianbao"), "model", name]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


def test_a_model_of_a_mirror_is_fetched_once_and_recorded(hub: Hub, tmp_path: Path) -> None:
    hub.files |= {"pytorch_model.bin": b"pickle", "own.py": b"raise SystemExit", "a.onnx": b"x"}
    code, said = fetch(hub, tmp_path)
    assert code == 0, said
    assert f"SUMMARIZER_MODEL={NAME}" in said
    place = files.folder(NAME, tmp_path)
    record = json.loads((place / files.RECORD).read_text())
    assert (record["model"], record["revision"]) == (NAME, COMMIT)
    here = {file.name for file in place.iterdir() if file.is_file()}
    assert here == {*record["files"], files.RECORD}
    assert not here & {"pytorch_model.bin", "own.py", "a.onnx"}
    files.check(NAME, place)
    hub.asked.clear()
    assert fetch(hub, tmp_path)[0] == 0
    assert hub.asked == []


def test_what_arrives_otherwise_than_promised_is_refused(hub: Hub, tmp_path: Path) -> None:
    hub.promised["model.safetensors"] = "0" * 64
    code, said = fetch(hub, tmp_path)
    assert code == 1
    assert "model.safetensors did not arrive as the hub has it" in said
    assert not (files.folder(NAME, tmp_path) / files.RECORD).exists()


def test_a_model_of_pickles_is_not_fetched(hub: Hub, tmp_path: Path) -> None:
    hub.files["pytorch_model.bin"] = hub.files.pop("model.safetensors")
    code, said = fetch(hub, tmp_path)
    assert code == 1
    assert "has no safetensors weights" in said
    assert not any("/resolve/" in path for path in hub.asked)


def test_a_hub_that_does_not_answer_is_one_line(hub: Hub, tmp_path: Path) -> None:
    code, said = fetch(hub, tmp_path, "starstep/unknown")
    assert code == 1
    (line,) = [line for line in said.splitlines() if line.startswith("jianbao: ")]
    assert "starstep/unknown: cannot be fetched from http://127.0.0.1" in line
    assert "HF_ENDPOINT" in line
