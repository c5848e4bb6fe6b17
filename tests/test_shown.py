"""Every command and query that the pages show is run here, as printed, on an archive of its own.

What cannot be run stands in ELSEWHERE with its reason. A line that runs has a crawled newsroom for
its archive, one of its addresses for an address of nobody, and the files that it names.
"""

import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive import settings
from archive.settings import PROJECT
from crawler.sources import registry

pytestmark = pytest.mark.timeout(900)
JIANBAO = Path(sys.executable).with_name("jianbao")
MADE = ("docs/reference", "docs/cookbook.md", "docs/decisions", "CHANGELOG")
"""Pages that the program writes, whose own tests compare them, and pages of the past."""
NOTE = """# 云汐市开放首批无人驾驶试验路段

云汐市5月8日开放首批无人驾驶试验路段，全长46公里，三家企业的60辆车将在其中试运行一年。
市交通局说，车辆须接受远程监控，最高时速不超过40公里。首批路段连接机场与高铁站。
"""
ELSEWHERE = {
    "docker compose .*": "no engine here; tests/test_compose.py reads what it would start",
    "make test": "this is it",
    r"\.ci/run": "runs this",
    "make live": "asks sites at port 443; tests/test_cli.py runs it where none answers",
    "make (demo|up)": "tests/test_demo.py runs them",
    "make lint": ".ci/run runs it",
    r"\.venv/bin/pre-commit install": "writes into the developer's checkout",
    r"(HF_ENDPOINT=\S+ )?make model": "fetches torch; tests/summarizer/model has a hub of its own",
    r"\.venv/bin/jianbao model \S+": "needs a hub; tests/summarizer/model has one of its own",
    "PIP_INDEX_URL=.*": "needs a package index; tests/test_setup.py",
    "git pull": "not ours",
    "ssh .*": "needs another machine",
    r"psql -d jianbao .*": "needs a superuser's server; tests/archive/test_roles.py",
}
FOREIGN = ("-- DuckDB", "import pandas")
"""How blocks for programs begin that are not installed here."""


def blocks(language: str) -> list[str]:
    """The fenced blocks of all pages in a language."""
    found = [*PROJECT.glob("*.md"), *PROJECT.glob("docs/**/*.md")]
    names = {str(page.relative_to(PROJECT)): page for page in found}
    shown = [page.read_text("utf-8") for name, page in sorted(names.items())
             if not name.startswith(MADE)]  # fmt: skip
    fence = re.compile(rf"^```{language}\n(.*?)^```", re.MULTILINE | re.DOTALL)
    return list(dict.fromkeys(block for text in shown for block in fence.findall(text)))


def lines() -> list[str]:
    """The shell lines of all pages, each once, without comments; test_demo runs the tutorial."""
    shown = [line for block in blocks("sh") if "--demo" not in block for line in block.splitlines()]
    return list(dict.fromkeys(re.sub(r"\s+#.*", "", line) for line in shown))


def excused(line: str) -> list[str]:
    return [pattern for pattern in ELSEWHERE if re.fullmatch(pattern, line)]


def test_every_excuse_is_needed() -> None:
    assert {pattern for line in lines() for pattern in excused(line)} == set(ELSEWHERE)


def test_every_block_is_of_a_kind_that_is_run_here() -> None:
    kinds = {"sh", "sql", "toml", "ini", "python", "text"}
    fenced = sum(len(blocks(kind)) for kind in kinds)
    assert fenced == len(blocks(r"[^\n]*"))
    assert all(block.startswith(FOREIGN) for block in blocks("python"))


class Shop:
    """A newsroom, its archive, and a folder in which the lines run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        ours = {k: v for k, v in os.environ.items() if not k.startswith("JIANBAO")}
        self.env = ours | {"JIANBAO_DEMO_FOLDER": str(folder / "demo")}
        kept = "import json; from demo import deployment as d; k = d.kept()"
        told = self.run(f'{sys.executable} -c "{kept}; print(json.dumps([k.newsroom_port,'
                        ' str(k.day), dict(k.environment())]))"')  # fmt: skip
        self.port, self.day, environment = json.loads(told)
        self.env |= environment | {"JIANBAO_HOME": str(folder / "home"), "COLUMNS": "80"}
        self.words: dict[str, str] = {}

    def run(self, script: str, **changes: str) -> str:
        done = subprocess.run(
            ["bash", "-euc", script], cwd=self.folder, env=self.env | changes,
            capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
        return done.stdout

    def ask(self, sql: str) -> str:
        return self.run(f"{JIANBAO} psql -At -c {shlex.quote(sql)}").strip()

    def own(self, line: str) -> str:
        """The line as it is typed here."""
        for word, its in self.words.items():
            line = line.replace(word, its)
        line = line.replace(".venv/bin/jianbao", str(JIANBAO))
        line = line.replace(".venv/bin/python", sys.executable)
        return re.sub(r"^make ", f"make -sf {PROJECT}/Makefile -o setup JIANBAO={JIANBAO} ", line)


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    with tempfile.TemporaryDirectory(prefix="jianbao-shown-") as name:
        # As root the database's user must be able to pass through.
        folder = Path(name)
        folder.chmod(0o711)
        made = Shop(folder)
        newsroom = subprocess.Popen(
            [sys.executable, "-m", "demo.server", "--port", str(made.port),
             "--reference-day", made.day, "--state", str(folder / "state.json")],
            env=made.env, cwd=PROJECT,
        )  # fmt: skip
        try:
            site = f"http://127.0.1.1:{made.port}/"
            _wait_for(site)
            for stage in ("crawl --force", "extract", "dedupe", "summarize"):
                made.run(f"{JIANBAO} {stage}")
            documents = folder / "my-documents"
            documents.mkdir()
            (documents / "one.txt").write_text(NOTE, encoding="utf-8")
            (folder / "notes.md").write_text(NOTE, encoding="utf-8")
            (folder / "saved-page.html").write_text(f"<p>{NOTE}", encoding="utf-8")
            (folder / "readers.csv").write_text("zhao@example.com\n", encoding="utf-8")
            link = made.ask("select url from articles order by id limit 1")
            pair = made.ask("select first_id || ' ' || id from copies limit 1")
            backup = folder / "one.dump"
            made.run(f"{JIANBAO} backup {backup}")
            made.words = {
                "https://news.example/a/1": link, "https://example.com/news/1.html": link,
                "https://news.example/": site, "20 57": pair,
                "/mnt/usb": f"{folder}/usb", "FILE": str(backup), "qbitai": "xinghe",
            }  # fmt: skip
            (folder / "usb").mkdir()
            yield made
        finally:
            newsroom.terminate()
            newsroom.wait()
            made.run(f"{JIANBAO} down")


def _wait_for(site: str) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(site).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(site)


@pytest.mark.parametrize("line", [line for line in lines() if not excused(line)])
def test_a_shell_line_works_as_printed(line: str, shop: Shop) -> None:
    if "parquet" in line:
        pytest.importorskip("pyarrow")
    changes: dict[str, str] = {}
    if "sources add" in line:
        changes["JIANBAO_SOURCES"] = str(_all_but_the_first(shop.folder))
    new = {"JIANBAO_HOME": str(shop.folder / "new-home")}
    if "restore" in line and "--replace" not in line:
        changes |= new
    shop.run(shop.own(line), **changes)
    if new.items() <= changes.items():
        shop.run(f"{JIANBAO} down", **new)


def _all_but_the_first(folder: Path) -> Path:
    """A registry in which the newsroom's first site is still to be added."""
    head, first, *others = (PROJECT / "demo/sources.toml").read_text("utf-8").split("[[source]]\n")
    assert "127.0.1.1" in first
    path = folder / "others.toml"
    path.write_text("[[source]]\n".join([head, *others]), encoding="utf-8")
    return path


@pytest.mark.parametrize("block", [b for b in blocks("sql") if not b.startswith(FOREIGN)])
def test_a_query_works_as_printed(block: str, shop: Shop) -> None:
    assert "row" in shop.run(f"{JIANBAO} psql -c {shlex.quote(block)}")


@pytest.mark.parametrize("block", blocks("toml"))
def test_a_source_is_taken_as_printed(block: str, tmp_path: Path) -> None:
    path = tmp_path / "sources.toml"
    path.write_text(block, encoding="utf-8")
    assert [source.id for source in registry.load(path)] == ["xinwen"]


@pytest.mark.parametrize("block", blocks("ini"))
def test_settings_are_taken_as_printed(
    block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "env"
    path.write_text(block, encoding="utf-8")
    monkeypatch.setenv("JIANBAO_ENV_FILE", str(path))
    taken = settings.load()
    for name, value in re.findall(r"^([A-Z_]+)=(\S*)", block, re.MULTILINE):
        kept = getattr(taken, name.lower())
        assert str(getattr(kept, "get_secret_value", lambda kept=kept: kept)()) == value
