"""export, backup, restore, prune: what leaves the archive, comes back, or goes for good."""

import os
import sys
from contextlib import nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from archive import console
from archive.export import Format

app = typer.Typer()
_FORM: Any = {"formats": ["%Y-%m-%d"], "metavar": "DAY"}


@app.command()
def export(
    form: Annotated[Format, typer.Option("--format", help="What to write.")] = Format.JSONL,
    out: Annotated[str, typer.Option(help="The file; - for standard output.")] = "-",
    since: Annotated[
        datetime | None, typer.Option(help="Those first seen from this day on.", **_FORM)
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(help="And until this day, with it.", **_FORM)
    ] = None,
    source: Annotated[list[str] | None, typer.Option(help="Only this source; repeatable.")] = None,
    tag: Annotated[str, typer.Option(help="Only with this topic, technology, … .")] = "",
) -> None:
    """Write articles for other programs: those first seen from the day --since to the day --until.

    Times and days are those of the setting TIMEZONE. The file appears when it is whole.
    """
    from archive import database, settings
    from archive.export import Selection, export
    from archive.whole import writing

    on_screen = out == "-" and sys.stdout.isatty()
    if on_screen and form is Format.PARQUET:
        raise typer.BadParameter("Parquet is not for a terminal; give --out FILE")
    current = settings.load()
    zone = current.timezone
    selection = Selection(
        since.replace(tzinfo=zone) if since else None,
        (until + timedelta(days=1)).replace(tzinfo=zone) if until else None,
        tuple(source or ()),
        tag,
    )
    with (
        database.connect(current) as conn,
        nullcontext(lambda text: None) if on_screen else console.working("Exporting") as progress,
        nullcontext(sys.stdout.buffer) if out == "-" else writing(Path(out)) as file,
    ):
        count = export(
            conn, selection, form, file, zone, lambda done: progress(f"{done:,} articles")
        )
        file.flush()
    console.say(f"Exported {count:,} articles" + (f" to {out}." if out != "-" else "."))


@app.command()
def backup(
    target: Annotated[
        Path | None, typer.Argument(help="A file or folder; default: backups/ in JIANBAO_HOME.")
    ] = None,
    keep: Annotated[
        int | None, typer.Option(min=1, help="Then keep only so many of the folder's backups.")
    ] = None,
    nightly: Annotated[
        bool, typer.Option(help="Keep as many as the setting BACKUP_KEEP says; none made if 0.")
    ] = False,
) -> None:
    """Back the whole archive up into one file that only you can read; it may be in use."""
    from archive import backups, clock, settings

    current = settings.load()
    if nightly:
        if not current.backup_keep:
            console.result({"made": 0})
            return
        keep = current.backup_keep
    if target is None:
        target = backups.folder(current)
    with console.working("Backing up"):
        made = backups.make(current, target, clock.now())
    dropped = backups.drop_old(made.parent, keep or 0)
    size = made.stat().st_size
    console.say(f"The archive is in {made} ({size / 2**20:,.1f} MB); mail addresses are in it too.")
    console.result({"made": 1, "bytes": size, "dropped": len(dropped)})


@app.command()
def restore(
    file: Path,
    replace: Annotated[
        bool, typer.Option(help="In place of this archive, which is backed up first.")
    ] = False,
    moved: Annotated[
        bool, typer.Option(help="The old archive had ended before the backup: mail what is due.")
    ] = False,
) -> None:
    """Put a backup into a new, empty archive. All of it comes, or nothing changes."""
    from archive import backups, clock, settings
    from service import live
    from service.supervisor import ServiceError

    current = settings.load()
    if live.processes(current) is not None:
        raise ServiceError("the service of this archive", "is up; stop it first: make down")
    backups.check(current, file)
    used = backups.used(current)
    if used and not replace:
        raise typer.BadParameter(
            f"there is an archive in {current.jianbao_home} ({used}): restore into another"
            " JIANBAO_HOME, or with --replace, which backs this one up first"
        )
    if used:
        with console.working("Backing up what is here"):
            kept = backups.make(current, backups.folder(current), clock.now())
        console.say(f"What was here is in {kept}")
    with console.working("Restoring"):
        backups.restore(current, file, clock.now(), moved=moved)
    console.say(f"{file} is restored into {current.jianbao_home}.")
    if not moved:
        console.say("Mails that waited in it, and editions that have ended by now, are not sent.")


@app.command()
def prune(
    dry_run: Annotated[bool, typer.Option(help="Only count what would be removed.")] = False,
) -> None:
    """Remove what the policy lets go: raw pages, run logs, Airflow's history, older backups."""
    from archive import backups, clock, database, retention, runs, settings
    from service import airflow

    current = settings.load()
    marker = current.jianbao_home / "airflow" / "migrated"
    days = {"pages_days": current.keep_pages_days, "runs_days": current.keep_runs_days}
    folder = current.jianbao_home / "backups"
    with database.connect(current) as conn:
        if dry_run:
            old = backups.old(folder, current.backup_keep)
            console.result(
                retention.prunable(conn, clock.now(), **days)
                | {"backups": len(old), "backup_bytes": sum(path.stat().st_size for path in old)}
            )
            return
        with runs.logged(conn, "prune") as counts, console.working("Removing what is old"):
            counts |= retention.prune(conn, clock.now(), **days)
            counts["backups"] = len(backups.drop_old(folder, current.backup_keep))
            # Set in Airflow's tasks, which may run on a machine with workers only.
            if marker.exists() or "AIRFLOW_HOME" in os.environ:
                counts |= airflow.prune(current, clock.now())
    console.result(counts)
