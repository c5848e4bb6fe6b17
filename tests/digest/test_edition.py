import email
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from email import policy
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from psycopg import Connection

from archive import articles, clock, deliveries, editions, links, pages, sources, summaries
from archive.models import Article, Edition, FoundLink, Outcome, Page, Summary, Window
from archive.settings import Settings
from digest import edition
from digest.message import AddressError

DAY = date(2026, 11, 22)
NOW = clock.window(DAY, Settings().edition_cutoff).end


class Post:
    """A mail server. What it says of a reader, when it is not yes, is in `answers`."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.answers: dict[str, str] = {}
        self.asked: list[str] = []
        self.accepted: list[bytes] = []

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.asked.append(address)
        envelope.rcpt_tos.append(address)
        answer = self.answers.get(address, "")
        return answer if answer[:1].isdigit() else "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.accepted.append(envelope.original_content or b"")
        if self.answers.get(envelope.rcpt_tos[0]) == "hang up":
            server.transport.abort()
        return "250 kept"


@pytest.fixture
def post() -> Iterator[Post]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        server = Post(probe.getsockname()[1])
    controller = Controller(server, hostname="127.0.0.1", port=server.port)
    controller.start()
    yield server
    controller.stop()


@pytest.fixture
def settings(database_settings: Settings, post: Post, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(edition, "PAUSES", (0, 0))
    monkeypatch.setenv("JIANBAO_NOW", NOW.isoformat())
    mail = {"smtp_host": "127.0.0.1", "smtp_port": post.port, "smtp_security": "none"}
    return database_settings.model_copy(update={**mail, "smtp_from": "晨读 <news@jianbao.test>"})


@pytest.fixture
def window() -> Window:
    return clock.window(DAY, Settings().edition_cutoff)


@pytest.fixture
def outbox(conn: Connection, window: Window, settings: Settings) -> Edition:
    """The day's edition, queued for three readers."""
    frozen, _ = edition.freeze(conn, window, settings)
    for name in ("an", "bo", "chen"):
        deliveries.subscribe(conn, f"{name}@reader.test", NOW)
    deliveries.queue(conn, DAY, NOW)
    return frozen


def publish(conn: Connection, title: str) -> None:
    """An article that was first seen an hour before the cut-off."""
    seen, url, text = NOW - timedelta(hours=1), f"https://yunduan.test/{title}", f"{title}。"
    sources.sync(conn, [("yunduan", "云端日报", "https://yunduan.test", True)], seen)
    link = links.discover(conn, "yunduan", url, FoundLink(url), seen)
    pages.add(conn, Page(link, url, b"<p>", seen))
    (page,) = conn.execute("select id from archive.page where link = %s", (link,)).fetchone()
    articles.put(conn, link, page, Article(title, text), seen)
    links.settle(conn, link, Outcome.STORED, "", seen)
    (article,) = conn.execute("select id from archive.article where link = %s", (link,)).fetchone()
    summary = Summary(text, ((0, len(text)),), (), ("大模型",), (), "大模型", (), "extractive")
    summaries.put(conn, article, text, summary, seen)


def states(conn: Connection) -> dict[str, tuple[str, str]]:
    """What became of each reader's mail, and why."""
    rows = conn.execute(
        "select s.address, d.state, d.error from archive.delivery d"
        " join archive.subscriber s on s.id = d.reader"
    )
    return {address.partition("@")[0]: (state, error) for address, state, error in rows}


def test_an_edition_is_frozen_once(conn: Connection, window: Window, settings: Settings) -> None:
    publish(conn, "云岭智能发布青鸾")
    first, new = edition.freeze(conn, window, settings)
    assert new
    assert "云岭智能发布青鸾" in first.text
    publish(conn, "来晚了的一篇")
    assert "来晚了的一篇" in edition.compose(conn, window, settings).text
    assert edition.freeze(conn, window, settings) == (first, False)


def test_who_freezes_second_gets_what_was_frozen_first(
    conn: Connection, window: Window, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Edition(DAY, "先", "", "")

    def overtaken(*_: object) -> Edition:
        assert editions.freeze(conn, window, first, NOW)
        return Edition(DAY, "后", "", "")

    monkeypatch.setattr(edition, "compose", overtaken)
    assert edition.freeze(conn, window, settings) == (first, False)


def test_composing_from_the_archive_twice_gives_the_same(
    conn: Connection, window: Window, settings: Settings
) -> None:
    for title in ("甲", "乙", "丙"):
        publish(conn, title)
    once = edition.compose(conn, window, settings)
    assert once.counts["shown"] == 3
    assert once == edition.compose(conn, window, settings)


def test_every_reader_gets_one_mail_that_names_no_other_reader(
    conn: Connection, outbox: Edition, settings: Settings, post: Post
) -> None:
    assert edition.deliver(conn, outbox, settings) == {"sent": 3}
    assert set(states(conn).values()) == {("sent", "")}
    mails = [email.message_from_bytes(wire, policy=policy.default) for wire in post.accepted]
    assert sorted(mail["To"] for mail in mails) == [
        f"{n}@reader.test" for n in ("an", "bo", "chen")
    ]
    for mail, wire in zip(mails, post.accepted, strict=True):
        assert wire.count(b"@reader.test") == 1
        assert mail["Subject"] == outbox.subject
        assert mail["From"] == "晨读 <news@jianbao.test>"
        assert mail["Message-ID"].endswith("@jianbao.test>")


def test_delivering_again_sends_nothing(
    conn: Connection, outbox: Edition, settings: Settings, post: Post
) -> None:
    edition.deliver(conn, outbox, settings)
    assert deliveries.queue(conn, DAY, NOW) == 0
    assert edition.deliver(conn, outbox, settings) == {}
    assert len(post.asked) == 3


def test_a_reader_who_is_refused_or_unknown_is_recorded_and_stops_nobody(
    conn: Connection, outbox: Edition, settings: Settings, post: Post
) -> None:
    post.answers = {"an@reader.test": "550 5.1.1 no such user", "bo@reader.test": "hang up"}
    counts = edition.deliver(conn, outbox, settings)
    assert counts == {"failed": 1, "unknown": 1, "sent": 1}
    found = states(conn)
    assert found["an"] == ("failed", "550 5.1.1 no such user")
    assert found["bo"][0] == "unknown"
    assert "lost" in found["bo"][1]
    assert found["chen"] == ("sent", "")
    post.answers.clear()
    assert edition.deliver(conn, outbox, settings) == {}
    assert len(post.accepted) == 2


def test_what_the_server_puts_off_is_tried_again_in_a_moment_and_then_stays_queued(
    conn: Connection, outbox: Edition, settings: Settings, post: Post
) -> None:
    post.answers = {"bo@reader.test": "451 4.7.1 greylisted"}
    assert edition.deliver(conn, outbox, settings) == {"sent": 2, "put_off": 1}
    assert states(conn)["bo"] == ("queued", "451 4.7.1 greylisted")
    assert post.asked.count("bo@reader.test") == len(edition.PAUSES)
    post.answers.clear()
    assert edition.deliver(conn, outbox, settings) == {"sent": 1}
    assert states(conn)["bo"] == ("sent", "")
    assert len(post.accepted) == 3


def test_a_server_that_is_down_puts_everybody_off(
    conn: Connection, outbox: Edition, settings: Settings, post: Post, capsys: pytest.CaptureFixture
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        nobody = settings.model_copy(update={"smtp_port": probe.getsockname()[1]})
    assert edition.deliver(conn, outbox, nobody) == {"put_off": 3}
    assert "3 mails stay queued: mail server 127.0.0.1" in capsys.readouterr().err
    assert edition.deliver(conn, outbox, settings) == {"sent": 3}


def test_what_is_put_off_too_often_has_failed(
    conn: Connection, outbox: Edition, settings: Settings, post: Post
) -> None:
    conn.execute("update archive.delivery set attempts = %s", (edition.MAX_ATTEMPTS - 1,))
    post.answers = {"bo@reader.test": "452 4.2.2 mailbox full"}
    assert edition.deliver(conn, outbox, settings) == {"sent": 2, "failed": 1}
    assert states(conn)["bo"] == ("failed", "452 4.2.2 mailbox full")


def test_an_address_that_cannot_be_mailed_fails_alone(
    conn: Connection, outbox: Edition, settings: Settings
) -> None:
    conn.execute("update archive.subscriber set address = 'bo@x' where address like 'bo@%'")
    assert edition.deliver(conn, outbox, settings) == {"sent": 2, "failed": 1}
    state, error = states(conn)["bo"]
    assert state == "failed"
    assert "reader 'bo@x' is not a mail address" in error


def test_without_a_usable_sender_everybody_stays_queued(
    conn: Connection, outbox: Edition, settings: Settings
) -> None:
    wrong = settings.model_copy(update={"smtp_from": "news"})
    with pytest.raises(AddressError, match="SMTP_FROM 'news'"):
        edition.deliver(conn, outbox, wrong)
    assert set(states(conn).values()) == {("queued", "")}


def test_a_mail_whose_sender_died_is_unknown_and_never_sent_again(
    conn: Connection, outbox: Edition, settings: Settings, post: Post
) -> None:
    deliveries.claim(conn, DAY)
    conn.execute("update archive.delivery set claimed_until = now() where state = 'sending'")
    assert edition.deliver(conn, outbox, settings) == {"unknown": 1, "sent": 2}
    assert states(conn)["an"] == ("unknown", "the sender ended while sending")
    assert "an@reader.test" not in post.asked


def test_a_mail_that_another_sender_holds_is_left_to_it(
    conn: Connection, outbox: Edition, settings: Settings, post: Post
) -> None:
    deliveries.claim(conn, DAY)
    assert edition.deliver(conn, outbox, settings) == {"sent": 2}
    assert states(conn)["an"] == ("sending", "")
    assert "an@reader.test" not in post.asked


def test_an_edition_is_three_files(outbox: Edition, settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "版面" / "新"
    written = edition.write_files(outbox, folder, settings)
    assert written == [folder / f"digest-2026-11-22.{suffix}" for suffix in ("html", "txt", "eml")]
    assert sorted(written) == sorted(folder.iterdir())
    page, text, mail = (path.read_bytes() for path in written)
    assert (page.decode(), text.decode()) == (outbox.html, outbox.text)
    assert email.message_from_bytes(mail, policy=policy.default)["Subject"] == outbox.subject


def test_a_file_is_replaced_whole(outbox: Edition, settings: Settings, tmp_path: Path) -> None:
    page, *_ = edition.write_files(outbox, tmp_path, settings)
    with page.open(encoding="utf-8") as opened:
        edition.write_files(replace(outbox, html="<p>新版"), tmp_path, settings)
        assert opened.read() == outbox.html
    assert page.read_text(encoding="utf-8") == "<p>新版"


def test_files_are_not_touched_when_the_mail_cannot_be_made(
    outbox: Edition, settings: Settings, tmp_path: Path
) -> None:
    written = edition.write_files(outbox, tmp_path, settings)
    wrong = settings.model_copy(update={"smtp_from": "nobody"})
    with pytest.raises(AddressError, match="SMTP_FROM 'nobody'"):
        edition.write_files(replace(outbox, html=""), tmp_path, wrong)
    assert sorted(tmp_path.iterdir()) == sorted(written)
    assert written[0].read_text(encoding="utf-8") == outbox.html
