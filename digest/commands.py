"""digest: compose, freeze, preview and mail a day's edition."""

import time as wall
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from archive import console
from archive.errors import UsageError

app = typer.Typer()


class EarlyError(UsageError):
    """An edition cannot be frozen before its cut-off."""

    def __init__(self, day: date, end: datetime) -> None:
        super().__init__(
            f"the edition of {day} takes what is seen until {end:%Y-%m-%d %H:%M}; see it with"
            " --preview until then"
        )
        self.day, self.end = day, end


@app.command()
def digest(
    day: Annotated[
        str,
        typer.Option(
            help="The edition's day, YYYY-MM-DD; default: the last one due, of a preview the next."
        ),
    ] = "",
    preview: Annotated[
        bool, typer.Option(help="Write it as files; freeze and mail nothing.")
    ] = False,
    send: Annotated[bool, typer.Option(help="Mail it to every active subscriber, once.")] = False,
    wait: Annotated[int, typer.Option(help="Seconds to wait for pending articles.")] = 0,
    not_before: Annotated[
        str, typer.Option(help="HH:MM of the day before which none is mailed.")
    ] = "",
    folder: Annotated[Path | None, typer.Option("--out", help="Where files go.")] = None,
) -> None:
    """Compose and freeze the edition of a day, and those missed before it. What is frozen stays."""
    from archive import clock, database, editions, runs, settings
    from digest import delivering
    from digest import edition as editing

    current = settings.load()
    coming = clock.edition_day(clock.now(), current.edition_cutoff, current.timezone)
    chosen = _day(day) or (coming if preview else coming - timedelta(days=1))
    window = clock.window(chosen, current.edition_cutoff, current.timezone)
    # The demo's clock stands still while it crawls.
    if clock.now() < window.end and not preview and current.jianbao_kind != "demo":
        raise EarlyError(chosen, window.end)
    counts: dict[str, Any]
    with database.connect(current) as conn:
        if preview:
            made = editions.get(conn, chosen) or editing.compose(conn, window, current)
            paths = editing.write_files(made, folder or Path(), current)
            for path in paths:
                console.say(f"wrote {path}")
            console.result({"day": chosen.isoformat(), **made.counts})
            return
        with runs.logged(conn, f"digest --day {chosen}") as counts:
            late = _wait(conn, window, wait)
            missed = editing.catch_up(conn, window, current)
            made, new = editing.freeze(conn, window, current)
            counts |= {"frozen": int(new), "late": late, "missed": len(missed), **made.counts}
            if folder:
                editing.write_files(made, folder, current)
            if send:
                _wait_until(not_before, window)
                counts |= delivering.send(conn, made, current)
        console.say(made.subject)
    console.result({"day": chosen.isoformat(), **counts})
    if counts.get("put_off") or counts.get("wave"):
        raise typer.Exit(1)


def _wait(conn: Any, window: Any, seconds: int) -> int:
    from archive import editions

    deadline = wall.monotonic() + seconds
    with console.working("Waiting for pending articles") as progress:
        while (left := editions.unready(conn, window)) and wall.monotonic() < deadline:
            progress(f"{left} left")
            wall.sleep(1)
    return left


def _wait_until(text: str, window: Any) -> None:
    from archive import clock

    if not text or clock.is_fixed():
        return
    try:
        moment = datetime.combine(window.day, time.fromisoformat(text), window.end.tzinfo)
    except ValueError:
        raise typer.BadParameter(f"--not-before {text!r} is not a time like 07:30") from None
    while (left := (moment - clock.now()).total_seconds()) > 0:
        console.say(f"Mailing at {text}, in {left / 60:.0f} minutes")
        wall.sleep(min(left, 60))


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 — a day has no zone
    except ValueError:
        raise typer.BadParameter(f"--day {text!r} is not a day like 2026-03-04") from None
