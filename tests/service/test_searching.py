"""`jianbao search`: a page of hits for people, or a JSON object a line for programs."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from psycopg import Connection
from rich.cells import cell_len

from archive import articles, links, pages, sources
from archive.models import Article, FoundLink, Page

JIANBAO = Path(sys.executable).with_name("jianbao")
NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
URL = "https://xinghe.example/a"
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(conn: Connection, database_url: str, tmp_path: Path) -> Run:
    sources.sync(conn, [("xinghe", "星河科技报", "https://xinghe.example", True)], NOON)
    link = links.discover(conn, "xinghe", "a", FoundLink(URL), NOON)
    pages.add(conn, Page(link, URL, b"<p>", NOON))
    article = Article("量潮发布新芯片", "它更快，" * 30 + "芯片更小。" + "它更快，" * 30)
    articles.put(conn, link, 1, article, NOON)

    def search(*words: str) -> subprocess.CompletedProcess[str]:
        env = {name: value for name, value in os.environ.items() if not name.startswith("JIANBAO")}
        env |= {"JIANBAO_ENV_FILE": os.devnull, "JIANBAO_HOME": str(tmp_path), "COLUMNS": "80"}
        env["DATABASE_URL"] = database_url
        command = [JIANBAO, "search", *words]
        return subprocess.run(command, env=env, capture_output=True, text=True, check=False)

    return search


def test_hits_are_shown_in_eighty_columns(run: Run) -> None:
    shown = run("芯片", "-手机").stdout.splitlines()
    assert shown[:2] == ["1  no date     星河科技报", "量潮发布新芯片"]
    assert "【芯片】更小。" in "".join(shown)
    assert URL in shown
    assert max(map(cell_len, shown)) <= 80


def test_programs_get_a_json_object_a_line(run: Run) -> None:
    (line,) = run("--json", "--source", "xinghe", "芯片").stdout.splitlines()
    found = json.loads(line)
    assert (found["title"], found["url"], found["summary"]) == ("量潮发布新芯片", URL, None)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["手机"], 1, "Nothing found."),
        (["芯片", "--page", "2"], 1, "Nothing on page 2."),
        (["芯片", "--tag", "大模型"], 1, "Nothing found."),
        (["芯片", "--since", "1 day"], 1, "Nothing found."),
        (["-手机"], 2, "jianbao: the search names nothing that shall occur. Write words"),
        (["芯片", "--since", "soon"], 2, 'jianbao: invalid input syntax for type interval: "soon"'),
        (["芯片", "--page", "0"], 2, "jianbao: there is no page 0 of 20 articles. Pages count"),
    ],
)
def test_what_is_not_found_is_said(run: Run, words: list[str], code: int, said: str) -> None:
    done = run(*words)
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.startswith(said)
