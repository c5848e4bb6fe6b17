"""subscribers: who reads the digest."""

import typer

from archive import console

app = typer.Typer()
subscribers = typer.Typer(no_args_is_help=True, help="Who reads the digest.")
app.add_typer(subscribers, name="subscribers")


@subscribers.command("add")
def add(addresses: list[str]) -> None:
    """Add readers."""
    from archive import clock, database, deliveries, settings
    from digest.message import valid_address

    if bad := [address for address in addresses if not valid_address(address)]:
        raise typer.BadParameter(f"{bad[0]!r} is not a mail address")
    with database.connect(settings.load(), database.MAILER) as conn:
        added = sum(deliveries.subscribe(conn, address, clock.now()) for address in addresses)
    console.result({"added": added})


@subscribers.command("remove")
def remove(addresses: list[str]) -> None:
    """Stop mailing readers."""
    from archive import database, deliveries, settings

    with database.connect(settings.load(), database.MAILER) as conn:
        removed = sum(deliveries.unsubscribe(conn, address) for address in addresses)
    console.result({"removed": removed})


@subscribers.command("list")
def list_readers() -> None:
    """List the readers."""
    from archive import database, deliveries, settings

    with database.connect(settings.load(), database.MAILER) as conn:
        for address, active in deliveries.subscribers(conn):
            console.out.print(f"{address}{'' if active else '  (inactive)'}", markup=False)
