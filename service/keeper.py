"""Keeps the embedded database up and its reader in bounds: `python -m service.keeper FOLDER`.

The supervisor runs it. The server is started as every command of ours starts it, so it does not
matter who comes first.
"""

import sys
import time
from pathlib import Path

from archive import embedded, roles
from archive.errors import KnownError

_LOOK_SECONDS = 1.0
_TEND_SECONDS = 60.0


def main() -> None:
    folder, tended = Path(sys.argv[1]), 0.0
    while True:
        try:
            if embedded.running(folder) is None:
                embedded.start(folder)
                sys.stdout.write("started the database\n")
            if time.monotonic() > tended + _TEND_SECONDS:
                tended = time.monotonic()
                if ended := roles.tend(embedded.start(folder)):
                    sys.stdout.write(f"ended {ended} reads that took too long\n")
        except KnownError as error:
            # Said in the log; the next look tries again, such as when the disk has room.
            sys.stdout.write(f"{error}\n")
            time.sleep(2)
        sys.stdout.flush()
        time.sleep(_LOOK_SECONDS)


if __name__ == "__main__":
    main()
