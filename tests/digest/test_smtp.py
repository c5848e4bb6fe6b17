import asyncio
import socket
import ssl
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from time import monotonic

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from archive.edition_models import Edition
from digest.message import message
from digest.smtp import Mailer, Sent

EDITION = Edition(date(2026, 11, 22), "简报｜2026年11月22日｜芯片", "<p>正文</p>\n", "正文\n")

Serve = Callable[..., int]


class Sink:
    """A mail server whose answer is in the reader's name; what it accepted is the truth."""

    def __init__(self) -> None:
        self.accepted: list[str] = []
        self.content = b""
        self.connections: set[object] = set()
        self.farewells = 0
        self.is_tired = False
        """It hangs up on who comes for another mail."""

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.connections.add(session.peer)
        if address.startswith("refused"):
            return "553 Mail from must equal authorized user"
        if address.startswith("anonymous"):
            return "530 Authentication required"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        name = address.partition("@")[0]
        if name.startswith("rcpt"):
            return f"{name[4:]} no"
        if name == "hangup":
            server.transport.abort()
        if name != "forgotten":  # without a reader DATA itself is refused
            envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        reader = envelope.rcpt_tos[0]
        name = reader.partition("@")[0]
        if name.startswith("data"):
            return f"{name[4:]} no"
        self.accepted.append(reader)
        self.content = envelope.original_content or b""
        if name == "lost":
            server.transport.abort()
        if name == "silent":
            await asyncio.sleep(3600)
        if name == "garbled":
            return "what?"
        return "250 queued"

    async def handle_RSET(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.is_tired:
            server.transport.abort()
        return "250 OK"

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.farewells += 1
        return "221 Bye"


@pytest.fixture
def sink() -> Sink:
    return Sink()


@pytest.fixture
def port(sink: Sink, mail_server: Serve) -> int:
    return mail_server(sink)


def mailer(
    port: int, security: str = "none", user: str = "", password: str = "", timeout: float = 120.0
) -> Mailer:
    return Mailer("127.0.0.1", port, security, user, password, timeout)


def post(mailer: Mailer, reader: str, sender: str = "news") -> Sent:
    return mailer.send(message(EDITION, f"{sender}@jianbao.test", f"{reader}@reader.test"))


def test_an_accepted_mail_is_sent_and_arrives_whole(sink: Sink, port: int) -> None:
    mail = message(EDITION, "news@jianbao.test", "li@reader.test")
    with mailer(port) as sender:
        assert sender.send(mail) == Sent("sent")
    assert sink.content == mail.as_bytes()


def test_any_positive_answer_to_the_whole_message_is_an_acceptance(port: int) -> None:
    with mailer(port) as sender:
        assert post(sender, "data252") == Sent("sent")


def test_a_line_that_begins_with_a_dot_arrives_with_it(sink: Sink, port: int) -> None:
    mail = message(EDITION, "news@jianbao.test", "li@reader.test")
    mail.clear_content()
    mail.set_content(".\n..a\n.", cte="7bit")
    with mailer(port) as sender:
        assert sender.send(mail) == Sent("sent")
    assert sink.content.endswith(b"\r\n\r\n.\r\n..a\r\n.\r\n")


@pytest.mark.parametrize(
    ("reader", "state"),
    [
        ("rcpt421", "retry"),
        ("rcpt450", "retry"),
        ("rcpt451", "retry"),
        ("rcpt501", "failed"),
        ("rcpt550", "failed"),
        ("rcpt552", "retry"),
        ("rcpt553", "failed"),
        ("data451", "retry"),
        ("data552", "retry"),
        ("data554", "failed"),
    ],
)
def test_a_refusal_is_settled_by_its_code(reader: str, state: str, sink: Sink, port: int) -> None:
    with mailer(port) as sender:
        sent = post(sender, reader)
        assert sent.state == state
        assert sent.error.startswith(f"{reader[4:]} no")
        assert post(sender, "next") == Sent("sent")
    assert sink.accepted == ["next@reader.test"]


def test_a_message_that_is_refused_before_its_text_is_not_written(sink: Sink, port: int) -> None:
    with mailer(port) as sender:
        assert post(sender, "forgotten") == Sent("failed", "503 Error: need RCPT command")
        assert post(sender, "next") == Sent("sent")
    assert sink.accepted == ["next@reader.test"]


@pytest.mark.parametrize(
    ("reader", "advice"),
    [
        ("rcpt501", "the server does not understand the reader's address"),
        ("rcpt553", "SMTP_FROM must be the address of SMTP_USER"),
    ],
)
def test_a_refusal_with_another_cause_says_it(reader: str, advice: str, port: int) -> None:
    with mailer(port) as sender:
        assert advice in post(sender, reader).error


@pytest.mark.parametrize("reader", ["lost", "silent", "garbled"])
def test_an_answer_that_is_lost_after_the_whole_message_is_unknown(
    reader: str, sink: Sink, port: int
) -> None:
    with mailer(port, timeout=3.0 if reader == "silent" else 60.0) as sender:
        sent = post(sender, reader)
        assert sent.state == "unknown"
        assert "the answer to the whole message was lost" in sent.error
        assert post(sender, "next") == Sent("sent")
    assert sink.accepted == [f"{reader}@reader.test", "next@reader.test"]


def test_a_connection_lost_before_the_message_can_be_tried_again(sink: Sink, port: int) -> None:
    with mailer(port) as sender:
        sent = post(sender, "hangup")
        assert sent.state == "retry"
        assert f"127.0.0.1:{port}" in sent.error
    assert sink.accepted == []


def test_a_sender_that_is_interrupted_does_not_wait_for_the_server(sink: Sink, port: int) -> None:
    sender = mailer(port)

    def interrupted() -> None:
        with sender:
            assert post(sender, "a") == Sent("sent")
            assert sender._smtp
            sender._smtp.mail("news@jianbao.test")
            sender._smtp.rcpt("b@reader.test")
            assert sender._smtp.docmd("DATA")[0] == 354
            raise KeyboardInterrupt

    started = monotonic()
    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert monotonic() - started < 60
    assert sink.accepted == ["a@reader.test"]


def test_one_connection_serves_many_mails(sink: Sink, port: int) -> None:
    with mailer(port) as sender:
        states = [post(sender, reader).state for reader in ("a", "rcpt550", "b", "data554", "c")]
    assert states == ["sent", "failed", "sent", "failed", "sent"]
    assert (len(sink.connections), sink.farewells) == (1, 1)


def test_a_connection_that_the_server_closed_is_opened_anew(sink: Sink, port: int) -> None:
    with mailer(port) as sender:
        assert post(sender, "a") == Sent("sent")
        sink.is_tired = True
        assert post(sender, "b") == Sent("sent")
    assert sink.accepted == ["a@reader.test", "b@reader.test"]
    assert len(sink.connections) == 2


def test_nobody_listening_can_be_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with mailer(port) as sender:
        sent = post(sender, "li")
    refused = f"mail server 127.0.0.1:{port}: [Errno 111] Connection refused"
    assert sent == Sent("retry", refused, down=True)


def test_a_server_that_says_nothing_can_be_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        with mailer(port, timeout=0.3) as sender:
            sent = post(sender, "li")
    assert sent.state == "retry"
    assert "timed out" in sent.error


@pytest.mark.parametrize(
    ("sender", "advice"),
    [
        ("refused", "553 Mail from must equal authorized user: the sender was refused; SMTP_FROM"),
        ("anonymous", "530 Authentication required: the server wants a login; set SMTP_USER"),
    ],
)
def test_a_refused_sender_is_our_fault_so_no_reader_fails(
    sender: str, advice: str, port: int
) -> None:
    with mailer(port) as connection:
        sent = post(connection, "li", sender)
    assert sent.state == "retry"
    assert sent.error.startswith(advice)
    assert "\n" not in sent.error


def test_a_login_is_used_and_a_wrong_one_explained(sink: Sink, mail_server: Serve) -> None:
    def check(server: SMTP, session: Session, envelope: Envelope, how: str, login: object):
        return AuthResult(success=getattr(login, "password", b"") == b"code", handled=False)

    options = {"authenticator": check, "auth_require_tls": False}
    port = mail_server(sink, **options)
    with mailer(port, user="news", password="code") as sender:
        assert post(sender, "li") == Sent("sent")
    with mailer(port, user="news", password="its-secret") as sender:
        sent = post(sender, "li")
    assert sent.state == "retry"
    assert "refused the login (535 " in sent.error
    assert "授权码" in sent.error
    assert "its-secret" not in sent.error


def test_a_password_that_smtp_cannot_carry_can_be_corrected(sink: Sink, mail_server: Serve) -> None:
    options = {"auth_require_tls": False, "authenticator": lambda *_: AuthResult(success=True)}
    port = mail_server(sink, **options)
    with mailer(port, user="news", password="密码") as sender:
        sent = post(sender, "li")
    assert sent.state == "retry"
    assert sent.error.startswith(f"mail server 127.0.0.1:{port}: ")
    assert "密码" not in sent.error


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for 127.0.0.1 with its key, in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail.test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "mail.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_tls_is_spoken_and_the_certificate_checked(
    security: str,
    certificate: Path,
    sink: Sink,
    mail_server: Serve,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    options = (
        {"ssl_context": context}
        if security == "tls"
        else {"tls_context": context, "require_starttls": True}
    )
    port = mail_server(sink, **options)
    with mailer(port, security) as sender:
        sent = post(sender, "li")
    assert sent.state == "retry"
    assert "its certificate is not trusted" in sent.error
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with mailer(port, security) as sender:
        assert post(sender, "li") == Sent("sent")


def test_a_port_without_tls_is_named(port: int) -> None:
    with mailer(port, "tls") as sender:
        assert "does not speak TLS here; check SMTP_PORT" in post(sender, "li").error
    with mailer(port, "starttls") as sender:
        assert "STARTTLS" in post(sender, "li").error
