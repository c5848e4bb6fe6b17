"""What the reference says of every answer of a mail server is so."""

import pytest

from benchmarks.mail_faults import Row, agrees, documented, play

ASKED = {"421", "450", "451", "501", "535", "550", "552", "553", "554", "silence", "hang up"}


def test_the_reference_speaks_of_every_answer_that_was_asked_for() -> None:
    rows = documented()
    assert {row.answer for row in rows} >= ASKED
    assert {row.at for row in rows} == {
        "connection", "login", "MAIL", "RCPT", "DATA", "text", "end",
    }  # fmt: skip
    assert len({(row.at, row.answer) for row in rows}) == len(rows)


@pytest.mark.parametrize("row", documented(), ids=lambda row: f"{row.at} {row.answer}")
def test_a_mail_ends_in_the_documented_state(row: Row) -> None:
    sent = play(row)
    assert agrees(row, sent), sent
