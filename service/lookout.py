"""Looks after the morning's edition: `python -m service.lookout`, which the supervisor runs.

Whether Airflow runs or not, the operator hears when there is no edition by the hour, or when it
does not reach its readers. The look itself is a command, so that nothing stays in memory.
"""

import subprocess
import sys
import time

from service.morning import LOOK_SECONDS


def main() -> None:
    while True:
        time.sleep(LOOK_SECONDS)
        subprocess.run([sys.executable, "-m", "jianbao", "status", "--check"], check=False)


if __name__ == "__main__":
    main()
