"""An edition as the mail to one reader; the same edition and reader give the same bytes."""

import hashlib
import re
from datetime import date, datetime, time
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr, parseaddr

from archive.clock import BEIJING
from archive.edition_models import Edition
from archive.errors import UsageError
from archive.text import clean_line

MAILED_AT = time(7, 30, tzinfo=BEIJING)

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+(?!\d+\Z){_LABEL}")
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
# What a mail body may not hold: controls except tab and newline, and lone surrogates.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


class AddressError(UsageError):
    """A mail address or domain cannot be used."""

    def __init__(self, role: str, text: str) -> None:
        super().__init__(f"{role} {text!r} is not a mail address; write it like name@example.com")
        self.role = role
        self.text = text


def valid_address(text: str) -> bool:
    """Whether `text` is exactly one plain ASCII address, name@domain.tld, and nothing else."""
    local, _, domain = text.rpartition("@")
    return (
        len(text) <= 254
        and len(local) <= 64
        and _LOCAL.fullmatch(local) is not None
        and _DOMAIN.fullmatch(domain) is not None
    )


def message(
    edition: Edition, sender: str, reader_address: str, unsubscribe: str = ""
) -> EmailMessage:
    """The mail of `edition` to one reader.

    `sender` is an address or `Name <address>`, whose domain names the list and the message;
    `unsubscribe` is an https address of the reader's own. Raises AddressError.
    """
    name, address = parseaddr(sender)
    if not valid_address(address) or "\n" in sender or "\r" in sender:
        raise AddressError("SMTP_FROM", sender)
    if not valid_address(reader_address):
        raise AddressError("reader", reader_address)
    domain = address.rpartition("@")[2]

    subject = clean_line(edition.subject, 200)
    product = subject.partition("｜")[0]
    mail = EmailMessage(policy=SMTP)
    mail["From"] = formataddr((clean_line(name, 200) or product, address))
    mail["To"] = reader_address
    mail["Subject"] = subject
    mail["Date"] = format_datetime(datetime.combine(edition.day, MAILED_AT))
    mail["Message-ID"] = f"<{message_key(edition.day, reader_address)}@{domain}>"
    mail["List-Id"] = f"<digest.{domain}>"
    # The sender's own mailbox is the one address that surely exists.
    leave = f"<mailto:{address}?subject=unsubscribe>"
    if unsubscribe:
        mail["List-Unsubscribe"] = f"<{unsubscribe}>, {leave}"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
    else:
        mail["List-Unsubscribe"] = leave
    mail["Auto-Submitted"] = "auto-generated"
    mail["Precedence"] = "bulk"
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(_UNSAFE.sub("", edition.text), cte="base64")
    mail.add_alternative(_UNSAFE.sub("", edition.html), subtype="html", cte="base64")
    # Neither header text nor base64 can hold "=_", so the boundary is safe as well as stable.
    mail.set_boundary(f"=_{_digest(edition.subject + edition.html + edition.text)}")
    return mail


def message_key(day: date, reader_address: str) -> str:
    """What the Message-ID of this edition's mail to this reader begins with, the same for ever."""
    return _digest(f"{day}|{reader_address}")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]
