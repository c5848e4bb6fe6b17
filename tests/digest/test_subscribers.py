"""The commands by which readers are added, and deliveries settled, as an operator uses them."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from psycopg import Connection
from typer.testing import CliRunner

import jianbao
from archive import clock, deliveries, editions, subscribers
from archive.edition_models import Choice, Edition
from archive.settings import Settings
from digest.message import message_key

DAY = date(2026, 11, 22)
NOW = clock.window(DAY, Settings().edition_cutoff).end


class Desk:
    """The commands on a test's archive."""

    def __init__(self, conn: Connection, env: dict[str, str]) -> None:
        self.conn, self.env = conn, env

    def run(self, *words: object, given: bytes = b"") -> Result:
        return CliRunner().invoke(jianbao.app, [*map(str, words)], env=self.env, input=given)

    def counts(self, *words: object) -> Any:
        done = self.run(*words)
        assert done.exit_code == 0, (done.stderr, done.exception)
        return json.loads(done.stdout.splitlines()[-1])

    def readers(self) -> dict[str, Choice]:
        return {one.address: one.choice for one in subscribers.every(self.conn) if one.active}


@pytest.fixture
def office(conn: Connection, database_settings: Settings) -> Desk:
    env = {
        "DATABASE_URL": database_settings.database_url,
        "JIANBAO_HOME": str(database_settings.jianbao_home),
        "JIANBAO_NOW": NOW.isoformat(),
    }
    return Desk(conn, env)


def test_a_reader_is_added_with_a_choice_listed_and_removed(office: Desk) -> None:
    words = ("--topic", "芯片与算力", "--keyword", "开源", "--search", "量子 计算", "--weekdays")
    assert office.counts("subscribers", "add", "An@reader.test", *words) == {"added": 1}
    assert office.readers() == {
        "an@reader.test": Choice(("芯片与算力",), ("开源",), "量子 计算", weekdays=True)
    }
    assert office.counts("subscribers", "add", "atom", "bo@reader.test") == {"added": 2}
    listed = office.run("subscribers", "list").stdout.splitlines()
    assert listed[0].split("  ") == [
        "an@reader.test", "芯片与算力", "开源", "search: 量子 计算", "weekdays",
    ]  # fmt: skip
    left = office.run("subscribers", "remove", "an@reader.test", "x@y.test")
    assert json.loads(left.stdout) == {"removed": 1}
    assert left.stderr == "x@y.test is no reader: nothing to remove.\n"
    assert "an@reader.test" in office.run("subscribers", "list").stdout
    assert set(office.readers()) == {"atom", "bo@reader.test"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["a@b"], "'a@b' is not a mail address"),
        (["weixin"], "'weixin' is not a mail address"),
        (["a@b.test", "--topic", "芯"], "'芯' is not a topic; they are 大模型与算法、芯片与算力"),
        (["a@b.test", "--search", '-"x"'], "names nothing that shall occur"),
        (["a@b.test", "--search", "x" * 201], "more than 200 characters"),
    ],
)
def test_what_cannot_be_added_is_said(office: Desk, words: list[str], told: str) -> None:
    done = office.run("subscribers", "add", *words)
    assert done.exit_code != 0
    assert told in f"{' '.join(done.stderr.replace('│', '').split())} {done.exception}"
    assert office.readers() == {}


def test_a_file_of_addresses_is_taken_and_refused_lines_are_named(
    office: Desk, tmp_path: Path
) -> None:
    file = tmp_path / "readers.txt"
    file.write_text("an@reader.test\n\n# the team\nnonsense\nAN@reader.test\nbo@reader.test\n")
    done = office.run("subscribers", "import", file)
    assert (done.exit_code, json.loads(done.stdout)) == (
        0,
        {"added": 2, "unchanged": 0, "refused": 2},
    )
    assert "line 4: 'nonsense' is not a mail address" in done.stderr
    assert "line 5: 'AN@reader.test' stands here twice" in done.stderr
    assert set(office.readers()) == {"an@reader.test", "bo@reader.test"}
    assert office.counts("subscribers", "import", file)["unchanged"] == 2


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_table_may_say_what_each_wants(office: Desk, encoding: str) -> None:
    table = (
        "Address,topics,keywords,search,weekdays\r\n"
        'an@reader.test,芯片与算力；大模型与算法,"开源;上市",量子,是\r\n'
        "bo@reader.test,,,,\r\n"
        "chen@reader.test,天气,,,\r\n"
    )
    done = office.run("subscribers", "import", "-", given=table.encode(encoding))
    assert json.loads(done.stdout) == {"added": 2, "unchanged": 0, "refused": 1}
    assert "line 4: '天气' is not a topic" in done.stderr
    wanted = Choice(("芯片与算力", "大模型与算法"), ("开源", "上市"), "量子", weekdays=True)
    assert office.readers() == {"an@reader.test": wanted, "bo@reader.test": Choice()}


def test_a_file_without_a_reader_ends_with_one(office: Desk) -> None:
    assert office.run("subscribers", "import", "-", given=b"x\ny\n").exit_code == 1


@pytest.fixture
def unknown(office: Desk) -> list[int]:
    """Three deliveries of unknown end."""
    conn = office.conn
    window = clock.window(DAY, Settings().edition_cutoff)
    editions.freeze(conn, window, Edition(DAY, "简报", "", ""), NOW)
    for name in ("an", "bo", "chen"):
        subscribers.put(conn, f"{name}@reader.test", Choice(), NOW)
    deliveries.queue(conn, DAY, NOW)
    while claimed := deliveries.claim(conn, DAY):
        deliveries.settle(conn, claimed.id, "unknown", "lost", NOW)
    return [row[0] for row in deliveries.unsettled(conn, ["unknown"])]


def test_the_unknown_are_listed_by_both_commands(office: Desk, unknown: list[int]) -> None:
    listed = office.run("deliveries", "list").stdout.splitlines()
    assert [int(line.split()[0]) for line in listed] == unknown
    assert "an@reader.test" in listed[0]
    none = office.run("deliveries", "list", "--state", "sent")
    assert (none.stdout, none.stderr) == ("", "No delivery is sent.\n")
    assert office.run("deliveries", "list", "--state", "lost").exit_code == 2
    office.env["READER_URL"] = office.env["DATABASE_URL"]
    status = office.run("status").stdout
    part = status.partition("Not known to have arrived")[2]
    assert [line.split()[0] for line in part.splitlines()[3:6]] == [str(id) for id in unknown]
    assert "reader.test" not in status


def test_evidence_settles_the_unknown(office: Desk, unknown: list[int], tmp_path: Path) -> None:
    log = tmp_path / "mail.log"
    log.write_text(f"postfix/smtp: message-id=<{message_key(DAY, 'bo@reader.test')}@b.test> sent\n")
    done = office.counts("deliveries", "settle", "--failed", unknown[2], "--log", log)
    assert done == {"sent": 1, "failed": 1, "unknown": 1}
    assert deliveries.states(office.conn, DAY) == {"sent": 1, "failed": 1, "unknown": 1}
    done = office.counts("deliveries", "settle", "--sent", unknown[0], "--sent", unknown[1])
    assert done == {"sent": 1, "failed": 0, "unknown": 0}
