"""What the documents say exists: make targets, commands, settings, dependencies, links."""

import re
import shlex
import subprocess
import tomllib
import unicodedata
from pathlib import Path

import pytest
import typer

import jianbao
from archive import settings
from archive.settings import PROJECT, Settings

READMES = ("README.md", "README.zh-CN.md")
MADE = ("docs/reference", "docs/cookbook.md")
"""Pages that are made from the program, whose own tests compare them."""
PAGES = sorted(
    str(page.relative_to(PROJECT))
    for page in (*PROJECT.glob("*.md"), *PROJECT.glob("docs/**/*.md"))
    if not str(page.relative_to(PROJECT)).startswith((*MADE, "docs/decisions", "CHANGELOG"))
)
FIRST_SCREEN = (80, 40)


def read(name: str) -> str:
    return (PROJECT / name).read_text(encoding="utf-8")


def blocks(name: str) -> list[tuple[str, list[str]]]:
    """The fenced blocks: language, and lines without the comments, which are translated."""
    fenced = re.findall(r"^```(\w+)\n(.*?)^```", read(name), re.MULTILINE | re.DOTALL)
    return [
        (language, [re.sub(r"\s+#.*", "", line) for line in text.splitlines()])
        for language, text in fenced
    ]


def shell_lines() -> list[str]:
    """Every shell line that the pages show, in blocks and inside sentences."""
    lines: set[str] = set()
    for name in PAGES:
        lines.update(span for span in re.findall(r"`([^`\n]+)`", read(name)) if " " in span)
        for language, text in blocks(name):
            lines.update(text if language == "sh" else [])
    return sorted(lines)


def jianbao_lines() -> list[list[str]]:
    """The words after `jianbao` of each line that calls it, on the host or in the container."""
    start = (
        r"^(?:[A-Z_]+=\S+ )?(?:\.venv/bin/|docker compose exec jianbao )"
        r"jianbao ((?!--help)[\w-][^|]*)"
    )
    return [shlex.split(found[1]) for line in shell_lines() if (found := re.match(start, line))]


def parse(words: list[str]) -> None:
    """Parse a command line as the program would, without running it. Raises click's UsageError."""
    command = typer.main.get_command(jianbao.app)
    context = None
    while True:
        context = command.make_context(command.name, words, parent=context)
        if not hasattr(command, "resolve_command"):
            return
        words = context._protected_args + context.args
        if not words and command.invoke_without_command:
            return
        _, command, words = command.resolve_command(context, words)


def targets() -> set[str]:
    return set(re.findall(r"^([a-z0-9-]+):", read("Makefile"), re.MULTILINE))


def test_help_fits_a_terminal() -> None:
    shown = subprocess.run(["make", "-C", str(PROJECT), "help"], capture_output=True, text=True)
    assert "make demo" in shown.stdout
    assert max(map(len, shown.stdout.splitlines())) <= FIRST_SCREEN[0]


def test_make_targets_exist() -> None:
    shown = {found for line in shell_lines() for found in re.findall(r"\bmake ([a-z0-9-]+)", line)}
    assert {"demo", "test", "up"} <= shown <= targets()


@pytest.mark.parametrize("words", jianbao_lines(), ids=" ".join)
def test_command_lines_parse(words: list[str]) -> None:
    parse(words)


def test_commands_in_sentences_exist() -> None:
    named = {
        word for line in shell_lines() for word in re.findall(r"^jianbao (?:--demo )?(\w+)", line)
    }
    known = set(typer.main.get_command(jianbao.app).commands)  # type: ignore[attr-defined]
    assert {"explain", "restore"} <= named <= known


@pytest.mark.parametrize(
    "words", [["digset"], ["digest", "--prevew"], ["subscribers", "ad", "you@example.com"]]
)
def test_misspelt_command_lines_do_not_parse(words: list[str]) -> None:
    with pytest.raises(Exception, match="No such"):
        parse(words)


def test_both_readmes_show_the_same_blocks() -> None:
    assert blocks(READMES[0]) == blocks(READMES[1])


@pytest.mark.parametrize("name", READMES)
def test_the_first_screen_fits_a_terminal(name: str) -> None:
    columns, rows = FIRST_SCREEN
    screen = read(name).split("\n## ", 1)[0].splitlines()
    wide = [sum(1 + (unicodedata.east_asian_width(c) in "WF") for c in line) for line in screen]
    assert len(screen) <= rows
    assert max(wide) <= columns


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name: str) -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", read(name))
    here = (PROJECT / name).parent
    assert [target for target in targets if not (here / target).exists()] == []


def test_every_page_is_in_the_index() -> None:
    listed = re.findall(r"\]\(([^)#]+)\)", read("docs/README.md"))
    found = {str((PROJECT / "docs" / target).relative_to(PROJECT)) for target in listed}
    wanted = {name for name in PAGES if name.startswith("docs/")} - {"docs/README.md"}
    assert wanted <= found


def documented_settings() -> dict[str, str]:
    return dict(re.findall(r"^#([A-Z_]+)=(.*)$", read(".env.example"), re.MULTILINE))


def test_every_setting_is_documented() -> None:
    assert set(documented_settings()) == {name.upper() for name in Settings.model_fields}


def test_documented_defaults_are_the_defaults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = tmp_path / "env"
    shown.write_text("\n".join(f"{k}={v}" for k, v in documented_settings().items()), "utf-8")
    monkeypatch.setenv("JIANBAO_ENV_FILE", str(shown))
    assert settings.load() == Settings()


def test_settings_are_explained_in_both_languages() -> None:
    explained = re.findall(r"((?:^# .*\n)+)((?:^#[A-Z].*\n)+)", read(".env.example"), re.MULTILINE)
    assert sum(names.count("\n") for _, names in explained) == len(documented_settings())
    for comment, names in explained:
        assert re.search("[a-z]{3}", comment), names
        assert re.search("[\u4e00-\u9fff]{3}", comment), names


def direct_dependencies() -> set[str]:
    pyproject = tomllib.loads(read("pyproject.toml"))
    project = pyproject["project"]
    wanted = [*project["dependencies"], *pyproject["build-system"]["requires"], "torch"]
    for extra in project["optional-dependencies"].values():
        wanted += extra
    return {re.split(r"[\[<>=~!; ]", line)[0] for line in wanted}


def test_every_dependency_has_its_reason() -> None:
    rows = re.findall(r"^\| ([\w-]+) \|(.+)\|$", read("docs/decisions/dependencies.md"), re.M)
    reasons = {name: [cell.strip() for cell in cells.split("|")] for name, cells in rows}
    reasons.pop("package")
    assert set(reasons) == direct_dependencies()
    assert all(len(cells) == 3 and all(cells) for cells in reasons.values())


def test_the_lock_pins_every_dependency() -> None:
    locked = set(re.findall(r"^([\w-]+)==", read("requirements.lock"), re.MULTILINE))
    spelt = {name.lower().replace("_", "-") for name in direct_dependencies()}
    assert spelt - locked == {"torch", "pyarrow", "hatchling"}
