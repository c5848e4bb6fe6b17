"""deliveries: how they stand, and how those of unknown end are settled by evidence."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from archive import console

State = StrEnum("State", "queued sending sent failed unknown not_sent")

app = typer.Typer()
outbox = typer.Typer(no_args_is_help=True, help="The outbox: who was sent what.")
app.add_typer(outbox, name="deliveries")


@outbox.command("list")
def list_deliveries(
    state: Annotated[
        list[State] | None,
        typer.Option(help="Of unknown end, if none is named; repeatable."),
    ] = None,
) -> None:
    """List deliveries with their addresses: those of unknown end, or in other states."""
    from archive import database, deliveries, settings
    from archive.clock import BEIJING

    with database.connect(settings.load(), database.MAILER) as conn:
        rows = deliveries.unsettled(conn, state or ["unknown"])
    if not rows:
        console.say(f"No delivery is {', '.join(state or ['unknown'])}.")
    for row in rows:
        *told, since = row
        since = since.astimezone(BEIJING).isoformat(" ", "minutes")
        console.out.print(*told, since, sep="  ", markup=False)


@outbox.command("settle")
def settle(
    sent: Annotated[list[int] | None, typer.Option(help="It arrived; repeatable.")] = None,
    failed: Annotated[list[int] | None, typer.Option(help="It did not arrive.")] = None,
    log: Annotated[
        Path | None,
        typer.Option(help="A mail server's log or a list of Message-IDs: what is in it was sent."),
    ] = None,
) -> None:
    """Settle deliveries of unknown end by what is known of them. Nothing is sent again."""
    from archive import clock, database, deliveries, settings
    from digest.message import message_key

    now = clock.now()
    with database.connect(settings.load(), database.MAILER) as conn:
        done = deliveries.resolve(conn, sent or [], "sent", "settled by hand", now)
        lost = deliveries.resolve(conn, failed or [], "failed", "settled by hand", now)
        if log:
            evidence = log.read_text(encoding="utf-8", errors="replace")
            found = [
                id
                for id, day, channel, address, *_ in deliveries.unsettled(conn, ["unknown"])
                if channel == "mail" and message_key(day, address) in evidence
            ]
            done += deliveries.resolve(conn, found, "sent", f"found in {log.name}", now)
        left = len(deliveries.unsettled(conn, ["unknown"]))
    console.result({"sent": len(done), "failed": len(lost), "unknown": left})
