"""supervisord runs what a deployment runs, restarts what dies, and rotates the logs."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xmlrpc.client import Fault, ServerProxy

from archive.errors import KnownError
from archive.settings import PROJECT
from service.begin import end_earlier, holders
from service.folders import Folders


class ServiceError(KnownError):
    """A process of the service does not do what it should."""

    def __init__(self, name: str, problem: str, log: Path | None = None) -> None:
        super().__init__(f"{name} {problem}" + (f"; see {log}" if log else ""))
        self.name = name
        self.log = log


@dataclass(frozen=True, slots=True)
class Program:
    """A process to keep alive. `after` is an address that must answer before it starts.

    Those of one group are stopped at the same time, others one after the other.
    """

    name: str
    command: tuple[str, ...]
    after: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """How one process stands, in supervisord's words."""

    name: str
    state: str
    description: str
    pid: int
    """0 if it does not run."""


_HEAD = """\
[supervisord]
logfile={logs}/supervisord.log
logfile_maxbytes=5MB
logfile_backups=2
pidfile={home}/supervisord.pid
childlogdir={logs}
directory={project}
nodaemon=false
silent=true
{user}
[unix_http_server]
file={socket}
chmod=0600

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
"""

_PROGRAM = """
[program:{name}]
command={command}
autostart=true
autorestart=true
startretries=1000000
startsecs=5
stopwaitsecs=20
stopasgroup=true
killasgroup=true
redirect_stderr=true
stdout_logfile={logs}/{name}.log
stdout_logfile_maxbytes=10MB
stdout_logfile_backups=3
"""


def start(folders: Folders, programs: list[Program], environment: Mapping[str, str]) -> bool:
    """Start supervisord with these programs; False if it runs already. Raises ServiceError."""
    if states(folders) is not None:
        return False
    folders.make()
    folders.supervisor.write_text(_configuration(folders, programs), encoding="utf-8")
    folders.supervisor.chmod(0o600)
    folders.make_for_socket()
    started = subprocess.run(
        [Path(sys.executable).with_name("supervisord"), "-c", folders.supervisor],
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        start_new_session=True,
        check=False,
    )
    if started.returncode:
        lines = (started.stderr or started.stdout).strip().splitlines()
        said = [line for line in lines if not line.startswith("For help")] or ["no reason given"]
        raise ServiceError("supervisord", f"did not start: {said[-1]}")
    _until(lambda: states(folders) is not None, 60, "supervisord", folders)
    return True


def stop(folders: Folders, seconds: float = 120) -> bool:
    """Stop supervisord and all it runs, or what a killed one left; False if nothing runs.

    What has not ended after `seconds` is killed.
    """
    running = states(folders) is not None
    if running:
        pid = int(_call(folders, "getPID"))
        _call(folders, "shutdown")
        deadline = time.monotonic() + seconds
        while _alive(pid) and time.monotonic() < deadline:
            time.sleep(0.2)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    left = [end_earlier(file) for file in folders.alone.glob("*")]
    folders.remove_socket()
    return running or any(left)


def is_anything_left(folders: Folders) -> bool:
    """Whether programs of this deployment run, those that a killed supervisord left included."""
    return any(holders(file) for file in folders.alone.glob("*"))


def states(folders: Folders) -> list[State] | None:
    """How the processes stand; None if supervisord does not run."""
    if not folders.socket.exists():
        return None
    try:
        found = _call(folders, "getAllProcessInfo")
    except (OSError, Fault):
        return None
    return [
        State(info["name"], info["statename"], info["description"], info["pid"]) for info in found
    ]


def kill(folders: Folders, state: State) -> None:
    """End a program at once; it is started again."""
    with contextlib.suppress(OSError, Fault):  # It, or supervisord, has ended meanwhile.
        _call(folders, "signalProcess", state.name, "KILL")


def _configuration(folders: Folders, programs: list[Program]) -> str:
    text = _HEAD.format(
        logs=_escape(str(folders.logs)),
        home=_escape(str(folders.home)),
        project=_escape(str(PROJECT)),
        socket=_escape(str(folders.socket)),
        user="user=root\n" if os.geteuid() == 0 else "",
    )
    for program in programs:
        alone = str(folders.alone / program.name)
        begin = (sys.executable, "-m", "service.begin", alone, program.after)
        text += _PROGRAM.format(
            name=program.name,
            command=" ".join(_quote(part) for part in (*begin, *program.command)),
            # supervisord expands the names of logs twice.
            logs=_escape(_escape(str(folders.logs))),
        )
    for group in {program.group for program in programs} - {""}:
        names = ",".join(program.name for program in programs if program.group == group)
        text += f"\n[group:{group}]\nprograms={names}\n"
    return text


def _quote(text: str) -> str:
    return '"' + _escape(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _escape(text: str) -> str:
    # supervisord expands %(name)s in its configuration.
    return text.replace("%", "%%")


def _call(folders: Folders, method: str, *words: str) -> Any:
    from supervisor.xmlrpc import SupervisorTransport

    transport = SupervisorTransport(None, None, serverurl=f"unix://{folders.socket}")
    proxy: Any = ServerProxy("http://127.0.0.1", transport=transport)
    try:
        return getattr(proxy.supervisor, method)(*words)
    finally:
        transport.close()


def _until(ready: Any, seconds: float, name: str, folders: Folders) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise ServiceError(name, f"was not ready after {seconds:.0f} seconds", folders.logs)
        time.sleep(0.1)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
