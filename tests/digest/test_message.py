import email
from dataclasses import replace
from datetime import date
from email import policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.edition_models import Edition, Material
from digest.compose import compose
from digest.message import AddressError, message, valid_address

EDITION = Edition(date(2026, 11, 22), "简报｜2026年11月22日｜芯片", "<p>正文</p>\n", "正文\n")
PAIR = ("a@b.test", "c@d.test")


def test_headers_are_exactly_these() -> None:
    mail = message(EDITION, "news@jianbao.test", "li@reader.test")
    assert {name: str(value) for name, value in mail.items()} == {
        "From": "简报 <news@jianbao.test>",
        "To": "li@reader.test",
        "Subject": "简报｜2026年11月22日｜芯片",
        "Date": "Sun, 22 Nov 2026 07:30:00 +0800",
        "Message-ID": "<b11c27f0166539a0263f398d9032de95@jianbao.test>",
        "List-Id": "<digest.jianbao.test>",
        "List-Unsubscribe": "<mailto:news@jianbao.test?subject=unsubscribe>",
        "Auto-Submitted": "auto-generated",
        "Precedence": "bulk",
        "X-Auto-Response-Suppress": "All",
        "MIME-Version": "1.0",
        "Content-Type": f'multipart/alternative; boundary="{mail.get_boundary()}"',
    }


def test_a_link_of_ones_own_makes_unsubscribing_one_click() -> None:
    link = "https://jianbao.test/u/12.AbCdEfGhIjKlMnOpQrStUvWxYz012345"
    wire = message(EDITION, "news@jianbao.test", "li@reader.test", link).as_bytes()
    mail = email.message_from_bytes(wire, policy=policy.default)
    assert (
        mail["List-Unsubscribe"].strip()
        == f"<{link}>, <mailto:news@jianbao.test?subject=unsubscribe>"
    )
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert max(map(len, wire.splitlines())) <= 998


def test_the_same_edition_and_reader_give_the_same_bytes(newsday: Material) -> None:
    def once() -> bytes:
        return message(compose(newsday, "简报"), "a@b.test", "c@d.test").as_bytes()

    assert once() == once()


def test_each_reader_and_each_day_has_a_message_id_of_its_own() -> None:
    tomorrow = replace(EDITION, day=date(2026, 11, 23))
    pairs = [(EDITION, "c@d.test"), (EDITION, "e@d.test"), (tomorrow, "c@d.test")]
    ids = {message(brief, "a@b.test", reader)["Message-ID"] for brief, reader in pairs}
    assert len(ids) == 3


def test_a_mail_survives_the_wire(newsday: Material) -> None:
    brief = compose(newsday, "简报")
    wire = message(brief, "每日简报 <a@b.test>", "c@d.test").as_bytes()
    assert wire.isascii()
    assert max(map(len, wire.split(b"\r\n"))) <= 78
    assert wire.count(b"\n") == wire.count(b"\r\n")
    mail = email.message_from_bytes(wire, policy=policy.default)
    assert not mail.defects
    text, html = mail.iter_parts()
    assert [text.get_content_type(), html.get_content_type()] == ["text/plain", "text/html"]
    for part, sent in ((text, brief.text), (html, brief.html)):
        assert part["Content-Transfer-Encoding"] == "base64"
        assert part.get_content().replace("\r\n", "\n") == sent
    assert mail["From"].addresses[0].display_name == "每日简报"
    assert mail["Subject"] == brief.subject


def test_what_a_mail_cannot_hold_is_left_out() -> None:
    hostile = "芯\ud800\x00\x1b片"
    mail = message(
        replace(EDITION, subject="a\u2028b\r\nBcc: x", html=hostile, text=hostile), *PAIR
    )
    assert mail["Subject"] == "a b Bcc: x"
    assert [part.get_content() for part in mail.iter_parts()] == ["芯片\r\n"] * 2


@given(st.text(st.characters(exclude_categories=())), st.text(st.characters(exclude_categories=())))
def test_any_edition_becomes_a_mail_with_the_same_headers(subject: str, body: str) -> None:
    mail = message(replace(EDITION, subject=subject, html=body, text=body), "a@b.test", "c@d.test")
    headers = mail.as_bytes().split(b"\r\n\r\n")[0].replace(b"\r\n ", b" ").split(b"\r\n")
    names = [line.split(b":")[0].decode() for line in headers]
    assert names == message(EDITION, "a@b.test", "c@d.test").keys()


@pytest.mark.parametrize(
    "address", ["a@b.cn", "li.lei+news@mail.example.com", "x_y-1@xn--fiq228c.cn", "1@163.com"]
)
def test_plain_addresses_are_valid(address: str) -> None:
    assert valid_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a",
        "@b.cn",
        "a@",
        "a@b",
        "a@b.cn> SIZE=1",
        "a@b.cn\r\nRCPT TO:<x@y.cn>",
        "a@b.cn\n",
        " a@b.cn",
        "a @b.cn",
        "a@b.cn,c@d.cn",
        "a@b@c.cn",
        "<a@b.cn>",
        "李@b.cn",
        "a@中国.cn",
        ".a@b.cn",
        "a..b@c.cn",
        "a@-b.cn",
        "a@b..cn",
        "a@127.0.0.1",
        "a@[127.0.0.1]",
        '"a b"@c.cn',
        "a" * 65 + "@b.cn",
        "a@" + "b." * 130 + "cn",
    ],
)
def test_anything_else_is_not(address: str) -> None:
    assert not valid_address(address)


@pytest.mark.parametrize(
    ("sender", "reader", "role"),
    [
        ("", "c@d.test", "SMTP_FROM"),
        ("a@b.test\r\nBcc: x@y.test", "c@d.test", "SMTP_FROM"),
        ("a@b.test", "c@d.test> SIZE=1", "reader"),
    ],
)
def test_a_bad_address_is_refused_by_name(sender: str, reader: str, role: str) -> None:
    with pytest.raises(AddressError, match=f"^{role} ") as refused:
        message(EDITION, sender, reader)
    assert refused.value.role == role
