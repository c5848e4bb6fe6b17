"""Looks after the morning's edition: `python -m service.lookout`, which the supervisor runs.

Whether Airflow runs or not, the operator hears when there is no edition by the hour, or when it
does not reach its readers. The look itself is a command, so that nothing stays in memory.
"""

import subprocess
import sys
import time

LOOK_SECONDS = 600


def look() -> int:
    """Look once; 1 if something is wrong."""
    words = [sys.executable, "-m", "jianbao", "status", "--check"]
    return subprocess.run(words, check=False).returncode


def main() -> None:
    while True:
        time.sleep(LOOK_SECONDS)
        look()


if __name__ == "__main__":
    main()
