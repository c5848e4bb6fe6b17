"""Mail over SMTP, with an answer that can be trusted: sent, failed, retry, or unknown."""

import re
import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from types import TracebackType
from typing import Literal, Self

from archive.text import clean_line

Security = Literal["tls", "starttls", "none"]
End = Literal["sent", "failed", "retry", "unknown"]

_OURS = "SMTP_FROM must be the address of SMTP_USER, or one that the server lets it send as"
_LOGIN = (
    "check SMTP_USER and SMTP_PASSWORD; QQ, 163 and 腾讯企业邮 want the 授权码 (authorization code)"
    " of their mail settings here, not the account's password"
)
_NO_LOGIN = "the server wants a login; set SMTP_USER and SMTP_PASSWORD"
_FULL = 552


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one message; `error` is one line, empty when it was sent."""

    state: End
    error: str = ""
    down: bool = False
    """Of a retry: the server itself is the trouble, and no other reader would fare better."""


class Mailer:
    """One SMTP connection, opened at the first message and used for all that follow.

    States of a message:
    - sent: the server accepted it;
    - failed: the server refused this reader or this content for good (5xx);
    - retry: nothing was delivered, and another time may go better: no connection, no login, our
      sender address refused, a mailbox that is full (552), or any 4xx;
    - unknown: the whole message was written, then the answer was lost. It may have been delivered,
      so it must not be sent again without evidence.
    """

    def __init__(
        self,
        host: str,
        port: int,
        security: Security = "tls",
        user: str = "",
        password: str = "",
        timeout: float = 30.0,
    ) -> None:
        self._host, self._port, self._security = host, port, security
        self._user, self._password, self._timeout = user, password, timeout
        self._smtp: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # In the middle of a message a QUIT would be a line of its text.
        if self._smtp and error is None:
            with suppress(OSError, smtplib.SMTPException):
                self._smtp.quit()
        self._close()

    def send(self, message: EmailMessage) -> Sent:
        """Send to the one reader in To, from the address in From. Raises no network error."""
        try:
            smtp = self._ready()
        except (OSError, smtplib.SMTPException, ValueError) as error:
            self._close()
            return Sent("retry", self._explain(error), down=True)
        try:
            return self._transact(smtp, message)
        except (OSError, smtplib.SMTPException) as error:
            self._close()
            return Sent("retry", self._explain(error))

    def _transact(self, smtp: smtplib.SMTP, message: EmailMessage) -> Sent:
        content = re.sub(rb"(?m)^\.", b"..", message.as_bytes())
        code, reply = smtp.mail(message["From"].addresses[0].addr_spec)
        if code != 250:
            hint = _NO_LOGIN if code == 530 else f"the sender was refused; {_OURS}"
            return Sent("retry", f"{_said(code, reply)}: {hint}", down=True)
        code, reply = smtp.rcpt(message["To"].addresses[0].addr_spec)
        if code not in (250, 251):
            return _refused(code, reply)
        code, reply = smtp.docmd("DATA")
        if code != 354:
            return _refused(code, reply)
        # Until the end mark is written, the server cannot have accepted anything.
        smtp.send(content + b".\r\n")
        try:
            code, reply = smtp.getreply()
            if not (200 <= code < 300 or 400 <= code < 600):
                raise smtplib.SMTPResponseException(code, reply)
        except (OSError, smtplib.SMTPException) as error:
            self._close()
            return Sent("unknown", f"the answer to the whole message was lost: {_words(error)}")
        return Sent("sent") if code < 400 else _refused(code, reply)

    def _ready(self) -> smtplib.SMTP:
        """A connection that answers: the open one if it still does, else a new one."""
        if self._smtp:
            with suppress(OSError, smtplib.SMTPException):
                if self._smtp.rset()[0] == 250:
                    return self._smtp
            self._close()
        where, wait = (self._host, self._port), self._timeout
        if self._security == "tls":
            context = ssl.create_default_context()
            self._smtp = smtplib.SMTP_SSL(*where, timeout=wait, context=context)
        else:
            self._smtp = smtplib.SMTP(*where, timeout=wait)
        self._smtp.ehlo_or_helo_if_needed()
        if self._security == "starttls":
            self._smtp.starttls(context=ssl.create_default_context())
            self._smtp.ehlo_or_helo_if_needed()
        if self._user:
            self._smtp.login(self._user, self._password)
        return self._smtp

    def _close(self) -> None:
        if self._smtp:
            self._smtp.close()
            self._smtp = None

    def _explain(self, error: Exception) -> str:
        where = f"mail server {self._host}:{self._port}"
        match error:
            case smtplib.SMTPAuthenticationError():
                said = _said(error.smtp_code, error.smtp_error)
                return f"{where} refused the login ({said}): {_LOGIN}"
            case ssl.SSLCertVerificationError():
                return f"{where}: its certificate is not trusted ({error.verify_message})"
            case ssl.SSLError():
                return f"{where} does not speak TLS here; check SMTP_PORT and SMTP_SECURITY"
            case _:
                return f"{where}: {_words(error)}"


def _refused(code: int, reply: bytes) -> Sent:
    for_good = 500 <= code < 600 and code != _FULL
    hint = ""
    if code == 501:
        hint = ": the server does not understand the reader's address"
    elif code == 553:
        hint = f": the server does not let this address pass; {_OURS}"
    return Sent("failed" if for_good else "retry", _said(code, reply) + hint)


def _said(code: int, reply: bytes | str) -> str:
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return f"{code} {clean_line(text, 200)}".strip()


def _words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _said(error.smtp_code, error.smtp_error)
    return clean_line(str(error), 200) or type(error).__name__
