"""Wrong input to every command: one clear line, exit code 1 or 2, no traceback, nothing lost."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

JIANBAO = Path(sys.executable).with_name("jianbao")
COMMANDS = (
    ["crawl"], ["extract"], ["dedupe"], ["summarize"], ["digest", "--preview"], ["migrate"],
    ["subscribers", "list"], ["import", "README.md"], ["explain", "x.example/1"],
    ["status"],
)  # fmt: skip


def run(*words: str | Path, **changes: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("JIANBAO")}
    env |= {"JIANBAO_ENV_FILE": os.devnull, "JIANBAO_DEMO_FOLDER": "/none", "COLUMNS": "80"}
    env |= changes
    return subprocess.run(
        [JIANBAO, *words], env=env, capture_output=True, text=True, check=False, timeout=60
    )


def complaint(done: subprocess.CompletedProcess[str], code: int) -> str:
    """The complaint of a command that refused: checked to be one line and no traceback."""
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("jianbao: ")]
    assert len(lines) == 1, done.stderr
    return lines[0]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda words: words[0])
def test_database_down_is_one_line(command: list[str], tmp_path: Path) -> None:
    down = run(*command, DATABASE_URL="postgresql://nobody@127.0.0.1:9/none",
               JIANBAO_HOME=str(tmp_path))  # fmt: skip
    assert "cannot connect to the database" in complaint(down, 1)


@pytest.mark.parametrize("command", COMMANDS[:2] + COMMANDS[-2:], ids=lambda words: words[0])
def test_a_malformed_setting_is_named(command: list[str], tmp_path: Path) -> None:
    wrong = run(*command, CRAWL_SHARDS="many", JIANBAO_HOME=str(tmp_path))
    assert "CRAWL_SHARDS" in complaint(wrong, 2)


def test_a_malformed_clock_is_named(tmp_path: Path) -> None:
    wrong = run("digest", "--preview", JIANBAO_NOW="tomorrow", JIANBAO_HOME=str(tmp_path))
    assert "JIANBAO_NOW" in complaint(wrong, 2)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[source]]\nid = 'a'\nnaem = 'A'\n", "naem"),
        ("[[source]\n", "not TOML"),
        ("", "[[source]]"),
    ],
)
def test_a_malformed_registry_is_one_line(text: str, said: str, tmp_path: Path) -> None:
    registry = tmp_path / "sources.toml"
    registry.write_text(text)
    assert said in complaint(run("sources", JIANBAO_SOURCES=str(registry)), 2)


def test_a_registry_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    missing = run("sources", "--json", JIANBAO_SOURCES=str(tmp_path / "none.toml"))
    assert "none.toml" in complaint(missing, 2)


def test_an_unknown_source_is_named_and_the_nearest_is_offered() -> None:
    wrong = run("crawl", "qbitia")
    assert "qbitia" in complaint(wrong, 2)
    assert "did you mean qbitai" in wrong.stderr


def test_a_file_of_readers_that_is_missing_is_named(tmp_path: Path) -> None:
    missing = complaint(run("subscribers", "import", "none.csv", JIANBAO_HOME=str(tmp_path)), 1)
    assert missing == "jianbao: none.csv: No such file or directory"


def test_a_missing_file_is_named() -> None:
    assert "none.html" in complaint(run("extract", "none.html"), 1)


def test_mail_without_a_server_says_which_setting_is_missing() -> None:
    with tempfile.TemporaryDirectory(prefix="jianbao-cli-") as home:
        Path(home).chmod(0o711)
        try:
            assert (
                run("subscribers", "add", "reader@example.com", JIANBAO_HOME=home).returncode == 0
            )
            wrong = run("digest", "--send", JIANBAO_HOME=home)
            assert "SMTP_HOST" in complaint(wrong, 2)
        finally:
            run("down", JIANBAO_HOME=home)


@pytest.mark.parametrize(
    "words",
    [
        ["crawl", "--shard", "3/2"],
        ["summarize", "--since", "2026-03-01"],
        ["summarize", "--redo", "--since", "yesterday"],
        ["digest", "--day", "yesterday"],
        ["subscribers", "add", "a@b.cn> SIZE=1"],
        ["no-such-command"],
        ["--demo-typo"],
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_two(words: list[str], tmp_path: Path) -> None:
    wrong = run(*words, JIANBAO_HOME=str(tmp_path))
    assert wrong.returncode == 2
    assert "Traceback" not in wrong.stderr


def test_no_edition_is_frozen_before_its_cut_off(tmp_path: Path) -> None:
    now = {"JIANBAO_NOW": "2026-03-04T22:59:59Z", "JIANBAO_HOME": str(tmp_path)}
    early = complaint(run("digest", "--day", "2026-03-05", **now), 2)
    assert "the edition of 2026-03-05 takes what is seen until 2026-03-05 07:00" in early


def test_live_without_internet_is_one_line(tmp_path: Path) -> None:
    registry = tmp_path / "sources.toml"
    registry.write_text(
        "[[source]]\nid = 'a'\nname = 'A'\nhomepage = 'https://no-such-name.invalid/'\n"
        "article = '(x)'\n[[source.entry]]\nkind = 'feed'\nurl = 'https://no-such-name.invalid/f'\n"
    )
    offline = run("live", JIANBAO_HOME=str(tmp_path / "home"), JIANBAO_SOURCES=str(registry))
    assert "internet" in complaint(offline, 1)
    assert not (tmp_path / "home").exists()


def test_sources_as_json_needs_no_database() -> None:
    import json

    listed = run("sources", "--json", DATABASE_URL="postgresql://nobody@127.0.0.1:9/none")
    sources = json.loads(listed.stdout)
    assert len(sources) == 39
    assert len([source for source in sources if source["enabled"]]) == 25
    assert {"id", "name", "entry", "article"} <= set(sources[0])


def test_a_source_of_which_only_links_are_read_is_shown_as_such_and_not_crawled() -> None:
    shown = {line.split()[0]: line for line in run("sources").stdout.splitlines()}
    assert "off" in shown["sohu"]
    assert "links only" in shown["sohu"]
    assert "links only" not in shown["kr36"]
    assert "jianbao import" in complaint(run("crawl", "sohu"), 2)


def test_help_names_every_command() -> None:
    shown = run("--help").stdout
    for name in ("demo", "live", "up", "down", "status", "psql", "url", "sources", "crawl",
                 "import", "explain", "extract", "dedupe", "summarize", "digest", "subscribers",
                 "migrate"):  # fmt: skip
        assert name in shown
