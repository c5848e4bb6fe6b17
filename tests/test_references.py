"""docs/reference/commands.md and settings.md are made from the program: `pytest
tests/test_references.py --write-docs` writes them anew."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

import jianbao
from archive.settings import PROJECT

REFERENCE = PROJECT / "docs" / "reference"
COMMANDS = """# Every command 所有命令

As `jianbao COMMAND --help` says it. The last line on standard output is one JSON object of counts
where a command counts; everything else goes to standard error. Exit codes: 0 it worked, 1 nothing
worked, 2 the words were wrong, 130 Ctrl-C.
本页由程序生成，与 `jianbao 命令 --help` 一致。
退出码：0 成功，1 全部失败，2 用法错误，130 被 Ctrl-C 中断。
"""
SETTINGS = """# Every setting 所有设置

They stand in `.env`, or in the environment, which wins. The value shown is the default.
设置写在 `.env` 中，环境变量优先；所列为默认值。
"""


def leaves(command: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every command that can be run, with the words that call it."""
    for name, one in getattr(command, "commands", {}).items():
        if not hasattr(one, "commands") or one.invoke_without_command:
            yield " ".join((*words, name)), one
        yield from leaves(one, (*words, name))


def described(words: str, command: Any) -> str:
    usage = [f"jianbao {words}"]
    rows = []
    for one in command.params:
        if one.name == "help":
            continue
        if one.param_type_name == "argument":
            shown = (one.name or "").upper() + "…" * (one.nargs == -1)
            usage.append(shown if one.required else f"[{shown}]")
        else:
            shown = ", ".join([*one.opts, *one.secondary_opts])
        says = " ".join((getattr(one, "help", "") or "").split()).replace("|", "\\|")
        rows += [f"| `{shown}` | {says} |"] * bool(says)
    table = "\n".join(["| | |", "|---|---|", *rows]) + "\n" if rows else ""
    about = "\n".join(line.strip() for line in (command.help or "").splitlines())
    return f"## {words}\n\n{about.strip()}\n\n```text\n{' '.join(usage)}\n```\n\n{table}"


def commands() -> str:
    called = leaves(typer.main.get_command(jianbao.app))
    parts = [described(words, command) for words, command in sorted(called, key=lambda one: one[0])]
    return "\n".join([COMMANDS, *(f"{part.strip()}\n" for part in parts)])


def settings() -> str:
    """The sections of .env.example: each comment and the settings that it explains."""
    page = [SETTINGS]
    text = (PROJECT / ".env.example").read_text(encoding="utf-8")
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        title, _, body = section.partition("\n")
        page.append(f"## {title}\n")
        for comment, names in re.findall(r"((?:^# .*\n)+)((?:^#[A-Z].*\n)+)", body, re.MULTILINE):
            page.append(re.sub("^#", "", f"```ini\n{names}```\n", flags=re.MULTILINE))
            page.append("\n".join(line[2:] for line in comment.splitlines()) + "\n")
    return "\n".join(page)


@pytest.mark.parametrize(
    ("page", "made"),
    [(REFERENCE / "commands.md", commands()), (REFERENCE / "settings.md", settings())],
    ids=["commands", "settings"],
)
def test_the_reference_is_what_the_program_says(
    page: Path, made: str, pytestconfig: pytest.Config
) -> None:
    if pytestconfig.getoption("--write-docs"):
        page.write_text(made, encoding="utf-8")
    assert page.read_text(encoding="utf-8") == made


def test_every_option_says_what_it_does() -> None:
    called = leaves(typer.main.get_command(jianbao.app))
    silent = [
        f"{words} {one.opts[0]}"
        for words, command in called
        for one in command.params
        if one.param_type_name == "option" and not one.help
    ]
    assert silent == []
