"""Run a command once an address answers: `python -m service.after URL COMMAND…`.

supervisord orders starts but does not wait, and Airflow's scheduler fails its first runs when it
comes up before the API server listens.
"""

import os
import sys
import time
import urllib.error
import urllib.request


def main() -> None:
    address, *command = sys.argv[1:]
    while not answers(address):
        time.sleep(0.5)
    os.execv(command[0], command)


def answers(address: str) -> bool:
    """Whether a GET of the address succeeds within five seconds."""
    try:
        with urllib.request.urlopen(address, timeout=5) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


if __name__ == "__main__":
    main()
