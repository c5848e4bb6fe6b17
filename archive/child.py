"""A child process for what may crash, hang or eat memory: one text cannot take the run down.

The limits are the kernel's: two timers and a bound of memory that the child sets for itself, so
they hold while C code runs. The child ends with its parent, in the midst of its work too: then the
socket between them closes, and tells so by a signal. Nobody else writes to that socket.
"""

import fcntl
import importlib
import os
import pickle
import resource
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

from archive.errors import KnownError
from archive.text import clean_line

T = TypeVar("T")

_GRACE_SECONDS = 30
_START_SECONDS = 90
_NO_MEMORY = 77
_LENGTH = 8


class End(Enum):
    """How a child ended that was asked something."""

    TIME = "time"
    MEMORY = "memory"
    """Its own bound, or the kernel ended it, which it does where memory runs out."""
    CRASH = "crash"


class Unanswered(KnownError):
    """What was called did not answer, or raised."""

    def __init__(self, reason: str, how: End | None = None) -> None:
        super().__init__(reason)
        self.reason, self.how = reason, how


class ChildError(KnownError):
    """The child cannot even be started."""

    def __init__(self, does: str, code: int) -> None:
        super().__init__(f"the process for {does} does not start (exit code {code})")
        self.does, self.code = does, code


class Child:
    """Calls functions in a process of its own, which starts when it is needed and after it died.

    `does` names the work in messages; the child imports the module `needs` as it starts. Limits of
    each call: seconds by the clock and of the processor, MB of address space; 0 is no limit.
    """

    def __init__(
        self,
        does: str,
        needs: str,
        *,
        seconds: float,
        cpu: float,
        megabytes: int,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._does, self._needs = does, needs
        self._limits = (seconds, cpu, megabytes)
        self._environment = environment or {}
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None

    def call(
        self, function: Callable[..., T], *arguments: object, seconds: float | None = None
    ) -> T:
        """What a function answers; it is named to the child, the arguments and answer pickled.

        `seconds` by the clock stand for those of the child, in this call.
        Raises Unanswered with the reason if the function raises or the child dies of it, and
        ChildError.
        """
        question = pickle.dumps((function, arguments))
        with self._turn:
            try:
                answer = self._asked(question, self._limits[0] if seconds is None else seconds)
            except BaseException:
                self.close()
                raise
        works, value = pickle.loads(answer)
        if not works:
            raise Unanswered(value)
        result: T = value
        return result

    def close(self) -> None:
        """End the child, whatever it does."""
        if self._process is not None:
            self._process.kill()
            self._buried()

    def _asked(self, question: bytes, seconds: float) -> bytes:
        wire = self._socket or self._start()
        wire.settimeout(seconds + _GRACE_SECONDS if seconds else None)
        try:
            _send(wire, str(seconds).encode())
            _send(wire, question)
            answer = _receive(wire)
        except OSError:
            answer = b""
        if not answer:
            raise self._death(self._buried(), seconds)
        return answer

    def _start(self) -> socket.socket:
        _, *limits = map(str, self._limits)
        self._socket, theirs = socket.socketpair()
        with theirs:
            # A group of its own: Ctrl-C is for the parent, who then ends the child.
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", __name__, self._does, self._needs, *limits],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                env=os.environ | self._environment,
                process_group=0,
            )
        self._socket.settimeout(_START_SECONDS)
        if not _receive(self._socket):
            raise ChildError(self._does, self._buried())
        return self._socket

    def _buried(self) -> int:
        """The exit code of a child that has ended, or is ended now."""
        assert self._process is not None
        assert self._socket is not None
        self._socket.close()
        try:
            code = self._process.wait(_GRACE_SECONDS / 10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        self._process = self._socket = None
        return code

    def _death(self, code: int, seconds: float) -> Unanswered:
        _, cpu, megabytes = self._limits
        how = f"signal {-code} ({signal.strsignal(-code)})" if code < 0 else f"exit code {code}"
        why, end = {
            -signal.SIGALRM: (f"took more than {seconds:g} s", End.TIME),
            -signal.SIGPROF: (f"took more than {cpu:g} s of processor time", End.TIME),
            _NO_MEMORY: (f"needed more than {megabytes} MB", End.MEMORY),
            -signal.SIGKILL: (f"ended by {how}", End.MEMORY),
        }.get(code, (f"ended by {how}", End.CRASH))
        return Unanswered(f"{self._does} {why}", end)


def main(does: str, needs: str, cpu: str, megabytes: str) -> None:
    """Answer what is asked at standard input, a socket, until that closes."""
    _limit_memory(int(megabytes) * 2**20 or resource.RLIM_INFINITY)
    for deadly in (signal.SIGALRM, signal.SIGPROF, signal.SIGIO):
        signal.signal(deadly, signal.SIG_DFL)
    importlib.import_module(needs)
    with socket.socket(fileno=0) as wire:
        fcntl.fcntl(wire, fcntl.F_SETOWN, os.getpid())
        quiet = fcntl.fcntl(wire, fcntl.F_GETFL)
        _send(wire, b"ready")
        while seconds := _receive(wire):
            question = _receive(wire)
            fcntl.fcntl(wire, fcntl.F_SETFL, quiet | os.O_ASYNC)
            signal.setitimer(signal.ITIMER_REAL, float(seconds))
            signal.setitimer(signal.ITIMER_PROF, float(cpu))
            answer = _answer(does, question)
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.setitimer(signal.ITIMER_PROF, 0)
            fcntl.fcntl(wire, fcntl.F_SETFL, quiet)
            _send(wire, answer)


def _answer(does: str, question: bytes) -> bytes:
    try:
        function, arguments = pickle.loads(question)
        return pickle.dumps((True, function(*arguments)))
    except MemoryError:
        # Whatever it holds is given back by ending.
        os._exit(_NO_MEMORY)
    except Exception as error:
        reason = clean_line(f"{does} raised {type(error).__name__}: {error}", 300)
        return pickle.dumps((False, reason))


def _limit_memory(size: int) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    if most != resource.RLIM_INFINITY:
        size = most if size == resource.RLIM_INFINITY else min(size, most)
    with suppress(ValueError):  # macOS
        resource.setrlimit(resource.RLIMIT_AS, (size, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Where memory runs out, the kernel shall end this process rather than the database.
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


def _send(wire: socket.socket, message: bytes) -> None:
    wire.sendall(len(message).to_bytes(_LENGTH))
    wire.sendall(message)


def _receive(wire: socket.socket) -> bytes:
    """The next message; nothing if the other end has closed."""
    head = _exactly(wire, _LENGTH)
    return _exactly(wire, int.from_bytes(head)) if head else b""


def _exactly(wire: socket.socket, length: int) -> bytes:
    message = bytearray(length)
    view: Any = memoryview(message)
    while view:
        count = wire.recv_into(view)
        if not count:
            return b""
        view = view[count:]
    return bytes(message)


if __name__ == "__main__":
    main(*sys.argv[1:])
