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
from typer.testing import CliRunner, Result

import jianbao
from archive import articles, links, pages, sources
from archive.errors import UsageError
from archive.models import Article, FoundLink, Page

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
URL = "https://xinghe.example/a"


@pytest.fixture
def env(conn: Connection, database_url: str, tmp_path: Path) -> dict[str, str]:
    """The settings of an archive with one article."""
    sources.sync(conn, [("xinghe", "星河科技报", "https://xinghe.example", True)], NOON)
    link = links.discover(conn, "xinghe", "a", FoundLink(URL), NOON)
    pages.add(conn, Page(link, URL, b"<p>", NOON))
    article = Article("量潮发布新芯片", "它更快，" * 30 + "芯片更小。" + "它更快，" * 30)
    articles.put(conn, link, 1, article, NOON)

    return {"JIANBAO_HOME": str(tmp_path), "DATABASE_URL": database_url}


@pytest.fixture
def run(env: dict[str, str]) -> Callable[..., Result]:
    return lambda *words: CliRunner().invoke(jianbao.app, ["search", *words], env=env)


def test_hits_are_shown_in_eighty_columns(env: dict[str, str]) -> None:
    command = [Path(sys.executable).with_name("jianbao"), "search", "芯片", "-手机"]
    env = os.environ | env | {"COLUMNS": "80"}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    shown = done.stdout.splitlines()
    assert shown[:2] == ["1  no date     星河科技报", "量潮发布新芯片"]
    assert "【芯片】更小。" in "".join(shown)
    assert URL in shown
    assert max(map(cell_len, shown)) <= 80


def test_programs_get_a_json_object_a_line(run: Callable[..., Result]) -> None:
    (line,) = run("--json", "--source", "xinghe", "芯片").stdout.splitlines()
    found = json.loads(line)
    assert (found["title"], found["url"], found["summary"]) == ("量潮发布新芯片", URL, None)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["手机"], "Nothing found.\n"),
        (["芯片", "--page", "2"], "Nothing on page 2.\n"),
        (["芯片", "--tag", "大模型"], "Nothing found.\n"),
        (["芯片", "--since", "1 day"], "Nothing found.\n"),
    ],
)
def test_what_is_not_found_is_said(run: Callable[..., Result], words: list[str], said: str) -> None:
    done = run(*words)
    assert (done.exit_code, done.stdout, done.stderr) == (1, "", said)


def test_a_misspelt_option_is_no_excluded_word(run: Callable[..., Result]) -> None:
    done = run("芯片", "--sinse", "1 day")
    assert done.exit_code == 2
    assert "there is no option --sinse" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-手机"], "the search names nothing that shall occur. Write words"),
        (["芯片", "--since", "soon"], 'invalid input syntax for type interval: "soon"'),
        (["芯片", "--page", "0"], "there is no page 0 of 20 articles. Pages count"),
    ],
)
def test_what_cannot_be_searched_is_refused(
    run: Callable[..., Result], words: list[str], said: str
) -> None:
    refused = run(*words).exception
    assert isinstance(refused, UsageError)
    assert str(refused).startswith(said)
