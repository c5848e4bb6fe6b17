import signal
import smtplib
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from demo.mailbox import keep

AT = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
MAIL = b"Subject: x\r\n\r\n.\r\n\xe7\xae\x80\r\n"


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "demo.mailbox", "--port", "0", "--folder", tmp_path / "邮箱"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        yield server
        server.kill()


def ready_port(server: "subprocess.Popen[str]") -> int:
    assert server.stdout
    word, port = server.stdout.readline().split()
    assert word == "ready"
    return int(port)


def test_every_accepted_mail_is_a_file_and_sigterm_ends_it(
    mailbox: "subprocess.Popen[str]", tmp_path: Path
) -> None:
    with smtplib.SMTP("127.0.0.1", ready_port(mailbox), timeout=60) as smtp:
        for _ in range(3):
            smtp.sendmail("a@b.test", "c@d.test", MAIL)
            assert len(list((tmp_path / "邮箱").glob("*.eml"))) > 0
    kept = sorted((tmp_path / "邮箱").iterdir())
    assert [path.suffix for path in kept] == [".eml"] * 3
    assert {path.read_bytes() for path in kept} == {MAIL}
    mailbox.send_signal(signal.SIGTERM)
    assert mailbox.wait(60) == 0


def test_a_client_that_stays_connected_does_not_keep_it(mailbox: "subprocess.Popen[str]") -> None:
    with socket.create_connection(("127.0.0.1", ready_port(mailbox)), timeout=60) as client:
        assert client.recv(100).startswith(b"220 ")
        mailbox.send_signal(signal.SIGTERM)
        assert mailbox.wait(60) == 0


def test_mails_of_one_second_are_numbered(tmp_path: Path) -> None:
    names = [keep(tmp_path, b"x", AT).name for _ in range(2)]
    assert names == ["20261121T233000Z-1.eml", "20261121T233000Z-2.eml"]


def test_a_mail_that_cannot_be_written_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        keep(tmp_path, b"x", AT)
    assert list(tmp_path.iterdir()) == []


def test_a_port_in_use_is_one_clear_line(mailbox: "subprocess.Popen[str]", tmp_path: Path) -> None:
    port = ready_port(mailbox)
    second = subprocess.run(
        [sys.executable, "-m", "demo.mailbox", "--port", str(port), "--folder", tmp_path],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert second.returncode == 1
    assert second.stderr.count("\n") == 1
    assert str(port) in second.stderr
