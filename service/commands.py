"""up, down, status, migrate, url, psql: the service's commands."""

import os
import shutil
import signal
import sys
import threading
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from archive import console

if TYPE_CHECKING:
    from archive.settings import Settings
    from service.live import Deployment

app = typer.Typer()


@app.command()
def up(
    foreground: Annotated[
        bool, typer.Option(help="Stay until a signal comes, then stop it all; for containers.")
    ] = False,
    worker: Annotated[
        bool, typer.Option(help="Only Celery workers, for a service on another machine.")
    ] = False,
) -> None:
    """Start the live service: Airflow runs the DAGs on schedule against the real sources."""
    from archive import clock, settings
    from service import live
    from service.supervisor import ServiceError

    current = settings.load()
    ended = threading.Event()
    if foreground:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: ended.set())
    if clock.is_fixed():
        raise typer.BadParameter("its clock stands still (JIANBAO_NOW): use jianbao demo")
    if worker:
        deployment = live.set_up_workers(current)
        new = live.start(deployment, only_workers=True)
        console.say("The workers are up." if new else "Something of this folder is up already.")
    else:
        deployment = _up(current)
    if foreground:
        while not ended.wait(5):
            if live.processes(current) is None:
                raise ServiceError("supervisord", "ended by itself", deployment.folders.logs)
        with console.working("Stopping"):
            live.stop(current)


def _up(current: "Settings") -> "Deployment":
    from service import live

    with console.working("Setting up the database and Airflow's metadata"):
        deployment = live.set_up(current)
    new = live.start(deployment)
    with console.working("Starting Airflow") as progress:
        progress("waiting for its API, scheduler and DAGs")
        deployment.client().wait_for_dags(live.DAGS, live.START_SECONDS)
    console.say("The service is up." if new else "The service was up already.")
    console.say(f"  Airflow   http://127.0.0.1:{deployment.port}  user admin, password in")
    console.say(f"            {deployment.folders.home / 'secrets.json'} (admin)")
    console.say("  status    make status      stop  make down      query  make psql")
    if not current.smtp_host:
        console.say("  No mail will be sent: SMTP_HOST is not set (see .env.example).")
    return deployment


@app.command()
def status(
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Only tell the operator, once, what is wrong with the morning's edition.",
        ),
    ] = False,
) -> None:
    """Show services, sources, backlog and the last edition on one screen."""
    from archive import database, embedded, query, settings
    from service import live

    current = settings.load()
    if check:
        from service.morning import look_after

        if problems := look_after(current):
            console.say("\n".join(problems))
            raise typer.Exit(1)
        return
    out = console.out
    out.print(f"archive   {current.jianbao_home}  ({current.jianbao_kind})", markup=False)
    if current.jianbao_allow:
        console.paragraph(f"guard     lets pass {', '.join(current.jianbao_allow)}", hang=10)
    if current.jianbao_home.exists():
        free = shutil.disk_usage(current.jianbao_home).free / 2**30
        out.print(f"disk      {free:.1f} GB free", markup=False)
    states = live.processes(current)
    if states is None:
        how = "demo" if current.jianbao_kind == "demo" else "up"
        out.print(f"service   is not up; start it with: make {how}")
    else:
        console.table(
            ["service", "state", ""], [(one.name, one.state, one.description) for one in states]
        )
        _show_schedule(live.existing(current))
    if not current.database_url and not embedded.running(current.jianbao_home / "postgres"):
        out.print("database  is not running")
        return
    url = database.looking_dsn(current)
    for title, sql in _SCREEN:
        answer = query.ask(url, sql)
        if answer.rows:
            console.table(list(answer.columns), list(answer.rows), title=f"\n{title}")


def _show_schedule(deployment: "Deployment") -> None:
    from archive.clock import BEIJING

    def local(stated: str | None) -> str:
        return (
            datetime.fromisoformat(stated).astimezone(BEIJING).strftime("%m-%d %H:%M")
            if stated
            else ""
        )

    client = deployment.client()
    if not client.healthy():
        console.out.print("Airflow   does not answer yet")
        return
    rows: list[tuple[object, ...]] = []
    for dag in client.get("/api/v2/dags")["dags"]:
        runs = client.runs(dag["dag_id"])
        last = f"{local(runs[0]['run_after'])} {runs[0]['state']}" if runs else "never"
        paused = "paused" if dag["is_paused"] else local(dag["next_dagrun_run_after"])
        rows.append((dag["dag_id"], last, paused or "when there is news"))
    console.table(["dag", "last run", "next run"], rows, title="\nSchedule (Beijing time)")


_SCREEN = (
    ("Backlog", "select stage, pending from backlog"),
    (
        "Sources that need a look",
        "select id, state, expected_per_day as usual, last_day,"
        " case when length(why) > 70 then left(why, 69) || '…' else why end as why"
        " from source_health() where state not in ('ok', 'learning', 'never polled')",
    ),
    (
        "Yesterday and today",
        "select day, sum(expected) as expected, sum(found) as found, sum(stored) as stored,"
        " sum(refused) as refused, sum(pending) as pending from source_days"
        " where day >= (now() at time zone 'Asia/Shanghai')::date - 1 group by day order by day",
    ),
    (
        "Sources",
        "select state, count(*) as sources, sum(last_day) as stored_24h,"
        " to_char(max(newest_at) at time zone 'Asia/Shanghai', 'MM-DD HH24:MI') as newest"
        " from source_health() group by state order by state",
    ),
    (
        "Last runs",
        "select command, to_char(started_at at time zone 'Asia/Shanghai', 'MM-DD HH24:MI')"
        " as started, left(counts::text, 60) as counts, left(error, 40) as error"
        " from runs order by id desc limit 5",
    ),
    (
        "Not known to have arrived: jianbao deliveries settle",
        "select id, day, channel, state, attempts, answer from unsettled"
        " where state <> 'queued' order by id",
    ),
    (
        "Last edition",
        "select e.day, e.subject, string_agg(d.state || ' ' || d.readers, ', ') as mails"
        " from editions e left join deliveries d using (day)"
        " group by e.day, e.subject order by e.day desc limit 1",
    ),
)


@app.command()
def alert(text: str) -> None:
    """Tell the operator something: the alert log, and the webhook if one is set."""
    from archive import settings
    from service.alert import alert as tell

    if problem := tell(settings.load(), text):
        console.say(problem)
        raise typer.Exit(1)


@app.command()
def migrate() -> None:
    """Bring the database to this program's schema."""
    from archive import database, settings

    with console.working("Bringing the database to this program's schema") as progress:
        applied = database.migrate(settings.load(), progress)
    for name in applied:
        console.say(f"applied {name}")
    console.result({"applied": len(applied)})


@app.command()
def url(
    how: Annotated[
        bool, typer.Option(help="Show how psql, pandas, DuckDB, DBeaver and Metabase use it.")
    ] = False,
) -> None:
    """Print the read-only address of the archive, for psql, pandas or any SQL tool."""
    from archive import database, settings
    from service.ways import ways

    address = database.reader_url(settings.load())
    sys.stdout.write(ways(address) if how else address + "\n")


_READ_ONLY = "-c search_path=news -c default_transaction_read_only=on"


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def psql() -> None:
    """Open psql on the archive, as the reader."""
    from archive import binaries, clients, database, settings

    current = settings.load()
    address = database.looking_dsn(current)
    if address == current.database_url:
        console.say("READER_URL is not set: this is the user of DATABASE_URL, read-only by default")
    # A psql of the system has line editing; the wheel's has none, but is always there.
    program = shutil.which("psql") or str(binaries.wheel() / "bin" / "psql")
    env = clients.environment(address) | {"PGOPTIONS": _READ_ONLY, "PGAPPNAME": "jianbao psql"}
    os.execve(program, [program, clients.without_password(address), *sys.argv[2:]], env)
