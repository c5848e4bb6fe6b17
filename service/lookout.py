"""Looks after the live service while nobody does; it runs `python -m service.lookout` itself.

A program that has died is started again by supervisord. One that lives and does nothing is ended
here: a scheduler that has lost the database for a moment goes on living until its last task has
ended, which may be an hour, and starts no other meanwhile (Airflow's `LocalExecutor.end`). And now
and then it is asked what is wrong with the morning's edition.
"""

import sys
import time
from collections.abc import Iterable, Mapping

from archive import settings
from archive.errors import KnownError
from service import live, morning, supervisor
from service.supervisor import State

PATIENCE = {"scheduler": 180.0, "dag-processor": 180.0, "api-server": 300.0}
"""Seconds for which a program of Airflow may run and show no life."""
_BEAT_SECONDS = 15
_MORNING_SECONDS = 600
_WRITERS = {"scheduler": "scheduler", "dag-processor": "dag_processor"}
"""Those that write a heartbeat into the database, as Airflow's health calls them."""


class Silence:
    """Since when each program shows no life."""

    def __init__(self) -> None:
        self._since: dict[tuple[str, int], float] = {}

    def too_long(
        self, states: Iterable[State], health: Mapping[str, str], now: float
    ) -> list[State]:
        """The programs that have been silent for longer than `PATIENCE`.

        `health` is Airflow's answer, empty if there was none; `now` in seconds.
        """
        silent = {
            (state.name, state.pid): state
            for state in states
            if state.state == "RUNNING" and _is_silent(state.name, health)
        }
        self._since = {key: self._since.get(key, now) for key in silent}
        return [
            state for key, state in silent.items() if now - self._since[key] >= PATIENCE[state.name]
        ]


def main() -> None:
    silence, asked = Silence(), time.monotonic()
    while True:
        time.sleep(_BEAT_SECONDS)
        try:
            end_silent(silence, time.monotonic())
        except (KnownError, OSError) as error:
            sys.stdout.write(f"{error}\n")
        sys.stdout.flush()
        if time.monotonic() > asked + _MORNING_SECONDS:
            asked = time.monotonic()
            morning.look()


def end_silent(silence: Silence, now: float) -> None:
    """End what has been silent for too long, so that supervisord starts it again."""
    service = live.existing(settings.load())
    states = supervisor.states(service.folders) or []
    for state in silence.too_long(states, service.client().healthy(), now):
        supervisor.kill(service.folders, state)
        told = f"{state.name} (pid {state.pid}) showed no life for {PATIENCE[state.name]:.0f} s"
        sys.stdout.write(f"{told}: ended, to be started again\n")


def _is_silent(name: str, health: Mapping[str, str]) -> bool:
    if name in _WRITERS:
        # Without an answer, or without the database, nothing is known of them.
        return health.get("metadatabase") == "healthy" and health[_WRITERS[name]] != "healthy"
    return name in PATIENCE and not health


if __name__ == "__main__":
    main()
