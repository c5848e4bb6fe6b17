import email
import socket
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from email import policy
from types import SimpleNamespace

import psycopg
import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from psycopg import Connection
from pydantic import SecretStr

from archive import clock, deliveries, editions, subscribers
from archive.edition_models import Choice, Delivery, Edition, Part
from archive.settings import Settings, SettingsError
from digest import delivering, edition, feed, robots, sender
from digest.message import AddressError
from digest.smtp import Mailer, Sent

DAY = date(2026, 11, 22)
NOW = clock.window(DAY, Settings().edition_cutoff).end


class Post:
    """A mail server. What it says of a reader, when it is not yes, is in `answers`."""

    port: int

    def __init__(self) -> None:
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
def post(mail_server: Callable[[Post], int]) -> Post:
    server = Post()
    server.port = mail_server(server)
    return server


@pytest.fixture
def settings(
    conn: Connection, database_settings: Settings, post: Post, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    def pass_by(seconds: float) -> None:
        conn.execute(
            "update archive.delivery set next_attempt_at = next_attempt_at"
            " - make_interval(secs => %s) where state = 'queued'",
            (seconds,),
        )

    # Two rounds, and no time goes by in either.
    monkeypatch.setattr(delivering, "time", SimpleNamespace(sleep=pass_by))
    monkeypatch.setattr(delivering, "PAUSES", (0, 4000))
    monkeypatch.setattr(delivering, "BACK_OFF", (3600,))
    monkeypatch.setenv("JIANBAO_NOW", NOW.isoformat())
    mail = {"smtp_host": "127.0.0.1", "smtp_port": post.port, "smtp_security": "none"}
    mail |= {"smtp_per_minute": 0}
    return database_settings.model_copy(update={**mail, "smtp_from": "晨读 <news@jianbao.test>"})


@pytest.fixture
def outbox(conn: Connection, settings: Settings) -> Edition:
    """The day's edition, queued for three readers."""
    frozen, _ = edition.freeze(conn, clock.window(DAY, settings.edition_cutoff), settings)
    for name in ("an", "bo", "chen"):
        subscribers.put(conn, f"{name}@reader.test", Choice(), NOW)
    deliveries.queue(conn, DAY, NOW)
    return frozen


def states(conn: Connection) -> dict[str, tuple[str, str]]:
    """What became of each reader's mail, and why."""
    rows = conn.execute(
        "select s.address, d.state, d.error from archive.delivery d"
        " join archive.subscriber s on s.id = d.reader"
    )
    return {address.partition("@")[0]: (state, error) for address, state, error in rows}


def test_every_reader_gets_one_mail_that_names_no_other_reader(
    conn: Connection, outbox: Edition, settings: Settings, post: Post
) -> None:
    assert delivering.deliver(conn, outbox, settings) == {"sent": 3}
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
    delivering.deliver(conn, outbox, settings)
    assert deliveries.queue(conn, DAY, NOW) == 0
    assert delivering.deliver(conn, outbox, settings) == {}
    assert len(post.asked) == 3


def test_a_reader_who_is_refused_or_unknown_is_recorded_and_stops_nobody(
    conn: Connection, outbox: Edition, settings: Settings, post: Post
) -> None:
    post.answers = {"an@reader.test": "550 5.1.1 no such user", "bo@reader.test": "hang up"}
    counts = delivering.deliver(conn, outbox, settings)
    assert counts == {"failed": 1, "unknown": 1, "sent": 1}
    found = states(conn)
    assert found["an"] == ("failed", "550 5.1.1 no such user")
    assert found["bo"][0] == "unknown"
    assert "lost" in found["bo"][1]
    assert found["chen"] == ("sent", "")
    post.answers.clear()
    assert delivering.deliver(conn, outbox, settings) == {}
    assert len(post.accepted) == 2


def test_what_the_server_puts_off_is_tried_again_in_a_moment_and_then_stays_queued(
    conn: Connection, outbox: Edition, settings: Settings, post: Post
) -> None:
    post.answers = {"bo@reader.test": "451 4.7.1 greylisted"}
    assert delivering.deliver(conn, outbox, settings) == {"sent": 2, "put_off": 1}
    assert states(conn)["bo"] == ("queued", "451 4.7.1 greylisted")
    assert post.asked.count("bo@reader.test") == len(delivering.PAUSES)
    post.answers.clear()
    assert delivering.deliver(conn, outbox, settings) == {"sent": 1}
    assert states(conn)["bo"] == ("sent", "")
    assert len(post.accepted) == 3


def test_a_server_that_is_down_puts_everybody_off(
    conn: Connection, outbox: Edition, settings: Settings, post: Post, capsys: pytest.CaptureFixture
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        nobody = settings.model_copy(update={"smtp_port": probe.getsockname()[1]})
    assert delivering.deliver(conn, outbox, nobody) == {"put_off": 3}
    assert "mail: 3 messages stay queued: mail server 127.0.0.1" in capsys.readouterr().err
    assert delivering.deliver(conn, outbox, settings) == {"sent": 3}


def test_what_is_put_off_too_often_has_failed(
    conn: Connection, outbox: Edition, settings: Settings, post: Post
) -> None:
    conn.execute("update archive.delivery set attempts = %s", (delivering.MAX_ATTEMPTS - 1,))
    post.answers = {"bo@reader.test": "452 4.2.2 mailbox full"}
    assert delivering.deliver(conn, outbox, settings) == {"sent": 2, "failed": 1}
    assert states(conn)["bo"] == ("failed", "452 4.2.2 mailbox full")


def test_an_address_that_cannot_be_mailed_fails_alone(
    conn: Connection, outbox: Edition, settings: Settings
) -> None:
    conn.execute("update archive.subscriber set address = 'bo@x' where address like 'bo@%'")
    assert delivering.deliver(conn, outbox, settings) == {"sent": 2, "failed": 1}
    state, error = states(conn)["bo"]
    assert state == "failed"
    assert "reader 'bo@x' is not a mail address" in error


def test_without_a_usable_sender_everybody_stays_queued(
    conn: Connection, outbox: Edition, settings: Settings
) -> None:
    wrong = settings.model_copy(update={"smtp_from": "news"})
    with pytest.raises(AddressError, match="SMTP_FROM 'news'"):
        delivering.deliver(conn, outbox, wrong)
    assert set(states(conn).values()) == {("queued", "")}


def test_a_mail_whose_sender_died_is_unknown_and_never_sent_again(
    conn: Connection, outbox: Edition, settings: Settings, post: Post
) -> None:
    deliveries.claim(conn, DAY)
    conn.execute("update archive.delivery set claimed_until = now() where state = 'sending'")
    assert delivering.deliver(conn, outbox, settings) == {"unknown": 1, "sent": 2}
    assert states(conn)["an"] == ("unknown", "the sender ended while sending")
    assert "an@reader.test" not in post.asked


def test_a_mail_that_another_sender_holds_is_left_to_it(
    conn: Connection, database_url: str, outbox: Edition, settings: Settings, post: Post
) -> None:
    claimed = deliveries.claim(conn, DAY)
    conn.execute("update archive.delivery set claimed_until = now() where state = 'sending'")
    with psycopg.connect(database_url) as other:
        assert deliveries.hold(other, claimed.id)
        assert delivering.deliver(conn, outbox, settings) == {"sent": 2}
    assert states(conn)["an"] == ("sending", "")
    assert "an@reader.test" not in post.asked


def test_a_claim_that_another_gave_up_for_dead_is_not_sent(
    conn: Connection,
    outbox: Edition,
    settings: Settings,
    post: Post,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    claim = deliveries.claim

    def slow(*words: object) -> Delivery | None:
        claimed = claim(*words)
        conn.execute("update archive.delivery set claimed_until = now() where state = 'sending'")
        deliveries.expire(conn, NOW)
        return claimed

    monkeypatch.setattr(deliveries, "claim", slow)
    assert delivering.deliver(conn, outbox, settings) == {}
    assert post.asked == []
    assert deliveries.states(conn, DAY) == {"unknown": 3}


def test_one_look_at_a_server_that_is_down_is_enough(
    conn: Connection, outbox: Edition, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[object] = []
    send = Mailer.send
    monkeypatch.setattr(Mailer, "send", lambda *words: looks.append(words) or send(*words))
    with socket.create_server(("127.0.0.1", 0)) as probe:
        nobody = settings.model_copy(update={"smtp_port": probe.getsockname()[1]})
    assert delivering.deliver(conn, outbox, nobody) == {"put_off": 3}
    assert len(looks) == len(delivering.PAUSES)
    rows = conn.execute("select attempts, error <> '' from archive.delivery order by id").fetchall()
    assert rows == [(0, True), (0, False), (0, False)]


def test_a_server_that_puts_everybody_off_is_left_alone(
    conn: Connection, outbox: Edition, settings: Settings, post: Post
) -> None:
    for number in range(30):
        subscribers.put(conn, f"r{number}@reader.test", Choice(), NOW)
    deliveries.queue(conn, DAY, NOW)
    post.answers = dict.fromkeys(
        [f"{n}@reader.test" for n in ("an", "bo", "chen", *(f"r{i}" for i in range(30)))],
        "451 4.3.2 not now",
    )
    assert delivering.deliver(conn, outbox, settings) == {"put_off": 33}
    assert len(post.asked) == delivering.WAVE * len(delivering.PAUSES)


def test_a_wave_of_refusals_stops_before_everybody_has_failed(
    conn: Connection, outbox: Edition, settings: Settings, post: Post
) -> None:
    for number in range(30):
        subscribers.put(conn, f"r{number}@reader.test", Choice(), NOW)
        post.answers[f"r{number}@reader.test"] = "550 5.7.1 you are blocked"
    deliveries.queue(conn, DAY, NOW)
    counts = delivering.deliver(conn, outbox, settings)
    assert counts == {"sent": 3, "failed": 10, "wave": 1, "put_off": 20}


def test_not_more_are_sent_in_a_minute_than_the_setting_says(
    conn: Connection, outbox: Edition, settings: Settings
) -> None:
    began = time.monotonic()
    paced = settings.model_copy(update={"smtp_per_minute": 60})
    assert delivering.deliver(conn, outbox, paced) == {"sent": 3}
    assert time.monotonic() - began >= 2


def test_each_reader_gets_his_topics_and_a_link_of_his_own(
    conn: Connection, outbox: Edition, settings: Settings, post: Post
) -> None:
    conn.execute("delete from archive.edition_part")
    chips = Part("story", "<p>青鸾</p>", "青鸾", "青鸾", "芯片", "芯片", (1,))
    models = Part("story", "<p>云岭</p>", "云岭", "云岭", "大模型", "大模型", (2,))
    leave = Part("unsubscribe", "<a href='{unsubscribe}'>", "{unsubscribe}")
    brief = replace(outbox, parts=(Part("opening", "", "", "简报"), chips, models, leave))
    subscribers.put(conn, "bo@reader.test", Choice(topics=("芯片",)), NOW)
    subscribers.put(conn, "chen@reader.test", Choice(search="量子"), NOW)
    public = settings.model_copy(update={"public_url": "https://brief.test"})
    found = {"": (), "量子": (2,)}
    assert delivering.deliver(conn, brief, public, found.__getitem__) == {"sent": 3}
    texts, links = {}, set()
    for wire in post.accepted:
        mail = email.message_from_bytes(wire, policy=policy.default)
        text = mail.get_body(("plain",)).get_content()
        texts[mail["To"]] = [name for name in ("青鸾", "云岭") if name in text]
        link = mail["List-Unsubscribe"].strip()[1:].partition(">")[0]
        assert link in text
        assert link in mail.get_body(("html",)).get_content()
        links.add(link)
    assert texts == {
        "an@reader.test": ["青鸾", "云岭"],
        "bo@reader.test": ["青鸾"],
        "chen@reader.test": ["云岭"],
    }
    assert len(links) == 3


def test_nothing_is_in_flight_while_the_pace_is_kept(
    conn: Connection, outbox: Edition, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    met: list[int] = []
    monkeypatch.setattr(
        sender.time,
        "sleep",
        lambda seconds: met.append(deliveries.states(conn, DAY).get("sending", 0)),
    )
    delivering.deliver(conn, outbox, settings.model_copy(update={"smtp_per_minute": 60}))
    assert len(met) > 3
    assert not any(met)


def test_no_secret_is_told(
    conn: Connection, outbox: Edition, settings: Settings, capsys: pytest.CaptureFixture
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    secret = SecretStr("canary")
    for name in ("wecom", "feishu", "dingtalk"):
        subscribers.put(conn, name, Choice(), NOW)
    deliveries.queue(conn, DAY, NOW)
    hooks = {
        f"{name}_webhook": SecretStr(f"http://127.0.0.1:{port}/canary?key=canary")
        for name in ("wecom", "feishu", "dingtalk")
    }
    keys = {"feishu_secret": secret, "dingtalk_secret": secret, "smtp_password": secret}
    given = settings.model_copy(update={**hooks, **keys, "smtp_user": "news@jianbao.test"})
    assert delivering.deliver(conn, outbox, given) == {"put_off": 6}
    told = capsys.readouterr()
    rows = conn.execute("select error from archive.delivery where error <> ''").fetchall()
    assert len(rows) == 4
    assert "canary" not in f"{told.out}{told.err}{rows}{given!r}"


def test_other_channels_go_through_the_same_outbox(
    conn: Connection, outbox: Edition, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    posted: list[tuple[str, str]] = []

    def post(name: str, url: str, query: str, body: bytes) -> Sent:
        posted.append((name, url))
        return Sent("unknown", "lost") if name == "dingtalk" else Sent("sent")

    monkeypatch.setattr(robots, "post", post)
    for name in ("wecom", "dingtalk", "atom"):
        subscribers.put(conn, name, Choice(), NOW)
    deliveries.queue(conn, DAY, NOW)
    hooks = {name: SecretStr(f"https://{name}.test/x") for name in ("wecom", "dingtalk")}
    given = settings.model_copy(update={f"{name}_webhook": url for name, url in hooks.items()})
    for counts in ({"sent": 5, "unknown": 1}, {}):
        assert delivering.deliver(conn, outbox, given) == counts
    assert posted == [(name, f"https://{name}.test/x") for name in ("wecom", "dingtalk")]
    file = feed.file(settings.jianbao_home)
    assert outbox.subject in file.read_text(encoding="utf-8")
    file.unlink()


def test_what_a_channel_lacks_is_named_when_the_others_are_done(
    conn: Connection, outbox: Edition, settings: Settings
) -> None:
    subscribers.put(conn, "feishu", Choice(), NOW)
    deliveries.queue(conn, DAY, NOW)
    with pytest.raises(SettingsError, match="FEISHU_WEBHOOK: is not set"):
        delivering.deliver(conn, outbox, settings)
    assert deliveries.states(conn, DAY) == {"sent": 3, "queued": 1}
    with pytest.raises(SettingsError, match="FEISHU_WEBHOOK"):
        delivering.deliver(conn, outbox, settings)


def test_on_monday_a_reader_of_weekdays_reads_of_the_weekend(
    conn: Connection, settings: Settings, post: Post
) -> None:
    ledger = Part("ledger", "<i>账</i>", "账")
    for day in (21, 22, 23):
        window = clock.window(date(2026, 11, day), settings.edition_cutoff)
        told = Part("story", f"<p>{day}日</p>", f"{day}日", f"{day}日", "芯片", "芯片", (day,))
        parts = (Part("opening", "", "", "简报"), told, ledger)
        brief = Edition(window.day, "简报", "", "", {}, parts)
        editions.freeze(conn, window, brief, NOW)
    subscribers.put(conn, "daily@reader.test", Choice(), NOW)
    subscribers.put(conn, "weekdays@reader.test", Choice(weekdays=True), NOW)
    monday = editions.get(conn, date(2026, 11, 23))
    deliveries.queue(conn, monday.day, NOW)
    assert delivering.deliver(conn, monday, settings) == {"sent": 2}
    mails = [email.message_from_bytes(wire, policy=policy.default) for wire in post.accepted]
    texts = [mail.get_body(("plain",)).get_content() for mail in mails]
    assert ["周末补读" in text for text in texts] == [False, True]
    assert [f"{day}日" in texts[1] for day in (21, 22, 23)] == [True] * 3
    assert "22日" not in texts[0]
