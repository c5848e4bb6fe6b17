"""Keeps the embedded database up: `python -m service.keeper FOLDER`, under the supervisor.

The server is started as every command of ours starts it, so it does not matter who comes first.
"""

import sys
import time
from pathlib import Path

from archive import embedded

_LOOK_SECONDS = 1.0


def main() -> None:
    folder = Path(sys.argv[1])
    while True:
        try:
            if embedded.running(folder) is None:
                embedded.start(folder)
                sys.stdout.write("started the database\n")
        except embedded.ServerError as error:
            # Said in the log; the next look tries again, such as when the disk has room.
            sys.stdout.write(f"{error}\n")
            time.sleep(2)
        sys.stdout.flush()
        time.sleep(_LOOK_SECONDS)


if __name__ == "__main__":
    main()
